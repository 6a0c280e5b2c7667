import type { DatabaseQuery } from "../../support/database-query.ts";
import type { Installation } from "../installation.ts";
import type { SetupStep } from "../step.ts";

/** The names under which the jobs in the database look their secrets up. */
export const URL_NAME = "media_sync_project_url";
export const KEY_NAME = "media_sync_cron_key";

/** Stores in Vault what the database needs to call the functions: the project's address and a secret key. */
export function vaultStep(installation: Installation): SetupStep {
  async function wanted(): Promise<[name: string, value: string, description: string][]> {
    const { url, cronKey } = await installation.project();
    return [
      [URL_NAME, url, "Media Sync: where the jobs find the functions"],
      [KEY_NAME, cronKey, "Media Sync: the secret key that the jobs call the functions with"],
    ];
  }
  return {
    name: "vault",
    check: async () => {
      const database = await installation.database();
      const parts = await readParts(database);
      if (!parts.vault) {
        return {
          status: "needed",
          waits: true,
          message:
            "Vault is not there: enable it (dashboard, Integrations, Vault), then run deno task setup --only vault",
        };
      }
      const { url, cronKey } = await installation.project();
      // Compared there, so that no secret comes back.
      const rows = await database.query<{ name: string; same: boolean }>(
        `select name, rtrim(decrypted_secret, '/') = case name when $1 then $2 else $4 end as same
         from vault.decrypted_secrets where name in ($1, $3)`,
        // As the owner: who only reads may not decrypt.
        [URL_NAME, url, KEY_NAME, cronKey],
      );
      const told = [URL_NAME, KEY_NAME].flatMap((name) => {
        const row = rows.find((candidate) => candidate.name === name);
        return row === undefined ? [`${name} is not set`] : row.same ? [] : [`${name} is another`];
      });
      if (parts.schedules && !await areScheduled(database)) told.push("no job is scheduled");
      return told.length === 0
        ? { status: "in_place", message: `${URL_NAME} and ${KEY_NAME} are set` }
        : { status: "needed", message: told.join("; ") };
    },
    apply: async () => {
      const database = await installation.database();
      for (const [name, value, description] of await wanted()) {
        await database.query(
          `select case
             when exists (select from vault.secrets where name = $1::text)
             then (select vault.update_secret(id, $2::text)::text from vault.secrets where name = $1::text)
             else vault.create_secret($2::text, $1::text, $3::text)::text
           end`,
          [name, value, description],
        );
      }
      const parts = await readParts(database);
      if (parts.installed) await database.query("select public.schedule_media_sync()");
      return `${URL_NAME} and ${KEY_NAME} stored${
        parts.installed && !parts.schedules
          ? "; pg_cron is not there: enable it, then run deno task setup --only vault"
          : ""
      }`;
    },
    remove: async () => {
      const database = await installation.database();
      const removed = await database.query(
        "delete from vault.secrets where name in ($1, $2) returning name",
        [URL_NAME, KEY_NAME],
      );
      return `${removed.length} secrets removed; the jobs in the database call nothing any more`;
    },
  };
}

/** What the step works with, as far as the database has it. */
async function readParts(
  database: DatabaseQuery,
): Promise<{ vault: boolean; installed: boolean; schedules: boolean }> {
  const [parts] = await database.query<{ vault: boolean; installed: boolean; schedules: boolean }>(
    `select to_regclass('vault.secrets') is not null as vault,
       to_regprocedure('public.schedule_media_sync()') is not null as installed,
       to_regprocedure('public.schedule_media_sync()') is not null
         and to_regprocedure('cron.schedule(text,text,text)') is not null as schedules`,
    [],
    { readOnly: true },
  );
  return parts ?? { vault: true, installed: false, schedules: false };
}

/**
 * Whether the jobs are known to pg_cron, switched on or, by a person, off; whoever took them off wants none. They are scheduled once more when the secrets
 * are stored: pg_cron overlooks what a large transaction such as the migration schedules, because PostgreSQL's queue of
 * cache invalidations overflows and its list of jobs stays as it was. A small transaction reaches it.
 */
async function areScheduled(database: DatabaseQuery): Promise<boolean> {
  const [missing] = await database.query(
    `select from media_sync.jobs() as wanted
     where not exists (select from cron.job where jobname = wanted.name and database = current_database())
       and coalesce((select jobs_wanted from media_sync.health_state), true)`,
  );
  return missing === undefined;
}
