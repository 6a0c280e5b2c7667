import { missingMigrations, readLedger } from "../../ledger/ledger.ts";
import { shippedMigrations } from "../../ledger/shipped-migrations.ts";
import { takenNames, takenPolicies } from "../../migration/guards.ts";
import { publicNames } from "../../migration/public-names.ts";
import { CommandError } from "../../support/command-error.ts";
import type { DatabaseQuery } from "../../support/database-query.ts";
import type { Installation } from "../installation.ts";
import type { StepName } from "../step.ts";
import { KEY_NAME, URL_NAME } from "../steps/vault.ts";
import type { Findings, Obstacle } from "./obstacle.ts";

/** The oldest PostgreSQL that the schema is made for. */
const OLDEST_POSTGRES = 15;

interface Facts {
  version: number;
  user_name: string;
  creates: boolean;
  trigrams: boolean;
  trigrams_usable: boolean;
  trigrams_schema: string | null;
  /** Roles and schemas of the platform that are missing. */
  platform: string;
  net: boolean;
  cron: boolean;
  vault: boolean;
  realtime: boolean;
}

/** Examines the database: version, rights, extensions, names that are taken, and what Media Sync it has already. */
export async function examineDatabase(
  installation: Pick<Installation, "database" | "migrations">,
  steps: readonly StepName[],
): Promise<Findings> {
  try {
    const database = await installation.database();
    const facts = await readFacts(database);
    if (facts === undefined) return { obstacles: [], notes: [] };
    const obstacles = steps.includes("migrate")
      ? [...findObstacles(facts), ...await examineState(database, installation.migrations, facts)]
      : [];
    return { obstacles, notes: findNotes(facts) };
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    return { obstacles: [{ about: "database", message: error.message }], notes: [] };
  }
}

async function readFacts(database: DatabaseQuery): Promise<Facts | undefined> {
  const [facts] = await database.query<Facts>(
    // What only reads goes to a hosted project as another role than what changes it.
    `select current_setting('server_version_num')::integer / 10000 as version, owner as user_name,
       has_database_privilege(owner, current_database(), 'CREATE') and has_schema_privilege(owner, 'public', 'CREATE')
         as creates,
       exists (select from pg_extension where extname = 'pg_trgm')
         or exists (select from pg_available_extensions where name = 'pg_trgm') as trigrams,
       coalesce((select has_schema_privilege(owner, extnamespace, 'USAGE') from pg_extension where extname = 'pg_trgm'), true)
         as trigrams_usable,
       (select extnamespace::regnamespace::text from pg_extension where extname = 'pg_trgm') as trigrams_schema,
       concat_ws(', ', case when to_regrole('anon') is null then 'anon' end,
         case when to_regrole('authenticated') is null then 'authenticated' end,
         case when to_regrole('service_role') is null then 'service_role' end,
         case when to_regnamespace('auth') is null then 'the schema auth' end) as platform,
       to_regprocedure('net.http_post(text,jsonb,jsonb,jsonb,integer)') is not null as net,
       to_regprocedure('cron.schedule(text,text,text)') is not null as cron,
       to_regclass('vault.secrets') is not null as vault,
       to_regclass('realtime.messages') is not null as realtime
     from (
       select case current_user when 'supabase_read_only_user' then 'postgres' else current_user end as owner
     ) as whoever`,
    [],
    { readOnly: true },
  );
  return facts;
}

function findObstacles(
  { version, user_name, creates, trigrams, trigrams_usable, platform }: Facts,
): Obstacle[] {
  const told: (string | false)[] = [
    version < OLDEST_POSTGRES &&
    `the database is PostgreSQL ${version}; ${OLDEST_POSTGRES} is the oldest that will do: upgrade it (dashboard, ` +
      "Settings, Infrastructure)",
    !creates &&
    `${user_name} may not create schemas here, or tables in public: connect as the owner, postgres`,
    !trigrams &&
    "the extension pg_trgm is not to be had on this server: install PostgreSQL's contrib modules",
    !trigrams_usable &&
    `the extension pg_trgm is in a schema that ${user_name} may not use: grant usage on that schema to ${user_name}`,
    platform !== "" &&
    `missing: ${platform}. This is not the database of a Supabase project: let --database-url end in /postgres`,
  ];
  return told.flatMap((message) => message === false ? [] : [{ about: "migrate", message }]);
}

/** What is there under our names, and whose it is. */
async function examineState(
  database: DatabaseQuery,
  migrations: URL | undefined,
  { cron, vault }: Facts,
): Promise<Obstacle[]> {
  const shipped = await shippedMigrations(migrations);
  if (await readLedger(database) !== "absent") {
    try {
      await missingMigrations(database, shipped);
      return [];
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      return [{ about: "migrate", message: error.message }];
    }
  }
  const names = publicNames(shipped.map(({ text }) => text).join("\n"));
  const [found] = await database.query<{ taken: string }>(
    `select array_to_string(${takenNames(names)} || ${takenPolicies}, ', ') as taken`,
    [],
    { readOnly: true },
  );
  const jobs = cron
    ? await database.query<{ jobname: string }>(
      "select jobname from cron.job where starts_with(jobname, 'media-sync-') and database = current_database()",
      [],
      { readOnly: true },
    )
    : [];
  const secrets = vault
    ? await database.query<{ name: string }>(
      // Ours are described so, also where an earlier run stored them before the migration. As the owner, who alone has
      // Vault's word that he may read it.
      `select name from vault.secrets where name in ('${URL_NAME}', '${KEY_NAME}')
         and coalesce(description, '') not like 'Media Sync: %' order by name`,
    )
    : [];
  const taken = [
    found?.taken,
    ...jobs.map(({ jobname }) => `the job ${jobname}`),
    ...secrets.map(({ name }) => `the Vault secret ${name}`),
  ].filter(Boolean);
  return taken.length === 0 ? [] : [{
    about: "migrate",
    message:
      `these names are taken, and what is not ours is never replaced: ${taken.join(", ")}. ` +
      "Rename them, or move tables to another schema (alter table … set schema …)",
  }];
}

function findNotes({ net, cron, vault, realtime, trigrams_schema }: Facts): Obstacle[] {
  const missing = (name: string, is: boolean, effect: string) =>
    is
      ? []
      : [{ about: name, message: `${effect}: enable it, then run deno task setup once more` }];
  const isElsewhere = trigrams_schema !== null && trigrams_schema !== "extensions";
  return [
    ...isElsewhere
      ? [{
        about: "pg_trgm",
        message: `pg_trgm is in the schema ${trigrams_schema}, and stays there`,
      }]
      : [],
    ...missing(
      "pg_net",
      net,
      "pg_net is missing, and until it is there nothing calls the functions by itself",
    ),
    ...missing("pg_cron", cron, "pg_cron is missing, and until it is there no job runs"),
    ...missing(
      "vault",
      vault,
      "Vault is missing, and until it is there the jobs know no address and no key",
    ),
    ...realtime ? [] : [{
      about: "realtime",
      message:
        "Realtime has no tables here yet, so that there are no live updates; they begin by themselves once it has",
    }],
  ];
}
