/** Edits of ours whose notifications come back: they cost no call. */
import { assert, assertEquals } from "@std/assert";
import { assertSidesEqual } from "../../support/compare-sides.ts";
import { lamp } from "../../support/fixtures/notifications/recorded-notifications.ts";
import { control, syncUntilCompleted } from "../../support/stack.ts";
import { waitForDeliveries, webhookTest, type WebhookWorld } from "./webhook-world.ts";

/** `ECHO_CYCLES=100` makes them more. */
const CYCLES = Number(Deno.env.get("ECHO_CYCLES") ?? "30");

webhookTest(
  `${CYCLES} edits of ours that echo back → no call beyond those of the same edits without echo`,
  async (world) => {
    const { stack, call } = world;
    await control(stack, "POST /assets", { assets: [{ ...lamp, folder: undefined }] });
    await syncUntilCompleted(call);

    // The first edit replaces what the library began with, which takes other calls than the rest.
    await cycles(world, "first", 1);
    const silent = await cycles(world, "silent", 10);
    await control(stack, "PUT /faults", { webhook_drop_rate: 0 });
    const echoed = await cycles(world, "echoed", CYCLES);

    assertEquals(perCycle(echoed, CYCLES), perCycle(silent, 10));
    const events = await world.events();
    assert(events.length >= CYCLES, `${events.length} notifications came back`);
    // One that comes before its answer settles the write.
    assertEquals(
      events.filter(({ result }) => result !== "ignored" && result !== "applied"),
      [],
    );
    const queue = await stack.sql("select * from media_sync.refresh_queue");
    assertEquals(queue, []);
    const log = await stack.sql("select * from public.media_sync_log where source = 'webhook'");
    assertEquals(log, []);
    await assertSidesEqual(stack, 1);
  },
);

/** Edits the row, pushes, and lets what comes back arrive. Returns the calls that this took, by endpoint. */
async function cycles(
  world: WebhookWorld,
  label: string,
  count: number,
): Promise<Record<string, number>> {
  const { stack, call } = world;
  const before = (await control(stack, "GET /calls")).counts;
  for (let cycle = 0; cycle < count; cycle++) {
    await stack.sql(
      `update public.media_assets
       set tags = array[$1], context = jsonb_build_object('alt', $1::text), display_name = $1,
         public_id = $1, folder = $1`,
      [`${label}-${cycle}`],
    );
    const { status, body } = await call("sync", { method: "POST", json: { direction: "push" } });
    assertEquals({ status, pushed: body.data.pushed_items }, { status: 200, pushed: 1 });
    await waitForDeliveries(world);
  }
  const after: Record<string, number> = (await control(stack, "GET /calls")).counts;
  return Object.fromEntries(
    Object.entries(after)
      .map(([endpoint, total]): [string, number] => [endpoint, total - (before[endpoint] ?? 0)])
      .filter(([, total]) => total > 0)
      .sort(),
  );
}

function perCycle(calls: Record<string, number>, count: number): Record<string, number> {
  return Object.fromEntries(
    Object.entries(calls).map(([endpoint, total]) => [endpoint, total / count]),
  );
}
