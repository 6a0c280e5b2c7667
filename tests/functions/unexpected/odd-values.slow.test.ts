/**
 * Every odd value in every field through every entrance: the neighbours arrive, other edits are pushed, what cannot be
 * stored is named, and heals when the value does.
 */
import { assert, assertEquals } from "@std/assert";
import { compareSides } from "../../support/compare-sides.ts";
import { oddFields, oddValues } from "../../support/fixtures/odd-values.ts";
import { type OddValues, startOddProxy, writeOdd } from "../../support/odd-proxy.ts";
import { callCloudinary, control, syncUntilCompleted } from "../../support/stack.ts";
import { waitUntil } from "../../support/wait-until.ts";
import { stackTests, type StackWorld } from "../../support/stack-test.ts";
import { postRaw, signedHeaders } from "../webhook/webhook-world.ts";

const proxy = startOddProxy();
Deno.test.afterAll(() => proxy.stop());

const test = stackTests(
  { environment: { CLOUDINARY_UPLOAD_PREFIX: proxy.url } },
  ({ stack }) => void (proxy.target = stack.info.cloudinary_http),
);

/** One asset for each field and value. */
const odd: OddValues = new Map(
  oddFields.flatMap((field, column) =>
    oddValues.map((text, row): [string, Record<string, string>] => [
      (column * 100 + row).toString(16).padStart(32, "0"),
      { [field]: text },
    ])
  ),
);
const neighbours = Array.from({ length: 20 }, (_, index) => `ff${index}`.padStart(32, "f"));

const describe = (assetId: string) => JSON.stringify(odd.get(assetId) ?? assetId).slice(0, 80);

async function tagsThere({ stack }: StackWorld): Promise<Map<string, string[]>> {
  const { assets } = await control(stack, "GET /state");
  return new Map(
    assets.map((asset: { asset_id: string; tags: string[] }) => [asset.asset_id, asset.tags]),
  );
}

async function neighboursHere({ stack }: StackWorld, condition: string): Promise<number> {
  const [row] = await stack.sql<{ count: number }>(
    `select count(*)::int as count from public.media_assets where asset_id like 'ff%' and ${condition}`,
  );
  return row!.count;
}

test("listing: odd values in each field → the run is completed, every neighbour has its row", async (world) => {
  proxy.odd = odd;
  await control(world.stack, "POST /assets", {
    assets: [...odd.keys(), ...neighbours].map((asset_id) => ({ asset_id, public_id: asset_id })),
  });
  const { body } = await syncUntilCompleted(world.call);
  assertEquals(await neighboursHere(world, "deleted_at is null"), neighbours.length);
  const [counted] = await world.stack.sql<{ rows: number; aside: number }>(
    `select (select count(*)::int from public.media_assets) as rows,
       (select count(*)::int from media_sync.quarantine) as aside`,
  );
  assertEquals(counted!.rows + counted!.aside, odd.size + neighbours.length);
  assertEquals(body.data.error_count, counted!.aside);
});

test("what is set aside → named by health, GET sync and the log, with a reason of ours", async ({ stack, call }) => {
  const { body } = await call("sync");
  const check = body.health.checks.find(({ name }: { name: string }) => name === "quarantine");
  const aside = await stack.sql<{ asset_id: string; reason: string }>(
    "select asset_id, reason from media_sync.quarantine order by asset_id",
  );
  assertEquals([check.status, check.value], ["degraded", String(aside.length)]);
  assert(aside.length > 0);
  for (const { asset_id, reason } of aside) {
    assert(/^[A-Z].*\.$/.test(reason), `${asset_id} ${reason}`);
  }
  assertEquals(body.sync_status.is_synced, false);
  const named = new Set(
    body.sync_status.quarantine.map(({ asset_id }: { asset_id: string }) => asset_id),
  );
  assertEquals(aside.filter(({ asset_id }) => !named.has(asset_id)), []);
  const logged = await stack.sql<{ asset_id: string }>(
    "select asset_id from public.media_sync_log where operation = 'quarantine' and status = 'error'",
  );
  assertEquals(logged.map(({ asset_id }) => asset_id).sort(), aside.map((one) => one.asset_id));
});

test("a second run → writes nothing", async ({ stack, call }) => {
  const positions = () =>
    stack.sql("select id::text, xmin::text, ctid::text from public.media_assets order by 1");
  const before = await positions();
  await syncUntilCompleted(call);
  assertEquals(await positions(), before);
});

test("look-up: edits of all rows → every neighbour's is pushed, and those of the odd that are no names", async (world) => {
  // What Cloudinary shows of odd tags is never what was sent: only the echo of the write tells that it arrived.
  await control(world.stack, "PUT /behavior", { upload_edits_notify: true });
  await world.stack.sql("update public.media_assets set tags = tags || '{pushed}'");
  let stuck: string[] = [];
  await waitUntil(
    async () => {
      const push = { method: "POST", json: { direction: "push" } };
      assertEquals((await world.call("sync", push)).status, 200);
      const rows = await world.stack.sql<{ asset_id: string }>(
        "select asset_id from public.media_assets where sync_status <> 'synced'",
      );
      // By another name than Cloudinary knows, an edit finds nothing.
      stuck = rows.map(({ asset_id }) => asset_id)
        .filter((id) => !Object.hasOwn(odd.get(id) ?? {}, "public_id")).map(describe);
      return stuck.length === 0;
    },
    { deadlineMs: 300_000, describe: () => `the edits of ${stuck}` },
  );
  const tags = await tagsThere(world);
  assertEquals(neighbours.filter((id) => !tags.get(id)!.includes("pushed")), []);
});

test("search: all changed there, the odd among them → a tick brings every neighbour's change", async (world) => {
  await world.stack.sql("update media_sync.settings set incremental_interval = '0'");
  for (const ids of [[...odd.keys()], neighbours]) {
    await callCloudinary(world.stack, "POST /image/tags", {
      command: "replace",
      tag: "told",
      public_ids: ids,
    });
  }
  await syncUntilCompleted(world.call, {});
  assertEquals(await neighboursHere(world, "tags = '{told}'"), neighbours.length);
});

test("webhook: tags of an odd asset and its neighbour in one notification → the neighbour's is applied", async (world) => {
  const secret = new URL(world.stack.info.cloudinary_url).password;
  const told = (asset_id: string, index: number) => ({
    ...{ asset_id, public_id: asset_id, resource_type: "image", type: "upload" },
    ...{ added: [`heard ${index}`], removed: [] },
  });
  const ids = [...odd.keys()];
  const oddEvents: OddValues = new Map(
    [...odd].map((
      [id, { tags, ...others }],
    ) => [id, tags === undefined ? others : { added: tags }]),
  );
  for (const [index, assetId] of ids.entries()) {
    const body = writeOdd({
      notification_type: "resource_tags_changed",
      source: "ui",
      resources: [told(assetId, index), told(neighbours[index % neighbours.length]!, index)],
      notification_context: { triggered_at: new Date().toISOString() },
    }, oddEvents);
    const url = `${world.stack.info.url}/functions/v1/webhook`;
    const { status } = await postRaw(url, body, signedHeaders(body, secret));
    assertEquals(status, 200, describe(assetId));
  }
  const [heard] = await world.stack.sql<{ tags: string[] }>(
    `select array_agg(distinct tag) as tags
     from public.media_assets cross join lateral unnest(tags) as tag
     where asset_id like 'ff%' and tag like 'heard %'`,
  );
  const missing = ids.filter((_, index) => !heard!.tags?.includes(`heard ${index}`));
  assertEquals(missing.map(describe), []);
});

test("webhook: signed uploads with odd values → each is stored, none is refused", async ({ stack }) => {
  const secret = new URL(stack.info.cloudinary_url).password;
  const refused: string[] = [];
  for (const assetId of odd.keys()) {
    const body = writeOdd({
      notification_type: "upload",
      ...{ asset_id: assetId, public_id: assetId, resource_type: "image", type: "upload" },
      ...{ version: 1_900_000_000, created_at: "2026-01-01T00:00:00Z" },
    }, odd);
    const { status } = await postRaw(
      `${stack.info.url}/functions/v1/webhook`,
      body,
      signedHeaders(body, secret),
    );
    if (status !== 200) refused.push(`${status} ${describe(assetId)}`);
  }
  assertEquals(refused, []);
  const failed = await stack.sql(
    "select body from media_sync.webhook_events where result = 'failed'",
  );
  assertEquals(failed, []);
});

test("upload answers: handed over by a browser → a row or a sentence, never a 5xx", async ({ stack, call }) => {
  const { assets } = await control(stack, "GET /state");
  const byId = new Map(assets.map((asset: { asset_id: string }) => [asset.asset_id, asset]));
  const secret = new URL(stack.info.cloudinary_url).password;
  const answers: Record<number, number> = {};
  for (const assetId of [...odd.keys(), ...neighbours]) {
    const asset = byId.get(assetId) as { public_id: string; version: number };
    const signed = `public_id=${asset.public_id}&version=${asset.version}${secret}`;
    const digest = await crypto.subtle.digest("SHA-1", new TextEncoder().encode(signed));
    const signature = Array.from(
      new Uint8Array(digest),
      (byte) => byte.toString(16).padStart(2, "0"),
    )
      .join("");
    const json = writeOdd({ ...asset, signature }, odd);
    const { status, body } = await call("media-list/uploads/confirm", {
      method: "POST",
      body: json,
      headers: { "content-type": "application/json" },
    });
    answers[status] = (answers[status] ?? 0) + 1;
    // Cloudinary signs the name and the version: with others, or with what is no JSON, nothing is handed over.
    const isRefusal = [400, 401, 403, 404, 409].includes(status) && /^[A-Z].*\.$/.test(body.error);
    assert(
      status === 200 || isRefusal,
      `${status} ${JSON.stringify(body).slice(0, 500)} ${describe(assetId)}`,
    );
    if (neighbours.includes(assetId)) assertEquals(status, 200);
  }
});

test("the values heal → nothing is set aside any more, both sides are equal", async ({ stack, call }) => {
  proxy.odd = new Map();
  await syncUntilCompleted(call);
  await call("sync", { method: "POST", json: { direction: "push" } });
  await syncUntilCompleted(call);
  assertEquals(await stack.sql("select * from media_sync.quarantine"), []);
  // No answer tells an image's duration, so that none tells that it healed.
  const differing = (await compareSides(stack)).filter(({ field }) => field !== "duration");
  assertEquals(differing.map((one) => `${describe(one.asset_id)} ${one.field}`), []);
  const { body } = await call("sync");
  const check = body.health.checks.find(({ name }: { name: string }) => name === "quarantine");
  assertEquals(check.status, "ok");
});
