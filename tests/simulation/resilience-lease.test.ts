/** Leases: who holds a shard or a row, keeps it while it works, and loses it when it says nothing more. */
import { assert, assertEquals } from "@std/assert";
import { assertSidesEqual } from "../support/compare-sides.ts";
import { control, randomSeed, syncUntilCompleted } from "../support/stack.ts";
import { stackTests } from "../support/stack-test.ts";
import { waitUntil } from "../support/wait-until.ts";
import {
  assertEachArrivedOnce,
  expireLeases,
  knownRuns,
  listingCalls,
  pullOnlyInFull,
  storedPages,
  tick,
  tickUntilRunEnds,
  waitForPages,
} from "./resilience-support.ts";

const seed = randomSeed();
const ASSETS = 600;
const BATCH = { batch_size: 50 };

stackTests({ assets: ASSETS, seed })(
  `a worker dies holding a shard, seed ${seed} → others leave it alone until the lease ends, then one goes on from the checkpoint`,
  async ({ stack, call }) => {
    await pullOnlyInFull(stack);
    await control(stack, "PUT /faults", { latency_ms: 100 });
    const broken = tick(call, BATCH);
    await waitForPages(stack, 3);
    await stack.killFunction("sync");
    assertEquals((await broken).status, 502);
    await control(stack, "PUT /faults", { latency_ms: 0 });

    const held = await waitUntil(async () => {
      const [row] = await stack.sql<{ shard: string; cursor: string; free: boolean }>(
        `select shard, cursor, leased_until < clock_timestamp() as free
         from media_sync.run_cursors where status = 'pending' and lease_token is not null`,
      );
      return row;
    }, { describe: "the dead worker's lease" });
    assertEquals(held.free, false);
    // It may take every other shard, but not this one.
    const early = await tick(call, BATCH);
    assertEquals([early.status, early.body.data.status], [202, "running"]);
    assertEquals(
      await stack.sql(
        "select shard, cursor from media_sync.run_cursors where status = 'pending'",
      ),
      [{ shard: held.shard, cursor: held.cursor }],
    );

    await expireLeases(stack);
    const { status, body } = await tick(call, BATCH);
    assertEquals([status, body.data.status], [200, "completed"]);
    assertEquals((await knownRuns(stack)).length, 1);
    // The dead worker may have had one page unstored and the next one on its way.
    const repeated = await listingCalls(stack) - await storedPages(stack);
    assert(repeated <= 2, `${repeated} listing calls repeated`);
    await assertEachArrivedOnce(stack, ASSETS);
    await assertSidesEqual(stack, ASSETS);
  },
);

stackTests({ assets: ASSETS, seed })(
  `a worker is silent past its lease and then comes back, seed ${seed} → what it brings is refused, nothing is stored twice`,
  async ({ stack, call }) => {
    await pullOnlyInFull(stack);
    await control(stack, "PUT /faults", { latency_ms: 3_000 });
    const slow = tick(call, BATCH);
    // Three calls plan the listing; the fourth is a page, and its answer takes long.
    await waitUntil(async () => {
      const [row] = await stack.sql<{ held: boolean }>(
        `select exists (
           select from media_sync.run_cursors where shard <> 'plan' and lease_token is not null
         ) as held`,
      );
      return row?.held;
    }, { describe: "the slow worker's shard" });
    await control(stack, "PUT /faults", { latency_ms: 0 });
    // At once by the other worker, unless this machine was silent for longer than the slow one.
    await waitUntil(async () => {
      await expireLeases(stack);
      await tick(call, BATCH);
      return (await knownRuns(stack)).every(({ status }) => status === "completed");
    }, { describe: "the end of the run" });
    const pages = await storedPages(stack);

    const late = await slow;
    assertEquals([late.status, late.body.data.status], [200, "completed"]);
    assertEquals((await knownRuns(stack)).length, 1);
    assertEquals(await storedPages(stack), pages);
    await assertEachArrivedOnce(stack, ASSETS);
    await assertSidesEqual(stack, ASSETS);
  },
);

stackTests({ assets: ASSETS, seed })(
  `a worker goes on storing pages, seed ${seed} → each page renews its lease`,
  async ({ stack, call }) => {
    await pullOnlyInFull(stack);
    // Each page sets the lease anew, whatever is left of the last one: here nothing would be left of it.
    await stack.sql("create table public.test_renewals (remaining interval)");
    await stack.sql(
      `create function public.test_record_renewal() returns trigger language plpgsql as $$
       begin
           insert into public.test_renewals values (new.leased_until - clock_timestamp());
           new.leased_until := clock_timestamp() + (new.leased_until - clock_timestamp()) / 1000;
           return new;
       end; $$`,
    );
    await stack.sql(
      `create trigger test_record_renewal before update of pages on media_sync.run_cursors
       for each row when (new.leased_until is not null) execute function public.test_record_renewal()`,
    );
    await control(stack, "PUT /faults", { latency_ms: 100 });
    await tickUntilRunEnds(stack, call, BATCH);
    const [row] = await stack.sql<{ renewals: number; least: number }>(
      `select count(*)::int as renewals, extract(epoch from min(remaining))::float8 as least
       from public.test_renewals`,
    );
    assert(row !== undefined && row.renewals > 5 && row.least > 50, JSON.stringify(row));
    await assertEachArrivedOnce(stack, ASSETS);
  },
);

stackTests({ assets: ASSETS, seed })(
  `a worker dies holding edited rows, seed ${seed} → no other pushes them until the lease ends, then they arrive`,
  async ({ stack, call }) => {
    const edited = 20;
    await pullOnlyInFull(stack);
    await stack.sql("delete from vault.secrets where name = 'media_sync_cron_key'");
    await control(stack, "PUT /faults", { webhook_drop_rate: 1 });
    await syncUntilCompleted(call);
    await stack.sql(
      `update public.media_assets set tags = tags || '{resilience}'::text[]
       where id in (select id from public.media_assets order by id limit ${edited})`,
    );
    await control(stack, "PUT /faults", { latency_ms: 2_000 });
    const broken = tick(call, { direction: "push" });
    const leased = async () => {
      const [row] = await stack.sql<{ rows: number }>(
        `select count(*)::int as rows
         from media_sync.push_leases as lease join public.media_assets as asset on asset.id = lease.media_asset_id
         where lease.leased_until > clock_timestamp() and asset.sync_status = 'pending'`,
      );
      return row?.rows;
    };
    await waitUntil(async () => await leased() === edited, { describe: "claimed rows" });
    await stack.killFunction("sync");
    assertEquals((await broken).status, 502);
    await control(stack, "PUT /faults", { latency_ms: 0 });

    const before = await control(stack, "GET /calls");
    const early = await tick(call, { direction: "push" });
    assertEquals(early.body.data.status, "nothing_due", JSON.stringify(early.body));
    assertEquals((await control(stack, "GET /calls")).total, before.total);
    assertEquals(await leased(), edited);

    await expireLeases(stack);
    const { body } = await tick(call, { direction: "push" });
    assertEquals([body.data.status, body.data.pushed_items], ["completed", edited]);
    await assertSidesEqual(stack, ASSETS);
    const [{ tagged } = { tagged: 0 }] = await stack.sql<{ tagged: number }>(
      "select count(*)::int as tagged from public.media_assets where 'resilience' = any (tags)",
    );
    assertEquals(tagged, edited);
  },
);
