/** People who work at once on both sides of one library, each with values of their own, so that what must last is known. */
import { assert, assertEquals } from "@std/assert";
import type { Stack } from "../../scripts/local/stack-options.ts";
import type { Random } from "../support/random.ts";
import { type Call, cloudinaryAnswer } from "../support/stack.ts";

/** Assets that all people edit. */
export const SHARED = ["a0", "a1", "a2", "a3"];
/** Assets that exchange names, or get new ones, or are deleted and restored. */
export const OTHERS = ["renamed-here", "renamed-there", "deleted", "swap-one", "swap-two"];

/** One person: tags and keys by the person's own name are nobody else's. */
export interface Person {
  name: string;
  /** Does one thing. */
  act(random: Random): Promise<void>;
  /** What the person wants in the end: a value of a key, or null where a tag was taken off. */
  wishes: Map<string, string | boolean>;
}

/** Ids of the assets by the names with which they began. */
export type Ids = Map<string, { id: string; asset_id: string }>;

/** Somebody who edits the database: by statements through the data API's functions, or by `PATCH`. */
export function personHere(
  name: string,
  by: "sql" | "patch",
  { stack, call, ids }: { stack: Stack; call: Call; ids: Ids },
): Person {
  const wishes = new Map<string, string | boolean>();
  let count = 0;
  const edit = async (asset: string, patch: Record<string, unknown>) => {
    const { id } = ids.get(asset)!;
    if (by === "sql") {
      await stack.sql("select public.edit_media_assets(array[$1::uuid], $2::jsonb)", [
        id,
        JSON.stringify(patch),
      ]);
      return;
    }
    const { status, body } = await call(`media-list/${id}`, {
      method: "PATCH",
      as: "editor",
      json: patch,
    });
    assertEquals(status, 200, JSON.stringify(body));
  };
  return {
    name,
    wishes,
    act: async (random) => {
      const asset = random.pick(SHARED);
      const value = `${name} ${++count}`;
      switch (random.pick(["tag", "tag", "key", "key", "title", "rename", "swap", "delete"])) {
        case "tag": {
          const add = random.chance(0.6);
          await edit(asset, add ? { add_tags: [name] } : { remove_tags: [name] });
          return void wishes.set(`${asset} tag`, add);
        }
        case "key":
          await edit(asset, { context: { [name]: value } });
          return void wishes.set(`${asset} key`, value);
        case "title":
          return await edit(asset, { display_name: value });
        case "rename":
          if (by !== "patch") return;
          await edit("renamed-here", { public_id: value.replace(" ", "-") });
          return void wishes.set("renamed-here name", value.replace(" ", "-"));
        case "swap": {
          if (by !== "sql") return;
          await stack.sql(
            `update public.media_assets as asset set public_id = other.public_id
             from public.media_assets as other
             where (asset.id, other.id) in (($1::uuid, $2::uuid), ($2::uuid, $1::uuid))`,
            [ids.get("swap-one")!.id, ids.get("swap-two")!.id],
          );
          return void wishes.set("swapped", wishes.get("swapped") !== true);
        }
        default: {
          if (by !== "patch") return;
          const { id } = ids.get("deleted")!;
          const isDeletion = wishes.get("deleted") !== true;
          const { status, body } = isDeletion
            ? await call("media-list", { method: "DELETE", as: "editor", json: { ids: [id] } })
            : await call(`media-list/${id}/restore`, { method: "POST", as: "editor" });
          assertEquals(status, 200, JSON.stringify(body));
          return void wishes.set("deleted", isDeletion);
        }
      }
    },
  };
}

/** Somebody who edits in Cloudinary, as in its console. */
export function personThere(
  name: string,
  { stack, ids, renames }: { stack: Stack; ids: Ids; renames: boolean },
): Person {
  const wishes = new Map<string, string | boolean>();
  let count = 0;
  let ownName = "renamed-there";
  const send = async (call: string, parameters: Record<string, unknown>) => {
    for (let tries = 0;; tries++) {
      // A failing gateway answers with a page.
      const answer = await cloudinaryAnswer(stack, call, parameters).catch((error) => {
        if (error instanceof SyntaxError) return null;
        throw error;
      });
      if (answer !== null && answer.status < 500) {
        return assertEquals(answer.status, 200, `${call} → ${JSON.stringify(answer.body)}`);
      }
      assert(tries < 20, `${call} fails again and again`);
    }
  };
  return {
    name,
    wishes,
    act: async (random) => {
      const asset = random.pick(SHARED);
      const value = `${name} ${++count}`;
      switch (random.pick(["tag", "tag", "key", "key", "title", "rename"])) {
        case "tag": {
          const add = random.chance(0.6);
          await send("POST /image/tags", {
            command: add ? "add" : "remove",
            tag: name,
            "public_ids[]": asset,
          });
          return void wishes.set(`${asset} tag`, add);
        }
        case "key":
          await send("POST /image/context", {
            command: "add",
            context: `${name}=${value}`,
            "public_ids[]": asset,
          });
          return void wishes.set(`${asset} key`, value);
        case "title":
          return await send(`PUT /resources/${ids.get(asset)!.asset_id}`, { display_name: value });
        default: {
          if (!renames) return;
          const wanted = value.replace(" ", "-");
          await send("POST /image/rename", { from_public_id: ownName, to_public_id: wanted });
          ownName = wanted;
          return void wishes.set("renamed-there name", wanted);
        }
      }
    },
  };
}
