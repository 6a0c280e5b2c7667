import { assertEquals, assertInstanceOf } from "@std/assert";
import { CloudinaryError } from "../../../supabase/functions/_shared/cloudinary/client.ts";
import { signParameters } from "../../../supabase/functions/_shared/cloudinary/upload-signature.ts";
import {
  API_SECRET,
  rejection,
  resource,
  type SeenRequest,
  withFakeCloudinary,
} from "./fake-cloudinary.ts";

const image = { resourceType: "image", type: "upload" };

/** Fields of a form-encoded or multipart body; repeated `name[]` become a list. */
function fieldsOf(request: SeenRequest): Record<string, string | string[]> {
  const fields: Record<string, string | string[]> = {};
  const type = request.headers.get("content-type") ?? "";
  const pairs: [string, string][] = type.startsWith("multipart/")
    ? [...request.body.matchAll(/name="([^"]+)"\r\n\r\n([\s\S]*?)\r\n--/g)]
      .map((match) => [match[1]!, match[2]!])
    : [...new URLSearchParams(request.body)];
  for (const [name, value] of pairs) {
    if (!name.endsWith("[]")) fields[name] = value;
    else fields[name] = [...(fields[name] ?? []), value];
  }
  return fields;
}

function withoutSignature(fields: Record<string, string | string[]>) {
  const { api_key: _key, signature: _signature, timestamp: _timestamp, ...rest } = fields;
  return rest;
}

async function codeOf(promise: Promise<unknown>): Promise<string> {
  const error = await rejection(promise);
  assertInstanceOf(error, CloudinaryError);
  return error.code;
}

Deno.test("updating an asset → one Admin call with encoded fields, answers with the asset", () =>
  withFakeCloudinary(
    () => Response.json(resource("a/b", { tags: ["x"], asset_folder: "new" })),
    async ({ client, seen }) => {
      const { data } = await client.updateAsset({
        ...image,
        publicId: "a/b",
        changes: {
          display_name: "B",
          asset_folder: "new",
          context: { alt: "a=b|c", count: 1.5, shown: true },
        },
      });
      assertEquals([data.folder, data.tags, data.context], ["new", ["x"], {}]);
      assertEquals([seen[0]!.method, seen[0]!.path], ["POST", "resources/image/upload/a%2Fb"]);
      assertEquals(fieldsOf(seen[0]!), {
        display_name: "B",
        asset_folder: "new",
        context: "alt=a\\=b\\|c|count=1.5|shown=true",
      });
    },
  ));

Deno.test("moving an asset to the root folder → the folder is sent empty", () =>
  withFakeCloudinary(() => Response.json(resource("a")), async ({ client, seen }) => {
    await client.updateAsset({ ...image, publicId: "a", changes: { asset_folder: "" } });
    assertEquals(fieldsOf(seen[0]!), { asset_folder: "" });
  }));

Deno.test("a tag with a comma, a context key with = → bad_request without a call", () =>
  withFakeCloudinary(() => Response.json({}), async ({ client, seen }) => {
    const group = { ...image, publicIds: ["a"] };
    assertEquals(await codeOf(client.addTag({ ...group, tags: ["a,b"] })), "bad_request");
    assertEquals(
      await codeOf(client.addContext({ ...group, context: { "a=b": "c" } })),
      "bad_request",
    );
    assertEquals(seen.length, 0);
  }));

Deno.test("tagging 1,001 assets → two signed calls, answers with those affected", () =>
  withFakeCloudinary(
    (request) => Response.json({ public_ids: [fieldsOf(request)["public_ids[]"]![0]] }),
    async ({ client, seen }) => {
      const publicIds = Array.from({ length: 1_001 }, (_, index) => `p${index}`);
      const { data, rateLimit } = await client.addTag({
        resourceType: "video",
        type: "private",
        publicIds,
        tags: ["x", "y"],
      });
      assertEquals([data.publicIds, rateLimit], [["p0", "p1000"], null]);
      const fields = seen.map(fieldsOf);
      assertEquals(fields.map((field) => field["public_ids[]"]!.length), [1_000, 1]);
      assertEquals(seen[0]!.path, "video/tags");
      const { "public_ids[]": ids, signature, ...rest } = fields[1]!;
      assertEquals(
        [rest.command, rest.tag, rest.type, ids],
        ["add", "x,y", "private", ["p1000"]],
      );
      assertEquals(signature, await signParameters({ ...rest, public_ids: ids }, API_SECRET));
    },
  ));

Deno.test("bulk edits → command, values and route of each", () =>
  withFakeCloudinary(
    () => Response.json({ public_ids: ["a"] }),
    async ({ client, seen }) => {
      const group = { ...image, publicIds: ["a"] };
      await client.removeTag({ ...group, tags: ["x"] });
      await client.addContext({ ...group, context: { alt: "ö|" } });
      await client.removeAllContext(group);
      await client.updateMetadata({ ...group, metadata: { colors: ["c1", "c2"], gone: null } });
      const base = { "public_ids[]": ["a"], type: "upload" };
      assertEquals(
        seen.map((request) => [request.path, withoutSignature(fieldsOf(request))]),
        [
          ["image/tags", { ...base, command: "remove", tag: "x" }],
          ["image/context", { ...base, command: "add", context: "alt=ö\\|" }],
          ["image/context", { ...base, command: "remove_all" }],
          ["image/metadata", { ...base, metadata: 'colors=["c1","c2"]|gone=' }],
        ],
      );
    },
  ));

Deno.test("bulk edits without tags or keys → no call", () =>
  withFakeCloudinary(() => Response.json({}), async ({ client, seen }) => {
    const group = { ...image, publicIds: ["a"] };
    await client.addTag({ ...group, tags: [] });
    await client.removeTag({ ...group, tags: [] });
    await client.addContext({ ...group, context: {} });
    await client.updateMetadata({ ...group, metadata: {} });
    assertEquals(seen.length, 0);
  }));

Deno.test("explicit → the observation holds only what the answer told", () =>
  withFakeCloudinary(() => Response.json(resource("a", { tags: [] })), async ({ client }) => {
    const { data } = await client.explicit({
      ...image,
      publicId: "a",
      changes: { display_name: "A" },
    });
    assertEquals([data.tags, "context" in data, "metadata" in data], [[], false, false]);
  }));

Deno.test("renaming → invalidates the old address and answers with the asset", () =>
  withFakeCloudinary(() => Response.json(resource("b")), async ({ client, seen }) => {
    const { data } = await client.renameAsset({ ...image, publicId: "a", toPublicId: "b" });
    assertEquals(data.public_id, "b");
    assertEquals(seen[0]!.path, "image/rename");
    assertEquals(withoutSignature(fieldsOf(seen[0]!)), {
      type: "upload",
      from_public_id: "a",
      to_public_id: "b",
      invalidate: "true",
      context: "true",
      metadata: "true",
    });
  }));

Deno.test("renaming onto a taken name → conflict, not repeated", () =>
  withFakeCloudinary(
    () => Response.json({ error: { message: "to_public_id b already exists" } }, { status: 400 }),
    async ({ client, seen }) => {
      const renaming = client.renameAsset({ ...image, publicId: "a", toPublicId: "b" });
      assertEquals(await codeOf(renaming), "conflict");
      assertEquals(seen.length, 1);
    },
  ));

Deno.test("a write whose answer was lost → one call: before another the asset must be read again", () =>
  withFakeCloudinary(
    () => new Response("gateway", { status: 502 }),
    async ({ client, seen }) => {
      const name = { ...image, publicId: "a" };
      const group = { ...image, publicIds: ["a"] };
      for (
        const write of [
          () => client.renameAsset({ ...name, toPublicId: "b" }),
          () => client.explicit({ ...name, changes: { display_name: "A" } }),
          () => client.updateAsset({ ...name, changes: { asset_folder: "" } }),
          () => client.addTag({ ...group, tags: ["x"] }),
          () => client.deleteAssets({ assetIds: ["1"] }),
        ]
      ) {
        const before = seen.length;
        assertEquals(await codeOf(write()), "unavailable");
        assertEquals(seen.length - before, 1);
      }
    },
  ));

Deno.test("deleting 150 assets with a partial answer → batches of 100, parts followed", () =>
  withFakeCloudinary(
    (request, number) => {
      const ids = [fieldsOf(request)["asset_ids[]"]].flat() as string[];
      const outcome = (id: string) => [id, id === "p3" || number === 2 ? "not_found" : "deleted"];
      return Response.json({
        deleted: Object.fromEntries(ids.map(outcome)),
        partial: number === 1,
        ...(number === 1 ? { next_cursor: "more" } : {}),
      });
    },
    async ({ client, seen }) => {
      const assetIds = Array.from({ length: 150 }, (_, index) => `p${index}`);
      const { data } = await client.deleteAssets({ assetIds });
      assertEquals([data.size, data.get("p0"), data.get("p3")], [150, "deleted", "not_found"]);
      assertEquals(seen.length, 3);
      assertEquals(
        seen.map((request) => fieldsOf(request).next_cursor),
        [undefined, "more", undefined],
      );
      assertEquals([seen[0]!.method, seen[0]!.path], ["DELETE", "resources"]);
      assertEquals(fieldsOf(seen[0]!).invalidate, "true");
    },
  ));

Deno.test("a restore or new trigger that fails with 5xx → not repeated", () =>
  withFakeCloudinary(
    () => Response.json({ error: { message: "boom" } }, { status: 500 }),
    async ({ client, seen }) => {
      assertEquals(await codeOf(client.restoreAssets({ assetIds: ["a"] })), "unavailable");
      const trigger = { uri: "https://example.com/hook", eventType: "all" };
      assertEquals(await codeOf(client.createTrigger(trigger)), "unavailable");
      assertEquals(seen.length, 2);
    },
  ));

Deno.test("triggers → listed, created, removed; one that is gone counts as removed", () =>
  withFakeCloudinary(
    (request) =>
      request.method === "GET"
        ? Response.json({ triggers: [{ id: "t", uri: "u", event_type: "all" }] })
        : request.method === "DELETE"
        ? Response.json({ error: { message: "no such trigger" } }, { status: 404 })
        : Response.json({ id: "t", message: "ok" }),
    async ({ client, seen }) => {
      assertEquals((await client.listTriggers("all")).data[0]?.id, "t");
      await client.createTrigger({ uri: "https://example.com", eventType: "all", additive: true });
      await client.deleteTrigger("t");
      assertEquals(seen.map(({ method, path }) => `${method} ${path}`), [
        "GET triggers",
        "POST triggers",
        "DELETE triggers/t",
      ]);
      assertEquals(seen[0]!.query.get("event_type"), "all");
      assertEquals(JSON.parse(seen[1]!.body), {
        uri: "https://example.com",
        event_type: "all",
        uri_type: "webhook",
        additive: true,
      });
    },
  ));
