/** Invariants 3 and 7: what the log tells is what happened: no conflict that nobody made, no news that is none. */
import type { Complaint, Examined, LogRow } from "./check.ts";
import type { Held } from "./model.ts";
import { isPrecaution, type Told } from "./precautions.ts";
import { differing, sameOrNone, type Units } from "./units.ts";
import { databaseOf, isBy } from "./whose.ts";

/** Checks the rows of the log that tell of conflicts, and of what was taken over from Cloudinary. */
export function checkLog(examined: Examined): Complaint[] {
  return [...examined.log.flatMap((row) => conflictsOfNobody(examined, row)), ...oldNews(examined)];
}

/** A conflict needs two: somebody who edited the value here, and somebody else who put the other value there. */
function conflictsOfNobody(examined: Examined, row: LogRow): Complaint[] {
  if (row.operation !== "conflict") return [];
  const asset = row.asset_id!;
  const complaints: Complaint[] = [];
  for (const [unit, told] of Object.entries(row.changes as Record<string, Told>)) {
    // What goes with a deletion has no editor here.
    if (unit === "deleted_at" || told.kept === "deleted" || unit === "tags") continue;
    const whose = [
      isEditedHere(examined, row, unit) ? null : "here",
      isFromThere(examined, row, unit, told.cloudinary) ? null : "there",
    ].filter((side) => side !== null);
    if (whose.length === 0) continue;
    if (isPrecaution(examined, row, unit, told)) continue;
    const name = examined.simulation.nameOf(asset);
    complaints.push({
      invariant: 7,
      asset: name,
      text: `a conflict that nobody made: ${name} ${unit} ${
        JSON.stringify(told)
      }, nobody edited it so ${whose.join(" and ")}`,
    });
  }
  return complaints;
}

function isEditedHere({ simulation, project }: Examined, row: LogRow, unit: string): boolean {
  return simulation.model.intents.some((intent) =>
    intent.asset === row.asset_id && intent.unit === unit &&
    intent.side === `here ${project.name}` && intent.time <= row.time
  );
}

/** Whether somebody else than this database's functions gave the unit this value there. */
function isFromThere(
  { simulation, project }: Examined,
  row: LogRow,
  unit: string,
  value: unknown,
): boolean {
  return simulation.model.historyOf(row.asset_id!, unit).some((held) =>
    held.time <= row.time && sameOrNone(held.value, value) && !isBy(project.name, held)
  );
}

/** How long a look-up may be on its way beside another that began before it and was answered after it. */
const LOOK_UPS_OVERLAP_MS = 5_000;

/** What a row took over from Cloudinary is as new as what it had taken over before, and is not only its own write. */
function oldNews(examined: Examined): Complaint[] {
  const { simulation, log, project } = examined;
  const { model } = simulation;
  const reached = new Map<string, number>();
  const complaints: Complaint[] = [];
  for (const row of log) {
    if (row.direction !== "pull" || row.status !== "success") continue;
    for (const [unit, , value] of unitsOfChanges(row.changes, simulation.fixed)) {
      const key = `${row.asset_id} ${unit}`;
      const history = model.historyOf(row.asset_id!, unit).filter(({ time }) => time <= row.time);
      const from = reached.get(key) ?? 0;
      if (value === undefined && isEmptyInBetween(examined, row, unit, history[from])) continue;
      const place = history.findIndex((held, index) =>
        index >= from && sameOrNone(held.value, value)
      );
      if (place >= 0) {
        reached.set(key, place);
        continue;
      }
      if (!history.some((held) => sameOrNone(held.value, value))) continue;
      if (history[from] && areTwoAtOnce(examined, row, history[from])) continue;
      const name = simulation.nameOf(row.asset_id!);
      complaints.push({
        invariant: 3,
        asset: name,
        text: `old news: ${name} ${unit} was taken back to ${JSON.stringify(value)} (${row.source}${
          project.name === "a" ? "" : ` in ${project.name}`
        }), which Cloudinary no longer held when the row had taken over what came after it: ${
          history.map((held) => `${JSON.stringify(held.value)} by ${held.by}`).join(", ")
        }`,
      });
    }
  }
  return complaints;
}

/**
 * Whether somebody in Cloudinary changed the context by clearing it and setting it anew, which is one act of theirs, after
 * what the row had taken over of the key.
 */
function isEmptyInBetween(
  { simulation }: Examined,
  row: LogRow,
  unit: string,
  reached: Held | undefined,
): boolean {
  return unit.startsWith("context.") &&
    simulation.model.intents.some((intent) =>
      intent.asset === row.asset_id && intent.side === "there" && intent.time <= row.time &&
      intent.order >= (reached?.order ?? 0) &&
      intent.unit.startsWith("context.") && intent.value === undefined
    );
}

/**
 * Of two look-ups on their way at once nobody knows which Cloudinary answered first: one showed the asset before what the
 * row had taken over came there, and another after it.
 */
function areTwoAtOnce({ simulation, project }: Examined, row: LogRow, reached: Held): boolean {
  const looks = simulation.model.looksAt(row.asset_id!).filter(({ kind, by, time }) =>
    kind === "answer" && ["", project.name].includes(databaseOf(by.name)) &&
    time <= row.time && row.time - time < LOOK_UPS_OVERLAP_MS
  );
  return looks.some((older) =>
    older.order < reached.order &&
    looks.some((newer) => newer.order > reached.order && newer.by !== older.by)
  );
}

/** The units that a log row's changes tell of, with both values. */
function unitsOfChanges(changes: unknown, fixed: boolean): [string, unknown, unknown][] {
  const [from, to]: [Units, Units] = [{}, {}];
  for (const [field, change] of Object.entries(changes ?? {})) {
    if (typeof change !== "object" || change === null || !("to" in change)) continue;
    add(from, field, change.from, fixed);
    add(to, field, change.to, fixed);
  }
  return differing(from, to);
}

function add(units: Units, field: string, value: unknown, fixed: boolean): void {
  if (field === "tags") { for (const tag of value as string[] ?? []) units[`tags.${tag}`] = true; }
  else if (field === "context" || field === "metadata") {
    for (const [key, inside] of Object.entries(value ?? {})) units[`${field}.${key}`] = inside;
  } else if (field === "public_id" || (!fixed && ["folder", "display_name"].includes(field))) {
    units[field] = value;
  }
}
