import { assert, assertEquals } from "@std/assert";
import { rejection, withEmulator } from "./support.ts";

Deno.test("folders → created with their parents, listed by level, next_cursor null", () =>
  withEmulator({}, async ({ cloudinary }) => {
    const created = await cloudinary.api.create_folder("a/b c");
    assertEquals([created.success, created.path, created.name], [true, "a/b c", "b c"]);
    const root = await cloudinary.api.root_folders();
    assertEquals(root.folders.map((folder: { path: string }) => folder.path), ["a"]);
    assertEquals([root.next_cursor, root.total_count], [null, 1]);
    const below = await cloudinary.api.sub_folders("a");
    assertEquals(below.folders[0].name, "b c");
    const missing = await rejection(cloudinary.api.sub_folders("zz"));
    assertEquals(missing, { status: 404, message: "Can't find folder with path zz" });
  }));

Deno.test("delete_folder → the folder and what is below it; refused while it holds assets", () =>
  withEmulator({}, async ({ cloudinary, control }) => {
    await control("POST", "/assets", { assets: [{ public_id: "x", asset_folder: "a/b" }] });
    assertEquals((await rejection(cloudinary.api.delete_folder("a"))).status, 400);
    await cloudinary.uploader.destroy("x");
    assertEquals((await cloudinary.api.delete_folder("a")).deleted, ["a", "a/b"]);
    assertEquals((await cloudinary.api.root_folders()).folders, []);
  }));

Deno.test("rename_folder → assets below follow silently: no stamp, same public_id", () =>
  withEmulator({}, async ({ cloudinary, control }) => {
    await control("POST", "/assets", {
      assets: [
        { public_id: "x", asset_folder: "a/b", created_at: "2024-01-01T00:00:00Z" },
        { public_id: "y", asset_folder: "ab" },
      ],
    });
    const before = await cloudinary.api.resource("x");
    const answer = await cloudinary.api.rename_folder("a", "new/a");
    assertEquals(answer.from, { name: "a", path: "a" });
    assertEquals(answer.to, { name: "a", path: "new/a" });
    const after = await cloudinary.api.resource("x");
    assertEquals(after.asset_folder, "new/a/b");
    assertEquals(after.last_updated, before.last_updated);
    assertEquals((await cloudinary.api.resource("y")).asset_folder, "ab");
    const found = await cloudinary.search.expression('asset_folder="new/a/b"').execute();
    assertEquals(found.total_count, 1);
    const listed = await cloudinary.api.resources_by_asset_folder("new/a/b");
    assertEquals(listed.resources.length, 1);
    assertEquals((await rejection(cloudinary.api.sub_folders("a"))).status, 404);
    assertEquals((await rejection(cloudinary.api.rename_folder("ab", "new"))).status, 409);
  }));

Deno.test("rename_folder in fixed mode → 400; search_folders → by name", () =>
  withEmulator({ folderMode: "fixed" }, async ({ cloudinary }) => {
    await cloudinary.api.create_folder("shoes/red");
    assertEquals((await rejection(cloudinary.api.rename_folder("shoes", "b"))).status, 400);
    const found = await cloudinary.search_folders.expression("name:re*").execute();
    assertEquals(found.folders.map((folder: { path: string }) => folder.path), ["shoes/red"]);
  }));

Deno.test("metadata fields → defined, listed, changed, removed with their values", () =>
  withEmulator({}, async ({ cloudinary, control }) => {
    await cloudinary.api.add_metadata_field({
      external_id: "colour",
      type: "enum",
      label: "Colour",
      datasource: {
        values: [{ external_id: "r", value: "Red" }, { external_id: "b", value: "B" }],
      },
    });
    const list = await cloudinary.api.list_metadata_fields();
    const [field] = list.metadata_fields;
    const keys =
      "datasource default_disabled default_value external_id label mandatory restrictions type " +
      "validation";
    assertEquals(Object.keys(field).sort(), keys.split(" "));
    assertEquals(field.datasource.values[0], { external_id: "r", value: "Red" });
    await control("POST", "/assets", { assets: [{ public_id: "x", metadata: { colour: "r" } }] });
    await cloudinary.api.delete_datasource_entries("colour", ["b"]);
    const refused = await rejection(cloudinary.uploader.update_metadata("colour=b", ["x"]));
    assertEquals(refused.status, 400);
    await cloudinary.api.restore_metadata_field_datasource("colour", ["b"]);
    await cloudinary.uploader.update_metadata("colour=b", ["x"]);
    await cloudinary.api.update_metadata_field("colour", { label: "Color" });
    assertEquals((await cloudinary.api.metadata_field_by_field_id("colour")).label, "Color");
    assertEquals((await cloudinary.api.delete_metadata_field("colour")).message, "ok");
    assertEquals((await cloudinary.api.resource("x")).metadata, {});
  }));

Deno.test("metadata validation → length, limits, mandatory fields", () =>
  withEmulator({}, async ({ cloudinary, control }) => {
    await control("POST", "/assets", { assets: [{ public_id: "x" }] });
    await cloudinary.api.add_metadata_field({
      external_id: "code",
      type: "string",
      label: "Code",
      validation: { type: "strlen", min: 2, max: 4 },
    });
    await cloudinary.api.add_metadata_field({
      external_id: "age",
      type: "integer",
      label: "Age",
      validation: { type: "less_than", value: 10, equals: true },
    });
    for (
      const [id, value, accepted] of [
        ["code", "ab", true],
        ["code", "abcde", false],
        ["age", 10, true],
        ["age", 11, false],
      ] as const
    ) {
      const call = cloudinary.uploader.update_metadata({ [id]: value }, ["x"]);
      if (accepted) assert((await call).public_ids.length === 1);
      else assertEquals((await rejection(call)).status, 400, `${id}=${value}`);
    }
    const twice = cloudinary.api.add_metadata_field({
      external_id: "age",
      type: "date",
      label: "D",
    });
    assertEquals((await rejection(twice)).status, 400);
  }));

Deno.test("a default value against the field's own rule → 400 default_value is invalid", () =>
  withEmulator({}, async ({ cloudinary }) => {
    const field = (external_id: string, default_value: unknown) =>
      cloudinary.api.add_metadata_field({
        external_id,
        label: external_id,
        type: "integer",
        default_value,
        validation: { type: "less_than", equals: true, value: 5 },
      });
    assertEquals((await field("good", 5)).default_value, 5);
    for (const value of [6, "many"]) {
      const refused = await rejection(field("bad", value));
      assertEquals(refused, { status: 400, message: "default_value is invalid" });
    }
  }));

Deno.test("an update of a field → type and external_id are passed over, restrictions are kept", () =>
  withEmulator({}, async ({ cloudinary }) => {
    await cloudinary.api.add_metadata_field({ external_id: "a", type: "string", label: "A" });
    const restrictions = { readonly_ui: true };
    const change = { external_id: "b", type: "integer", label: "B", default_value: "x" };
    const field = await cloudinary.api.update_metadata_field("a", { ...change, restrictions });
    assertEquals([field.external_id, field.type, field.label], ["a", "string", "B"]);
    assertEquals([field.default_value, field.restrictions], ["x", restrictions]);
  }));

Deno.test("allow_dynamic_list_values → kept; deleted entries → not shown until they are restored", () =>
  withEmulator({}, async ({ cloudinary }) => {
    const values = [{ value: "v2", external_id: "e2" }, { value: "v3", external_id: "e3" }];
    const field = { external_id: "a", type: "set", label: "A", datasource: { values } };
    await cloudinary.api.add_metadata_field({ ...field, allow_dynamic_list_values: true });
    await cloudinary.api.update_metadata_field("a", { label: "B" });
    const kept = await cloudinary.api.metadata_field_by_field_id("a");
    assertEquals(kept.allow_dynamic_list_values, true);
    const left = await cloudinary.api.delete_datasource_entries("a", ["e2"]);
    assertEquals(left.values, [{ external_id: "e3", value: "v3" }]);
    const shown = await cloudinary.api.metadata_field_by_field_id("a");
    assertEquals(shown.datasource.values, left.values);
    const all = await cloudinary.api.restore_metadata_field_datasource("a", ["e2"]);
    assertEquals(all.values.length, 2);
  }));

Deno.test("a field made again after its deletion → 400 external id … already exists", () =>
  withEmulator({}, async ({ cloudinary }) => {
    const add = () =>
      cloudinary.api.add_metadata_field({ external_id: "a", type: "integer", label: "A" });
    await add();
    await cloudinary.api.delete_metadata_field("a");
    const again = { status: 400, message: "external id a already exists" };
    assertEquals(await rejection(add()), again);
  }));
