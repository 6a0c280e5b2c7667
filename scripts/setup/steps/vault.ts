import type { DatabaseQuery } from "../../support/database-query.ts";
import type { Installation } from "../installation.ts";
import type { SetupStep } from "../step.ts";

/** The names under which the jobs in the database look their secrets up. */
const URL_NAME = "media_sync_project_url";
const KEY_NAME = "media_sync_cron_key";

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
      const { url, cronKey } = await installation.project();
      // Compared there, so that no secret comes back.
      const rows = await database.query<{ name: string; same: boolean }>(
        `select name, rtrim(decrypted_secret, '/') = case name when $1 then $2 else $4 end as same
         from vault.decrypted_secrets where name in ($1, $3)`,
        [URL_NAME, url, KEY_NAME, cronKey],
        { readOnly: true },
      );
      const told = [URL_NAME, KEY_NAME].flatMap((name) => {
        const row = rows.find((candidate) => candidate.name === name);
        return row === undefined ? [`${name} is not set`] : row.same ? [] : [`${name} is another`];
      });
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
      await startJobs(database);
      return `${URL_NAME} and ${KEY_NAME} stored`;
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

/**
 * Schedules the jobs once more. pg_cron overlooks what a large transaction such as the migration schedules: when
 * PostgreSQL's queue of cache invalidations overflows, its list of jobs stays as it was. A small transaction reaches it.
 */
async function startJobs(database: DatabaseQuery): Promise<void> {
  const [migrated] = await database.query(
    "select from pg_catalog.pg_proc where oid = to_regprocedure('public.schedule_media_sync()')",
    [],
    { readOnly: true },
  );
  if (migrated) await database.query("select public.schedule_media_sync()");
}
