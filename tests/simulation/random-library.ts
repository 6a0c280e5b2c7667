/** Random changes of an emulated library, made as people make them in Cloudinary's console. */
import { assert } from "@std/assert";
import type { Random } from "../support/random.ts";

/** An asset as its changes have left it. */
export interface LiveAsset {
  asset_id: string;
  public_id: string;
  folder: string;
  /** Nobody deletes or overwrites it, so that whatever is added to it must last. */
  lasting: boolean;
}

/** A library that changes at random. */
export interface RandomLibrary {
  live: LiveAsset[];
  /** Uploads an asset that nobody deletes. */
  uploadLasting(): Promise<void>;
  /** Makes one change; returns its name. */
  change(): Promise<string>;
}

/** Sends a call to Cloudinary and returns its answer. */
export type SendCall = (
  method: string,
  path: string,
  parameters: Record<string, string>,
  // deno-lint-ignore no-explicit-any -- answers of every shape.
) => Promise<any>;

const TAGS = ["a", "b", "c", "d", "e", "f"];
const KEYS = ["alt", "caption", "credit"];
/** How often each change is made, in relation to the others. */
const CHANGES: [name: string, weight: number][] = [
  ["upload", 10],
  ["tag", 15],
  ["untag", 10],
  ["context", 15],
  ["metadata", 10],
  ["display name", 5],
  ["rename", 10],
  ["move", 10],
  ["rename folder", 3],
  ["delete", 5],
  ["restore", 4],
  ["upload again", 2],
  ["overwrite", 6],
];

/** Makes a library; every choice comes from `random`. */
export function createRandomLibrary(send: SendCall, random: Random): RandomLibrary {
  const live: LiveAsset[] = [];
  const deleted: LiveAsset[] = [];
  const folders = new Set(["", "one", "two", "one/below"]);
  let next = 1;

  const one = <Item>(items: Item[]): Item => random.pick(items);
  const some = (lasting: boolean) => {
    const asset = one(live);
    return asset && (lasting || !asset.lasting) ? asset : undefined;
  };
  const text = () => `value-${random.between(0, 4)}`;
  const upload = async (public_id: string, folder: string, lasting: boolean) => {
    const { asset_id } = await send("POST", "/raw/upload", {
      file: `data:application/octet-stream;base64,${btoa(`content ${next++}`)}`,
      public_id,
      tags: one(TAGS),
      ...(folder === "" ? {} : { asset_folder: folder }),
    });
    live.push({ asset_id, public_id, folder, lasting });
  };
  const remove = (from: LiveAsset[], asset: LiveAsset) => from.splice(from.indexOf(asset), 1);

  const changes: Record<string, () => Promise<boolean>> = {
    upload: async () => {
      if (live.length < 150) await upload(`asset-${next}`, one([...folders]), false);
      return live.length < 150;
    },
    tag: () => editMany("tags", { command: "add", tag: one(TAGS) }),
    untag: () => editMany("tags", { command: "remove", tag: one(TAGS) }),
    context: () => editMany("context", { command: "add", context: `${one(KEYS)}=${text()}` }),
    metadata: () => editMany("metadata", { metadata: `colour=${text()}` }),
    "display name": () => edit((asset) => ({ display_name: `${asset.public_id} ${text()}` })),
    rename: async () => {
      const asset = some(true);
      if (!asset) return false;
      const to_public_id = `asset-${next++}`;
      await send("POST", "/raw/rename", { from_public_id: asset.public_id, to_public_id });
      asset.public_id = to_public_id;
      return true;
    },
    move: () =>
      edit((asset) => {
        asset.folder = one([...folders].filter((folder) => folder !== ""));
        return { asset_folder: asset.folder };
      }),
    "rename folder": async () => {
      const from = one([...new Set(live.map(({ folder }) => folder))].filter(Boolean));
      if (!from) return false;
      const to = random.chance(0.5) ? `folder-${next++}` : `two/folder-${next++}`;
      if (`${to}/`.startsWith(`${from}/`)) return false;
      await send("PUT", `/folders/${from}`, { to_folder: to });
      const moved = (folder: string) =>
        `${folder}/`.startsWith(`${from}/`) ? to + folder.slice(from.length) : folder;
      for (const asset of live) asset.folder = moved(asset.folder);
      const names = [...folders].map(moved);
      folders.clear();
      for (const name of names) folders.add(name);
      return true;
    },
    delete: async () => {
      const asset = some(false);
      if (!asset) return false;
      await send("POST", "/asset/destroy", { asset_id: asset.asset_id });
      deleted.push(...remove(live, asset));
      return true;
    },
    restore: async () => {
      const asset = one(deleted);
      if (!asset) return false;
      const answer = await send("POST", "/resources/restore", { "asset_ids[]": asset.asset_id });
      remove(deleted, asset);
      // Named by its asset_id or public_id, as the account behaves.
      const restored = answer[asset.asset_id] ?? answer[asset.public_id];
      if (restored.asset_id) live.push({ ...asset, folder: restored.asset_folder });
      return true;
    },
    "upload again": async () => {
      const asset = one(deleted);
      if (!asset || live.some(({ public_id }) => public_id === asset.public_id)) return false;
      await upload(asset.public_id, asset.folder, false);
      return true;
    },
    overwrite: async () => {
      const asset = some(false);
      if (!asset) return false;
      await send("POST", "/raw/upload", {
        file: `data:application/octet-stream;base64,${btoa(`other content ${next++}`)}`,
        public_id: asset.public_id,
        tags: one(TAGS),
      });
      return true;
    },
  };

  async function editMany(what: string, parameters: Record<string, string>): Promise<boolean> {
    const asset = some(true);
    if (!asset) return false;
    await send("POST", `/raw/${what}`, { ...parameters, "public_ids[]": asset.public_id });
    return true;
  }
  async function edit(fields: (asset: LiveAsset) => Record<string, string>): Promise<boolean> {
    const asset = some(true);
    if (!asset) return false;
    await send("PUT", `/resources/${asset.asset_id}`, fields(asset));
    return true;
  }

  return {
    live,
    uploadLasting: () => upload(`lasting-${next}`, one([...folders]), true),
    change: async () => {
      for (let attempt = 0; attempt < 100; attempt++) {
        const name = choose(random);
        if (await changes[name]!()) return name;
      }
      assert(false, "nothing can be changed");
    },
  };
}

function choose(random: Random): string {
  let place = random.between(1, CHANGES.reduce((sum, [, weight]) => sum + weight, 0));
  for (const [name, weight] of CHANGES) {
    place -= weight;
    if (place <= 0) return name;
  }
  return CHANGES[0]![0];
}
