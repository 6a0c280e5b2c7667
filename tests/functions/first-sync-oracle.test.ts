/** The comparison that every scenario relies on: it must see each difference. */
import { assert, assertEquals } from "@std/assert";
import {
  type AssetRow,
  compareAssets,
  comparedColumns,
  type Resource,
} from "../../scripts/support/compare-sides.ts";

const resource: Resource = {
  asset_id: "a".repeat(32),
  public_id: "folder/name",
  resource_type: "video",
  type: "upload",
  format: "mp4",
  version: 1654111479,
  bytes: 53481113,
  width: 640,
  height: 480,
  duration: 12.5,
  pages: 2,
  url: "http://example.test/name.mp4",
  secure_url: "https://example.test/name.mp4",
  asset_folder: "folder",
  display_name: "name",
  tags: ["b", "a"],
  context: { custom: { alt: "text" } },
  metadata: { rating: 4, channels: ["web", "print"] },
  access_mode: "public",
  access_control: [{ access_type: "token" }],
  moderation: [{ kind: "manual", status: "pending" }],
  created_at: "2022-06-01T19:24:39Z",
  etag: "e".repeat(32),
  original_filename: "name",
  uploaded_at: "2022-06-01T19:24:39Z",
  last_updated: { updated_at: "2022-06-01T19:24:39+00:00" },
};

/** A row equal to the resource, in the forms in which a database hands values out. */
const row: AssetRow = {
  ...resource,
  version: "1654111479",
  folder: "folder",
  context: { alt: "text" },
  metadata: { channels: ["web", "print"], rating: 4 },
  moderation_status: "pending",
  extra: { access_control: [{ access_type: "token" }], unknown: true },
  created_at: new Date("2022-06-01T19:24:39Z"),
  last_updated: { updated_at: "2022-06-01T19:24:39Z" },
};

const changed: Record<string, unknown> = {
  ...Object.fromEntries(comparedColumns.map((name) => [name, "another"])),
  ...{ version: 1, bytes: "1", width: 1, height: null, duration: 1, pages: 1 },
  ...{ tags: ["a", "c"], context: { alt: "text", more: "" }, metadata: { rating: "4" } },
  ...{ created_at: "2022-06-01T19:24:40Z", uploaded_at: "2022-06-01T19:24:40Z" },
  ...{ last_updated: { updated_at: "2022-06-01T19:24:40Z" }, extra: {} },
};

Deno.test("equal sides → no difference, and nothing untold", () => {
  assertEquals(compareAssets([resource], [row]), { differences: [], untold: {} });
});

for (const column of comparedColumns.filter((name) => name !== "asset_id")) {
  Deno.test(`a row with another ${column} → this one difference`, () => {
    const { differences } = compareAssets([resource], [{ ...row, [column]: changed[column] }]);
    const field = column === "extra" ? "access_control" : column;
    assertEquals(differences.map((difference) => difference.field), [field]);
  });
}

Deno.test("a row missing, a row too many, a row twice → each a difference", () => {
  const other = { ...row, asset_id: "b".repeat(32) };
  const found = (resources: Resource[], rows: AssetRow[]) =>
    compareAssets(resources, rows).differences.map(({ asset_id, field }) => [asset_id[0], field]);
  assertEquals(found([resource], []), [["a", "asset_id"]]);
  assertEquals(found([resource], [row, other]), [["b", "asset_id"]]);
  assertEquals(found([resource], [row, row]), [["a", "asset_id"]]);
  assertEquals(found([], []), []);
});

Deno.test("a field that the row leaves empty → untold where no listing tells it, else different", () => {
  const untold = ["duration", "pages", "etag", "original_filename", "uploaded_at", "last_updated"];
  for (const column of comparedColumns.filter((name) => !/^(asset_id|extra|tags)$/.test(name))) {
    const empty = /^(context|metadata|last_updated)$/.test(column) ? {} : null;
    const result = compareAssets([resource], [{ ...row, [column]: empty }]);
    const isUntold = untold.includes(column);
    assertEquals(result.untold, isUntold ? { [column]: 1 } : {}, column);
    assertEquals(result.differences.map(({ field }) => field), isUntold ? [] : [column]);
  }
  assert(compareAssets([resource], [{ ...row, tags: [] }]).differences.length === 1);
});
