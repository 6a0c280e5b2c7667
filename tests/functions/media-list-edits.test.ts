/** Editing, deleting, restoring and uploading through `media-list`. */
import { assert, assertEquals } from "@std/assert";
import type { Stack } from "../../scripts/local/stack-options.ts";
import { assertError } from "../support/assert-error.ts";
import { emptySides } from "../support/empty-stack.ts";
import { type Call, control, syncUntilCompleted } from "../support/stack.ts";
import { stackTests } from "../support/stack-test.ts";
import { waitUntil } from "../support/wait-until.ts";

let stack: Stack;
let call: Call;

const stackTest = stackTests({}, (world) => ({ stack, call } = world));

/** A test that begins with these images in both sides; `ids` are the rows' by public_id. */
function editTest(
  name: string,
  publicIds: string[],
  fn: (ids: Record<string, string>) => Promise<void>,
): void {
  stackTest(name, async () => {
    await emptySides(stack);
    await control(stack, "PUT /behavior", { backup: true });
    await control(stack, "POST /assets", {
      assets: publicIds.map((public_id) => ({
        public_id,
        tags: ["old"],
        context: { custom: { alt: "a" } },
      })),
    });
    await syncUntilCompleted(call);
    const rows = await stack.sql<{ id: string; public_id: string }>(
      "select id, public_id from public.media_assets",
    );
    await fn(Object.fromEntries(rows.map((row) => [row.public_id, row.id])));
  });
}

interface Asset {
  asset_id: string;
  public_id: string;
  tags: string[];
  context?: { custom: Record<string, string> };
}

/** The assets that the emulated Cloudinary holds. */
async function there(): Promise<Asset[]> {
  return (await control(stack, "GET /state")).assets;
}

function settled(): Promise<unknown> {
  return waitUntil(
    async () =>
      (await stack.sql("select from public.media_assets where sync_status <> 'synced'")).length ===
        0,
    { describe: "every edit pushed" },
  );
}

editTest(
  "PATCH one asset → the new values at once, and in Cloudinary right after",
  ["a"],
  async ({ a }) => {
    const { status, body } = await call(`media-list/${a}`, {
      method: "PATCH",
      as: "editor",
      json: {
        add_tags: ["new"],
        remove_tags: ["old"],
        context: { alt: null, title: "T" },
        folder: "/x/y/",
      },
    });
    assertEquals(status, 200, JSON.stringify(body));
    const [item] = body.items;
    assertEquals([item.tags, item.context, item.folder], [["new"], { title: "T" }, "x/y"]);
    await settled();
    const [asset] = await there();
    assertEquals([asset?.tags, asset?.context?.custom], [["new"], { title: "T" }]);
  },
);

editTest(
  "PATCH many assets → all of them, with one call for the tag",
  ["a", "b", "c"],
  async (ids) => {
    const { status, body } = await call("media-list", {
      method: "PATCH",
      as: "editor",
      json: { ids: Object.values(ids), add_tags: ["sale"] },
    });
    assertEquals([status, body.items.length], [200, 3]);
    await settled();
    assertEquals((await there()).map((asset) => asset.tags), Array(3).fill(["old", "sale"]));
    const { counts } = await control(stack, "GET /calls");
    assertEquals(counts["POST /:upload_resource_type/tags"], 1);
  },
);

editTest("PATCH that changes nothing → 200, nothing pending, no call", ["a"], async ({ a }) => {
  const { status, body } = await call(`media-list/${a}`, {
    method: "PATCH",
    as: "editor",
    json: { tags: ["old"] },
  });
  assertEquals([status, body.items[0].sync_status], [200, "synced"]);
  const { counts } = await control(stack, "GET /calls");
  assertEquals(counts["POST /:upload_resource_type/tags"], undefined);
});

stackTest(
  "PATCH of an asset that came with odd values → they may stay or go, nothing odd is added",
  async () => {
    await emptySides(stack);
    const context = { "a=b": "odd", alt: "a" };
    await control(stack, "POST /assets", {
      assets: [{ public_id: "odd", tags: ["old", "x,y"], context: { custom: context } }],
    });
    await syncUntilCompleted(call);
    const [row] = await stack.sql<{ id: string }>("select id from public.media_assets");
    const patch = (json: unknown) =>
      call(`media-list/${row!.id}`, { method: "PATCH", as: "editor", json });

    const kept = await patch({ tags: ["new", "x,y"], context: { ...context, alt: "b" } });
    assertEquals([kept.status, kept.body.items[0].tags], [200, ["new", "x,y"]]);
    assertEquals(kept.body.items[0].context, { ...context, alt: "b" });
    const more = await patch({ tags: ["new", "x,y", "z,z"], context: { "c=": "d" } });
    assertError(more, 400);
    assertEquals(
      new Set(more.body.details.map(({ path }: { path: string }) => path.split(".")[0])),
      new Set(["context", "tags"]),
    );
    const gone = await patch({ remove_tags: ["x,y"], context: { "a=b": null } });
    assertEquals(
      [gone.status, gone.body.items[0].tags, gone.body.items[0].context],
      [200, ["new"], { alt: "b" }],
    );
    // An echo that overtakes the answer leaves keys that were written again to a later look-up.
    await waitUntil(async () => {
      await call("sync", { method: "POST", json: { direction: "push" } });
      const rows = await stack.sql("select from public.media_assets where sync_status <> 'synced'");
      return rows.length === 0;
    }, { describe: "every edit pushed" });
    const [asset] = await there();
    assertEquals([asset!.tags, asset!.context!.custom], [["new"], { alt: "b" }]);
  },
);

editTest("PATCH with bad values → 400 that names every one of them", ["a"], async ({ a }) => {
  const answer = await call(`media-list/${a}`, {
    method: "PATCH",
    as: "editor",
    json: { tags: ["a,b"], display_name: "a/b", context: { "k=": "v" }, wrong: 1 },
  });
  assertError(answer, 400);
  const paths = answer.body.details.map(({ path }: { path: string }) => path.split(".")[0]).sort();
  assertEquals(paths, ["context", "display_name", "tags", "wrong"]);
  assertError(await call(`media-list/${a}`, { method: "PATCH", as: "editor", json: {} }), 400);
  assertError(
    await call("media-list/7", { method: "PATCH", as: "editor", json: { tags: [] } }),
    400,
  );
});

editTest("PATCH of an unknown asset → 404; by a viewer → 403", ["a"], async ({ a }) => {
  const json = { tags: ["x"] };
  assertError(
    await call(`media-list/${crypto.randomUUID()}`, { method: "PATCH", as: "editor", json }),
    404,
  );
  assertError(await call(`media-list/${a}`, { method: "PATCH", as: "viewer", json }), 403);
});

editTest(
  "PATCH { resolve } → decides an open conflict for the side it names",
  ["a", "b"],
  async (ids) => {
    await stack.sql("update media_sync.settings set conflict_policy = 'manual'");
    try {
      await stack.sql("update public.media_assets set display_name = 'here'");
      // What Cloudinary says next differs from both: the base and the edit.
      await stack.sql(
        `select media_sync.merge_observations(cloud_name, jsonb_agg(jsonb_build_object(
           'asset_id', asset_id, 'public_id', public_id, 'resource_type', resource_type, 'type', type,
           'display_name', 'there')), clock_timestamp(), 'api')
       from public.media_assets group by cloud_name`,
      );
      const kept = async (name: string, resolve: string) => {
        const { status, body } = await call(`media-list/${ids[name]}`, {
          method: "PATCH",
          as: "editor",
          json: { resolve },
        });
        assertEquals(status, 200, JSON.stringify(body));
        return body.items[0].display_name;
      };
      assertEquals(await kept("a", "cloudinary"), "there");
      assertEquals(await kept("b", "database"), "here");
    } finally {
      await stack.sql("update media_sync.settings set conflict_policy = 'cloudinary'");
    }
  },
);

editTest(
  "PATCH { resolve } where nothing is in conflict → 409 no_conflict; beside an edit → the edit is made",
  ["a"],
  async ({ a }) => {
    const patch = (json: unknown) =>
      call(`media-list/${a}`, { method: "PATCH", as: "editor", json });
    const refused = await patch({ resolve: "database" });
    assertError(refused, 409);
    assertEquals(refused.body.code, "no_conflict");
    const edited = await patch({ resolve: "database", tags: ["new"] });
    assertEquals([edited.status, edited.body.items[0].tags], [200, ["new"]]);
  },
);

editTest(
  "PATCH of an asset that somebody deletes right after → 200, because the edit is stored",
  ["a"],
  async ({ a }) => {
    await stack.sql(
      `create function public.delete_at_once() returns trigger language plpgsql security definer as $$ begin
         update public.media_assets set deleted_at = now() where id = new.id and deleted_at is null;
         return null;
       end $$`,
    );
    await stack.sql(
      `create trigger delete_at_once after update of tags on public.media_assets
       for each row execute function public.delete_at_once()`,
    );
    try {
      const { status, body } = await call(`media-list/${a}`, {
        method: "PATCH",
        as: "editor",
        json: { tags: ["new"] },
      });
      assertEquals(status, 200, JSON.stringify(body));
      assertEquals([body.items[0].tags, body.items[0].deleted_at === null], [["new"], false]);
    } finally {
      await stack.sql("drop function public.delete_at_once() cascade");
    }
  },
);

editTest(
  "DELETE by public_ids → gone on both sides; unknown ones are told",
  ["a", "b"],
  async () => {
    const { status, body } = await call("media-list?public_ids=a,nowhere", {
      method: "DELETE",
      as: "editor",
    });
    assertEquals([status, body.deleted, body.pending], [200, ["a"], []]);
    assertEquals(
      body.failed.map(({ public_id, code }: Record<string, string>) => [public_id, code]),
      [
        ["nowhere", "not_found"],
      ],
    );
    assertEquals((await there()).map((asset) => asset.public_id), ["b"]);
  },
);

editTest(
  "DELETE of an asset in use → failed in_use; with force → deleted",
  ["a"],
  async ({ a }) => {
    await stack.sql(
      `insert into public.media_usage (media_asset_id, usage_type, reference_table, reference_id)
     values ($1, 'cover', 'posts', '1')`,
      [a],
    );
    const refused = await call("media-list", {
      method: "DELETE",
      as: "editor",
      json: { ids: [a] },
    });
    assertEquals([refused.status, refused.body.failed[0].code], [200, "in_use"]);
    assertEquals((await there()).length, 1);
    const forced = await call("media-list", {
      method: "DELETE",
      as: "editor",
      json: { ids: [a], force: true },
    });
    assertEquals(forced.body.deleted, ["a"]);
    assertEquals(await there(), []);
  },
);

editTest(
  "DELETE of a name with several resource types → ambiguous until one is named",
  [],
  async () => {
    await control(stack, "POST /assets", {
      assets: ["image", "video"].map((resource_type) => ({ public_id: "same", resource_type })),
    });
    await syncUntilCompleted(call);
    const { body } = await call("media-list?public_ids=same", { method: "DELETE", as: "editor" });
    assertEquals(body.failed[0].code, "ambiguous");
    const named = await call("media-list?public_ids=same&resource_type=video", {
      method: "DELETE",
      as: "editor",
    });
    assertEquals([...named.body.deleted, ...named.body.pending], ["same"]);
  },
);

editTest(
  "DELETE while Cloudinary fails → pending, and the next sync carries it out",
  ["a"],
  async () => {
    await control(stack, "PUT /faults", {
      fail_next: Array(40).fill({ match: "/resources", status: 401, body: {} }),
    });
    const { status, body } = await call("media-list?public_ids=a", {
      method: "DELETE",
      as: "editor",
    });
    assertEquals([status, body.pending, body.deleted], [200, ["a"], []], JSON.stringify(body));
    await control(stack, "PUT /faults", { fail_next: [] });
    await stack.sql("update public.media_assets set next_attempt_at = null");
    await call("sync", { method: "POST", json: { direction: "push" } });
    assertEquals(await there(), []);
  },
);

editTest("DELETE by a viewer → 403; without any name → 400", ["a"], async () => {
  assertError(await call("media-list?public_ids=a", { method: "DELETE", as: "viewer" }), 403);
  assertError(await call("media-list", { method: "DELETE", as: "editor" }), 400);
});

editTest(
  "POST restore of a confirmed deletion → back from Cloudinary's backup",
  ["a"],
  async ({ a }) => {
    // A deletion that is heard of while it is taken back would be answered `requested`.
    await control(stack, "PUT /faults", { webhook_drop_rate: 1 });
    const before = (await there()).map((asset) => asset.asset_id);
    await call("media-list?public_ids=a", { method: "DELETE", as: "editor" });
    const { status, body } = await call(`media-list/${a}/restore`, {
      method: "POST",
      as: "editor",
    });
    assertEquals([status, body.item.deleted_at], [200, null], JSON.stringify(body));
    assertEquals((await there()).map((asset) => asset.asset_id), before);
  },
);

editTest("POST restore where no backup exists → 409 content_gone", ["a"], async ({ a }) => {
  await control(stack, "PUT /behavior", { backup: false });
  await call("media-list?public_ids=a", { method: "DELETE", as: "editor" });
  const answer = await call(`media-list/${a}/restore`, { method: "POST", as: "editor" });
  assertError(answer, 409);
  assertEquals(answer.body.code, "content_gone");
});

editTest("POST uploads, the file to Cloudinary, POST confirm → the row at once", [], async () => {
  const signed = await call("media-list/uploads", {
    method: "POST",
    as: "editor",
    json: { public_id: "new", folder: "up", tags: ["x", "y"], context: { alt: "a=b|c" } },
  });
  assertEquals(signed.status, 200, JSON.stringify(signed.body));
  assert(!JSON.stringify(signed.body).includes(new URL(stack.info.cloudinary_url).password));
  const form = new FormData();
  for (const [name, value] of Object.entries<string>(signed.body.fields)) form.set(name, value);
  form.set(
    "file",
    "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7",
  );
  const uploaded = await (await fetch(signed.body.upload_url, { method: "POST", body: form }))
    .json();

  const { status, body } = await call("media-list/uploads/confirm", {
    method: "POST",
    as: "editor",
    json: uploaded,
  });
  assertEquals(status, 200, JSON.stringify(body));
  const { public_id, folder, tags, context } = body.item;
  assertEquals([public_id, folder, tags, context], ["new", "up", ["x", "y"], { alt: "a=b|c" }]);
  const [row] = await stack.sql<{ mine: boolean }>(
    "select created_by is not null as mine from public.media_assets where public_id = 'new'",
  );
  assertEquals(row?.mine, true);

  const forged = await call("media-list/uploads/confirm", {
    method: "POST",
    as: "editor",
    json: { ...uploaded, public_id: "other" },
  });
  assertError(forged, 400);
  assertEquals(forged.body.details[0].path, "signature");
});

editTest("POST uploads by a viewer → 403", [], async () => {
  assertError(await call("media-list/uploads", { method: "POST", as: "viewer", json: {} }), 403);
});
