/** Signed uploads: a signature serves the upload of one name, whatever endpoint its fields are posted to. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import type { Stack } from "../../scripts/local/stack-options.ts";
import { assertError } from "../support/assert-error.ts";
import { emptySides } from "../support/empty-stack.ts";
import { type As, type Call, control, syncUntilCompleted } from "../support/stack.ts";
import { stackTests } from "../support/stack-test.ts";

let stack: Stack;
let call: Call;

const stackTest = stackTests({}, (world) => ({ stack, call } = world));

const IMAGE = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7";

/** A test that begins with these images in both sides, all but those in the folder `hidden`, which is not mirrored. */
function uploadTest(name: string, publicIds: string[], fn: () => Promise<void>): void {
  stackTest(name, async () => {
    await emptySides(stack);
    await control(stack, "POST /assets", {
      assets: publicIds.map((public_id) => ({
        public_id,
        tags: ["old"],
        ...(public_id.startsWith("hidden")
          ? { asset_folder: "hidden" }
          : { asset_folder: "shown" }),
      })),
    });
    await stack.sql("update media_sync.settings set include_folders = '{shown,up}'");
    await syncUntilCompleted(call);
    await fn();
    await stack.sql("update media_sync.settings set include_folders = '{}'");
  });
}

const sign = (json: Record<string, unknown>, as: As = "editor") =>
  call("media-list/uploads", { method: "POST", as, json });

// deno-lint-ignore no-explicit-any -- Cloudinary's answers are of many shapes.
async function post(url: string, fields: Record<string, string>): Promise<any> {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  return await (await fetch(url, { method: "POST", body: form })).json();
}

const upload = async (json: Record<string, unknown>, as: As = "editor") => {
  const { status, body } = await sign(json, as);
  assertEquals(status, 200, JSON.stringify(body));
  return await post(body.upload_url, { ...body.fields, file: IMAGE });
};

async function library(): Promise<unknown[]> {
  const { assets } = await control(stack, "GET /state");
  return assets.map(({ public_id, version, tags }: Record<string, unknown>) => ({
    public_id,
    version,
    tags,
  }));
}

const endpoints = [
  "destroy",
  "rename",
  "explicit",
  "tags",
  "context",
  "metadata",
  "explode",
  "multi",
];

uploadTest("uploads for the name of an asset → 409, hidden or not, and with no overwrite", [
  "victim",
  "hidden-victim",
], async () => {
  for (const public_id of ["victim", "hidden-victim"]) {
    const answer = await sign({ public_id });
    assertError(answer, 409);
    assertEquals([answer.body.code, answer.body.fields], ["name_taken", undefined]);
  }
  const hidden = await sign({ public_id: "hidden-victim", overwrite: true });
  assertEquals([hidden.status, hidden.body.code], [409, "name_taken"]);
});

uploadTest("uploads, fields posted to every other endpoint before the upload → nothing happens", [
  "victim",
], async () => {
  const before = await library();
  for (const json of [{}, { public_id: "fresh", tags: ["x"], context: { a: "b" }, folder: "up" }]) {
    const { body } = await sign(json);
    for (const type of ["image", "video", "raw"]) {
      for (const endpoint of endpoints) {
        const url = body.upload_url.replace(/auto\/upload$/, `${type}/${endpoint}`);
        // With whatever else these endpoints ask for, as somebody might who hopes that it is not signed.
        for (
          const more of [{}, { from_public_id: "victim", to_public_id: "x" }, {
            command: "remove_all",
            "public_ids[]": "victim",
          }, { public_id: "victim" }]
        ) await post(url, { ...body.fields, ...more });
      }
    }
    const { upload_url, fields } = body;
    await post(upload_url, { ...fields, public_id: "victim", file: IMAGE });
  }
  assertEquals(await library(), before);
});

uploadTest(
  "uploads without a name → one that nobody can guess, each time another",
  [],
  async () => {
    const names = new Set<string>();
    for (let count = 0; count < 3; count++) {
      const { body } = await sign({ filename: "Sunset.JPG", folder: "up" });
      assertMatch(body.fields.public_id, /^[0-9a-f]{32}$/);
      assertEquals([body.fields.overwrite, body.fields.type], ["0", "upload"]);
      assertEquals([body.fields.display_name, body.fields.asset_folder], ["Sunset", "up"]);
      names.add(body.fields.public_id);
    }
    assertEquals(names.size, 3);
    const raw = await sign({ filename: "notes.txt", resource_type: "raw" });
    assertMatch(raw.body.fields.public_id, /^[0-9a-f]{32}\.txt$/);
  },
);

uploadTest("a signature → serves for a quarter of an hour", [], async () => {
  const { body } = await sign({});
  const left = Number(body.fields.timestamp) + 3_600 - Date.now() / 1_000;
  assert(left > 14 * 60 && left <= 15 * 60, `${left} s`);
});

uploadTest("uploads with overwrite → for a live asset in sight, and not one in use without force", [
  "mine",
  "used",
], async () => {
  await stack.sql(
    `insert into public.media_usage (media_asset_id, usage_type, reference_table, reference_id)
     select id, 'cover', 'articles', '1' from public.media_assets where public_id = 'used'`,
  );
  const [before] = await stack.sql<{ created_by: unknown }>(
    "select created_by from public.media_assets where public_id = 'mine'",
  );
  const uploaded = await upload({ public_id: "mine", overwrite: true, tags: ["new"] });
  assertEquals([uploaded.public_id, uploaded.overwritten], ["mine", true]);
  const confirmed = await call("media-list/uploads/confirm", {
    method: "POST",
    as: "editor",
    json: uploaded,
  });
  assertEquals(confirmed.status, 200, JSON.stringify(confirmed.body));
  const [after] = await stack.sql<{ created_by: unknown }>(
    "select created_by from public.media_assets where public_id = 'mine'",
  );
  assertEquals(after, before);
  const log = await stack.sql(
    "select user_id is not null as told from public.media_sync_log where operation = 'upload' and changes ? 'signed'",
  );
  assertEquals(log, [{ told: true }]);

  const used = await sign({ public_id: "used", overwrite: true });
  assertEquals([used.status, used.body.code], [409, "in_use"]);
  assertEquals((await sign({ public_id: "used", overwrite: true, force: true })).status, 200);
});

uploadTest("uploads for a name just signed for somebody else → 409", [], async () => {
  assertEquals((await sign({ public_id: "wanted" }, "admin")).status, 200);
  const answer = await sign({ public_id: "wanted" });
  assertEquals([answer.status, answer.body.code], [409, "name_taken"]);
  assertEquals((await sign({ public_id: "wanted" }, "admin")).status, 200);
});

uploadTest("confirm with a colleague's asset of the same name → not the caller's", [], async () => {
  const uploaded = await upload({ public_id: "twin", resource_type: "raw" });
  await control(stack, "POST /assets", {
    assets: [{
      public_id: "twin",
      asset_folder: "up",
      resource_type: "image",
      version: 1600000000,
    }],
  });
  const { assets } = await control(stack, "GET /state");
  const theirs = assets.find(({ resource_type }: Record<string, unknown>) =>
    resource_type === "image"
  );
  const { status } = await call("media-list/uploads/confirm", {
    method: "POST",
    as: "editor",
    json: { ...uploaded, asset_id: theirs.asset_id },
  });
  assertEquals(status, 404);
  await syncUntilCompleted(call);
  const rows = await stack.sql(
    "select resource_type from public.media_assets where created_by is not null",
  );
  assertEquals(rows, []);
});

uploadTest(
  "confirm of an upload that was not signed for the caller → the row, and no uploader",
  [],
  async () => {
    const uploaded = await upload({ folder: "up" }, "admin");
    const confirm = (as: As) =>
      call("media-list/uploads/confirm", { method: "POST", as, json: uploaded });
    const uploader = async () =>
      (await stack.sql<{ email: string | null }>(
        `select auth_user.email from public.media_assets as asset
       left join auth.users as auth_user on auth_user.id = asset.created_by where public_id = $1`,
        [uploaded.public_id],
      ))[0]?.email;
    assertEquals((await confirm("editor")).status, 200);
    assertEquals(await uploader(), null);
    assertEquals((await confirm("admin")).status, 200);
    assertEquals(await uploader(), stack.info.users.admin.email);
  },
);

uploadTest("uploads for a name that Cloudinary cannot hold → 400", [], async () => {
  for (const public_id of ["a&tags=b", "a?b", "a#b", "a%b", "a<b", 'a"b', "/a", "a/", " a"]) {
    const answer = await sign({ public_id });
    assertError(answer, 400);
    assertEquals(answer.body.details[0].path, "public_id");
  }
});

uploadTest("context of several lines → signed as a browser sends it", [], async () => {
  const uploaded = await upload({ folder: "up", context: { alt: "one\ntwo" } });
  assertEquals(
    uploaded.context?.custom?.alt?.replace("\r\n", "\n"),
    "one\ntwo",
    JSON.stringify(uploaded),
  );
});

uploadTest("DELETE ?public_ids=a,b where an asset is called so → 400, and nothing is deleted", [
  "a,b",
  "a",
  "b",
  "c, d",
], async () => {
  for (const list of ["a,b", "b,a,b", "c, d", "a,c, d,b"]) {
    const answer = await call(`media-list?public_ids=${encodeURIComponent(list)}`, {
      method: "DELETE",
      as: "editor",
    });
    assertError(answer, 400);
    assertEquals(answer.body.details[0].path, "public_ids");
  }
  assertEquals((await library()).length, 4);
  const repeated = await call("media-list?public_ids=a,b&public_ids=c,%20d", {
    method: "DELETE",
    as: "editor",
  });
  assertEquals([repeated.status, repeated.body.deleted.sort()], [200, ["a,b", "c, d"]]);
  assertEquals((await library()).length, 2);
  const list = await call("media-list?public_ids=a,b", { method: "DELETE", as: "editor" });
  assertEquals(list.body.deleted.sort(), ["a", "b"]);
});

uploadTest("DELETE of an ambiguous name → advice that works: type, or ids", [], async () => {
  await control(stack, "POST /assets", {
    assets: [
      { public_id: "twin", asset_folder: "up" },
      { public_id: "twin", asset_folder: "up", type: "private" },
    ],
  });
  await syncUntilCompleted(call);
  const remove = (query: string) =>
    call(`media-list?public_ids=twin${query}`, { method: "DELETE", as: "editor" });
  const { body } = await remove("&resource_type=image");
  assertEquals([body.failed[0].code, body.failed[0].ids.length], ["ambiguous", 2]);
  assertMatch(body.failed[0].error, /type/);
  assertEquals((await remove("&type=private")).body.deleted, ["twin"]);
  const [left] = await stack.sql("select type from public.media_assets where deleted_at is null");
  assertEquals(left, { type: "upload" });
});
