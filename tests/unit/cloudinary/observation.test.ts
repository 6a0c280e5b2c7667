import { assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  type Asked,
  type FolderMode,
  toContext,
  toObservation,
} from "../../../supabase/functions/_shared/cloudinary/observation.ts";

const identity = { asset_id: "a1", public_id: "dir/cat", resource_type: "image", type: "upload" };
const nothing: Asked = { tags: false, context: false, metadata: false };

function observe(
  more: Record<string, unknown>,
  options: { asked?: Asked; folderMode?: FolderMode } = { asked: nothing },
) {
  const { data, error } = toObservation({ ...identity, ...more }, options);
  if (error !== undefined) throw new Error(error.message);
  return data;
}

Deno.test("an answer that tells only the identity → nothing else is told", () => {
  assertEquals(observe({}), { ...identity, extra: {} });
});

Deno.test("everything asked for, nothing there → empty tags, context and metadata", () => {
  const { tags, context, metadata } = observe({}, {});
  assertEquals([tags, context, metadata], [[], {}, {}]);
});

Deno.test("a listing, a detail, a search and an upload answer of one asset → one observation", () => {
  const common = {
    ...identity,
    format: "jpg",
    bytes: 120253,
    width: 864,
    height: 576,
    asset_folder: "dir",
    display_name: "cat",
    url: "http://res.cloudinary.com/demo/image/upload/v1/dir/cat.jpg",
    secure_url: "https://res.cloudinary.com/demo/image/upload/v1/dir/cat.jpg",
    access_mode: "public",
    tags: ["x"],
    metadata: { color: "c1" },
  };
  const listing = {
    ...common,
    version: 1719310887,
    created_at: "2024-06-25T10:21:27Z",
    context: { custom: { alt: "A" } },
    backup: true,
    moderation_kind: "manual",
    moderation_status: "approved",
  };
  const expected = observe(listing, {});
  const others = {
    detail: {
      ...listing,
      derived: [{ id: "d" }],
      next_cursor: "n",
      placeholder: false,
      moderation: [{ kind: "manual", status: "approved" }],
      rate_limit_allowed: 500,
    },
    search: {
      ...common,
      version: "1719310887",
      created_at: "2024-06-25T10:21:27+00:00",
      context: { alt: "A" },
      filename: "cat",
      aspect_ratio: 1.5,
      pixels: 497664,
      status: "active",
      created_by: { access_key: "k" },
      uploaded_by: { access_key: "k" },
      moderation: [{ kind: "manual", status: "approved" }],
      backup_bytes: 0,
    },
    upload: {
      ...listing,
      context: [{ key: "alt", value: "A" }],
      version_id: "v",
      signature: "s",
      api_key: "k",
      overwritten: true,
      existing: true,
      request_id: "r",
      eager: [],
      placeholder: false,
    },
  };
  for (const other of Object.values(others)) assertEquals(observe(other, {}), expected);
});

Deno.test("a field without a column → kept in extra", () => {
  const { extra } = observe({
    access_control: [{ access_type: "token" }],
    brand_new: 1,
    phash: "p",
  });
  assertEquals(extra, { access_control: [{ access_type: "token" }], brand_new: 1, phash: "p" });
});

Deno.test("a null or a value of the wrong type → not told", () => {
  const observed = observe({ format: null, bytes: "many", width: {}, tags: "a,b", metadata: "m" });
  assertEquals(observed, { ...identity, extra: {} });
});

Deno.test("times in any of Cloudinary's forms → RFC 3339 in UTC", () => {
  const observed = observe({
    created_at: "2024-06-25T12:21:27+02:00",
    uploaded_at: "2024-06-25T10:21:27.123456Z",
    last_updated: { updated_at: "2023-03-01T12:00:00+00:00", tags_updated_at: "nonsense" },
  });
  assertEquals(observed.created_at, "2024-06-25T10:21:27Z");
  assertEquals(observed.uploaded_at, "2024-06-25T10:21:27.123Z");
  assertEquals(observed.last_updated, { updated_at: "2023-03-01T12:00:00Z" });
});

const folders: [string, Record<string, unknown>, FolderMode | undefined, string | undefined][] = [
  ["asset_folder", { asset_folder: "/a/b/" }, undefined, "a/b"],
  ["an empty asset_folder", { asset_folder: "" }, "dynamic", ""],
  ["folder", { folder: "a/b" }, undefined, "a/b"],
  ["neither, mode unknown", {}, undefined, undefined],
  ["neither, dynamic", {}, "dynamic", undefined],
  ["neither, fixed", {}, "fixed", "dir"],
  ["fixed, at the root", { public_id: "cat" }, "fixed", ""],
  ["fixed, with a stale asset_folder", { asset_folder: "other" }, "fixed", "dir"],
];
for (const [name, more, folderMode, expected] of folders) {
  Deno.test(`folder from ${name} → ${expected === undefined ? "not told" : `"${expected}"`}`, () => {
    assertEquals(observe(more, { asked: nothing, folderMode }).folder, expected);
  });
}

Deno.test("context nested, flat or as a list → one flat map of text", () => {
  const flat = { alt: "A", n: "1" };
  assertEquals(toContext({ custom: { alt: "A", n: 1 } }), flat);
  assertEquals(toContext({ alt: "A", n: 1 }), flat);
  assertEquals(toContext([{ key: "alt", value: "A" }, { name: "n", value: 1 }, null]), flat);
  assertEquals(toContext({ custom: "a key called custom" }), { custom: "a key called custom" });
});

for (const key of ["asset_id", "public_id", "resource_type", "type"]) {
  Deno.test(`a resource without ${key} → an error that names it`, () => {
    const { error } = toObservation({ ...identity, [key]: undefined });
    assertEquals([error?.code, error?.missing], ["incomplete_resource", [key]]);
  });
}

Deno.test("anything at all in place of a resource → an error or an observation, never a crash", () => {
  const value = fc.oneof(fc.anything(), fc.object().map((more) => ({ ...identity, ...more })));
  fc.assert(fc.property(value, (resource) => {
    const { data, error } = toObservation(resource);
    return (data === undefined) !== (error === undefined);
  }));
});

Deno.test("observing an observation's own fields again → the same observation", () => {
  const once = observe({ version: "5", tags: ["a"], context: { custom: { k: "v" } } }, {});
  const { extra: _extra, ...told } = once;
  assertEquals(observe(told, {}), once);
});
