/** Health's advice cures what it is about: each test breaks the thing, reads the advice, follows it, and is in order again. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import {
  type AdviceCase,
  adviceOf,
  assertCured,
  callIn,
  checksOf,
  runJobs,
  statementsIn,
} from "../support/advice.ts";
import { calls } from "./advice/calls.ts";
import { platform } from "./advice/platform.ts";
import { emptySides } from "../support/empty-stack.ts";
import { withMovedTime } from "../support/moved-time.ts";
import { here, there } from "../support/scenario-steps.ts";
import { insertAssets, openScenarioWorld, type ScenarioWorld } from "../support/scenario-world.ts";
import { callCloudinary, control, syncUntilCompleted } from "../support/stack.ts";
import { stackTests } from "../support/stack-test.ts";
import { waitUntil } from "../support/wait-until.ts";

const MINUTE_MS = 60_000;

let world: ScenarioWorld;
const adviceTest = stackTests({ apart: true, behavior: "a" }, async ({ stack }) => {
  world = await openScenarioWorld(stack);
  // A receiver of alerts on this machine is what settings refuse anywhere else.
  await stack.sql("alter table media_sync.settings drop constraint settings_alert_url_check");
});

const twenty = Array.from({ length: 20 }, (_, index) => `a${index}`);

const cases: AdviceCase[] = [
  ...calls,
  ...platform,
  {
    check: "delete_guard",
    title: "most assets are gone there, and rightly → is allowed with the call that it names",
    play: async (patient) => {
      const { stack, call } = patient;
      await insertAssets(patient, Object.fromEntries(twenty.map((name) => [name, {}])));
      await syncUntilCompleted(call);
      await there.destroy(...twenty.slice(0, 15))(patient);
      await call("sync", { method: "POST", json: { full: true } });
      const json = callIn(await adviceOf(stack, "delete_guard"));
      const { body } = await call("sync", { method: "POST", json });
      assertEquals(body.data.deleted_items, 15);
    },
  },
  {
    check: "delete_guard",
    title:
      "notifications tell of most assets' deletion, rightly → is allowed with the call that it names",
    play: async (patient) => {
      const { stack, call, minutes } = patient;
      await insertAssets(patient, Object.fromEntries(twenty.map((name) => [name, {}])));
      await syncUntilCompleted(call);
      await there.destroy(...twenty.slice(0, 15))(patient);
      await stack.sql(
        "insert into media_sync.refresh_queue (cloud_name, asset_id, reason) select cloud_name, asset_id, 'a test' from public.media_assets",
      );
      await minutes(1);
      const json = callIn(await adviceOf(stack, "delete_guard"));
      assertEquals((await call("sync", { method: "POST", json })).status, 200);
      await minutes(1);
      const [live] = await stack.sql(
        "select count(*)::int as rows from public.media_assets where deleted_at is null",
      );
      assertEquals(live, { rows: 5 });
    },
  },
  ...["allowed", "taken back"].map((way): AdviceCase => ({
    check: "delete_guard",
    title: `a scope that would hide most → is ${way} as it says`,
    play: async (patient) => {
      const { stack, call, run } = patient;
      await insertAssets(patient, Object.fromEntries(twenty.map((name) => [name, {}])));
      await syncUntilCompleted(call);
      await stack.sql("update media_sync.settings set include_folders = '{nowhere}'");
      const advice = await adviceOf(stack, "delete_guard");
      if (way === "taken back") return await run(...statementsIn(advice));
      const json = callIn(advice.slice(advice.indexOf("call sync")));
      assertEquals((await call("sync", { method: "POST", json })).status, 200);
    },
  })),
  {
    check: "scope",
    title: "a misspelt folder before the first sync → another is named",
    play: async (patient) => {
      const { stack, call, run } = patient;
      await insertAssets(patient, { one: { asset_folder: "products" } });
      await stack.sql("update media_sync.settings set include_folders = '{prodcts}'");
      await syncUntilCompleted(call);
      await run(...statementsIn(await adviceOf(stack, "scope")));
      await syncUntilCompleted(call, {});
      assertEquals((await stack.sql("select from public.media_assets where in_scope")).length, 1);
    },
  },
  {
    check: "runs",
    title: "a full run failed → tells why, and is tried again by itself",
    play: async (patient) => {
      const { stack, call, minutes, run } = patient;
      await insertAssets(patient, { one: {} });
      await control(stack, "PUT /faults", {
        fail_next: [{ match: "/config", status: 403, body: { error: { message: "no" } } }],
      });
      await call("sync", { method: "POST", json: { full: true } });
      const advice = await adviceOf(stack, "runs");
      assertMatch(advice, /of kind full failed: /);
      await run(...statementsIn(advice));
      await minutes(12);
    },
  },
  {
    check: "runs",
    title: "Cloudinary is out of order → says so, and goes on by itself",
    play: async (patient) => {
      const { stack, call, minutes, pass, run } = patient;
      await insertAssets(patient, { one: {} });
      await syncUntilCompleted(call);
      await minutes(2);
      await control(stack, "PUT /faults", { error_rate: 1 });
      await minutes(1);
      await pass(11 * MINUTE_MS);
      const advice = await adviceOf(stack, "runs");
      assertMatch(advice, /The open run of kind incremental meets errors since /);
      await run(...statementsIn(advice));
      await control(stack, "PUT /faults", { error_rate: 0 });
      await minutes(1);
    },
  },
  {
    check: "error_rate",
    title: "many operations failed → names them; an hour after the reason is gone so is it",
    play: async (patient) => {
      const { stack, call, pass, run } = patient;
      const names = twenty.slice(0, 6);
      await insertAssets(patient, Object.fromEntries(names.map((name) => [name, {}])));
      await syncUntilCompleted(call);
      await stack.sql("delete from public.media_sync_log");
      await control(stack, "PUT /faults", {
        fail_next: names.map(() => ({
          match: "/image/tags",
          status: 403,
          body: { error: { message: "no" } },
        })),
      });
      for (const name of names) {
        await here.set(name, { tags: ["new"] })(patient);
        await call("sync", { method: "POST", json: { direction: "push" } });
      }
      const [look] = statementsIn(await adviceOf(stack, "error_rate"));
      await run(look!);
      await pass(61 * MINUTE_MS);
    },
  },
  {
    check: "pending_edits",
    title: "an edit waits for long → names its reason; when that is gone it is tried at once",
    play: async (patient) => {
      const { stack, call, minutes, run } = patient;
      await insertAssets(patient, { one: {}, two: {} });
      await syncUntilCompleted(call);
      // A name that Cloudinary has given to another asset, which nobody here knows of.
      await insertAssets(patient, { three: { public_id: "new" } });
      await here.set("one", { public_id: "new" })(patient);
      await minutes(20);
      const [look, cure] = statementsIn(await adviceOf(stack, "pending_edits"));
      const [row] = await stack.sql<{ public_id: string; sync_error: string }>(look!);
      assertEquals(row?.public_id, "new");
      assert(row?.sync_error);
      await there.destroy("three")(patient);
      await run(cure!);
      await minutes(1);
    },
  },
  {
    check: "assets_in_error",
    title: "an asset could not be pushed → is tried again",
    play: async (patient) => {
      const { stack, call, minutes, run } = patient;
      await insertAssets(patient, { one: {} });
      await syncUntilCompleted(call);
      await stack.sql("update media_sync.settings set push_max_attempts = 1");
      await control(stack, "PUT /faults", {
        fail_next: [{ match: "/image/tags", status: 403, body: { error: { message: "no" } } }],
      });
      await here.set("one", { tags: ["new"] })(patient);
      await waitUntil(async () => {
        await call("sync", { method: "POST", json: { direction: "push" } });
        return (await stack.sql("select from public.media_assets where sync_status = 'error'"))[0];
      }, { describe: "the failed push" });
      await run(...statementsIn(await adviceOf(stack, "assets_in_error")));
      await minutes(1);
    },
  },
  {
    check: "open_conflicts",
    title: "two assets changed on both sides → keeps one side",
    play: async (patient) => {
      const { stack, call, run } = patient;
      await stack.sql("update media_sync.settings set conflict_policy = 'manual'");
      await insertAssets(patient, { one: {}, two: {} });
      await syncUntilCompleted(call);
      for (const name of ["one", "two"]) {
        await there.set(name, { display_name: "There" })(patient);
        await here.set(name, { display_name: "Here" })(patient);
      }
      await waitUntil(async () => {
        await call("sync", { method: "POST", json: { full: true } });
        const rows = await stack.sql(
          "select from public.media_assets where sync_status = 'conflict'",
        );
        return rows.length === 2;
      }, { describe: "two conflicts" });
      const [look, cure] = statementsIn(await adviceOf(stack, "open_conflicts"));
      assertEquals((await stack.sql(look!)).length, 2);
      await run(cure!);
    },
  },
  {
    check: "quota",
    title: "the quota is used up → it waits until the time that it names",
    play: async (patient) => {
      const { stack, call, pass } = patient;
      await control(stack, "PUT /faults", { rate_limit: 1 });
      await call("sync", { method: "POST", json: { full: true } });
      const advice = await adviceOf(stack, "quota");
      const [until] = /\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d)?/.exec(advice) ?? [];
      assert(until, advice);
      await pass(Date.parse(`${until.replace(" ", "T")}Z`) - Date.now() + MINUTE_MS);
    },
  },
  ...["has ever come", "came since"].map((what): AdviceCase => ({
    check: "webhooks",
    title: `assets change and no webhook ${what} → the address that it names is registered`,
    play: async (patient) => {
      const { stack, minutes } = patient;
      await control(stack, "PUT /faults", { webhook_drop_rate: 0 });
      const heard = () =>
        waitUntil(
          async () => (await stack.sql("select from media_sync.webhook_events")).length > 0,
          { describe: "a webhook" },
        );
      await insertAssets(patient, { one: {} });
      await minutes(1);
      if (what === "came since") {
        await there.set("one", { tags: ["old"] })(patient);
        await heard();
      }
      const { triggers } = await callCloudinary(stack, "GET /triggers");
      const events: string[] = [];
      for (const { id, event_type } of triggers) {
        events.push(event_type);
        await callCloudinary(stack, `DELETE /triggers/${id}`);
      }
      // The function that checks signatures keeps its own clock: here the past is moved.
      await stack.sql(
        "update media_sync.health_state set installed_at = installed_at - interval '25 hours'",
      );
      await stack.sql(
        "update media_sync.webhook_events set received_at = received_at - interval '25 hours'",
      );
      await there.set("one", { tags: ["new"] })(patient);
      await minutes(1);
      const advice = await adviceOf(stack, "webhooks");
      assertMatch(advice, new RegExp(what));
      const [uri] = /https?:\/\/\S+\/webhook/.exec(advice) ?? [];
      assert(uri, advice);
      for (const event_type of events) {
        await callCloudinary(stack, "POST /triggers", { event_type, uri });
      }
      await stack.sql("delete from media_sync.webhook_events");
      await there.set("one", { tags: ["newer"] })(patient);
      await heard();
    },
  })),
  {
    check: "quarantine",
    title: "an asset is set aside → comes by itself once it is mended there",
    play: async (patient) => {
      const { stack, call, minutes } = patient;
      await insertAssets(patient, { one: {} });
      await syncUntilCompleted(call);
      await stack.sql(
        `insert into media_sync.quarantine (cloud_name, asset_id, public_id, reason)
         select cloud_name, asset_id, public_id, 'It was odd.' from public.media_assets`,
      );
      assertMatch(await adviceOf(stack, "quarantine"), /Mend (it|them) in Cloudinary/);
      await minutes(11);
      await there.set("one", { tags: ["mended"] })(patient);
      await minutes(1);
    },
  },
  {
    check: "alerts",
    title: "alerts do not arrive → another address is set, and tried",
    play: async (patient) => {
      const { stack, minutes, run } = patient;
      const server = Deno.serve(
        { hostname: "127.0.0.1", port: 0, onListen: () => {} },
        () => new Response(null, { status: 204 }),
      );
      try {
        await stack.sql(
          "update media_sync.settings set alert_url = 'http://127.0.0.1:9', push_max_attempts = 1",
        );
        await stack.sql(
          "insert into media_sync.quarantine (cloud_name, asset_id, reason) values ('demo', 'x', 'It is odd.')",
        );
        await minutes(20);
        const advice = await adviceOf(stack, "alerts");
        assertMatch(advice, /set settings\.alert_url/);
        await stack.sql("update media_sync.settings set alert_url = $1", [
          `http://127.0.0.1:${server.addr.port}`,
        ]);
        await run(...statementsIn(advice));
        await minutes(2);
      } finally {
        await server.shutdown();
      }
    },
  },
];

for (const { check, title, play } of cases) {
  adviceTest(`${check}: ${title}`, async ({ stack }) => {
    await emptySides(stack);
    await control(stack, "PUT /behavior", { backup: true });
    // What comes by notifications comes at times of its own.
    await control(stack, "PUT /faults", { webhook_drop_rate: 1 });
    // Time passes in steps here: the installation is younger than every silence.
    await stack.sql("update media_sync.health_state set installed_at = clock_timestamp()");
    await stack.sql("select public.schedule_media_sync()");
    await withMovedTime(stack, async (pass) => {
      const minutes = async (count: number) => {
        for (let minute = 0; minute < count; minute++) {
          await pass(MINUTE_MS);
          await runJobs(world);
        }
      };
      const run = async (...statements: string[]) => {
        assert(statements.length > 0, "the advice names no statement");
        for (const statement of statements) await stack.sql(statement);
      };
      await play({ ...world, pass, minutes, run });
      await assertCured(stack, check);
    });
  });
}

adviceTest("health → every check has a case here", async ({ stack }) => {
  await emptySides(stack);
  await stack.sql("select public.schedule_media_sync()");
  const names = (await checksOf(stack)).map(({ check_name }) => check_name);
  assertEquals(names.toSorted(), [...new Set(cases.map(({ check }) => check))].toSorted());
});
