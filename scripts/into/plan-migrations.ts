import { shippedMigrations } from "../ledger/shipped-migrations.ts";
import { notedMigration } from "../migration/guards.ts";
import { readFolder, readText } from "./folder.ts";

/** A migration in a project's own folder of migrations. */
export interface PlacedMigration {
  /** Below `supabase/`. */
  path: string;
  text: string;
}

/** The first line of a migration that takes Media Sync out again. */
export const UNINSTALL_MARK = "-- Media Sync: takes it out of this project's database.";

/**
 * The migrations of ours that a project's folder lacks, each with a number after all that are there. Those that are there
 * are known by what they note, whatever their number; what comes before a migration that took us out counts no more.
 *
 * @param now The time that stands in the first number, unless one of theirs is later.
 */
export async function planMigrations(
  supabase: string,
  now: Date,
  shippedFolder?: URL,
): Promise<PlacedMigration[]> {
  const shipped = await shippedMigrations(shippedFolder);
  const { present, newest } = await readPlaced(supabase);
  let number = nextNumber(newest, now);
  return shipped.filter(({ version }) => !present.has(version)).map(({ name, text }) => ({
    path: `migrations/${String(number++).padStart(14, "0")}_${name}.sql`,
    text,
  }));
}

/** Which of our migrations a folder has, and the greatest number in it. */
export async function readPlaced(
  supabase: string,
): Promise<{ present: Set<string>; newest: number }> {
  const names = (await readFolder(`${supabase}migrations`) ?? []).map(({ name }) => name)
    .filter((name) => /^\d+_.*\.sql$/.test(name));
  const present = new Set<string>();
  for (const name of names.sort()) {
    const text = await readText(`${supabase}migrations/${name}`) ?? "";
    if (text.startsWith(UNINSTALL_MARK)) present.clear();
    const noted = notedMigration(text);
    if (noted !== null) present.add(noted.version);
  }
  const newest = Math.max(0, ...names.map((name) => Number(/^\d+/.exec(name)![0])));
  return { present, newest };
}

/** Later than every number there is, whatever the clock says. */
export function nextNumber(newest: number, now: Date): number {
  return Math.max(newest + 1, Number(now.toISOString().replace(/\D/g, "").slice(0, 14)));
}
