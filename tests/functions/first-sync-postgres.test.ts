/** The first sync into PostgreSQL with the migrations that `supabase db push` applied. */
import { assert, assertEquals } from "@std/assert";
import { assertSidesEqual } from "../support/compare-sides.ts";
import { postgresTest } from "../support/postgres/postgres-test.ts";
import {
  createClient,
  randomSeed,
  rowPositions,
  syncUntilCompleted,
  withStack,
  writeCalls,
} from "../support/stack.ts";
import { effort } from "../support/effort.ts";

for (const assets of [1_000, effort(10_000, 25_000)]) {
  const seed = randomSeed();
  const name = `${assets.toLocaleString("en-US")} assets on PostgreSQL, seed ${seed}`;
  postgresTest(
    `${name} → both sides equal, and a second full sync writes nothing`,
    async (postgres) => {
      const database = await postgres.createDatabase({ template: "migrated" });
      await withStack({ assets, seed, database }, async (stack) => {
        const call = createClient(stack);
        const first = await syncUntilCompleted(call);
        assertEquals(first.body.data.synced_items, assets);
        await assertSidesEqual(stack, assets);

        const before = await rowPositions(stack);
        assert(before.length >= 2 * assets);
        const second = await syncUntilCompleted(call);
        assertEquals(await rowPositions(stack), before);
        assertEquals(await writeCalls(stack), {});
        assertEquals(second.body.data.unchanged_items, assets);
      });
    },
  );
}
