/**
 * Writes the TypeScript types of the public schema, as the schema files make it: `deno task types`. With
 * `--check` it writes nothing and exits 1 when the file is not what it would write.
 */
import { readSchemaFiles } from "./migration/schema-files.ts";
import { applyFiles } from "./support/postgres/migrate.ts";
import { startPostgres } from "./support/postgres/start-postgres.ts";
import { answerHelp } from "./support/answer-help.ts";
import { printLine } from "./support/print-line.ts";
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
    const formatted = await formatOnce(text);
    if (formatted === text) break;
    text = formatted;
  }
  return text;
}

async function formatOnce(source: string): Promise<string> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["fmt", "--no-config", "--ext=ts", "-"],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(source));
  await writer.close();
  const { success, stdout, stderr } = await child.output();
  if (!success) throw new Error(`deno fmt failed:\n${new TextDecoder().decode(stderr)}`);
  return new TextDecoder().decode(stdout);
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

if (import.meta.main) {
  answerHelp(usage);
  const postgres = await startPostgres();
  let code = 0;
  try {
    const url = await postgres.createDatabase({ template: "empty" });
    await applyFiles(url, await readSchemaFiles());
    const types = await generateTypes(url);
    const fresh = types === await readTypes();
    if (fresh) printLine("The types are those of the schemas.");
    else if (Deno.args.includes("--check")) {
      printLine("The types are not those of the schemas; run `deno task types`.");
      code = 1;
    } else {
      await Deno.writeTextFile(TYPES_FILE, types);
      printLine("Wrote the types.");
    }
  } finally {
    await postgres.stop();
  }
  Deno.exit(code);
}
