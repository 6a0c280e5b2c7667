/** The flags of `deno task uninstall`, its questions, and what it says. */
import { uninstallFrom } from "../into/out-of-folder.ts";
import { createInstallation } from "../setup/installation.ts";
import { requireSomebody } from "../setup/run-steps.ts";
import type { Surroundings } from "../support/command.ts";
import { CommandError } from "../support/command-error.ts";
import { oneOf, readFlags } from "../support/read-flags.ts";
import { databaseRemoval } from "./database-removal.ts";
import { functionsRemoval } from "./functions-removal.ts";
import { PARTS, type Removal } from "./removal.ts";
import { secretsRemoval } from "./secrets-removal.ts";
import { webhookRemoval } from "./webhook-removal.ts";

const usage =
  `Takes Media Sync out of a Supabase project; what is not Media Sync's stays exactly as it is, and nothing is deleted in
Cloudinary. May be run again, also after it was stopped anywhere: it takes away what is left.

  webhook     the webhook's registration in Cloudinary
  functions   media-list, sync and webhook, as far as Media Sync deployed them
  secrets     the functions' Cloudinary variables, as far as setup set them
  database    jobs, Vault secrets, policies, functions, the schema media_sync, and extensions that came with it and that
              nobody else uses; all of it or nothing. The tables with the data stay unless --drop-tables is given or,
              on a terminal, asked for: as plain data, which only secret keys and the owner reach

  --project-ref REF      the project (default: the linked one)
  --from DIR             takes Media Sync out of the folder that setup --into added it to: its files, its blocks in
                         config.toml; and adds a migration that takes it out of the database
  --only PART,PART       only these parts
  --drop-tables          the tables with the data go too
  --dry-run              looks, and says what it would do
  --yes                  asks nothing; needed where nobody can be asked
  --url URL, --key-from-env NAME, --database-url URL   as for deno task setup
  --json                 prints one JSON object and nothing else
  --help                 this text

From the environment: what deno task setup takes. Without this tool: supabase/uninstall.sql, in the SQL editor.`;

/** What became of one part. */
interface Result {
  part: string;
  result: "gone" | "removed" | "would_do";
  message: string;
}

const WORDS = { gone: "gone     ", removed: "removed  ", would_do: "would do " };

/**
 * `deno task uninstall`: takes Media Sync out of a project.
 *
 * @returns The exit code.
 * @throws CommandError where a part cannot be taken away; those before it are gone.
 */
export async function uninstallCommand(
  args: string[],
  surroundings: Surroundings,
): Promise<number> {
  const flags = readFlags("uninstall", args, {
    "project-ref": { type: "string" },
    from: { type: "string" },
    only: { type: "string", default: PARTS.join(",") },
    "drop-tables": { type: "boolean", default: false },
    "dry-run": { type: "boolean", default: false },
    yes: { type: "boolean", default: false },
    url: { type: "string" },
    "key-from-env": { type: "string" },
    "database-url": { type: "string" },
    json: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  });
  const { print } = surroundings;
  if (flags.help) {
    print(usage);
    return 0;
  }
  const parts = flags.only.split(",").map((name) => oneOf("uninstall", "only", name.trim(), PARTS));
  const [dryRun, yes] = [flags["dry-run"], flags.yes];
  requireSomebody({ task: "uninstall", dryRun, yes }, surroundings.isTerminal);
  if (flags.from !== undefined) {
    const tables = flags["drop-tables"] ? "drop" : "keep";
    return await uninstallFrom(
      { folder: flags.from, tables, dryRun, yes, json: flags.json },
      surroundings,
    );
  }
  const installation = createInstallation({
    projectRef: flags["project-ref"],
    url: flags.url,
    keyFromEnv: flags["key-from-env"],
    databaseUrl: flags["database-url"],
  }, surroundings);
  let dropTables = flags["drop-tables"];
  const removals = [
    webhookRemoval(installation),
    functionsRemoval(installation),
    secretsRemoval(installation),
    databaseRemoval(installation, () => dropTables),
  ].filter(({ part }) => parts.includes(part));

  // Everything is looked at before anything is taken away.
  const found = await lookAt(removals);
  if (!dryRun && !yes) {
    for (const { removal, message } of found) {
      print(
        `${(message === null ? WORDS.gone : "there    ")} ${removal.part.padEnd(9)}  ${
          message ?? removal.gone
        }`,
      );
    }
    if (!await surroundings.confirm("Take Media Sync out of this project?")) {
      throw new CommandError("declined", "Nothing was done.");
    }
    const hasTables = found.some(({ removal, message }) =>
      removal.part === "database" && message !== null
    );
    dropTables ||= hasTables &&
      await surroundings.confirm(
        "Also drop the tables with the data? (Nothing is deleted in Cloudinary.)",
      );
  }
  const results: Result[] = [];
  for (const { removal, message } of found) {
    surroundings.signal.throwIfAborted();
    const result: Result = message === null
      ? { part: removal.part, result: "gone", message: removal.gone }
      : dryRun
      ? { part: removal.part, result: "would_do", message }
      : { part: removal.part, result: "removed", message: await carryThrough(removal) };
    results.push(result);
    if (!flags.json) {
      print(`${WORDS[result.result]} ${result.part.padEnd(9)}  ${result.message}`);
    }
  }
  if (flags.json) print(JSON.stringify({ success: true, parts: results }));
  return 0;
}

/** What is there of each part; all that cannot be looked at is told at once. */
async function lookAt(
  removals: readonly Removal[],
): Promise<{ removal: Removal; message: string | null }[]> {
  const found: { removal: Removal; message: string | null }[] = [];
  const failures: string[] = [];
  for (const removal of removals) {
    try {
      found.push({ removal, message: await removal.look() });
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      failures.push(`${removal.part}: ${error.message}`);
    }
  }
  if (failures.length > 0) {
    throw new CommandError(
      "removal_blocked",
      `Nothing was taken away:\n${failures.join("\n")}\n` +
        "Mend it, or take the other parts away with --only.",
    );
  }
  return found;
}

async function carryThrough(removal: Removal): Promise<string> {
  try {
    return await removal.apply();
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    throw new CommandError(error.code, `${removal.part}: ${error.message}`, error.exitCode);
  }
}
