/** Draws a run from its seed. Each seed leaves out some kinds of acts and faults (swarm testing). */
import { FACTS } from "../../../../scripts/cloudinary-emulator/mod.ts";
import { createRandom, type Random } from "../../../support/random.ts";
import { calm, type Weather } from "../world/weather.ts";
import type { Act, Change, Deed, InitialAsset, Plan, Policy } from "./plan.ts";

const POLICIES: readonly Policy[] = ["cloudinary", "database", "newest", "manual"];
const TAGS = ["red", "blue", "green", "new"];
const CONTEXT_KEYS = ["alt", "caption"];
/** The structured metadata fields that every library of a run defines. */
export const METADATA_FIELDS = ["color", "sku"];
const FOLDERS = ["", "in", "in/deep", "out"];

/** Kinds of deeds, with how often each is drawn where a seed does not leave it out. */
const KINDS: Record<string, number> = {
  tags_here: 10,
  tags_there: 7,
  context_here: 8,
  context_there: 7,
  metadata_here: 5,
  metadata_there: 4,
  title_here: 6,
  title_there: 5,
  move_here: 4,
  move_there: 4,
  rename_here: 5,
  rename_there: 4,
  several_here: 5,
  undo_here: 9,
  undo_there: 3,
  rotate_here: 3,
  rotate_there: 2,
  delete_here: 4,
  delete_there: 3,
  restore_here: 5,
  restore_there: 2,
  upload_here: 2,
  upload_there: 3,
  overwrite: 3,
  folder_rename: 1,
  policy: 1,
  scope: 1,
  sync: 3,
  resolve: 2,
};
/** Facts that are drawn above, and one that makes every edit look like other content to the model. */
const DRAWN_APART = new Set([
  ...["update_context", "upload_edits_notify", "restore_notifies", "context_delta"],
  ...["payload_shapes", "look_up_cap", "edits_bump_version"],
]);
// What a run can hardly be without.
const CORE = new Set(["tags_here", "context_here", "title_here"]);

/**
 * @param seed The run's seed.
 * @param operations How many acts.
 */
export function drawPlan(seed: number, operations: number): Plan {
  const random = createRandom(`plan ${seed}`);
  const folderMode = random.chance(0.25) ? "fixed" : "dynamic";
  const assets = drawAssets(random, folderMode);
  const kinds = drawKinds(random);
  const webhooks = random.chance(0.8);
  const weather = drawWeather(random);
  const rulesChange = random.chance(0.3);
  const hurry = random.pick([2_000, 5_000, 15_000]);
  const acts = drawActs(random, operations, {
    kinds: rulesChange ? kinds : kinds.filter(([kind]) => kind !== "policy" && kind !== "scope"),
    assets,
    folderMode,
    hurry,
  });
  return {
    seed,
    folderMode,
    policy: random.pick(POLICIES),
    projects: random.chance(0.12) ? 2 : 1,
    includeFolders: folderMode === "dynamic" && random.chance(0.12) ? ["in"] : [],
    webhooks,
    assets,
    acts,
    weather,
    behavior: {
      update_context: random.chance(0.2) ? "merge" : "replace",
      upload_edits_notify: !random.chance(0.2),
      backup: !random.chance(0.15),
      restore_notifies: !random.chance(0.3),
      context_delta: random.pick(["list", "object"]),
      payload_shapes: random.pick(["documented", "swapped"]),
      look_up_cap: random.pick([10, 100, 100]),
      ...drawFacts(random),
    },
  };
}

/** A few of what is uncertain about Cloudinary, each in its less likely variant. */
function drawFacts(random: Random): Record<string, unknown> {
  const open = Object.entries(FACTS).filter(([name, { kind }]) =>
    kind === "uncertain" && !DRAWN_APART.has(name)
  );
  return Object.fromEntries(
    open.filter(() => random.chance(0.2)).map(([name, { variants }]) => [name, variants[1]]),
  );
}

function drawAssets(random: Random, folderMode: Plan["folderMode"]): InitialAsset[] {
  return Array.from({ length: random.between(4, 9) }, (_, index) => {
    const folder = random.pick(FOLDERS);
    const name = `n${index}`;
    return {
      key: `a${index}`,
      public_id: folderMode === "fixed" && folder !== "" ? `${folder}/${name}` : name,
      folder,
      tags: TAGS.filter(() => random.chance(0.4)),
      context: Object.fromEntries(
        CONTEXT_KEYS.filter(() => random.chance(0.5)).map((key) => [key, `${key} of a${index}`]),
      ),
      metadata: Object.fromEntries(
        METADATA_FIELDS.filter(() => random.chance(0.4)).map((key) => [key, `${key} of a${index}`]),
      ),
      display_name: `title of a${index}`,
    };
  });
}

function drawKinds(random: Random): [string, number][] {
  const rate = random.pick([0.15, 0.4, 0.6]);
  return Object.entries(KINDS).filter(([kind]) => CORE.has(kind) || !random.chance(rate));
}

/** A third of the runs is calm, some are cruel; each kind of fault is left out of half of the others. */
function drawWeather(random: Random): Weather {
  const weather = calm();
  weather.cloudinary.latency = random.pick([100, 400, 1_000, 2_500]);
  if (random.chance(0.3)) return weather;
  const strength = random.pick([0.3, 1, 1, 2.5]);
  const rate = (usual: number) => random.chance(0.5) ? Math.min(0.6, usual * strength) : 0;
  weather.cloudinary.error = rate(0.08);
  weather.cloudinary.reset = rate(0.05);
  weather.cloudinary.lost = rate(0.08);
  weather.cloudinary.hang = rate(0.01);
  weather.cloudinary.limited = rate(0.03);
  weather.database.error = rate(0.02);
  weather.database.lost = rate(0.03);
  weather.kill = rate(0.02);
  weather.notifications.lost = random.chance(0.15) ? 1 : rate(0.25);
  weather.notifications.twice = rate(0.2);
  weather.notifications.late = rate(0.25);
  weather.wakesLost = rate(0.15);
  return weather;
}

interface Ground {
  kinds: [string, number][];
  assets: InitialAsset[];
  folderMode: Plan["folderMode"];
  hurry: number;
}

function drawActs(random: Random, count: number, ground: Ground): Act[] {
  const keys = ground.assets.map(({ key }) => key);
  const total = ground.kinds.reduce((sum, [, weight]) => sum + weight, 0);
  const acts: Act[] = [];
  let at = 90_000;
  const add = (deed: Deed, after = 0) => {
    const act: Act = { ...deed, id: acts.length, at: at + after, project: random.between(0, 1) };
    acts.push(act);
    if (deed.do === "upload") keys.push(`u${act.id}`);
    return act;
  };
  while (acts.length < count) {
    at += Math.ceil(random.chance(0.1) ? random.next() * 90_000 : random.next() * ground.hurry);
    let chosen = random.next() * total;
    const [kind] = ground.kinds.find(([, weight]) => (chosen -= weight) < 0) ?? ground.kinds[0]!;
    const deed = drawDeed(random, kind, keys, acts.length, ground, acts);
    if (deed === null) continue;
    const act = add(deed);
    // What people do right after: the same again, or take it back.
    if (random.chance(0.06)) add(deed, random.between(5, 400));
    const soon = () => random.between(20, random.pick([400, 1_500, 6_000]));
    if (deed.do === "edit" && random.chance(0.2)) {
      add({ do: "undo", side: deed.side, of: act.id, by: deed.by }, soon());
    }
    if (deed.do === "delete" && random.chance(0.5)) {
      add(
        { do: "restore", side: deed.side, asset: deed.asset, by: deed.by },
        soon(),
      );
    }
    if (deed.do === "rotate" && deed.side === "here" && random.chance(0.4)) {
      add(deed, soon());
    }
  }
  addFaultWindows(random, acts);
  return acts.sort((one, other) => one.at - other.at || one.id - other.id);
}

/** Periods in which listings are cut short, or the search index lags. */
function addFaultWindows(random: Random, acts: Act[]): void {
  const end = acts.at(-1)?.at ?? 0;
  const windows: Record<string, unknown>[] = [
    { truncate_listing: 2 },
    { empty_listing: true },
    { search_lag_ms: random.between(1_000, 90_000) },
    { rate_limit: random.between(20, 200) },
  ];
  for (const faults of windows) {
    if (!random.chance(0.25)) continue;
    const from = random.between(95_000, Math.max(95_000, end));
    const off = Object.fromEntries(
      Object.entries(faults).map(([name, value]) => [name, typeof value === "number" ? 0 : false]),
    );
    acts.push({ do: "fault", faults, id: acts.length, at: from, project: 0 });
    acts.push({
      do: "fault",
      faults: off,
      id: acts.length,
      at: from + random.between(20_000, 400_000),
      project: 0,
    });
  }
}

function drawDeed(
  random: Random,
  kind: string,
  keys: string[],
  id: number,
  ground: Ground,
  acts: Act[],
): Deed | null {
  const [what, where] = kind.split("_") as [string, string];
  const side = where === "there" ? "there" as const : "here" as const;
  const by = random.chance(0.4) ? "patch" as const : "sql" as const;
  const http = random.chance(0.4) ? "http" as const : "sql" as const;
  // The same few assets again and again, so that acts meet.
  const asset = random.chance(0.5) ? random.pick(keys.slice(0, 3)) : random.pick(keys);
  const edit = (change: Change): Deed => ({ do: "edit", side, asset, change, by });
  const word = (field: string) => `${field} ${id}`;
  const keyed = (names: readonly string[]) =>
    Object.fromEntries(
      names.filter(() => random.chance(0.6)).map((key) => [
        key,
        random.chance(0.25) ? null : word(key),
      ]),
    );
  const nonEmpty = <Values extends object>(values: Values): Values | undefined =>
    Object.keys(values).length > 0 ? values : undefined;
  switch (what) {
    case "tags": {
      if (random.chance(0.2)) return edit({ tags: TAGS.filter(() => random.chance(0.5)) });
      const tag = random.pick(TAGS);
      return edit(random.chance(0.55) ? { add_tags: [tag] } : { remove_tags: [tag] });
    }
    case "context": {
      const context = nonEmpty(keyed(CONTEXT_KEYS));
      return context ? edit({ context }) : null;
    }
    case "metadata": {
      const metadata = nonEmpty(keyed(METADATA_FIELDS));
      return metadata ? edit({ metadata }) : null;
    }
    case "title":
      return ground.folderMode === "fixed" ? null : edit({ display_name: word("title") });
    case "move":
      return edit({ folder: random.pick(FOLDERS) });
    case "rename":
      return edit({ public_id: drawName(random, id, ground) });
    case "several": {
      const change: Change = { add_tags: [random.pick(TAGS)] };
      const context = nonEmpty(keyed(CONTEXT_KEYS));
      if (context) change.context = context;
      if (ground.folderMode === "dynamic") change.display_name = word("title");
      if (random.chance(0.3)) change.folder = random.pick(FOLDERS);
      return edit(change);
    }
    case "undo": {
      const before = acts.filter((act) =>
        act.do === "edit" && act.side === side && act.id > id - 12
      );
      return before.length === 0 ? null : { do: "undo", side, of: random.pick(before).id, by };
    }
    case "rotate": {
      const size = random.pick([2, 2, 3]);
      const chosen = new Set([asset]);
      for (let tries = 0; tries < 9 && chosen.size < size; tries++) chosen.add(random.pick(keys));
      return chosen.size < 2 ? null : { do: "rotate", side, assets: [...chosen] };
    }
    case "delete":
      return { do: "delete", side, asset, by: http };
    case "restore":
      return { do: "restore", side, asset, by: http };
    case "upload":
      return {
        do: "upload",
        side,
        public_id: drawName(random, id, ground),
        folder: random.pick(FOLDERS),
        change: {
          tags: TAGS.filter(() => random.chance(0.4)),
          context: { alt: word("alt") },
        },
      };
    case "overwrite":
      return { do: "overwrite", asset };
    case "folder":
      return ground.folderMode === "fixed" ? null : {
        do: "rename_folder",
        from: random.pick(["in", "out"]),
        to: random.pick(["in", "moved"]),
      };
    case "policy":
      return { do: "policy", policy: random.pick(POLICIES) };
    case "scope":
      return ground.folderMode === "fixed"
        ? null
        : { do: "scope", folders: random.pick([[], ["in"], ["in", "out"]]) };
    case "sync":
      return {
        do: "sync",
        body: random.pick<Record<string, unknown>>([
          {},
          { full: true },
          { full: true, force: true },
          { direction: "push" },
          { direction: "pull" },
        ]),
      };
    default:
      return { do: "resolve", asset, keep: random.pick(["cloudinary", "database"] as const) };
  }
}

/** Names from a small pool, so that they meet. */
function drawName(random: Random, id: number, ground: Ground): string {
  const leaf = random.chance(0.6) ? `n${random.between(0, 9)}` : `m${id}`;
  const folder = ground.folderMode === "fixed" ? random.pick(FOLDERS) : "";
  return folder === "" ? leaf : `${folder}/${leaf}`;
}
