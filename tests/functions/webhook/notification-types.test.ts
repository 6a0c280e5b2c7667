/** Every recorded notification over HTTP: the answer, the row, and which look-up is asked for. */
import { assertEquals } from "@std/assert";
import {
  lamp,
  readRecordedNotifications,
  type RecordedNotification,
} from "../../support/fixtures/notifications/recorded-notifications.ts";
import { waitUntil } from "../../support/wait-until.ts";
import {
  emptyDatabase,
  holdLookUps,
  pullAssets,
  webhookTest,
  type WebhookWorld,
} from "./webhook-world.ts";

const COLUMNS = Object.keys(lamp);

webhookTest("each recorded notification, signed → 200, and the row follows", async (world, t) => {
  for (const recorded of readRecordedNotifications()) {
    const { body: { notification_type = "no type" }, title, result } = recorded;
    await t.step(`${notification_type}, ${title} → ${result}`, () => prove(world, recorded));
  }
});

async function prove(world: WebhookWorld, recorded: RecordedNotification): Promise<void> {
  await emptyDatabase(world);
  await holdLookUps(world);
  await pullAssets(world, [lamp]);

  assertEquals(await world.post(recorded.body), {
    status: 200,
    body: { success: true, result: recorded.result },
  });

  const rows = await world.stack.sql<Record<string, unknown>>(
    `select ${COLUMNS.join(", ")} from public.media_assets where deleted_at is null
     order by asset_id`,
  );
  assertEquals(rows.map(comparable), [
    comparable({ ...lamp, ...recorded.row }),
    ...recorded.new_row
      ? [comparable({ ...rows.find(isNew), ...recorded.new_row, asset_id: newId(recorded) })]
      : [],
  ]);
  const [event] = await world.events();
  assertEquals(event?.body, JSON.stringify(recorded.body), "what is stored");

  // The background look-up gives back what it claimed, since look-ups are held.
  await waitUntil(async () => {
    assertEquals(await queuedLookUps(world), recorded.look_up);
    return true;
  }, { describe: () => `a look-up ${recorded.look_up}` });
}

function isNew({ asset_id }: Record<string, unknown>): boolean {
  return asset_id !== lamp.asset_id;
}

function newId({ new_row }: RecordedNotification): unknown {
  return new_row?.asset_id;
}

async function queuedLookUps({ stack }: WebhookWorld): Promise<"now" | "later" | null> {
  const [queue] = await stack.sql<{ now: number; later: number }>(
    `select count(*) filter (where not_before <= clock_timestamp())::int as now,
       count(*) filter (where not_before > clock_timestamp() and lease_token is null)::int as later
     from media_sync.refresh_queue`,
  );
  return queue!.now > 0 ? "now" : queue!.later > 0 ? "later" : null;
}

/** Rows as text-free values: the order of tags has no meaning, figures may come as text, times in other forms. */
function comparable(row: Record<string, unknown>): Record<string, unknown> {
  return {
    ...row,
    version: Number(row.version),
    bytes: Number(row.bytes),
    tags: [...(row.tags as string[])].sort(),
    created_at: new Date(String(row.created_at)).getTime(),
    // What the shapes tell besides is no column and is proven with the effects.
    extra: (row.extra as Record<string, unknown>).access_control ?? null,
  };
}
