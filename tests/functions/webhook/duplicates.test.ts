/** One notification that arrives many times. */
import { assertEquals } from "@std/assert";
import { lamp } from "../../support/fixtures/notifications/recorded-notifications.ts";
import { postgresTest } from "../../support/postgres/postgres-test.ts";
import { pullAssets, webhookTest, type WebhookWorld, withWebhookWorld } from "./webhook-world.ts";

const retag = {
  notification_type: "resource_tags_changed",
  source: "ui",
  resources: [{
    asset_id: lamp.asset_id,
    public_id: lamp.public_id,
    resource_type: "image",
    type: "upload",
    added: ["new"],
    removed: ["old"],
  }],
};

webhookTest(
  "ten copies of one notification at once → one is applied, nine are duplicates",
  assertOneEffect,
);

postgresTest(
  "ten copies of one notification at once on PostgreSQL → one is applied, nine are duplicates",
  async (postgres) => {
    await withWebhookWorld({ database: await postgres.createDatabase() }, assertOneEffect);
  },
);

webhookTest(
  "a copy signed anew an hour later → duplicate; another body with the same change → ignored",
  async (world) => {
    await pullAssets(world, [lamp]);
    assertEquals((await world.post(retag)).body.result, "applied");
    const timestamp = Math.floor(Date.now() / 1000) - 3_600;
    assertEquals((await world.post(retag, { timestamp })).body.result, "duplicate");
    assertEquals((await world.post({ ...retag, copy: 2 })).body.result, "ignored");
    assertEquals((await world.events()).map(({ deliveries }) => deliveries), [2, 1]);
    assertEquals(await logged(world), ["update success"]);
  },
);

async function assertOneEffect(world: WebhookWorld): Promise<void> {
  await pullAssets(world, [lamp]);
  const answers = await Promise.all(Array.from({ length: 10 }, () => world.post(retag)));
  assertEquals(answers.map(({ status }) => status), Array(10).fill(200));
  assertEquals(answers.map(({ body }) => body.result).sort(), [
    "applied",
    ...Array(9).fill("duplicate"),
  ]);
  assertEquals((await world.events()).map(({ result, deliveries }) => ({ result, deliveries })), [
    { result: "applied", deliveries: 10 },
  ]);
  assertEquals(await logged(world), ["update success"]);
  const rows = await world.stack.sql<{ tags: string[] }>("select tags from public.media_assets");
  assertEquals(rows, [{ tags: ["sale", "new"] }]);
}

/** The audit rows that notifications left. */
async function logged({ stack }: WebhookWorld): Promise<string[]> {
  const rows = await stack.sql<{ line: string }>(
    `select operation || ' ' || status as line from public.media_sync_log
     where source = 'webhook' order by id`,
  );
  return rows.map(({ line }) => line);
}
