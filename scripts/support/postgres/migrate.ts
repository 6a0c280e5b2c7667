import postgres from "postgres";
import { preparePlatform } from "../../local/platform.ts";
import { type NamedText, schemaText } from "../../migration/schema-files.ts";
import { remoteFlag, runSupabase } from "../supabase-cli.ts";

const cronStandIn = new URL("../../local/platform/cron.sql", import.meta.url);

/**
 * Turns an empty database into a migrated one, as a deployment does: what a Supabase project brings along
 * first, then the migrations through `supabase db push`.
 *
 * @param url `postgres://` URL of the database, as superuser.
 * @param options `folder`: the project's folder, which holds `supabase/`. Default: this one.
 * @throws Error with the CLI's output when a migration fails.
 */
export async function migrateDatabase(
  url: string,
  options: { folder?: string } = {},
): Promise<void> {
  await prepareProject(url);
  const push = ["db", "push", remoteFlag(url), "--yes", "--skip-vault"];
  const { code, stdout, stderr } = await runSupabase(push, { cwd: options.folder });
  if (code !== 0) throw new Error(`supabase db push failed (${code}):\n${stdout}\n${stderr}`);
}

/**
 * Turns an empty database into what files of SQL make of it: what a Supabase project brings along first,
 * then the files in one transaction, without a record.
 *
 * @param url `postgres://` URL of the database, as superuser.
 * @param files The schema files, or migrations, in their order.
 * @throws the driver's error when a statement fails.
 */
export async function applyFiles(url: string, files: readonly NamedText[]): Promise<void> {
  await prepareProject(url);
  await executeStatements(url, schemaText(files));
}

/**
 * pg_cron exists in one database of a cluster only (`postgres`); every other one gets the stand-in, whose
 * jobs nobody runs.
 */
async function prepareProject(url: string): Promise<void> {
  const platform = await preparePlatform(url);
  if (platform.cron === "none") await executeStatements(url, await Deno.readTextFile(cronStandIn));
}

/** Runs statements, all of them or none. */
export async function executeStatements(url: string, statements: string): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    await sql.unsafe(statements);
  } finally {
    await sql.end();
  }
}
