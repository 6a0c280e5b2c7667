/**
 * Really side by side: the stack over HTTP on PostgreSQL, with four people and three workers at once. `SIDE_BY_SIDE_RUNS`
 * says how often.
 */
import { assert, assertEquals } from "@std/assert";
import type { Stack } from "../../scripts/local/stack-options.ts";
import { assertSidesEqual } from "../support/compare-sides.ts";
import { emptySides } from "../support/empty-stack.ts";
import { postgresTest } from "../support/postgres/postgres-test.ts";
import { createRandom } from "../support/random.ts";
import {
  type Call,
  control,
  createClient,
  randomSeed,
  syncUntilCompleted,
  withStack,
} from "../support/stack.ts";
import { waitUntil } from "../support/wait-until.ts";
import { type Ids, OTHERS, type Person, personHere, personThere, SHARED } from "./side-by-side.ts";
import { effort } from "../support/effort.ts";

const RUNS = Number(Deno.env.get("SIDE_BY_SIDE_RUNS") ?? effort(2, 10));
/** Acts of each person a run. */
const ACTS = 15;
const seed = randomSeed();

/** Fills both sides. */
async function begin(stack: Stack, call: Call, faulty: boolean): Promise<Ids> {
  await emptySides(stack);
  await control(stack, "PUT /faults", { error_rate: 0 });
  await control(stack, "PUT /behavior", { backup: true });
  await control(stack, "POST /assets", {
    assets: [...SHARED, ...OTHERS].map((public_id) => ({ public_id, resource_type: "image" })),
  });
  await syncUntilCompleted(call);
  await control(stack, "PUT /faults", {
    latency_ms: 15,
    webhook_duplicate_rate: 0.1,
    webhook_reorder: true,
    error_rate: faulty ? 0.03 : 0,
  });
  const rows = await stack.sql<{ id: string; asset_id: string; public_id: string }>(
    "select id, asset_id, public_id from public.media_assets",
  );
  return new Map(rows.map((row) => [row.public_id, row]));
}

/** Nothing fails, nothing is asked: everything comes to rest, and one reconcile ends it. */
async function becomeQuiet(stack: Stack, call: Call): Promise<void> {
  await control(stack, "PUT /faults", { error_rate: 0, latency_ms: 0 });
  await waitUntil(async () => {
    // What waits for its pause is asked for now.
    await stack.sql(
      "update public.media_assets set next_attempt_at = null where sync_status = 'pending'",
    );
    await call("sync", { method: "POST", json: { direction: "push" } });
    const [row] = await stack.sql<{ waiting: number }>(
      "select count(*)::int as waiting from public.media_assets where sync_status <> 'synced'",
    );
    return row!.waiting === 0;
  }, { deadlineMs: 240_000, describe: "every row synced" });
  await syncUntilCompleted(call);
  await call("sync", { method: "POST", json: { direction: "push" } });
}

/** What each person wanted last, beside what the row holds; both sides are equal by now. */
async function assertWishes(
  stack: Stack,
  ids: Ids,
  people: readonly Person[],
  hint: string,
): Promise<void> {
  const rows = await stack.sql<
    {
      id: string;
      public_id: string;
      tags: string[];
      context: Record<string, string>;
      deleted: boolean;
    }
  >("select id, public_id, tags, context, deleted_at is not null as deleted from public.media_assets");
  const rowOf = (name: string) => rows.find(({ id }) => id === ids.get(name)!.id)!;
  for (const { name, wishes } of people) {
    const held = Object.fromEntries([...wishes.keys()].map((wish) => {
      const [asset, what] = wish.split(" ");
      if (what === "tag") return [wish, rowOf(asset!).tags.includes(name)];
      if (what === "key") return [wish, rowOf(asset!).context[name]];
      if (what === "name") return [wish, rowOf(asset!).public_id];
      if (wish === "deleted") return [wish, rowOf("deleted").deleted];
      return [wish, rowOf("swap-one").public_id === "swap-two"];
    }));
    assertEquals(held, Object.fromEntries(wishes), `what ${name} wanted, ${hint}`);
  }
}

postgresTest(
  `${RUNS} runs of four people and three workers at once, seed ${seed} → nothing lost, both sides equal, no deadlock`,
  async (postgres, t) => {
    const database = await postgres.createDatabase();
    await withStack({ database }, async (stack) => {
      const call = createClient(stack);
      const deadlocks = async () => {
        const [row] = await stack.sql<{ deadlocks: number }>(
          "select deadlocks::int from pg_stat_database where datname = current_database()",
        );
        return row!.deadlocks;
      };
      for (let run = 1; run <= RUNS; run++) {
        await t.step(`run ${run}`, async () => {
          const hint = `seed ${seed}, run ${run}`;
          const ids = await begin(stack, call, run % 2 === 0);
          const world = { stack, call, ids };
          const people = [
            personHere("ada", "sql", world),
            personHere("ben", "patch", world),
            personThere("cleo", { ...world, renames: true }),
            personThere("dan", { ...world, renames: false }),
          ];
          let busy = true;
          const worker = async (json: Record<string, unknown>) => {
            while (busy) {
              const { status, body } = await call("sync", { method: "POST", json });
              assert([200, 202, 502].includes(status), `${hint}: ${JSON.stringify(body)}`);
            }
          };
          const workers = [{}, { direction: "push" }, { direction: "pull" }].map(worker);
          try {
            await Promise.all(people.map(async (person) => {
              const random = createRandom(`${seed} ${run} ${person.name}`);
              for (let act = 0; act < ACTS; act++) await person.act(random);
            }));
          } finally {
            busy = false;
            await Promise.all(workers);
          }
          await becomeQuiet(stack, call);
          const [deleted] = people.filter(({ wishes }) => wishes.get("deleted") === true);
          await assertSidesEqual(stack, SHARED.length + OTHERS.length - (deleted ? 1 : 0), hint);
          await assertWishes(stack, ids, people, hint);
          assertEquals(await deadlocks(), 0, `deadlocks, ${hint}`);
        });
      }
    });
  },
);
