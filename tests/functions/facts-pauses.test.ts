/** What keeps facts from being asked for, and how it goes on: the quota, Cloudinary's refusal, a worker's death. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { beginLibrary, factsProgress, tick, untoldOf } from "../support/facts-library.ts";
import { here, there } from "../support/scenario-steps.ts";
import {
  callsOf,
  insertAssets,
  openScenarioWorld,
  resetWorld,
  type ScenarioWorld,
} from "../support/scenario-world.ts";
import { cloudinaryAnswer, control, syncUntilCompleted } from "../support/stack.ts";
import { stackTests } from "../support/stack-test.ts";

const search = "POST /resources/search";
const detail = "GET /resources/:asset_id";
const HOUR_MS = 3_600_000;

let world: ScenarioWorld;

/** What an account's answers tell is told by each test. */
const factsTest = stackTests({ behavior: "a" }, async ({ stack }) => {
  world = await openScenarioWorld(stack);
});

factsTest(
  "a quota with nothing to spare → a walk rests, ticks call nothing, and it goes on from its page",
  async () => {
    await resetWorld(world);
    const names = Array.from({ length: 600 }, (_, index) => `a${index}`);
    await insertAssets(world, Object.fromEntries(names.map((name) => [name, {}])));
    await syncUntilCompleted(world.call);
    await world.stack.sql("update public.media_assets set original_filename = public_id");
    await leaveSpareCalls(1);
    const asked = await callsOf(world, async () => {
      const { status, body } = await world.call("sync", { method: "POST", json: { facts: true } });
      assertEquals(status, 202);
      assertStringIncludes(body.message, "is kept for edits and pulls");
    });
    assertEquals(asked, { [search]: 1 });
    assertEquals((await factsProgress(world)).search, 100);
    assertEquals(await callsOf(world, () => tick(world)), {});
    // People's edits do not wait.
    await here.set("a0", { tags: ["urgent"] })(world);
    await syncUntilCompleted(world.call, { direction: "push" });
    await fillQuota();

    // The cursor that leads on is refused by now: the second begins anew.
    await there.faults({
      fail_next: [{
        match: "POST /resources/search",
        status: 400,
        body: { error: { message: "Invalid cursor" } },
      }],
    })(world);
    assertEquals(
      await callsOf(world, () => syncUntilCompleted(world.call, { facts: true })),
      { [search]: 3 },
    );
    assertEquals(await untoldOf(world), {});
  },
);

for (const status of [420, 429]) {
  factsTest(
    `Cloudinary refuses further calls with ${status} → nothing more is asked before the reset, and what was told stays`,
    async () => {
      await beginLibrary(world, 30, { rate_limit_status: status });
      await there.faults({
        fail_next: [{
          match: "GET /resources/61",
          status,
          body: {
            error: {
              message:
                "Rate Limit Exceeded. Limit of 500 api operations reached. Try again on 2999-01-01 11:00:00 UTC",
            },
          },
        }],
      })(world);
      await tick(world);
      assertEquals(Object.keys(await untoldOf(world)), ["original_filename"]);
      assertEquals(await callsOf(world, () => tick(world)), {});
      await fillQuota();
      await tick(world);
      assertEquals(await untoldOf(world), {});
    },
  );
}

factsTest(
  "a worker dies in the middle → what it held is asked again after its lease, by the run that is open",
  async () => {
    await beginLibrary(world, 60);
    const worker = crypto.randomUUID();
    const [begun] = await world.stack.sql<{ run: string }>(
      `select public.media_sync_start_run($1, 'facts', 'cron', $2, 60, '{}',
       '[{"shard": "search", "resource_type": null, "type": null, "created_from": null, "created_until": null}]'
     ) -> 'run' ->> 'run_id' as run`,
      [cloudName(), worker],
    );
    assertEquals(await callsOf(world, () => tick(world)), {}, "while the lease holds");
    await world.stack.sql(
      "update media_sync.run_cursors set leased_until = clock_timestamp() - interval '1 second'",
    );
    assertEquals(await callsOf(world, () => tick(world)), { [search]: 1, [detail]: 60 });
    assertEquals(await untoldOf(world), {});
    // The same tick may ask for changes too.
    const { runs } = (await world.call("sync")).body;
    const facts = runs.find(({ kind }: { kind: string }) => kind === "facts");
    assertEquals([facts.run_id, facts.status], [begun!.run, "completed"]);
  },
);

/** Leaves the walk so many calls above what it leaves to others. */
async function leaveSpareCalls(count: number): Promise<void> {
  const { stack } = world;
  const { now } = await control(stack, "GET /clock");
  // Not shortly before an hour turns.
  if (Date.parse(now) % HOUR_MS > HOUR_MS / 2) {
    await control(stack, "PUT /clock", { advance_ms: HOUR_MS - Date.parse(now) % HOUR_MS + 1_000 });
  }
  let headers = new Headers();
  for (let calls = 0; calls < 40; calls++) {
    ({ headers } = await cloudinaryAnswer(stack, "GET /ping"));
  }
  const told = (name: string) => Number(headers.get(`x-featureratelimit-${name}`));
  const used = told("limit") - told("remaining");
  world.own["GET /ping"] = (world.own["GET /ping"] ?? 0) + 40;
  // A tenth is kept for people, a fifth for pulls.
  await there.faults({ rate_limit: Math.floor((used + count) / 0.7) })(world);
}

/** The next hour, as far as the quota goes. */
async function fillQuota(): Promise<void> {
  await there.faults({ rate_limit: 0 })(world);
  await world.stack.sql("delete from media_sync.rate_limits");
}

function cloudName(): string {
  return new URL(world.stack.info.cloudinary_url).hostname;
}
