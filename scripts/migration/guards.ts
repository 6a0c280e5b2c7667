/** How a migration begins: it refuses, with a sentence, where it must not be applied, and then nothing is changed. */
import type { PublicNames } from "./public-names.ts";

/** The jobs' names in pg_cron begin so. */
const JOB_PREFIX = "media-sync-";

/**
 * The first migration's beginning: nothing that is somebody else's is replaced.
 *
 * @param names What the migration makes in `public`.
 */
export function firstGuard(names: PublicNames): string {
  return `-- What has one of our names and is not ours is never replaced.

do $guard$
declare
    v_taken text[];
begin
    if to_regclass('media_sync.migrations') is not null then
        raise exception 'Media Sync is installed in this database already, and nothing was changed. Later versions come by deno task deploy; where the Supabase CLI applies this file, tell it so: supabase migration repair --status applied <the number in the name of the file>.';
    end if;
    if to_regnamespace('media_sync') is not null then
        v_taken := array['the schema media_sync'];
    end if;
    v_taken := v_taken || ${takenNames(names)}
        || ${takenPolicies};
    -- By query text, since there may be no pg_cron.
    if to_regclass('cron.job') is not null then
        execute $query$
            select $1 || array(
                select format('the job %I', jobname) from cron.job where starts_with(jobname, '${JOB_PREFIX}') and database = current_database()
            )
        $query$ into v_taken using v_taken;
    end if;
${refusal("Media Sync was not installed")}
end;
$guard$;
`;
}

/**
 * A later migration's beginning: it comes once, after those before it.
 *
 * @param version Its own.
 * @param previous That of the one before it.
 * @param names What it makes in `public` anew.
 */
export function laterGuard(version: string, previous: string, names: PublicNames): string {
  return `do $guard$
declare
    v_taken text[];
begin
    if exists (select from media_sync.migrations where migrations.version = '${version}') then
        raise exception 'This database has the migration ${version} of Media Sync already, and nothing was changed. Where the Supabase CLI applies this file, tell it so: supabase migration repair --status applied <the number in the name of the file>.';
    elsif not exists (select from media_sync.migrations where migrations.version = '${previous}') then
        raise exception 'The migration ${version} of Media Sync comes after ${previous}, which this database lacks; nothing was changed. deno task deploy applies them in their order.';
    end if;
    v_taken := v_taken || ${takenNames(names)};
${refusal("Media Sync was not brought to its later version")}
end;
$guard$;
`;
}

/** What a migration leaves in the ledger; it is applied and noted, or neither. */
export function ledgerStatement(version: string, name: string, digest: string): string {
  return `insert into media_sync.migrations (version, name, schema_digest)
values ('${version}', '${name}', '${digest}');
`;
}

/** What a migration notes in the ledger, whatever its file is called; null where it notes nothing. */
export function notedMigration(migration: string): { version: string; digest: string } | null {
  const [, version, digest] =
    /insert into media_sync\.migrations \(version, name, schema_digest\)\s+values \('(\d{14})', '\w+', '(\w*)'\)/
      .exec(migration) ?? [];
  return version === undefined || digest === undefined ? null : { version, digest };
}

/** A migration's version and topic, from its path. */
export function migrationName(path: string): { version: string; name: string } {
  const [, version, name] = /(\d{14})_(\w+)\.sql$/.exec(path) ?? [];
  if (version === undefined || name === undefined) {
    throw new Error(`${path} is not named as a migration.`);
  }
  return { version, name };
}

/** Our policies on Realtime's messages. */
export const REALTIME_POLICIES = [
  "Viewers receive changes of media assets",
  "Nobody sends changes of media assets",
];

/** An expression: policies of these names that are there before we come. */
export const takenPolicies = `array(
            select format('the policy %I on realtime.messages', policyname)
            from pg_catalog.pg_policies
            where schemaname = 'realtime' and policyname in (${
  REALTIME_POLICIES.map((name) => `'${name}'`).join(", ")
})
        )`;

/** An expression: what in `public` has one of the names, as texts. */
export function takenNames({ tables, indexes, functions }: PublicNames): string {
  const relations = [...tables.map(({ name }) => name), ...indexes];
  const names = [...new Set(functions.map((signature) => signature.split("(")[0]!))];
  return `array(
            select format('public.%I', relname)
            from pg_catalog.pg_class
            where relnamespace = 'public'::regnamespace and relname = any ($names$${
    list(relations)
  }$names$::name[])
        )
        || array(
            select format('public.%I', typname)
            from pg_catalog.pg_type
            where typnamespace = 'public'::regnamespace and typrelid = 0 and typname = any ($names$${
    list(tables.map(({ name }) => name))
  }$names$::name[])
        )
        || array(
            select format('public.%I(%s)', proname, pg_catalog.pg_get_function_identity_arguments(oid))
            from pg_catalog.pg_proc
            where pronamespace = 'public'::regnamespace and proname = any ($names$${
    list(names)
  }$names$::name[])
        )`;
}

function refusal(what: string): string {
  return `    if cardinality(v_taken) > 0 then
        raise exception '${what}, and nothing was changed, because these names are taken: %. Rename them, or move tables to another schema (alter table … set schema …), and do it again.', array_to_string(v_taken, ', ');
    end if;`;
}

/** An array literal, in lines that stay readable. */
function list(names: string[]): string {
  const lines: string[] = [""];
  for (const name of names) {
    const line = lines.at(-1)!;
    const next = line === "" ? name : `${line}, ${name}`;
    if (next.length <= 110) lines[lines.length - 1] = next;
    else {
      lines[lines.length - 1] = `${line},`;
      lines.push(name);
    }
  }
  return `{\n${lines.map((line) => `                ${line}`).join("\n")}\n            }`;
}
