/** Advice about what the platform brings (Realtime, pg_net), and about losses. */
import { assertEquals, assertMatch } from "@std/assert";
import {
  type AdviceCase,
  adviceOf,
  callByTick,
  checksOf,
  statementsIn,
} from "../../support/advice.ts";
import { functionNames } from "../../../scripts/support/function-names.ts";
import { there } from "../../support/scenario-steps.ts";
import { insertAssets } from "../../support/scenario-world.ts";
import { syncUntilCompleted } from "../../support/stack.ts";

export const platform: AdviceCase[] = [
  {
    check: "live_updates",
    title: "the policies are gone → makes them anew",
    play: async ({ stack, run }) => {
      await stack.sql(
        'drop policy "Viewers receive changes of media assets" on realtime.messages',
      );
      await run(...statementsIn(await adviceOf(stack, "live_updates")));
    },
  },
  {
    check: "versions",
    title: "functions are of another version → named; deployed and called by doctor, told no more",
    play: async ({ stack, call }) => {
      await stack.sql(
        "select public.media_sync_version('webhook', '0.0.9'), public.media_sync_version('sync', '0.0.9')",
      );
      const advice = await adviceOf(stack, "versions");
      assertMatch(advice, /sync \(0\.0\.9\), webhook \(0\.0\.9\)\. Run npx -y deno task deploy/);
      // What a deployment does: the next call finds a new isolate.
      await Promise.all(functionNames.map((name) => stack.killFunction(name)));
      assertMatch(advice, /with npx -y deno task doctor\.$/);
      for (const name of functionNames) assertEquals((await call(name)).status, 200, name);
    },
  },
  {
    check: "requests",
    title: "somebody's request hangs → tells whose it is, and is over when that ends",
    play: async ({ stack, pass, run }) => {
      const asked = Promise.withResolvers<void>();
      const ends = Promise.withResolvers<Response>();
      const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, () => {
        asked.resolve();
        return ends.promise;
      });
      const url = `http://127.0.0.1:${server.addr.port}/`;
      try {
        await stack.sql("select net.http_get($1, timeout_milliseconds => 600000)", [url]);
        await asked.promise;
        const answered = callByTick(stack);
        await stack.sql("select 1");
        await pass(20_000);
        const advice = await adviceOf(stack, "requests");
        assertMatch(advice, /^In pg_net 2 requests wait/);
        const [whose] = statementsIn(advice);
        assertEquals((await stack.sql<{ url: string }>(whose!))[0]?.url, url);
        ends.resolve(new Response("at last"));
        await answered;
        await run(...statementsIn(advice));
      } finally {
        ends.resolve(new Response("at last"));
        await server.shutdown();
      }
    },
  },
  {
    check: "loss",
    title: "all rows are gone → a full sync brings them back",
    play: async (patient) => {
      const { stack, call } = patient;
      await insertAssets(patient, { one: {}, two: {} });
      await syncUntilCompleted(call);
      await stack.sql("delete from public.media_assets");
      assertMatch(await adviceOf(stack, "loss"), /deno task sync --full does at once/);
      await syncUntilCompleted(call, { full: true });
      assertEquals((await stack.sql("select from public.media_assets")).length, 2);
    },
  },
  {
    check: "loss",
    title: "a used asset did not come back → its links are shown, and given up",
    play: async (patient) => {
      const { stack, call, run } = patient;
      await insertAssets(patient, { one: {}, two: {} });
      await syncUntilCompleted(call);
      await stack.sql(
        `insert into public.media_usage (media_asset_id, usage_type, reference_table, reference_id)
         select id, 'cover', 'articles', '1' from public.media_assets where public_id = 'one'`,
      );
      await there.destroy("one")(patient);
      await stack.sql("delete from public.media_assets");
      await syncUntilCompleted(call, { full: true });
      const [look, cure] = statementsIn(await adviceOf(stack, "loss"));
      assertEquals((await stack.sql(look!)).length, 1);
      await run(cure!);
    },
  },
  {
    check: "loss",
    title: "the settings are gone → they are looked at and confirmed",
    play: async ({ stack, minutes, run }) => {
      await stack.sql("delete from media_sync.settings");
      await minutes(1);
      await run(...statementsIn(await adviceOf(stack, "loss")));
    },
  },
  {
    check: "equality",
    title: "a comparison finds a difference → a full sync makes both sides equal",
    play: async (patient) => {
      const { stack, call } = patient;
      await insertAssets(patient, { one: {} });
      await syncUntilCompleted(call);
      assertMatch(await messageOf(stack, "equality"), /made equal by the reconcile/);
      await call("sync?verify=true");
      assertMatch(await messageOf(stack, "equality"), /found equal by the comparison/);
      await there.set("one", { tags: ["new"] })(patient);
      await call("sync?verify=true");
      assertMatch(await adviceOf(stack, "equality"), /found 1 asset that differs/);
      await syncUntilCompleted(call, { full: true });
    },
  },
  {
    check: "backups",
    title: "searches tell of backups → whether a deletion is final",
    play: async (patient) => {
      const { stack, call } = patient;
      assertMatch(await messageOf(stack, "backups"), /not known yet/);
      await insertAssets(patient, { one: {}, two: {} });
      await syncUntilCompleted(call);
      await call("sync", { method: "POST", json: { facts: true } });
      assertMatch(await messageOf(stack, "backups"), /^Deleted assets could come back: of all \d+/);
    },
  },
];

async function messageOf(stack: Parameters<typeof checksOf>[0], name: string): Promise<string> {
  return (await checksOf(stack)).find(({ check_name }) => check_name === name)!.message;
}
