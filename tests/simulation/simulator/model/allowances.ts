/** What the product does not promise, each with its reason. `allowances.md` tells them in words. */
import type { Simulation } from "../simulation.ts";
import type { LogRow } from "./check.ts";
import type { Held, Intent, Model, Side } from "./model.ts";
import type { Plan } from "../people/plan.ts";
import { renamedFolder } from "./folders.ts";
import { type Row, same, unitsOf } from "./units.ts";
import { WAYSIDE } from "../people/library-calls.ts";
import { standsInLog } from "./in-log.ts";
import { isWell } from "./is-well.ts";
import { databaseAt, databaseOf, isPersons } from "./whose.ts";

/** A write leaves at most so long after the look-up that it rests on, ms. */
export const WINDOW = 2_000;

/**
 * Cloudinary has no conditional write. An edit made there after the look-up and before the write that rests on it is
 * written over, or goes with the asset that is being deleted.
 */
export function isInWindow({ model, plan }: Simulation, intent: Intent): boolean {
  // The ways of the look-up's answer and of the write.
  const longest = WINDOW + 2 * (plan.weather.cloudinary.latency + 50);
  return ordersThere(model, plan.projects, intent).some((order) =>
    ["exists", intent.unit].some((unit) =>
      model.historyOf(intent.asset, unit).some((held) => {
        if (held.order <= order || isPersons(held)) return false;
        if (unit === "exists" && held.value !== false) return false;
        // Of any asset too: writes go by name, and after a swap of names a write for one asset reaches another.
        return [
          model.looksBy(held.by).findLast((look) => look.order < held.order),
          model.looksAt(intent.asset).findLast((look) =>
            look.by.name === held.by && look.order < held.order
          ),
        ].some((rested) =>
          rested !== undefined && rested.order < order && held.time - rested.time <= longest
        );
      })
    )
  );
}

/** Whether a value stands on a row in conflict that went out of scope, where nobody can decide it before it is back. */
export function isHiddenInConflict(row: Row | undefined, fixed: boolean, intent: Intent): boolean {
  return row !== undefined && row.sync_status === "conflict" && !row.in_scope &&
    same(unitsOf(row, fixed)[intent.unit], intent.value);
}

/** When a value came into the library: by the person, or by the write of one of several databases. */
function ordersThere(
  model: Model,
  projects: number,
  { side, asset, unit, order, value }: Intent,
): number[] {
  if (side === "there") return [order];
  if (projects === 1) return [];
  return model.historyOf(asset, unit)
    .filter((held) => held.order > order && !isPersons(held) && same(held.value, value))
    .map((held) => held.order);
}

/**
 * Grouped writes go by name. Where people in Cloudinary gave the name to another asset after the look-up and before the
 * write that rests on it, the write lands there, on what was agreed on by then.
 */
export function isOverwrittenByName({ model, plan }: Simulation, intent: Intent): boolean {
  const longest = WINDOW + 2 * (plan.weather.cloudinary.latency + 50);
  return model.historyOf(intent.asset, intent.unit).some((held) => {
    if (held.order <= intent.order || isPersons(held) || same(held.value, intent.value)) {
      return false;
    }
    const rested = model.looksBy(held.by).findLast(({ order }) => order < held.order);
    return rested !== undefined && held.time - rested.time <= longest &&
      model.historyOf(intent.asset, "public_id").some((name) =>
        isPersons(name) && name.order > rested.order && name.order < held.order
      );
  });
}

/**
 * Whether what just changed a unit went by a name that was given to this asset after its function had seen another under
 * it; or gave back at once the name that it had taken from this asset so.
 */
export function isMisplaced(
  { model }: Simulation,
  asset: string,
  unit: string,
  by: string,
): boolean {
  const [before, taken, last] = [undefined, undefined, ...model.historyOf(asset, unit)].slice(-3);
  return metAnother(model, asset, last!.order, by) ||
    (unit === "public_id" && taken?.by === by && same(before?.value, last!.value) &&
      metAnother(model, asset, taken.order, by));
}

/** Whether a function's write to an asset went by a name under which it had last seen another. */
function metAnother(model: Model, asset: string, arrived: number, by: string): boolean {
  const nameOf = (one: string, order: number) =>
    model.historyOf(one, "public_id").findLast((held) => held.order < order);
  const name = nameOf(asset, arrived)!;
  return model.assets().some((other) =>
    other !== asset &&
    model.looksAt(other).some((look) =>
      look.by.name === by && look.order < name.order &&
      same(nameOf(other, look.order)?.value, name.value)
    )
  );
}

/**
 * A write whose answer was lost, taken back in Cloudinary before anybody looked: what is there then is just what would
 * be there if the write had never arrived, so that it is sent again.
 */
export function isTakenForUnsent({ model }: Simulation, intent: Intent): boolean {
  if (intent.side !== "there") return false;
  const history = model.historyOf(intent.asset, intent.unit);
  const place = history.findLastIndex((held) => held.order < intent.order && !isPersons(held));
  if (place < 0 || !same(history[place - 1]?.value, intent.value)) return false;
  const arrived = history[place]!;
  const writer = model.looksAt(intent.asset).find(({ by }) => by.name === arrived.by)?.by;
  const wasLost = writer === undefined || !isWell(writer);
  // What people went on to from it while it waited is sent in its place.
  const wanted = [
    arrived.value,
    ...model.intents.filter(({ asset, unit, side, order }) =>
      asset === intent.asset && unit === intent.unit && order > arrived.order &&
      side !== "there" && ["", databaseAt(side)].includes(databaseOf(arrived.by))
    ).map(({ value }) => value),
  ];
  const again = history.find((held) =>
    held.order > intent.order && !isPersons(held) && wanted.some((value) => same(held.value, value))
  );
  if (!wasLost || again === undefined) return false;
  return !model.looksAt(intent.asset).some(({ order, kind, of, by }) =>
    by !== writer && isWell(by) && databaseOf(by.name) === databaseOf(arrived.by) &&
    order > arrived.order &&
    // Of a write only its own notification tells.
    (kind === "answer" ? order < intent.order : order < again.order && of === arrived.time)
  );
}

/**
 * The same change made there that a write without an answer was carrying, which had been taken back here: what the library
 * shows is just what it would show if the write had arrived, so that it is taken back there too.
 */
export function isTakenForOurs({ model }: Simulation, intent: Intent): boolean {
  // To each of several databases the writes of the others are changes made there.
  const ours = model.intents.filter(({ asset, unit, side }) =>
    asset === intent.asset && unit === intent.unit && side !== "there" && side !== intent.side
  );
  return ours.some((sent) =>
    sent.order < intent.order && same(sent.value, intent.value) &&
    ours.some((undo) =>
      undo.side === sent.side && undo.order > sent.order && same(undo.before, sent.value)
    ) &&
    model.looksAt(intent.asset).some(({ order, by }) =>
      order > sent.order && order < intent.order && !isWell(by)
    )
  );
}

/**
 * A context key taken away here by a write without an answer, while somebody in Cloudinary changed the context by clearing
 * it and setting it anew: the clearing passes for our write, and what was set for somebody's edit after it.
 */
export function isTakenForArrived({ model }: Simulation, intent: Intent): boolean {
  const { asset, order, side, unit, value } = intent;
  if (side === "there" || !unit.startsWith("context.") || value !== undefined) return false;
  return model.intents.some((other) =>
    other.asset === asset && other.side === "there" && other.order > order &&
    other.unit.startsWith("context.") && other.value === undefined &&
    model.looksAt(asset).some((look) =>
      look.order > order && look.order < other.order && !isWell(look.by)
    )
  );
}

/**
 * An edit that brings back the value from which somebody elsewhere had gone on already: before anybody could hear of what
 * was between, or where that value stood in the library at this moment. Nothing changed on this side.
 */
export function isTakenBack(
  { model, plan }: Simulation,
  logs: readonly LogRow[][],
  intent: Intent,
): boolean {
  const others = model.intents.filter((other) =>
    other.asset === intent.asset && other.unit === intent.unit && other.side !== intent.side &&
    wentOnFrom(plan, other, intent) && !same(other.value, intent.value)
  );
  // A ring of renames, there or of ours, passes through a name of its own, which nobody wanted.
  const wentOn = others.length > 0 ||
    (intent.unit === "public_id" && (intent.value === WAYSIDE || isDetour(model, intent)));
  // It was decided upon before, and lost.
  const hadLost = logs.some((log) => standsInLog(log, { ...intent, time: 0 }));
  return (wentOn && wasThere(model, intent)) || cameAndWentUnseen(model, intent, others) ||
    wentAndCameUnseen(model, intent, others) ||
    ((wentOn || hadLost) && cameBackUnnoticed(model, logs, intent, others));
}

/**
 * Whether somebody went on from the value that an edit restores. A row that was not told yet that its asset was moved there
 * goes with the folder that it was in, where that is renamed meanwhile: what they went on from has that name here.
 */
function wentOnFrom(plan: Plan, other: Intent, { act, side, unit, value }: Intent): boolean {
  if (same(other.before, value)) return true;
  return unit === "folder" && side !== "there" && other.side === "there" && other.act < act &&
    renamedFolder(plan, other.act, String(other.before), act) === value;
}

/** Whether a name first came into the library by a function, and by nobody's wish. */
function isDetour(model: Model, { asset, value }: Intent): boolean {
  const first = model.historyOf(asset, "public_id").find((held) => same(held.value, value));
  return first !== undefined && !isPersons(first) &&
    !model.intents.some((one) =>
      one.unit === "public_id" && same(one.value, value) && one.order < first.order
    );
}

/** Whether an edit made here only agreed with what the library held, or was last seen to hold by that database. */
function wasThere(model: Model, { side, asset, unit, order, value }: Intent): boolean {
  if (side === "there") return false;
  const database = databaseAt(side);
  const seen = model.looksAt(asset).findLast((look) =>
    look.order < order && look.kind === "answer" && isWell(look.by) &&
    [database, ""].includes(databaseOf(look.by.name))
  );
  return [order, seen?.order ?? order].some((moment) => {
    const held = model.historyOf(asset, unit).findLast((one) => one.order < moment);
    return held !== undefined && same(held.value, value);
  });
}

function cameBackUnnoticed(
  model: Model,
  logs: readonly LogRow[][],
  intent: Intent,
  others: readonly Intent[],
): boolean {
  const ours = model.intents.filter((one) =>
    one.asset === intent.asset && one.unit === intent.unit && one.side === intent.side &&
    one.order <= intent.order
  );
  const between: unknown[] = [];
  let begin: Intent | undefined;
  for (let index = ours.length - 1; index >= 0 && begin === undefined; index--) {
    const one = ours[index]!;
    const next = ours[index + 1];
    // Something else changed it between the two.
    if (next !== undefined && !same(one.value, next.before)) return false;
    if (same(one.before, intent.value)) begin = one;
    between.push(one.before);
  }
  if (begin === undefined) return false;
  const passing = between.filter((value) => !same(value, intent.value));
  // Once the library holds a value again, a row that tells it may have been written because of that.
  const heldAgain = (value: unknown) =>
    model.historyOf(intent.asset, intent.unit)
      .find((held) => held.order > intent.order && same(held.value, value))?.time ?? Infinity;
  const isKnown = passing.some((value) =>
    intent.side === "there"
      ? logs.some((log) =>
        standsInLog(log.filter(({ time }) => time < heldAgain(value)), {
          ...intent,
          time: begin.time,
          value,
        })
      )
      : model.historyOf(intent.asset, intent.unit).some((held) =>
        held.order > begin.order && held.order < intent.order && same(held.value, value) &&
        // What a person put there by themselves is no news of what was done here.
        !isPersons(held) && (others.length === 0 || others.some(({ side }) =>
          side === "there" || wasShownTo(model, intent, side, held)
        ))
      )
  );
  return !isKnown;
}

/**
 * Whether somebody in Cloudinary took back what another database had brought, before a third, which wished for the same and
 * had not got it there yet, was shown it: to that one nothing has changed in Cloudinary.
 */
function cameAndWentUnseen(model: Model, intent: Intent, others: readonly Intent[]): boolean {
  if (intent.side !== "there") return false;
  const history = model.historyOf(intent.asset, intent.unit)
    .filter(({ order, by }) => order < intent.order && by !== `act ${intent.act}`);
  const brought = history.at(-1);
  if (brought === undefined || isPersons(brought)) return false;
  if (!same(history.at(-2)?.value, intent.value)) return false;
  return others.some(({ side, order, value }) => {
    const database = databaseAt(side);
    return order < brought.order && same(value, brought.value) &&
      databaseOf(brought.by) !== database && !model.looksAt(intent.asset).some((look) =>
        look.kind === "answer" && isWell(look.by) && databaseOf(look.by.name) === database &&
        look.order > brought.order && look.order < intent.order
      );
  });
}

/**
 * Whether a value was gone from Cloudinary, and brought back by this edit, before another database, which had gone on from
 * it already, was shown the asset without it: to that one nothing has changed in Cloudinary.
 */
function wentAndCameUnseen(model: Model, intent: Intent, others: readonly Intent[]): boolean {
  const history = model.historyOf(intent.asset, intent.unit);
  const gone = history.findLast(({ order }) => order < intent.order);
  const back = history.find(({ order, value }) =>
    order > intent.order && same(value, intent.value)
  );
  if (gone === undefined || back === undefined || same(gone.value, intent.value)) return false;
  return others.some(({ side, order }) =>
    side !== "there" && order < back.order &&
    !wasShownTo(model, { ...intent, order: back.order }, side, gone)
  );
}

/**
 * Whether another database was shown the asset, and nothing went wrong with it, between a value's coming and an edit. Of the
 * value only its own notification tells.
 */
function wasShownTo(model: Model, { asset, order }: Intent, side: Side, held: Held): boolean {
  const database = databaseAt(side);
  return model.looksAt(asset).some((look) =>
    databaseOf(look.by.name) === database && isWell(look.by) && look.order > held.order &&
    look.order < order && (look.kind === "answer" || look.of === held.time)
  );
}
