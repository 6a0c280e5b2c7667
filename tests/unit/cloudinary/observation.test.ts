import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import {
  type Asked,
  type FolderMode,
  toObservation,
} from "../../../supabase/functions/_shared/cloudinary/observation.ts";
import { toContext } from "../../../supabase/functions/_shared/cloudinary/observed-values.ts";

const identity = { asset_id: "a1", public_id: "dir/cat", resource_type: "image", type: "upload" };
const nothing: Asked = { tags: false, context: false, metadata: false };

function observe(
  more: Record<string, unknown>,
  options: { asked?: Asked; folderMode?: FolderMode } = { asked: nothing },
) {
  return toObservation({ ...identity, ...more }, options);
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

Deno.test("a null → not told", () => {
  assertEquals(observe({ format: null, width: null, tags: null }), { ...identity, extra: {} });
});

Deno.test("a value of the wrong type → null, or not told where the row needs one; what was sent is kept", () => {
  const odd = { bytes: "many", width: {}, etag: [1], tags: "a,b", metadata: "m", created_at: 5 };
  const observed = observe(odd, {});
  assertEquals(observed, {
    ...identity,
    ...{ bytes: null, width: null, etag: null, context: {} },
    extra: { original_values: odd },
  });
});

const figures: [string, unknown, unknown][] = [
  ["width", 100.5, 101],
  ["width", 3e9, null],
  ["width", -1, null],
  ["height", "12", 12],
  ["version", 1.25, 1],
  ["bytes", 1e19, null],
  ["pages", 1e400, null],
  ["duration", 12.75, 12.75],
  ["duration", -1, null],
];
for (const [field, told, stored] of figures) {
  Deno.test(`${field} is told as ${told} → ${stored}, the original is kept where it is another`, () => {
    const { extra, ...fields } = observe({ [field]: told });
    assertEquals((fields as Record<string, unknown>)[field], stored);
    const kept = typeof told === "number" && !Number.isFinite(told) ? String(told) : told;
    const originals = Number(told) === stored ? undefined : { [field]: kept };
    assertEquals(extra.original_values, originals);
  });
}

Deno.test("NUL and halves of surrogate pairs in texts and keys → left out, everywhere", () => {
  const odd = "a\u0000b\ud800c\udfffd";
  const observed = observe({
    ...{ display_name: odd, tags: [odd, "abcd", "\u0000"], brand_new: [{ [odd]: odd }] },
    ...{ context: { custom: { [odd]: odd, alt: "😀" } }, metadata: { [odd]: [odd] } },
  });
  assertEquals(observed, {
    ...identity,
    ...{ display_name: "abcd", tags: ["abcd"], context: { abcd: "abcd", alt: "😀" } },
    metadata: { abcd: ["abcd"] },
    extra: { brand_new: [{ abcd: "abcd" }] },
  });
});

Deno.test("a key called __proto__ → a key like any other", () => {
  const observed = observe(JSON.parse(
    '{"__proto__":{"a":1},"context":{"custom":{"__proto__":"x"}},"metadata":{"__proto__":"y"}}',
  ));
  const { context, metadata, extra } = observed;
  assertEquals(
    JSON.stringify([context, metadata, extra]),
    '[{"__proto__":"x"},{"__proto__":"y"},{"__proto__":{"a":1}}]',
  );
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

for (
  const time of [
    ...["5", "+275760-09-13T00:00:00Z", "2026-02-30T00:00:00Z", "2026-13-01T00:00:00Z"],
    ...["0000-01-01T00:00:00Z", "2026-01-01T25:00:00Z", "-000001-01-01T00:00:00Z", "yesterday"],
  ]
) {
  Deno.test(`a time that is none, ${time} → null; the time of making is not told`, () => {
    const observed = observe({ created_at: time, uploaded_at: time, last_updated: { a: time } });
    assertEquals(observed, {
      ...identity,
      ...{ uploaded_at: null, last_updated: {} },
      extra: { original_values: { created_at: time, uploaded_at: time } },
    });
  });
}

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
  for (const odd of [undefined, "", 5, "a\u0000", "\ud800"]) {
    Deno.test(`a resource whose ${key} is ${JSON.stringify(odd)} → set aside, and the reason names it`, () => {
      const { unstorable, asset_id } = toObservation({ ...identity, [key]: odd });
      assertStringIncludes(unstorable!, key);
      if (key !== "asset_id") assertEquals(asset_id, identity.asset_id);
      else assertStringIncludes(asset_id, identity.public_id);
    });
  }
}

Deno.test("an asset_id of 100 kB → set aside", () => {
  const { unstorable, asset_id } = toObservation({ ...identity, asset_id: "f".repeat(100_000) });
  assertStringIncludes(unstorable!, "asset_id");
  assert(asset_id.length <= 255);
});

Deno.test("anything at all in place of a resource → an observation that can be stored, never a crash", () => {
  const value = fc.oneof(
    fc.anything({ withNullPrototype: true }),
    fc.object({ key: fc.string({ unit: "binary" }), values: [fc.string({ unit: "binary" })] })
      .map((more) => ({ ...identity, ...more })),
  );
  fc.assert(
    fc.property(value, (resource) => {
      const text = JSON.stringify(toObservation(resource));
      return !/\\u0000|\\ud[89a-f]/i.test(text.replaceAll("\\\\", ""));
    }),
    { numRuns: 300 },
  );
});

Deno.test("observing an observation's own fields again → the same observation", () => {
  const once = observe({ version: "5", tags: ["a"], context: { custom: { k: "v" } } }, {});
  const { extra: _extra, ...told } = once;
  assertEquals(observe(told, {}), once);
});
