/** The client in Deno, against the local stack: what the README's examples do not show. */
import { assertEquals } from "@std/assert";
import { createClient } from "@supabase/supabase-js";
import { createMediaClient, type MediaClient } from "../../../supabase/client/mod.ts";
import type { Stack } from "../../../scripts/local/stack-options.ts";
import { control, syncUntilCompleted } from "../../support/stack.ts";
import { stackTests } from "../../support/stack-test.ts";
import { failureOf } from "../../unit/client/fake-project.ts";
import { assertStory, prepareStory, storyPlace } from "./story-place.ts";
import { tell } from "./story.ts";
import { MediaError } from "../../../supabase/client/mod.ts";

let anyone: MediaClient;
let viewer: MediaClient;
let editor: MediaClient;
let ids: string[];

async function signIn(stack: Stack, name?: "viewer" | "editor"): Promise<MediaClient> {
  const supabase = createClient(stack.info.url, stack.info.publishable_key, {
    auth: { persistSession: false, autoRefreshToken: false },
  });
  if (name !== undefined) await supabase.auth.signInWithPassword(stack.info.users[name]);
  return createMediaClient(supabase);
}

const stackTest = stackTests({}, async (world) => {
  const { stack, call } = world;
  await prepareStory(world);
  await control(stack, "POST /assets", {
    assets: ["a", "b", "c", "d"].map((name) => ({ public_id: name, asset_folder: "few" })),
  });
  await syncUntilCompleted(call);
  [anyone, viewer, editor] = await Promise.all([
    signIn(stack),
    signIn(stack, "viewer"),
    signIn(stack, "editor"),
  ]);
  ids = [];
  const few = editor.list({ folder: "few", sort_by: "public_id", sort_order: "asc" }, { limit: 3 });
  for await (const { id } of few) ids.push(id);
});

stackTest("the story in Deno → the same as everywhere", async ({ stack, call }) => {
  const place = await storyPlace(stack, call, "deno");
  const found = await tell({ createClient, createMediaClient, MediaError }, place);
  assertStory(found, place);
});

stackTest("list by cursor, three a page → each of four assets once", () => {
  assertEquals([ids.length, new Set(ids).size], [4, 4]);
});

stackTest(
  "remove of what was deleted before, and undo → what was deleted before stays deleted",
  async () => {
    const [a, b] = ids as [string, string];
    await editor.remove(a);
    const deletion = await editor.remove([a, b]);
    assertEquals(deletion.ids, [b]);
    assertEquals((await deletion.undo()).length, 1);
    assertEquals((await editor.get(a)).item.deleted_at === null, false);
    await editor.restore(a);
    assertEquals((await editor.get(a)).item.deleted_at, null);
  },
);

stackTest(
  "an asset in use → deleted with force alone, and told where others are deleted",
  async () => {
    const [a, b] = ids as [string, string];
    const place = { usage_type: "cover", reference_table: "articles", reference_id: "1" };
    assertEquals(await editor.usage.attach(a, place), [a]);
    assertEquals((await failureOf(editor.remove(a))).code, "in_use");
    const some = await editor.remove([a, b]);
    assertEquals([some.ids, some.failed.map(({ id, code }) => [id, code])], [[b], [[a, "in_use"]]]);
    const forced = await editor.remove(a, { force: true });
    await forced.undo();
    await some.undo();
    assertEquals(await editor.usage.detach(a, place), [a]);
  },
);

stackTest("usage moved to another place → gone here, last there", async () => {
  const [a, b, c] = ids as [string, string, string];
  const from = { usage_type: "gallery", reference_table: "articles", reference_id: "1" };
  const to = { ...from, reference_id: "2", field: "body" };
  await editor.usage.attach([a, b], from);
  await editor.usage.attach(c, to);
  assertEquals(await editor.usage.move([b], { from, to }), [b]);
  assertEquals([await viewer.usage.list(from), await viewer.usage.list(to)], [[a], [c, b]]);
});

stackTest(
  "a public collection → anyone sees its assets in their order, and nothing else",
  async () => {
    const [a, b, c] = ids as [string, string, string];
    const shown = await editor.collections.create({
      slug: "shown",
      name: "Shown",
      is_public: true,
    });
    const hidden = await editor.collections.create({ slug: "hidden", name: "Hidden" });
    await editor.collections.add(shown.id, [a, b]);
    await editor.collections.add(hidden.id, [c, b]);
    assertEquals(await editor.collections.move([c, b], { from: hidden.id, to: shown.id }), [b, c]);
    await editor.collections.reorder(shown.id, [c], { before: a });
    const seen: string[] = [];
    for await (const { id } of anyone.collections.items(shown.id)) seen.push(id);
    assertEquals(seen, [c, a, b]);
    assertEquals((await anyone.collections.list()).map(({ slug }) => slug), ["shown"]);
    const listed: string[] = [];
    for await (const { id } of anyone.list()) listed.push(id);
    assertEquals(listed.toSorted(), [a, b, c].toSorted());
    assertEquals((await failureOf(anyone.collections.get("hidden"))).code, "not_found");
    const renamed = await editor.collections.update(hidden.id, {
      slug: "renamed",
      parent_id: shown.id,
    });
    assertEquals([renamed.slug, renamed.parent_id], ["renamed", shown.id]);
    assertEquals((await viewer.collections.get("renamed")).parent_id, shown.id);
    assertEquals((await anyone.collections.get("shown")).parent_id, undefined);
    assertEquals(
      (await failureOf(editor.collections.update(hidden.id, { slug: "shown" }))).code,
      "name_taken",
    );
    await editor.collections.delete(hidden.id);
    assertEquals((await failureOf(editor.collections.get("renamed"))).code, "not_found");
  },
);

stackTest("a viewer, or nobody → refused with a sentence each", async () => {
  const [a] = ids as [string];
  const place = { usage_type: "cover", reference_table: "articles", reference_id: "1" };
  const acts = [
    (media: MediaClient) => media.edit(a, { add_tags: ["x"] }),
    (media: MediaClient) => media.remove(a),
    (media: MediaClient) => media.upload(new File(["x"], "x.txt")),
    (media: MediaClient) => media.usage.attach(a, place),
    (media: MediaClient) => media.collections.create({ slug: "x", name: "X" }),
    (media: MediaClient) => media.status(),
  ];
  for (const act of acts) assertEquals((await failureOf(act(viewer))).code, "forbidden");
  for (const act of acts) {
    const { code, message } = await failureOf(act(anyone));
    assertEquals(["forbidden", "unauthorized"].includes(code), true, `${code} ${message}`);
  }
});

stackTest("a page with include empty → neither statistics nor the sync's state", async () => {
  const page = await viewer.list().page({ include: [] });
  assertEquals(Object.keys(page), ["success", "items", "pagination"]);
});
