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
    assertEquals(field.datasource.values[0], { external_id: "r", value: "Red", state: "active" });
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
    assertEquals((await rejection(twice)).status, 409);
  }));
