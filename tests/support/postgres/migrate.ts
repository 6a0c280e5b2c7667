import postgres from "postgres";
import { preparePlatform } from "../../../scripts/local/platform.ts";
import { remoteFlag, runSupabase } from "../../../scripts/support/supabase-cli.ts";

const cronStandIn = new URL("../../../scripts/local/platform/cron.sql", import.meta.url);

/**
 * Turns an empty database into a migrated one, as a deployment does: what a Supabase project brings along
 * first, then this project's migrations through `supabase db push`. pg_cron exists in one database of a
 * cluster only (`postgres`); every other one gets the stand-in, whose jobs nobody runs.
 *
 * @param url `postgres://` URL of the database, as superuser.
 * @throws Error with the CLI's output when a migration fails.
 */
export async function migrateDatabase(url: string): Promise<void> {
  const platform = await preparePlatform(url);
  if (platform.cron === "none") await execute(url, await Deno.readTextFile(cronStandIn));
  const push = ["db", "push", remoteFlag(url), "--yes", "--skip-vault"];
  const { code, stdout, stderr } = await runSupabase(push);
  if (code !== 0) throw new Error(`supabase db push failed (${code}):\n${stdout}\n${stderr}`);
}

async function execute(url: string, statements: string): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    await sql.unsafe(statements);
  } finally {
    await sql.end();
  }
}
