/** `deno task uninstall --from DIR`: out of the folder of a Supabase project. */
import { shippedMigrations } from "../ledger/shipped-migrations.ts";
import { publicNames } from "../migration/public-names.ts";
import { type Tables, uninstallStatement } from "../migration/uninstall-sql.ts";
import type { Surroundings } from "../support/command.ts";
import { CommandError } from "../support/command-error.ts";
import {
  findSupabase,
  hashText,
  MANIFEST,
  readManifest,
  readText,
  removeLeftovers,
  writeWhole,
} from "./folder.ts";
import { nextNumber, readPlaced, UNINSTALL_MARK } from "./plan-migrations.ts";

/** How {@linkcode uninstallFrom} works. */
export interface FromOptions {
  folder: string;
  tables: Tables;
  dryRun: boolean;
  yes: boolean;
  json: boolean;
}

/**
 * Takes our files and our blocks in `config.toml` out of a project's folder, and adds a migration that takes Media Sync out
 * of its databases. The migrations that brought it stay: databases have them in their history.
 *
 * @returns The exit code.
 * @throws CommandError `folder_is_no_project`, `manifest_bad`, `declined`
 */
export async function uninstallFrom(
  { folder, tables, dryRun, yes, json }: FromOptions,
  surroundings: Surroundings,
): Promise<number> {
  const { print } = surroundings;
  const supabase = await findSupabase(folder);
  const manifest = await readManifest(supabase);
  const { present, newest } = await readPlaced(supabase);
  const steps: { told: string; apply(): Promise<void> }[] = [];
  const kept: string[] = [];

  if (present.size > 0) {
    const path = `migrations/${nextNumber(newest, new Date())}_media_sync_uninstall.sql`;
    const shipped = await shippedMigrations(surroundings.migrations);
    const names = publicNames(shipped.map(({ text }) => text).join("\n"));
    const text = `${UNINSTALL_MARK} The tables with the data: ${tables}.\n\n${
      uninstallStatement(names, tables)
    }`;
    steps.push({
      told: `adds      supabase/${path}`,
      apply: () => writeWhole(`${supabase}${path}`, text),
    });
  }
  const config = await readText(`${supabase}config.toml`) ?? "";
  if (manifest && manifest.config !== "" && config.includes(manifest.config)) {
    steps.push({
      told: "takes     the blocks of the three functions out of supabase/config.toml",
      apply: () => writeWhole(`${supabase}config.toml`, config.replace(manifest.config, () => "")),
    });
  } else if (/^\s*\[functions\.(media-list|sync|webhook)\]/m.test(config) && manifest) {
    kept.push(
      "supabase/config.toml: the blocks of the functions were changed; take them out by hand",
    );
  }
  for (const [path, hashes] of Object.entries(manifest?.files ?? {})) {
    if (path.startsWith("migrations/")) continue;
    const text = await readText(`${supabase}${path}`);
    if (text === null) continue;
    if (!hashes.includes(hashText(text))) {
      kept.push(`supabase/${path}: was changed since Media Sync wrote it`);
      continue;
    }
    steps.push({
      told: `removes   supabase/${path}`,
      apply: () => Deno.remove(`${supabase}${path}`),
    });
  }
  if (manifest) {
    // The last, because it knows what is ours.
    steps.push({
      told: `removes   supabase/${MANIFEST}`,
      apply: () => Deno.remove(`${supabase}${MANIFEST}`),
    });
  }

  if (!json) { for (const { told } of steps) print(dryRun ? `would: ${told}` : told); }
  if (!dryRun && steps.length > 0) {
    if (!yes && !await surroundings.confirm(`Do this in ${supabase}?`)) {
      throw new CommandError("declined", "Nothing was done.");
    }
    for (const { apply } of steps) {
      surroundings.signal.throwIfAborted();
      await apply();
    }
  }
  if (!dryRun) await removeLeftovers(supabase);
  if (json) {
    print(JSON.stringify({
      success: true,
      folder: supabase,
      changes: steps.map(({ told }) => told.replace(/ {2,}/, " ")),
      kept,
    }));
    return 0;
  }
  for (const line of kept) print(`stays     ${line}`);
  if (steps.length === 0) print(`gone      nothing of Media Sync is in ${supabase}`);
  else if (!dryRun) {
    print("Next: supabase db push, and supabase functions delete media-list, sync and webhook.");
  }
  return 0;
}
