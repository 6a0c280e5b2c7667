/**
 * What was asked for. The model keeps every intent of every person, and the history of the library; it knows nothing
 * of how the product works.
 */
import type { Activity } from "../engine/activity.ts";
import type { Asset } from "../world/library.ts";
import { differing, type Units, unitsOfAsset } from "./units.ts";

/** Where somebody acted: in Cloudinary, or in one of the databases. */
export type Side = "there" | `here ${string}`;

/** One person's change of one unit of one asset. */
export interface Intent {
  /** Order of everything that happens in a run. */
  order: number;
  time: number;
  act: number;
  side: Side;
  asset: string;
  unit: string;
  /** What the person saw on their side, and what they made of it; undefined is absent. */
  before: unknown;
  value: unknown;
}

/** One person's deletion or restoring, or a change of content. */
export interface Existence {
  order: number;
  time: number;
  act: number | null;
  /** Null: a function did it. */
  side: Side | null;
  asset: string;
  what: "deleted" | "restored" | "uploaded" | "overwritten";
}

/** A value that a unit had in the library, from a moment on. */
export interface Held {
  order: number;
  time: number;
  value: unknown;
  /** The name of the activity that brought it, or `act <n>`. */
  by: string;
}

/** A moment at which a function was shown an asset as it is in the library. */
export interface Look {
  order: number;
  time: number;
  /** Whose faults tell whether it could do anything with what it was shown. */
  by: Activity;
  /** An answer of the library's, or a notification, which tells of the past. */
  kind: "answer" | "notification";
  /** When what it tells happened: of an answer this very moment. */
  of: number;
}

/** The model of a run. */
export interface Model {
  readonly fixed: boolean;
  readonly intents: Intent[];
  readonly existence: Existence[];
  /** Looks at the library after something may have changed it. Returns the units that it finds changed, by asset. */
  observeLibrary(
    assets: Map<string, Asset>,
    by: { act: number } | { activity: string },
  ): Map<string, string[]>;
  /** Notes what a person changed in a database. */
  edited(act: number, side: Side, asset: string, before: Units, after: Units): void;
  /** Notes a deletion or restoring that a database took. */
  existenceChanged(act: number, side: Side, asset: string, what: Existence["what"]): void;
  /** What a unit of an asset was in the library, oldest first. */
  historyOf(asset: string, unit: string): readonly Held[];
  /** Every asset that ever was in the library. */
  assets(): string[];
  /** The units that an asset ever had in the library, `exists` apart. */
  unitsOf(asset: string): string[];
  /** Notes that a function was shown assets. */
  shown(assets: Iterable<string>, by: Activity, kind: Look["kind"], of?: number): void;
  /** When functions were shown an asset, oldest first. */
  looksAt(asset: string): readonly Look[];
  /** When a function was shown anything, oldest first. */
  looksBy(activity: string): readonly Look[];
  /** A new place in the order of things. */
  next(): number;
}

/** Makes a model without history. */
export function createModel(fixed: boolean, now: () => number): Model {
  const intents: Intent[] = [];
  const existence: Existence[] = [];
  const history = new Map<string, Held[]>();
  const looks = new Map<string, Look[]>();
  const looksOfActivity = new Map<string, Look[]>();
  let known = new Map<string, Asset>();
  let order = 0;

  const hold = (asset: string, unit: string, value: unknown, by: string) => {
    const key = `${asset} ${unit}`;
    const list = history.get(key) ?? [];
    list.push({ order, time: now(), value, by });
    history.set(key, list);
  };

  return {
    fixed,
    intents,
    existence,
    next: () => ++order,
    historyOf: (asset, unit) => history.get(`${asset} ${unit}`) ?? [],
    assets: () =>
      [...history.keys()].filter((key) => key.endsWith(" exists")).map((key) => key.split(" ")[0]!),
    unitsOf: (asset) =>
      [...history.keys()].filter((key) => key.startsWith(`${asset} `))
        .map((key) => key.slice(asset.length + 1)).filter((unit) => unit !== "exists"),
    shown: (ids, by, kind, of = now()) => {
      order++;
      const look = { order, time: now(), by, kind, of };
      const add = (map: Map<string, Look[]>, key: string) =>
        void map.set(key, [...map.get(key) ?? [], look]);
      for (const id of ids) add(looks, id);
      add(looksOfActivity, by.name);
    },
    looksAt: (asset) => looks.get(asset) ?? [],
    looksBy: (activity) => looksOfActivity.get(activity) ?? [],
    observeLibrary: (assets, by) => {
      const act = "act" in by ? by.act : null;
      const name = "act" in by ? `act ${by.act}` : by.activity;
      const changed = new Map<string, string[]>();
      order++;
      for (const [id, asset] of assets) {
        const before = known.get(id);
        if (before === asset) continue;
        const units = unitsOfAsset(asset, fixed);
        const then = before === undefined ? {} : unitsOfAsset(before, fixed);
        for (const [unit, from, to] of differing(then, units)) {
          hold(id, unit, to, name);
          if (before !== undefined) changed.set(id, [...changed.get(id) ?? [], unit]);
          if (act !== null && before !== undefined) {
            intents.push({
              order,
              time: now(),
              act,
              side: "there",
              asset: id,
              unit,
              before: from,
              value: to,
            });
          }
        }
        const what = before === undefined
          ? (history.has(`${id} exists`) ? "restored" : "uploaded")
          : before.version !== asset.version
          ? "overwritten"
          : null;
        if (what !== null) {
          hold(id, "exists", true, name);
          existence.push({
            order,
            time: now(),
            act,
            side: act === null ? null : "there",
            asset: id,
            what,
          });
        }
      }
      for (const id of known.keys()) {
        if (assets.has(id)) continue;
        hold(id, "exists", false, name);
        existence.push({
          order,
          time: now(),
          act,
          side: act === null ? null : "there",
          asset: id,
          what: "deleted",
        });
      }
      known = assets;
      return changed;
    },
    edited: (act, side, asset, before, after) => {
      order++;
      for (const [unit, from, to] of differing(before, after)) {
        intents.push({ order, time: now(), act, side, asset, unit, before: from, value: to });
      }
    },
    existenceChanged: (act, side, asset, what) => {
      existence.push({ order: ++order, time: now(), act, side, asset, what });
    },
  };
}
