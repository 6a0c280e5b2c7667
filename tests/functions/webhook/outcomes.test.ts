/** What becomes of notifications that cannot be applied: too old, broken, of a row that says no. */
import { assert, assertEquals } from "@std/assert";
import { lamp } from "../../support/fixtures/notifications/recorded-notifications.ts";
import { waitUntil } from "../../support/wait-until.ts";
import {
  emptyDatabase,
  holdLookUps,
  pullAssets,
  webhookTest,
  type WebhookWorld,
} from "./webhook-world.ts";

webhookTest("notifications that cannot be applied", async (world, t) => {
  const steps: [string, (world: WebhookWorld) => Promise<void>][] = [
    ["one older than what the row has seen → 200, stale in inbox and log", stale],
    ["an upload of an older version → 200, stale in inbox and log", staleUpload],
    ["one that fails → 200, failed in inbox and log; replayed once mended → applied", failed],
    ["one that fails for good → 200, its asset looked up; replayed → stored again", broken],
    ["replaying what was applied → nothing changes twice", replayApplied],
    ["replaying what does not exist → 404; by no admin → 403; by nobody → 401", replayAccess],
  ];
  for (const [title, prove] of steps) {
    await t.step(title, async () => {
      await emptyDatabase(world);
      await holdLookUps(world);
      await pullAssets(world, [lamp]);
      await prove(world);
    });
  }
});

async function stale(world: WebhookWorld): Promise<void> {
  assertEquals((await world.post(retag("newer", "12:00:01"))).body.result, "applied");
  assertEquals(await world.post(retag("older", "12:00:00")), {
    status: 200,
    body: { success: true, result: "ignored" },
  });
  assertEquals((await world.events()).map(({ result }) => result), ["applied", "stale"]);
  assertEquals((await logged(world)).at(-1), {
    operation: "event",
    status: "stale",
    source: "webhook",
    direction: "pull",
    asset_id: lamp.asset_id,
    error_code: null,
    event: "2",
  });
  assertEquals(await tags(world), ["old", "sale", "newer"]);
}

async function staleUpload(world: WebhookWorld): Promise<void> {
  const body = { ...lamp, notification_type: "upload", version: lamp.version - 1, tags: [] };
  assertEquals((await world.post(body)).body.result, "ignored");
  assertEquals((await world.events()).map(({ result }) => result), ["stale"]);
  assertEquals((await logged(world)).map(({ status }) => status), ["stale"]);
  assertEquals(await tags(world), lamp.tags);
}

async function failed(world: WebhookWorld): Promise<void> {
  const { stack, call } = world;
  await stack.sql(
    `create function public.refuse() returns trigger language plpgsql as
     $$ begin raise exception 'this row refuses'; end; $$`,
  );
  await stack.sql(
    `create trigger refuse before update of tags on public.media_assets
     for each row execute function public.refuse()`,
  );
  try {
    assertEquals(await world.post(retag("x")), {
      status: 200,
      body: { success: true, result: "stored" },
    });
  } finally {
    await stack.sql("drop trigger refuse on public.media_assets");
    await stack.sql("drop function public.refuse()");
  }
  const [event] = await world.events();
  assertEquals({ result: event?.result, error: event?.error_message }, {
    result: "failed",
    error: "What it tells of its assets cannot be stored; they are set aside and looked up.",
  });
  assertEquals((await logged(world)).filter(({ operation }) => operation === "event"), [{
    operation: "event",
    status: "error",
    source: "webhook",
    direction: "pull",
    asset_id: lamp.asset_id,
    error_code: "event_failed",
    event: "1",
  }]);
  assertEquals(await tags(world), lamp.tags);
  await waitUntil(async () => assertEquals(await queued(world), [lamp.asset_id]) ?? true, {
    describe: "the look-up of the asset",
  });

  const replayed = await call("sync", { method: "POST", json: { replay_event: event!.id } });
  assertEquals(replayed.status, 200, JSON.stringify(replayed.body));
  assertEquals(replayed.body.data, { event_id: event!.id, result: "applied" });
  assertEquals((await world.events()).map(({ result, error_message }) => [result, error_message]), [
    ["applied", null],
  ]);
  assertEquals(await tags(world), ["old", "sale", "x"]);
}

async function broken(world: WebhookWorld): Promise<void> {
  const body = { ...lamp, notification_type: "upload", version: 2e9, resource_type: "hologram" };
  assertEquals(await world.post(body), {
    status: 200,
    body: { success: true, result: "stored" },
  });
  const [event] = await world.events();
  assertEquals(event?.result, "failed");
  assert(event?.error_message);
  const replayed = await world.call("sync", { method: "POST", json: { replay_event: event.id } });
  assertEquals(replayed.body.data, { event_id: event.id, result: "stored" });
  assertEquals((await logged(world)).map(({ operation, status }) => `${operation} ${status}`), [
    "quarantine error",
    "event error",
    "event error",
  ]);
  assertEquals(await queued(world), [lamp.asset_id]);
}

async function replayApplied(world: WebhookWorld): Promise<void> {
  await world.post(retag("x"));
  const [event] = await world.events();
  const log = await logged(world);
  for (let time = 0; time < 2; time++) {
    const { status, body } = await world.call("sync", {
      method: "POST",
      json: { replay_event: event!.id },
    });
    assertEquals({ status, result: body.data.result }, { status: 200, result: "ignored" });
  }
  assertEquals(await logged(world), log);
  assertEquals(await tags(world), ["old", "sale", "x"]);
}

async function replayAccess(world: WebhookWorld): Promise<void> {
  await world.post(retag("x"));
  const replay = (as: "nobody" | "anonymous" | "editor" | "admin", id: number) =>
    world.call("sync", { method: "POST", as, json: { replay_event: id } });
  assertEquals((await replay("admin", 1_000)).status, 404);
  assertEquals((await replay("admin", 0)).status, 400);
  assertEquals((await replay("editor", 1)).status, 403);
  assertEquals((await replay("anonymous", 1)).status, 401);
  assertEquals((await replay("nobody", 1)).status, 401);
  assertEquals((await replay("admin", 1)).status, 200);
}

function retag(added: string, time = "12:00:00"): Record<string, unknown> {
  return {
    notification_type: "resource_tags_changed",
    notification_context: { triggered_at: `2026-06-01T${time}.000000Z` },
    resources: [{
      asset_id: lamp.asset_id,
      public_id: lamp.public_id,
      resource_type: "image",
      type: "upload",
      added: [added],
      removed: [],
    }],
  };
}

async function tags({ stack }: WebhookWorld): Promise<string[] | undefined> {
  const [row] = await stack.sql<{ tags: string[] }>("select tags from public.media_assets");
  return row?.tags;
}

async function queued({ stack }: WebhookWorld): Promise<string[]> {
  const rows = await stack.sql<{ asset_id: string }>(
    "select asset_id from media_sync.refresh_queue where not_before <= clock_timestamp()",
  );
  return rows.map(({ asset_id }) => asset_id);
}

function logged({ stack }: WebhookWorld): Promise<Record<string, unknown>[]> {
  return stack.sql(
    `select operation, status, source, direction, asset_id, error_code, changes ->> 'event' as event
     from public.media_sync_log where source <> 'api' order by id`,
  );
}
