import fc from "fast-check";
import { assertEquals } from "@std/assert";
import { type Conformance, ONE_PIXEL, rejection, withEmulator } from "./support.ts";

// deno-lint-ignore no-explicit-any
type Resource = any;

const SEARCH_LAG_MS = 5000;
const IDS = ["a", "b", "dir/a", "ü & ü", "x=y|z"];
const FOLDERS = ["", "f", "f/g", "h"];
const TAGS = ["t1", "t2", "über"];

const id = fc.constantFrom(...IDS);
const folder = fc.constantFrom(...FOLDERS);
const tag = fc.constantFrom(...TAGS);
const values = fc.constantFrom("1", "a=b", "c|d", "e\\f", 'g"h', "ü");

/** One operation; most of them may be refused, which is an outcome like any other. */
const operation = fc.oneof(
  fc.record({ kind: fc.constant("upload" as const), id, folder, tag, value: values }),
  fc.record({ kind: fc.constant("add tag" as const), id, tag }),
  fc.record({ kind: fc.constant("remove tag" as const), id, tag }),
  fc.record({ kind: fc.constant("context" as const), id, value: values }),
  fc.record({ kind: fc.constant("update" as const), id, folder, tag }),
  fc.record({ kind: fc.constant("rename" as const), id, to: id, overwrite: fc.boolean() }),
  fc.record({ kind: fc.constant("destroy" as const), id }),
  fc.record({ kind: fc.constant("delete" as const), id }),
  fc.record({ kind: fc.constant("restore" as const), id }),
  fc.record({ kind: fc.constant("rename folder" as const), folder, to: folder }),
  fc.record({
    kind: fc.constant("wait" as const),
    milliseconds: fc.integer({ min: 1, max: 7000 }),
  }),
);

type Operation = typeof operation extends fc.Arbitrary<infer T> ? T : never;

function perform({ cloudinary, control }: Conformance, step: Operation): Promise<unknown> {
  switch (step.kind) {
    case "upload":
      return cloudinary.uploader.upload(ONE_PIXEL, {
        public_id: step.id,
        asset_folder: step.folder,
        tags: [step.tag],
        context: { alt: step.value },
      });
    case "add tag":
      return cloudinary.uploader.add_tag(step.tag, [step.id]);
    case "remove tag":
      return cloudinary.uploader.remove_tag(step.tag, [step.id]);
    case "context":
      return cloudinary.uploader.add_context({ more: step.value }, [step.id]);
    case "update":
      return cloudinary.api.update(step.id, { asset_folder: step.folder, tags: step.tag });
    case "rename":
      return cloudinary.uploader.rename(step.id, step.to, { overwrite: step.overwrite });
    case "destroy":
      return cloudinary.uploader.destroy(step.id);
    case "delete":
      return cloudinary.api.delete_resources([step.id]);
    case "restore":
      return cloudinary.api.restore([step.id]);
    case "rename folder":
      return cloudinary.api.rename_folder(step.folder, step.to);
    case "wait":
      return control("PUT", "/clock", { advance_ms: step.milliseconds });
  }
}

/** What every view of the library must agree on. */
function essence(asset: Resource): unknown {
  return {
    asset_id: asset.asset_id,
    public_id: asset.public_id,
    version: asset.version,
    asset_folder: asset.asset_folder,
    display_name: asset.display_name,
    tags: [...asset.tags ?? []].sort(),
    context: Object.entries(asset.context?.custom ?? asset.context ?? {}).sort(),
    metadata: asset.metadata ?? {},
    created_at: Date.parse(asset.created_at),
  };
}

function story(assets: readonly Resource[]): unknown[] {
  const order = (left: Resource, right: Resource) => left.asset_id < right.asset_id ? -1 : 1;
  return [...assets].sort(order).map(essence);
}

Deno.test("any sequence of operations → state, listing, search, detail and look-ups agree", () =>
  withEmulator({}, async (conformance) => {
    const { cloudinary, control } = conformance;
    const property = fc.asyncProperty(
      fc.array(operation, { minLength: 1, maxLength: 25 }),
      fc.integer({ min: 1, max: 6 }),
      async (steps, pageSize) => {
        await control("DELETE", "/state");
        await control("PUT", "/faults", { search_lag_ms: SEARCH_LAG_MS });
        for (const step of steps) await perform(conformance, step).catch(() => "refused");
        const state = (await control("GET", "/state")).assets;
        const expected = story(state);

        const listed: Resource[] = [];
        let next_cursor: string | undefined;
        do {
          const flags = { tags: true, context: true, metadata: true, max_results: pageSize };
          const page = await cloudinary.api.resources({ ...flags, next_cursor });
          listed.push(...page.resources);
          next_cursor = page.next_cursor;
        } while (next_cursor);
        assertEquals(story(listed), expected, "the listing differs from the state");

        const details = state.map((asset: Resource) => cloudinary.api.resource(asset.public_id));
        assertEquals(story(await Promise.all(details)), expected, "a detail differs");

        if (state.length > 0) {
          const ids = state.map((asset: Resource) => asset.asset_id);
          const flags = { tags: true, context: true };
          const { resources } = await cloudinary.api.resources_by_asset_ids(ids, flags);
          // The SDK does not pass `metadata` on here; nothing in this test sets any.
          assertEquals(story(resources), expected, "the look-up differs");
        }

        await control("PUT", "/clock", { advance_ms: SEARCH_LAG_MS + 1 });
        const found: Resource[] = [];
        let cursor: string | undefined;
        do {
          const query = cloudinary.search.with_field("tags").with_field("context")
            .with_field("metadata").sort_by("public_id", "asc").max_results(pageSize);
          if (cursor !== undefined) query.next_cursor(cursor);
          const page = await query.execute();
          assertEquals(page.total_count, state.length);
          found.push(...page.resources);
          cursor = page.next_cursor;
        } while (cursor !== undefined);
        assertEquals(story(found), expected, "the search differs after its lag");

        for (const name of TAGS) {
          const byTag = (await cloudinary.api.resources_by_tag(name, { max_results: 500 }))
            .resources.map((asset: Resource) => asset.asset_id).sort();
          const tagged = state.filter((asset: Resource) => asset.tags.includes(name))
            .map((asset: Resource) => asset.asset_id).sort();
          assertEquals(byTag, tagged, `the list of tag ${name} differs`);
        }
        for (const path of FOLDERS) {
          const byFolder = (await cloudinary.api.resources_by_asset_folder(path, {
            max_results: 500,
          })).resources.length;
          const inside = state.filter((asset: Resource) => asset.asset_folder === path).length;
          assertEquals(byFolder, inside, `the list of folder ${path} differs`);
        }
      },
    );
    await fc.assert(property, { numRuns: 60 });
    assertEquals((await rejection(cloudinary.api.resource("never made"))).status, 404);
  }));
