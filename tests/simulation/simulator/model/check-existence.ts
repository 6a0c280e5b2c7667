/** Invariants 2 and 9 for whole assets: what was deleted is gone, what was restored is back, nothing else is missing. */
import type { Complaint, Examined } from "./check.ts";
import { isWell } from "./is-well.ts";
import type { Existence } from "./model.ts";
import { databaseOf, isPersons } from "./whose.ts";

/** Checks the deletions and restorings of each asset. */
export function checkExistence(examined: Examined): Complaint[] {
  const { simulation, project } = examined;
  const { model, library } = simulation;
  const complaints: Complaint[] = [];
  const assets = library.assets();
  const ids = new Set(model.existence.map(({ asset }) => asset));
  for (const id of ids) {
    const events = model.existence.filter(({ asset }) => asset === id);
    const name = simulation.nameOf(id);
    const add = (invariant: number, text: string) =>
      complaints.push({ invariant, asset: name, text: `${text}; ${story(events)}` });
    destroyedByNobody(events).forEach(() =>
      add(2, `${name} was destroyed there although nobody deleted it`)
    );
    destroyedWithNewContent(examined, id, events).forEach(({ order }) =>
      add(
        2,
        `${name} was destroyed there by ${
          destroyer(examined, id, order)
        }, which had seen content ` +
          "that came after the deletion here",
      )
    );
    const wishes = events.filter(({ side, what }) =>
      side !== null && (what === "deleted" || what === "restored")
    );
    const last = wishes.at(-1);
    if (last === undefined) {
      if (!assets.has(id)) add(2, `${name} is gone although nobody deleted it`);
      continue;
    }
    if (last.side !== "there" && last.side !== `here ${project.name}`) continue;
    if (
      last.what === "deleted" && assets.has(id) && !survives(examined, events, last) &&
      !meetsWishToRestore(examined, events, last)
    ) {
      add(9, `${name} was deleted by act ${last.act} and is still there`);
    }
    if (
      last.what === "restored" && !assets.has(id) && !isTold(examined, last) &&
      !wasGoneBefore(examined, events, wishes) && !isDeletedElsewhere(wishes)
    ) {
      add(9, `${name} was restored by act ${last.act} and is gone`);
    }
  }
  return complaints;
}

/** Deletions by functions that no person's wish explains. */
function destroyedByNobody(events: Existence[]): Existence[] {
  return events.filter((event, index) => {
    if (event.side !== null || event.what !== "deleted") return false;
    return !events.slice(0, index).some((earlier) =>
      earlier.side !== null && earlier.what === "deleted"
    );
  });
}

/** Deletions by functions that had been shown content which somebody put there after the deletion here. */
function destroyedWithNewContent(
  examined: Examined,
  id: string,
  events: Existence[],
): Existence[] {
  return events.filter((event, index) => {
    if (event.side !== null || event.what !== "deleted") return false;
    const earlier = events.slice(0, index);
    const wish = earlier.findLast(({ side, what }) =>
      side !== null && side !== "there" && what === "deleted"
    );
    const renewed = earlier.findLast(({ side, what }) =>
      side === "there" && (what === "overwritten" || what === "uploaded")
    );
    if (wish === undefined || renewed === undefined || renewed.order < wish.order) return false;
    const by = destroyer(examined, id, event.order);
    return examined.simulation.model.looksAt(id).some((look) =>
      look.by.name === by && look.kind === "answer" && look.order > renewed.order &&
      look.order < event.order
    );
  });
}

function destroyer({ simulation }: Examined, id: string, order: number): string | undefined {
  return simulation.model.historyOf(id, "exists").find((held) => held.order === order)?.by;
}

/** Content that changed there after somebody deleted the asset here lives on, and the log says so. */
function survives(examined: Examined, events: Existence[], wish: Existence): boolean {
  const { log } = examined;
  if (wish.side === "there") return false;
  const changed = events.some(({ side, what }) =>
    side === "there" && (what === "overwritten" || what === "restored" || what === "uploaded")
  );
  return (changed || isRestoredElsewhere(examined, wish)) &&
    log.some((row) =>
      row.asset_id === wish.asset && row.time >= wish.time - 60_000 &&
      (row.operation === "conflict" || row.status === "conflict" || row.operation === "restore")
    );
}

/**
 * Whether another database's function restored it after that, or before without this database having been shown it since:
 * to this one it was restored there, and nothing tells when.
 */
function isRestoredElsewhere({ simulation, project }: Examined, wish: Existence): boolean {
  const { model, projects } = simulation;
  const lives = model.historyOf(wish.asset, "exists");
  const wasShown = (since: number) =>
    model.looksAt(wish.asset).some(({ by, order }) =>
      isWell(by) && databaseOf(by.name) === project.name && order > since && order < wish.order
    );
  return projects.length > 1 &&
    lives.some((held, index) =>
      held.value === true && lives[index - 1]?.value === false && !isPersons(held) &&
      databaseOf(held.by) !== project.name && (held.order > wish.order || !wasShown(held.order))
    );
}

/**
 * A deletion there meets a wish to restore that was not carried out yet, nor seen to be fulfilled by somebody there: it
 * is carried out, and the log says so.
 */
function meetsWishToRestore(
  { log, simulation }: Examined,
  events: Existence[],
  wish: Existence,
): boolean {
  if (wish.side !== "there") return false;
  const isOurs = ({ side }: Existence) => side !== null && side !== "there";
  const before = events.findLast((one) => one.order < wish.order && isOurs(one));
  if (before?.what !== "restored") return false;
  const since = events.filter(({ order }) => order > before.order && order < wish.order);
  const fulfilled = since.find(({ what }) => what === "restored");
  if (since.some((one) => one !== fulfilled)) return false;
  const wasSeen = fulfilled !== undefined &&
    simulation.model.looksAt(wish.asset).some((look) =>
      // A function whose answer was lost fulfilled it without knowing.
      look.kind === "answer" && isWell(look.by) && look.order >= fulfilled.order &&
      look.order < wish.order
    );
  const after = events.find(({ order }) => order > wish.order);
  return !wasSeen && after?.what === "restored" && after.side === null &&
    log.some((row) =>
      row.asset_id === wish.asset && row.time >= wish.time && row.operation === "restore"
    );
}

/** A wish to restore may fail only with words: no backup, or the name is taken. */
function isTold({ log, simulation }: Examined, wish: Existence): boolean {
  return log.some((row) =>
    row.asset_id === wish.asset && row.time >= wish.time && row.operation === "restore" &&
    row.status !== "success"
  ) || simulation.refused.some(({ asset, what }) => asset === wish.asset && what === "restore");
}

/**
 * A deletion here that was taken back, of an asset that was gone there before, or by then without anybody having heard of
 * it: the deletion there stands, and is told.
 */
function wasGoneBefore(
  { log, simulation }: Examined,
  events: Existence[],
  wishes: Existence[],
): boolean {
  const restored = wishes.at(-1)!;
  const deleted = wishes.findLast(({ what, side, order }) =>
    what === "deleted" && side === restored.side && order < restored.order
  );
  const gone = events.filter(({ order, side }) =>
    order < restored.order && (side === "there" || side === null)
  ).at(-1);
  if (deleted === undefined || gone?.what !== "deleted") return false;
  const wasHeardOf = simulation.model.looksAt(restored.asset).some((look) =>
    isWell(look.by) && look.order > gone.order && look.order < restored.order
  );
  return (gone.order < deleted.order || !wasHeardOf) &&
    log.some((row) =>
      row.asset_id === restored.asset && row.time >= restored.time && row.operation === "delete"
    );
}

/** Whether a person of another database deleted it and never took that back: the one who restored undid their own deletion. */
function isDeletedElsewhere(wishes: Existence[]): boolean {
  const restored = wishes.at(-1)!;
  const others = new Map(wishes.map(({ side, what }) => [side, what]));
  return [...others].some(([side, what]) =>
    side !== restored.side && side !== "there" && what === "deleted"
  );
}

function story(events: Existence[]): string {
  return events.map(({ act, side, what }) =>
    `${what} ${side ?? "by a function"}${act === null ? "" : ` (act ${act})`}`
  )
    .join(", ");
}
