/**
 * Writes the TypeScript types of the public schema, as the schema files make it: `deno task types`. With
 * `--check` it writes nothing and exits 1 when the file is not what it would write.
 */
import { readSchemaFiles } from "./migration/schema-files.ts";
import { applyFiles } from "./support/postgres/migrate.ts";
import { startPostgres } from "./support/postgres/start-postgres.ts";
import { type Command, runAsProcess } from "./support/command.ts";
import { formatText } from "./support/format-text.ts";
import { readFlags } from "./support/read-flags.ts";
import { remoteFlag, runSupabase } from "./support/supabase-cli.ts";

const usage =
  `Writes the TypeScript types of the public schema, from supabase/schemas; needs PostgreSQL.

  --check   only compares; exits 1 where the types are not those of the schemas
  --help    this text`;

/** Where the types are kept. */
export const TYPES_FILE = new URL(
  "../supabase/functions/_shared/media/database.types.ts",
  import.meta.url,
);

const HEADER = `/**
 * The public schema's types, generated from supabase/schemas by \`deno task types\`. Do not edit.
 *
 * @module
 */

`;

/**
 * Generates the types of a database, formatted, so that the same schema gives the same text.
 *
 * @param url `postgres://` URL of the database.
 * @throws Error with the output of the Supabase CLI, or of the formatter, when it fails.
 */
export async function generateTypes(url: string): Promise<string> {
  const args = ["gen", "types", remoteFlag(url), "--schema=public", "--lang=typescript"];
  const { code, stdout, stderr } = await runSupabase(args);
  if (code !== 0) throw new Error(`supabase gen types failed (${code}):\n${stderr}`);
  return await format(HEADER + stdout);
}

/**
 * Formats with Deno's defaults, whatever a `deno.json` says, until nothing changes any more: long conditional
 * types take the formatter two passes.
 */
async function format(source: string): Promise<string> {
  let text = source;
  for (let pass = 0; pass < 5; pass++) {
    const formatted = await formatText(text, "ts", { config: false });
    if (formatted === text) break;
    text = formatted;
  }
  return text;
}

/**
 * What the file holds, formatted by this Deno, so that a newer formatter does not make it stale; empty when
 * there is none yet.
 */
export async function readTypes(): Promise<string> {
  try {
    return await format(await Deno.readTextFile(TYPES_FILE));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  }
}

const typesCommand: Command = async (args, { print }) => {
  const flags = readFlags("types", args, { check: { type: "boolean" }, help: { type: "boolean" } });
  if (flags.help) {
    print(usage);
    return 0;
  }
  const postgres = await startPostgres();
  try {
    const url = await postgres.createDatabase({ template: "empty" });
    await applyFiles(url, await readSchemaFiles());
    const types = await generateTypes(url);
    if (types === await readTypes()) {
      print("The types are those of the schemas.");
    } else if (flags.check) {
      print("The types are not those of the schemas; run `deno task types`.");
      return 1;
    } else {
      await Deno.writeTextFile(TYPES_FILE, types);
      print("Wrote the types.");
    }
    return 0;
  } finally {
    await postgres.stop();
  }
};

if (import.meta.main) await runAsProcess(typesCommand);
