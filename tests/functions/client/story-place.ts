import { assert, assertEquals } from "@std/assert";
import type { Stack } from "../../../scripts/local/stack-options.ts";
import { type Call, callCloudinary, control, syncUntilCompleted } from "../../support/stack.ts";
import { picture } from "./picture.ts";
import type { Findings, Place } from "./story.ts";

/** Pixels a side of the uploaded picture; large enough for several messages of progress. */
const SIDE = 512;

/** Prepares a stack for the story, once for all runtimes: backups, and people who decide conflicts. */
export async function prepareStory({ stack, call }: { stack: Stack; call: Call }): Promise<void> {
  await control(stack, "PUT /behavior", { backup: true });
  await stack.sql("update media_sync.settings set conflict_policy = 'manual'");
  await syncUntilCompleted(call);
}

/**
 * What one runtime is told.
 *
 * @param name Of what it makes; another for each runtime.
 */
export async function storyPlace(stack: Stack, call: Call, name: string): Promise<Place> {
  const { url, publishable_key, users } = stack.info;
  return {
    url,
    publishable_key,
    ...users.editor,
    torn: await tear(stack, call, `torn-by-${name}`),
    name,
    content: picture(SIDE).toBase64(),
  };
}

/** The id of an asset whose display_name was changed on both sides. */
async function tear(stack: Stack, call: Call, publicId: string): Promise<string> {
  await control(stack, "POST /assets", { assets: [{ public_id: publicId, display_name: "Base" }] });
  await call("sync", { method: "POST", json: { single_asset: publicId } });
  const { body } = await call(`media-list?search=${publicId}`, { as: "editor" });
  const { id, asset_id } = body.items[0];
  // Told by a notification, it would be there before the edit.
  await control(stack, "PUT /faults", { webhook_drop_rate: 1 });
  await callCloudinary(stack, `PUT /resources/${asset_id}`, { display_name: "Theirs" });
  await call(`media-list/${id}`, { method: "PATCH", as: "editor", json: { display_name: "Mine" } });
  await call("sync", { method: "POST", json: { single_asset: publicId } });
  const { body: torn } = await call(`media-list/${id}`, { as: "editor" });
  assertEquals(torn.item.sync_status, "conflict", JSON.stringify(torn));
  await control(stack, "PUT /faults", { webhook_drop_rate: 0 });
  return id;
}

/** What every runtime must find. */
export function assertStory({ percents, ...found }: Findings, { name, content }: Place): void {
  assertEquals(found, {
    name,
    size: `${Uint8Array.fromBase64(content).length} ${SIDE} ${SIDE}`,
    listed: [true],
    tags: ["edited", "told"],
    torn: ["display_name"],
    resolved: ["Theirs", "synced"],
    left: 0,
    undone: [null],
    collections: [name],
    address: true,
    codes: ["bad_request", "not_found", "forbidden", "name_taken", "aborted"],
  });
  assert(Array.isArray(percents));
  assertEquals(percents, percents.toSorted((one, other) => one - other));
  assertEquals([percents[0], percents.at(-1)], [0, 100]);
}
