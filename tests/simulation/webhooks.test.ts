/** A library in constant change, told of by notifications that get lost, doubled and mixed up. */
import { assert, assertEquals } from "@std/assert";
import { createRandom } from "../support/random.ts";
import { compareSides, type Difference } from "../support/compare-sides.ts";
import { postgresUnavailable } from "../support/postgres/postgres-test.ts";
import { startPostgres } from "../../scripts/support/postgres/start-postgres.ts";
import { control, randomSeed, syncUntilCompleted } from "../support/stack.ts";
import {
  waitForDeliveries,
  type WebhookWorld,
  withWebhookWorld,
} from "../functions/webhook/webhook-world.ts";
import { createRandomLibrary } from "./random-library.ts";
import { effort } from "../support/effort.ts";

const CHANGES = effort(800, 2_000);
const LASTING_ASSETS = 20;

const seed = Number(Deno.env.get("SIMULATION_SEED") ?? randomSeed());

Deno.test(`${CHANGES} changes there and edits here, notifications lost, doubled and mixed up, seed ${seed} → after a full reconcile both sides are equal and every edit is there`, async () => {
  await withDatabase((database) =>
    withWebhookWorld(database === undefined ? {} : { database }, simulate)
  );
});

async function simulate(world: WebhookWorld): Promise<void> {
  const { stack, call } = world;
  const random = createRandom(String(seed));
  await control(stack, "PUT /behavior", { backup: true });
  const library = createRandomLibrary(world.cloudinary, random);
  await control(stack, "PUT /faults", { webhook_drop_rate: 0, seed });
  await world.cloudinary("POST", "/metadata_fields", {
    external_id: "colour",
    label: "Colour",
    type: "string",
  });
  for (let count = 0; count < LASTING_ASSETS; count++) await library.uploadLasting();
  await syncUntilCompleted(call);
  await control(stack, "PUT /faults", {
    webhook_drop_rate: 0.3,
    webhook_duplicate_rate: 0.3,
    webhook_reorder: true,
    webhook_delay_ms: 25,
  });

  const made: Record<string, number> = {};
  const edits: { asset_id: string; mark: string }[] = [];
  for (let count = 1; count <= CHANGES; count++) {
    const name = await library.change();
    made[name] = (made[name] ?? 0) + 1;
    if (count % 20 === 0) edits.push(await editHere(world, library.live, random, count));
    if (count % 250 === 0) {
      const { status, body } = await call("sync", { method: "POST", json: {} });
      assert(status < 300, JSON.stringify(body));
    }
  }
  await waitForDeliveries(world, 1_000);
  await syncUntilCompleted(call);

  const differences = (await compareSides(stack)).filter(isReal);
  const states = await stack.sql(
    `select asset_id, sync_status, sync_error, next_attempt_at, base, deleted_at, restore_requested_at
     from public.media_assets where asset_id = any ($1)`,
    [differences.map(({ asset_id }) => asset_id)],
  );
  assertEquals(differences, [], `seed ${seed} ${JSON.stringify(states)}`);
  const rows = await stack.sql("select from public.media_assets where deleted_at is null");
  assertEquals(rows.length, library.live.length, `seed ${seed}`);
  await assertEditsLast(world, edits);
  const events = await world.events();
  assert(events.length > CHANGES / 4, `${events.length} notifications arrived`);
  assert(events.some(({ deliveries }) => deliveries > 1), "none arrived twice");
  assertEquals(events.filter(({ result }) => result === "failed"), [], `seed ${seed}`);
  assert(Object.keys(made).length > 10, JSON.stringify(made));
}

/** On PostgreSQL, where there is one, notifications and edits really meet; PGlite takes one after the other. */
async function withDatabase(fn: (database?: string) => Promise<void>): Promise<void> {
  if (postgresUnavailable !== undefined) return await fn();
  const postgres = await startPostgres();
  try {
    await fn(await postgres.createDatabase());
  } finally {
    await postgres.stop();
  }
}

/** An edit in the database that nothing else touches: a tag and a context key of its own. */
async function editHere(
  { stack }: WebhookWorld,
  live: { asset_id: string; lasting: boolean }[],
  random: ReturnType<typeof createRandom>,
  count: number,
): Promise<{ asset_id: string; mark: string }> {
  const lasting = live.filter((asset) => asset.lasting);
  const { asset_id } = random.pick(lasting);
  const mark = `edit-${count}`;
  const rows = await stack.sql(
    `update public.media_assets
     set tags = tags || $2::text, context = context || jsonb_build_object($2::text, $2::text)
     where asset_id = $1 and deleted_at is null returning id`,
    [asset_id, mark],
  );
  assertEquals(rows.length, 1, `seed ${seed}: a row that nobody deleted`);
  // An edit that may lose: its value is on both sides in the end, or on neither.
  await stack.sql(
    `update public.media_assets set display_name = $1
     where id = (select id from public.media_assets where deleted_at is null order by md5(id::text || $1) limit 1)`,
    [mark],
  );
  return { asset_id, mark };
}

/** The order of tags has no meaning: notifications tell what was added, not where. */
function isReal({ field, cloudinary, database }: Difference): boolean {
  if (field !== "tags") return true;
  const [there, here] = [cloudinary as string[], database as string[]];
  return there.toSorted().join() !== here.toSorted().join();
}

async function assertEditsLast(
  { stack }: WebhookWorld,
  edits: { asset_id: string; mark: string }[],
): Promise<void> {
  assertEquals(edits.length, CHANGES / 20);
  const { assets } = await control(stack, "GET /state");
  const lost = edits.filter(({ asset_id, mark }) => {
    const asset = assets.find((one: { asset_id: string }) => one.asset_id === asset_id);
    return !asset?.tags.includes(mark) || asset.context?.custom?.[mark] !== mark;
  });
  assertEquals(lost, [], `edits lost, seed ${seed}`);
}
