/** `deno task setup --into DIR`: into the folder of a Supabase project, whose own commands carry it further. */
import { DATABASE_VERSION } from "../../supabase/functions/_shared/media/database-version.ts";
import { bundleFunctions } from "../bundle/bundle-functions.ts";
import type { Surroundings } from "../support/command.ts";
import { CommandError } from "../support/command-error.ts";
import { functionNames } from "../support/function-names.ts";
import {
  findSupabase,
  hashText,
  MANIFEST,
  type Manifest,
  readFolder,
  readManifest,
  readText,
  removeLeftovers,
  writeWhole,
} from "./folder.ts";
import { mergeConfig } from "./merge-config.ts";
import { planFiles } from "./plan-files.ts";
import { type PlacedMigration, planMigrations } from "./plan-migrations.ts";

/** How {@linkcode setupInto} works. */
export interface IntoOptions {
  folder: string;
  dryRun: boolean;
  yes: boolean;
  json: boolean;
}

/** What is to be written. */
interface Plan {
  supabase: string;
  /** Path below `supabase/` → text; only what differs from what is there. */
  files: Map<string, string>;
  migrations: PlacedMigration[];
  config: { before: string; appended: string };
  manifest: Manifest;
  /** Whether the note says so already. */
  noted: boolean;
}

/**
 * Adds Media Sync to the folder of a project. What is the project's own is never replaced; a run that was stopped goes on.
 *
 * @returns The exit code.
 * @throws CommandError `folder_is_no_project`, `preflight_failed` with everything that is in the way, `declined`
 */
export async function setupInto(
  { folder, dryRun, yes, json }: IntoOptions,
  surroundings: Surroundings,
): Promise<number> {
  const { print } = surroundings;
  const plan = await makePlan(await findSupabase(folder), surroundings);
  const changes = describe(plan);
  if (!json) { for (const line of changes) print(`${dryRun ? "would add" : "adds     "} ${line}`); }
  if (!dryRun && changes.length > 0) {
    if (!yes && !await surroundings.confirm(`Add these to ${plan.supabase}?`)) {
      throw new CommandError("declined", "Nothing was done.");
    }
    await carryOut(plan, surroundings.signal);
  }
  if (!dryRun) await removeLeftovers(plan.supabase);
  if (json) {
    print(JSON.stringify({ success: true, folder: plan.supabase, changes }));
    return 0;
  }
  if (changes.length === 0) print(`in place  Media Sync ${DATABASE_VERSION} in ${plan.supabase}`);
  else if (!dryRun) print(`Done. What to type next stands in ${plan.supabase}MEDIA_SYNC.md.`);
  return 0;
}

async function makePlan(supabase: string, surroundings: Surroundings): Promise<Plan> {
  const known = await readManifest(supabase);
  const migrations = await planMigrations(supabase, new Date(), surroundings.migrations);
  const before = await readText(`${supabase}config.toml`) ?? "";
  const { appended, obstacles } = mergeConfig(before);
  const bundles = await (surroundings.bundleFunctions ?? bundleFunctions)();
  // A run that was stopped noted migrations that it did not come to write.
  const placed: string[] = [];
  for (const path of Object.keys(known?.files ?? {})) {
    if (!path.startsWith("migrations/")) continue;
    if (await readText(`${supabase}${path}`) !== null) placed.push(path);
  }
  const wanted = await planFiles(bundles, [...placed, ...migrations.map(({ path }) => path)]);
  const manifest: Manifest = { version: DATABASE_VERSION, files: {}, config: "" };
  manifest.config = appended === "" ? known?.config ?? "" : appended;
  const files = new Map<string, string>();
  for (const [path, text] of wanted) {
    const found = await readText(`${supabase}${path}`);
    const hash = hashText(text);
    const hashes = known?.files[path] ?? [];
    if (found !== null && found !== text && !hashes.includes(hashText(found))) {
      obstacles.push(
        hashes.length === 0
          ? `supabase/${path} is there and not Media Sync's: give it another name`
          : `supabase/${path} was changed since Media Sync wrote it: move your change elsewhere, and delete the file`,
      );
    }
    if (found !== text) files.set(path, text);
    manifest.files[path] = [hash];
  }
  obstacles.push(...await foreignFunctions(supabase, known));
  for (const path of [...placed, ...migrations.map(({ path }) => path)]) {
    manifest.files[path] = known?.files[path] ??
      [hashText(migrations.find((migration) => migration.path === path)!.text)];
  }
  // What a run that was stopped noted is more than what is there; it is the last that is written.
  const noted = JSON.stringify(known?.files) === JSON.stringify(manifest.files);
  if (obstacles.length > 0) {
    throw new CommandError(
      "preflight_failed",
      `${
        obstacles.length === 1 ? "One thing is" : `${obstacles.length} things are`
      } in the way, and nothing was changed:\n${obstacles.join("\n")}`,
    );
  }
  return { supabase, files, migrations, config: { before, appended }, manifest, noted };
}

/** Functions of our names with files that are not ours. */
async function foreignFunctions(supabase: string, known: Manifest | null): Promise<string[]> {
  const foreign: string[] = [];
  for (const name of functionNames) {
    for (const entry of await readFolder(`${supabase}functions/${name}`) ?? []) {
      const path = `functions/${name}/${entry.name}`;
      // Made by Deno and the CLI beside every function, and told above.
      if (/^(deno\.(json|lock)|index\.ts|\.npmrc)$|\.media-sync-/.test(entry.name)) continue;
      if (known?.files[path] === undefined) {
        foreign.push(
          `supabase/${path} is not Media Sync's, whose function has the name ${name}: give yours another one`,
        );
      }
    }
  }
  return foreign;
}

function describe({ files, migrations, config, noted }: Plan): string[] {
  return [
    ...migrations.map(({ path }) => `supabase/${path}`),
    ...[...files.keys()].map((path) => `supabase/${path}`),
    ...(config.appended === "" ? [] : ["supabase/config.toml: the blocks of the three functions"]),
    ...(noted ? [] : [`supabase/${MANIFEST}`]),
  ];
}

/** The note comes first, with what was there before: whatever stops this, the next run knows what is ours. */
async function carryOut(plan: Plan, signal: AbortSignal): Promise<void> {
  const { supabase, files, migrations, config, manifest } = plan;
  const known = await readManifest(supabase);
  const during = structuredClone(manifest);
  for (const [path, hashes] of Object.entries(known?.files ?? {})) {
    during.files[path] = [...new Set([...(during.files[path] ?? []), ...hashes])];
  }
  const note = (kept: Manifest) =>
    writeWhole(`${supabase}${MANIFEST}`, `${JSON.stringify(kept, null, 2)}\n`);
  await note(during);
  for (const [path, text] of files) {
    signal.throwIfAborted();
    await writeWhole(`${supabase}${path}`, text);
  }
  if (config.appended !== "") {
    signal.throwIfAborted();
    await writeWhole(`${supabase}config.toml`, config.before + config.appended);
  }
  for (const { path, text } of migrations) {
    signal.throwIfAborted();
    await writeWhole(`${supabase}${path}`, text);
  }
  await note(manifest);
}
