/** Invariant 2: each edit is on both sides, or was replaced by somebody who saw it, or stands in the log. */
import { EPOCH } from "../engine/machine.ts";
import type { Simulation } from "../simulation.ts";
import {
  isHiddenInConflict,
  isInWindow,
  isOverwrittenByName,
  isTakenBack,
  isTakenForArrived,
  isTakenForOurs,
  isTakenForUnsent,
} from "./allowances.ts";
import type { Complaint, Examined } from "./check.ts";
import { renamedFolder } from "./folders.ts";
import { standsInLog } from "./in-log.ts";
import type { Intent } from "./model.ts";
import { same, unitsOf, unitsOfAsset } from "./units.ts";

/** Checks every intent, with the rows and logs of all databases. */
export function checkIntents(simulation: Simulation, all: readonly Examined[]): Complaint[] {
  const { model, library, fixed } = simulation;
  const complaints: Complaint[] = [];
  const assets = library.assets();
  const logs = all.map(({ log }) => log);
  for (const intent of model.intents) {
    const asset = assets.get(intent.asset);
    const there = asset && unitsOfAsset(asset, fixed)[intent.unit];
    const locals = all.map(({ rows }) => rows.get(intent.asset))
      .map((row) => row && unitsOf(row, fixed)[intent.unit]);
    if (asset && same(there, intent.value)) continue;
    if (!asset && isFineAlthoughGone(simulation, intent, locals)) continue;
    if (isReplaced(simulation, intent)) continue;
    if (all.some(({ log }) => standsInLog(log, intent))) continue;
    if (isInWindow(simulation, intent) || isTakenForUnsent(simulation, intent)) continue;
    if (isTakenForOurs(simulation, intent) || isTakenForArrived(simulation, intent)) continue;
    if (all.some(({ rows }) => isHiddenInConflict(rows.get(intent.asset), fixed, intent))) continue;
    if (isTakenBack(simulation, logs, intent) || isOverwrittenByName(simulation, intent)) continue;
    complaints.push({
      invariant: 2,
      asset: simulation.nameOf(intent.asset),
      text: describe(simulation, all, intent, locals, asset ? there : "(gone)"),
    });
  }
  return complaints;
}

/** Whether somebody who could see the value put another in its place. */
function isReplaced({ model }: Simulation, intent: Intent): boolean {
  return model.intents.some((later) => {
    if (later.asset !== intent.asset || later.unit !== intent.unit) return false;
    if (later.order <= intent.order) return false;
    if (later.side === intent.side) return true;
    if (same(later.before, intent.value)) return true;
    if (later.side !== "there") return false;
    return model.historyOf(intent.asset, intent.unit).some((held) =>
      held.order > intent.order && held.order < later.order && same(held.value, intent.value)
    );
  });
}

/** A value of an asset that is gone: on the row in the bin, or thrown away by whoever deleted the asset on that side. */
function isFineAlthoughGone(
  { model, plan }: Simulation,
  intent: Intent,
  locals: readonly unknown[],
): boolean {
  const kept = [intent.value];
  if (intent.unit === "folder") kept.push(renamedFolder(plan, intent.act, String(intent.value)));
  if (locals.some((local) => kept.some((value) => same(local, value)))) return true;
  return model.existence.some((event) =>
    event.asset === intent.asset && event.what === "deleted" && event.order > intent.order &&
    event.side === intent.side && intent.side === "there"
  );
}

function describe(
  simulation: Simulation,
  all: readonly Examined[],
  intent: Intent,
  locals: readonly unknown[],
  there: unknown,
): string {
  const { model } = simulation;
  const at = (time: number) => `${((time - EPOCH) / 1000).toFixed(1)} s`;
  const intents = model.intents
    .filter(({ asset, unit }) => asset === intent.asset && unit === intent.unit)
    .map((one) =>
      `act ${one.act} at ${at(one.time)} ${one.side}: ${text(one.before)} → ${text(one.value)}`
    );
  const conflicts = all.flatMap(({ log }) => log).filter((row) =>
    row.asset_id === intent.asset && (row.operation === "conflict" || row.status === "conflict")
  ).map((row) => JSON.stringify(row.changes));
  return `the edit of act ${intent.act} is nowhere: ${
    simulation.nameOf(intent.asset)
  } ${intent.unit} = ${text(intent.value)}; here ${locals.map(text).join(" and ")}, there ${
    text(there)
  }; edits of it: ${intents.join("; ")}; conflict rows: ${conflicts.join(" ") || "none"}`;
}

function text(value: unknown): string {
  return value === undefined ? "(absent)" : JSON.stringify(value);
}
