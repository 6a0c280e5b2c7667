/** Alerts over the wire: a receiver that is down hears of everything once it is up, once. */
import { assertEquals } from "@std/assert";
import type { Stack } from "../../scripts/local/stack-options.ts";
import { type Pass, withMovedTime } from "../support/moved-time.ts";
import { stackTests } from "../support/stack-test.ts";
import { waitUntil } from "../support/wait-until.ts";

interface Heard {
  id: string;
  at: string;
  check: string;
  status: string;
}

interface Receiver {
  url: string;
  isDown: boolean;
  heard: Heard[];
  stop(): Promise<void>;
}

function startReceiver(): Receiver {
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async (request) => {
      if (receiver.isDown) return new Response(null, { status: 503 });
      receiver.heard.push(await request.json());
      return new Response(null, { status: 204 });
    },
  );
  const receiver: Receiver = {
    url: `http://127.0.0.1:${server.addr.port}`,
    isDown: false,
    heard: [],
    stop: () => server.shutdown(),
  };
  return receiver;
}

const alertTest = stackTests({ apart: true }, async ({ stack }) => {
  // A receiver on this machine is what settings refuse anywhere else.
  await stack.sql("alter table media_sync.settings drop constraint settings_alert_url_check");
  await stack.sql("update media_sync.settings set alert_url = null");
  await stack.sql("delete from media_sync.runs");
  await stack.sql("select public.schedule_media_sync()");
});

/** Each test begins with health as it is in a project in order. */
async function withReceiver(
  stack: Stack,
  fn: (receiver: Receiver, minutes: (count: number) => Promise<void>) => Promise<void>,
): Promise<void> {
  const receiver = startReceiver();
  try {
    await withMovedTime(stack, async (pass) => {
      await fn(receiver, async (count) => {
        for (let minute = 0; minute < count; minute++) await nextMinute(stack, pass);
      });
    });
  } finally {
    await stack.sql(
      "update media_sync.settings set alert_url = null",
    );
    await stack.sql("delete from media_sync.quarantine");
    await stack.sql("delete from media_sync.runs");
    await receiver.stop();
  }
}

/** What pg_cron does every minute, and what pg_net has to do until the next. */
async function nextMinute(stack: Stack, pass: Pass): Promise<void> {
  await pass(60_000);
  // The tick has been here, as it is in a project in order.
  await stack.sql("update media_sync.health_state set installed_at = clock_timestamp()");
  await stack.sql("select media_sync.alert_health()");
  await waitUntil(async () => {
    const [open] = await stack.sql<{ count: number }>(
      `select count(*)::int as count from media_sync.alerts as alert
       where request_id is not null and not exists (
         select from net._http_response as response where response.id = alert.request_id
       )`,
    );
    return open?.count === 0;
  }, { describe: "the answers to all alerts" });
}

const lines = ({ heard }: Receiver) => heard.map(({ check, status }) => `${check} ${status}`);

/** Breaks a check. */
const quarantine = (stack: Stack) =>
  stack.sql(
    `insert into media_sync.quarantine (cloud_name, asset_id, public_id, reason)
     values ('demo', 'a', 'a', 'It is odd.')`,
  );
const blockedRun = (stack: Stack) =>
  stack.sql(
    `insert into media_sync.runs (kind, status, cloud_name, source, blocked_by)
     values ('full', 'blocked', 'demo', 'cron', '{"absent": 70, "live": 100}')`,
  );
const usedQuota = (stack: Stack, isUsed: boolean) =>
  isUsed
    ? stack.sql(
      `insert into media_sync.rate_limits (cloud_name, blocked_until) values ('demo', clock_timestamp() + interval '1 hour')`,
    )
    : stack.sql("delete from media_sync.rate_limits");

alertTest(
  "a receiver that is down for ten minutes, two checks fail meanwhile, one comes and goes → it hears of everything once, in order",
  ({ stack }) =>
    withReceiver(stack, async (receiver, minutes) => {
      await stack.sql("update media_sync.settings set alert_url = $1", [receiver.url]);
      await minutes(1);
      assertEquals(receiver.heard, [], "nothing is wrong");

      receiver.isDown = true;
      await minutes(2);
      await quarantine(stack);
      await minutes(2);
      await blockedRun(stack);
      await usedQuota(stack, true);
      await minutes(3);
      await usedQuota(stack, false);
      await minutes(3);
      assertEquals(receiver.heard, []);

      receiver.isDown = false;
      // The longest pause between two attempts is five minutes; what came and went is told one after the other.
      await minutes(12);
      assertEquals(lines(receiver).toSorted(), [
        "delete_guard failing",
        "quarantine degraded",
        "quota degraded",
        "quota ok",
      ]);
      assertEquals(lines(receiver).filter((line) => line.startsWith("quota")), [
        "quota degraded",
        "quota ok",
      ]);
      await minutes(15);
      assertEquals(receiver.heard.length, 4, "told once");
      const [alerts] = await stack.sql(
        "select status, value from get_sync_health() where check_name = 'alerts'",
      );
      assertEquals(alerts, { status: "ok", value: "0" });
    }),
);

alertTest(
  "alert_url set while checks fail already, and the receiver is down → it hears of them once it is up",
  ({ stack }) =>
    withReceiver(stack, async (receiver, minutes) => {
      await quarantine(stack);
      await blockedRun(stack);
      await minutes(3);
      receiver.isDown = true;
      await stack.sql("update media_sync.settings set alert_url = $1", [receiver.url]);
      await minutes(10);
      receiver.isDown = false;
      await minutes(12);
      assertEquals(lines(receiver).toSorted(), ["delete_guard failing", "quarantine degraded"]);
    }),
);

alertTest(
  "an alert that was taken and whose answer is lost → sent again under the same id, with the time at which it arose",
  ({ stack }) =>
    withReceiver(stack, async (receiver, minutes) => {
      await stack.sql("update media_sync.settings set alert_url = $1", [receiver.url]);
      await quarantine(stack);
      await minutes(1);
      await stack.sql("update net._http_response set status_code = null, timed_out = true");
      await minutes(12);
      const [first, second, ...others] = receiver.heard;
      assertEquals(others, []);
      assertEquals(first, second);
      assertEquals([first?.check, first?.status], ["quarantine", "degraded"]);
      await minutes(10);
      assertEquals(receiver.heard.length, 2);
    }),
);
