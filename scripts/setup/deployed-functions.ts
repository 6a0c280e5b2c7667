/** The functions of a project, and which of them are ours. */
import { BUNDLE_FILE } from "../bundle/write-deployment.ts";
import { CommandError } from "../support/command-error.ts";
import { functionNames } from "../support/function-names.ts";
import type { Installation } from "./installation.ts";

/** A deployed function. */
export interface DeployedFunction {
  slug: string;
  /** Its file, where the platform tells it. */
  entrypoint: string;
}

/**
 * Lists the project's functions.
 *
 * @throws CommandError `cli_failed`, `cli_answer_unknown`
 */
export async function listFunctions(
  installation: Pick<Installation, "cli" | "requireRef">,
): Promise<DeployedFunction[]> {
  const { stdout } = await installation.cli([
    ...["functions", "list", `--remote=${await installation.requireRef()}`],
    ...["-o", "json", "--agent=no"],
  ]);
  try {
    const listed: unknown = JSON.parse(stdout.trim() || "[]");
    if (!Array.isArray(listed)) throw new SyntaxError("no list");
    return listed.map(({ slug, name, entrypoint_path }) => ({
      slug: String(slug ?? name),
      entrypoint: String(entrypoint_path ?? ""),
    }));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new CommandError(
      "cli_answer_unknown",
      "supabase functions list gave no list: use the version of the CLI that this project pins.",
    );
  }
}

/**
 * Those of our names that are somebody else's: neither noted in the database, nor deployed from a file of ours, nor taken
 * over by whoever runs the command.
 */
export async function foreignFunctions(
  installation: Pick<Installation, "database" | "takenOver">,
  deployed: readonly DeployedFunction[],
): Promise<string[]> {
  const candidates = deployed.filter(({ slug, entrypoint }) =>
    functionNames.includes(slug) && !installation.takenOver.includes(slug) &&
    !entrypoint.endsWith(`/${BUNDLE_FILE}`) && !entrypoint.includes("/_media_sync/")
  );
  if (candidates.length === 0) return [];
  const noted = await notedAs(installation, "function");
  return candidates.map(({ slug }) => slug).filter((slug) => !noted.includes(slug));
}

/** What the database notes that the installation brought along; nothing where it has no ledger. */
export async function notedAs(
  { database }: Pick<Installation, "database">,
  kind: "function" | "secret" | "extension",
): Promise<string[]> {
  const query = await database();
  if (!await hasNotes(query)) return [];
  const rows = await query.query<{ name: string }>(
    "select name from media_sync.brought_along where kind = $1",
    [kind],
    { readOnly: true },
  );
  return rows.map(({ name }) => name);
}

/** Notes what is about to be added, so that a run that is stopped in between finds it for its own. */
export async function note(
  { database }: Pick<Installation, "database">,
  kind: "function" | "secret",
  names: readonly string[],
): Promise<void> {
  const query = await database();
  if (names.length === 0 || !await hasNotes(query)) return;
  await query.query(
    `insert into media_sync.brought_along (kind, name)
     select $1, unnest(string_to_array($2, ',')) on conflict do nothing`,
    [kind, names.join(",")],
  );
}

async function hasNotes(query: Awaited<ReturnType<Installation["database"]>>): Promise<boolean> {
  const [found] = await query.query<{ here: boolean }>(
    "select to_regclass('media_sync.brought_along') is not null as here",
    [],
    { readOnly: true },
  );
  return found?.here === true;
}
