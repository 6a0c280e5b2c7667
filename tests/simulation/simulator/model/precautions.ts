/** Conflict rows that are written as a precaution: nobody can tell whose doing it was, so that the log tells both. */
import type { Examined, LogRow } from "./check.ts";
import { sameOrNone } from "./units.ts";
import { databaseOf, isBy, isPersons } from "./whose.ts";

/** What a conflict row tells of one value. */
export interface Told {
  base?: unknown;
  database?: unknown;
  cloudinary?: unknown;
  kept: string;
}

/** How long after it was planned a write may still arrive. */
const WRITE_HORIZON_MS = 60_000;

/** Whether a conflict row tells of a value although perhaps nobody made a conflict of it. */
export function isPrecaution(
  examined: Examined,
  row: LogRow,
  unit: string,
  told: Told,
): boolean {
  return [isSentAgain, isLeftEmpty, isLateLoser, isMissingAfterDeath].some((is) =>
    is(examined, row, unit, told)
  );
}

/**
 * Whether a key is sent again that our own clearing took away: the worker died before it set the context anew, and to the
 * database somebody may have emptied it. Nobody can tell, so that the log tells both.
 */
function isLeftEmpty(
  { simulation, project }: Examined,
  row: LogRow,
  unit: string,
  told: Told,
): boolean {
  if (!unit.startsWith("context.") || told.kept !== "database") return false;
  const last = simulation.model.historyOf(row.asset_id!, unit).findLast(({ time }) =>
    time <= row.time
  );
  return last !== undefined && last.value === undefined && isBy(project.name, last);
}

/**
 * Whether a value is sent again that Cloudinary took and does not show, because the asset was given another name since it
 * was edited here: the write met another asset, or somebody took it back. Nobody can tell, so that the log tells both.
 */
function isSentAgain(
  { simulation, project }: Examined,
  row: LogRow,
  unit: string,
  told: Told,
): boolean {
  const { model } = simulation;
  // A key taken away here clears the whole context and sets the rest anew.
  const isCleared = unit.startsWith("context.") &&
    model.historyOf(row.asset_id!, unit).some((held) =>
      held.value === undefined && held.time <= row.time && isBy(project.name, held)
    );
  const edit = model.intents.findLast((intent) =>
    intent.asset === row.asset_id && intent.time <= row.time &&
    intent.side === `here ${project.name}` &&
    (intent.unit === unit
      ? sameOrNone(intent.value, told.database)
      : isCleared && intent.unit.startsWith("context.") && intent.value === undefined)
  );
  return edit !== undefined && told.kept === "database" && sameOrNone(told.base, told.cloudinary) &&
    model.historyOf(row.asset_id!, "public_id").some((name) =>
      name.order > edit.order && name.time <= row.time && !isBy(project.name, name)
    );
}

/**
 * Whether a value of Cloudinary's is set again after our own write, which it had won against, came in its place late: to the
 * database somebody may have made the very same change. Nobody can tell, so that the log tells both.
 */
function isLateLoser(
  { simulation, project, log }: Examined,
  row: LogRow,
  unit: string,
  told: Told,
): boolean {
  const { model } = simulation;
  const last = model.historyOf(row.asset_id!, unit).findLast(({ time }) => time <= row.time);
  return told.kept === "database" && last !== undefined && isBy(project.name, last) &&
    sameOrNone(last.value, told.cloudinary) &&
    log.some(({ asset_id, operation, time, changes }) =>
      asset_id === row.asset_id && ["conflict", "resolve"].includes(operation) &&
      time <= row.time && (changes as Record<string, Told> | null)?.[unit]?.kept === "cloudinary"
    );
}

/**
 * Whether somebody took a key away, and set others, after a function had died that was to take another key away and may
 * have cleared the context for it: to the database it may have been our own clearing, and only the others somebody's.
 */
function isMissingAfterDeath(
  { simulation: { model }, project }: Examined,
  row: LogRow,
  unit: string,
  told: Told,
): boolean {
  const isEdited = !sameOrNone(told.base, told.database) || !sameOrNone(told.cloudinary, null);
  const gone = model.historyOf(row.asset_id!, unit).findLast(({ time }) => time <= row.time);
  if (!unit.startsWith("context.") || isEdited || !gone || !isPersons(gone)) return false;
  const shown = model.looksAt(row.asset_id!).filter(({ kind, by, order }) =>
    kind === "answer" && order < gone.order && ["", project.name].includes(databaseOf(by.name))
  );
  const removed = model.intents.find((intent) =>
    intent.asset === row.asset_id && intent.side === `here ${project.name}` &&
    intent.unit.startsWith("context.") && intent.value === undefined
  );
  return removed !== undefined &&
    shown.some((last) =>
      !last.by.alive && last.order > removed.order &&
      !shown.some(({ by, order, time }) =>
        by.alive && order > last.order && time > last.time + WRITE_HORIZON_MS
      )
    );
}
