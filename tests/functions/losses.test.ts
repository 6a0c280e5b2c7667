/** A database that lost rows, or what the sync remembers, is rebuilt; what nobody else has is found again. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { syncCommand } from "../../scripts/sync/sync-command.ts";
import { assertSidesEqual } from "../support/compare-sides.ts";
import { emptySides } from "../support/empty-stack.ts";
import { there } from "../support/scenario-steps.ts";
import { insertAssets, openScenarioWorld, type ScenarioWorld } from "../support/scenario-world.ts";
import { control, syncUntilCompleted } from "../support/stack.ts";
import { stackTests } from "../support/stack-test.ts";
import { run, stackSurroundings } from "./commands/surroundings.ts";

let world: ScenarioWorld;
const stackTest = stackTests({}, async ({ stack }) => {
  world = await openScenarioWorld(stack);
});

const names = Array.from({ length: 14 }, (_, index) => `a${index}`);

/** A library in step, two of its assets used and one of them in a collection. */
function lossTest(title: string, fn: (lost: Lost) => Promise<void>): void {
  stackTest(title, async ({ stack }) => {
    await emptySides(stack);
    await insertAssets(world, Object.fromEntries(names.map((name) => [name, {}])));
    await syncUntilCompleted(world.call);
    await stack.sql(
      `insert into public.media_usage (media_asset_id, usage_type, reference_table, reference_id, position)
       select id, 'cover', 'articles', public_id, 7 from public.media_assets where public_id in ('a1', 'a2')`,
    );
    await stack.sql("insert into public.media_collections (slug, name) values ('best', 'Best')");
    await stack.sql(
      `insert into public.media_collection_items (collection_id, media_asset_id, position)
       select collection.id, asset.id, 3 from public.media_collections as collection, public.media_assets as asset where asset.public_id = 'a2'`,
    );
    const before = await links();
    assertEquals(before.length, 3);
    await fn({ before });
    const { deleted } = await control(stack, "GET /state");
    assertEquals(deleted.filter((asset: { public_id: string }) => asset.public_id !== "a2"), []);
    const { assets } = await control(stack, "GET /state");
    await assertSidesEqual(stack, assets.length);
    assert(assets.length >= 13);
  });
}

interface Lost {
  before: Record<string, unknown>[];
}

/** Usage and collection entries, with the asset that each finds, and what the asset counts. */
function links(): Promise<Record<string, unknown>[]> {
  return world.stack.sql(
    `select asset.id, asset.public_id, asset.usage_count, cardinality(asset.collection_ids) as collections, link.*
     from (
       select media_asset_id, 'usage' as kind, reference_id as place, position from public.media_usage
       union all
       select media_asset_id, 'collection', collection_id::text, position from public.media_collection_items
     ) as link
     join public.media_assets as asset on asset.id = link.media_asset_id
     order by asset.public_id, link.kind`,
  );
}

async function loss(): Promise<string> {
  const [check] = await world.stack.sql<{ told: string }>(
    "select status || ': ' || message as told from get_sync_health() where check_name = 'loss'",
  );
  return check!.told;
}

const rebuild = () => run(syncCommand, ["--rebuild"], stackSurroundings(world.stack));

const losses: [what: string, lose: string[], told: RegExp][] = [
  ["all rows deleted", ["delete from public.media_assets"], /^degraded: The rows of 14 assets/],
  [
    "the table truncated, and usage and collections with it",
    ["truncate public.media_assets cascade"],
    /^degraded: The rows of 14 assets/,
  ],
  [
    "the rows gone without a trigger",
    [
      "do $$ begin set local session_replication_role = replica; delete from public.media_assets; end $$",
    ],
    /^degraded: The rows of 14 assets/,
  ],
  [
    "most rows deleted",
    ["delete from public.media_assets where public_id not in ('a5', 'a6')"],
    /^degraded: The rows of 12 assets/,
  ],
];
for (const [what, lose, told] of losses) {
  lossTest(
    `${what} → one command brings back rows, keys, usage and collections`,
    async ({ before }) => {
      for (const statement of lose) await world.stack.sql(statement);
      assertMatch(await loss(), told);
      const { code, output, errors } = await rebuild();
      assertEquals([code, errors], [0, ""], output);
      assertMatch(output, /Nothing is lost\.$/);
      assertEquals(await links(), before);
      assertMatch(await loss(), /^ok/);
      const [counted] = await world.stack.sql("select total_assets from get_media_statistics()");
      assertEquals(Number(counted?.total_assets), 14);
    },
  );
}

lossTest("all rows deleted → ordinary ticks bring them back as well", async ({ before }) => {
  await world.stack.sql("delete from public.media_assets");
  await syncUntilCompleted(world.call, {});
  assertEquals(await links(), before);
  assertMatch(await loss(), /^ok/);
});

lossTest(
  "a used asset is gone in Cloudinary by then → health says what did not come back, until somebody gives it up",
  async ({ before }) => {
    await there.destroy("a2")(world);
    await world.stack.sql("delete from public.media_assets");
    const { code, output } = await rebuild();
    assertEquals(code, 0, output);
    assertEquals(await links(), before.filter(({ public_id }) => public_id !== "a2"));
    const told = await loss();
    assertMatch(told, /^degraded: 1 place of use and 1 place in collections belong to assets/);
    assert(output.endsWith(told.replace("degraded: ", "")), output);
    await world.stack.sql("select media_sync.forget_kept_links()");
    assertMatch(await loss(), /^ok/);
  },
);

for (
  const lose of ["delete from public.media_assets", "truncate public.media_assets cascade"]
) {
  lossTest(`an edit had not reached Cloudinary, ${lose} → the log has it`, async () => {
    await world.stack.sql(
      "update public.media_assets set display_name = 'Mine', next_attempt_at = now() + interval '1 hour' where public_id = 'a3'",
    );
    await world.stack.sql(lose);
    assertEquals((await rebuild()).code, 0);
    const rows = await world.stack.sql(
      "select public_id, changes -> 'display_name' ->> 'to' as lost from public.media_sync_log where error_code = 'row_lost'",
    );
    assertEquals(rows, [{ public_id: "a3", lost: "Mine" }]);
  });
}

lossTest(
  "usage whose rows went without a word, and an asset that is gone → health says so",
  async () => {
    await there.destroy("a2")(world);
    await world.stack.sql(
      "do $$ begin set local session_replication_role = replica; delete from public.media_assets; end $$",
    );
    assertEquals((await rebuild()).code, 0);
    assertMatch(await loss(), /^degraded: 1 place of use and 1 place in collections/);
  },
);

lossTest(
  "everything that the sync remembers is gone → one command makes it anew, and the library is closed until somebody has looked at the settings",
  async ({ before }) => {
    const tables = await world.stack.sql<{ name: string }>(
      "select tablename as name from pg_tables where schemaname = 'media_sync'",
    );
    await world.stack.sql(`truncate ${tables.map(({ name }) => `media_sync.${name}`).join(", ")}`);
    const { code, output, errors } = await rebuild();
    assertEquals([code, errors], [0, ""], output);
    assertEquals(await links(), before);
    assertMatch(await loss(), /^degraded: The settings were lost .* viewers assigned/);
    assertEquals(
      (await world.stack.sql("select viewers from media_sync.settings"))[0]?.viewers,
      "assigned",
    );
    await world.stack.sql("select media_sync.confirm_settings()");
    assertMatch(await loss(), /^ok/);
  },
);

lossTest("the single row of settings is gone → the next tick makes it anew", async () => {
  await world.stack.sql("delete from media_sync.settings");
  assertEquals((await world.call("sync", { method: "POST", json: {} })).status, 200);
  assertEquals((await world.stack.sql("select from media_sync.settings")).length, 1);
});

lossTest(
  "what both sides agreed on is gone from every row → a rebuild agrees anew, with no write outwards",
  async ({ before }) => {
    await world.stack.sql(
      `do $$ begin
       set local session_replication_role = replica;
       update public.media_assets set base = '{}', observed_at = '-infinity', last_synced_at = null, last_updated = '{}', edited = '{}';
     end $$`,
    );
    const writes = async () => {
      const { calls } = await control(world.stack, "GET /calls");
      return calls.filter(({ method, endpoint }: { method: string; endpoint: string }) =>
        method !== "GET" && !/search|by_asset|ping|config/.test(endpoint)
      ).length;
    };
    const written = await writes();
    const { code, output } = await rebuild();
    assertEquals(code, 0, output);
    assertEquals(await links(), before);
    assertEquals(await writes(), written);
    const [row] = await world.stack.sql(
      "select count(*) filter (where sync_status <> 'synced')::int as open, count(*)::int as rows from public.media_assets",
    );
    assertEquals(row, { open: 0, rows: 14 });
  },
);
