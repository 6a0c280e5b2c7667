/** Out of a project: what is not ours stays exactly as it was. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import postgres from "postgres";
import { preparePlatform } from "../../../scripts/local/platform.ts";
import { setupCommand } from "../../../scripts/setup/setup-command.ts";
import { uninstallCommand } from "../../../scripts/uninstall/uninstall-command.ts";
import { postgresTest } from "../../support/postgres/postgres-test.ts";
import { catalogDifference, readWholeCatalog } from "../../support/postgres/whole-catalog.ts";
import type { ProjectOptions, ProjectPart } from "../../support/postgres/project-server.ts";
import { projectTest } from "./project-test.ts";
import { run } from "./surroundings.ts";

projectTest(
  "what is not ours → stays: variables set before, an own function, an own policy; what stands on ours → refused",
  { prepare: "create table public.orders (id bigint primary key)" },
  async ({ database: { sql }, hosted, setup, uninstall, difference }) => {
    hosted.secrets.set("CLOUDINARY_URL", "another");
    hosted.functions.set("orders", { entrypoint: "file:///orders/index.ts", text: "theirs" });
    assertEquals((await setup()).code, 0);
    await sql.unsafe("create view public.pictures as select id from public.media_assets");
    const refused = await uninstall("--drop-tables", "--only=database");
    assertEquals(refused.code, 1);
    assertMatch(
      refused.errors,
      /^database: Media Sync was not taken away, and nothing was changed, because .*view pictures/,
    );
    await sql.unsafe("drop view public.pictures");
    await sql.unsafe(
      `create policy "Editors order" on public.orders for select using ((select media_sync.is_editor()))`,
    );
    const again = await uninstall("--drop-tables", "--only=database");
    assertMatch(again.errors, /policy Editors order on table orders/);
    await sql.unsafe(`drop policy "Editors order" on public.orders`);
    assertEquals((await uninstall("--drop-tables")).code, 0);
    assertEquals(await difference(), []);
    assertEquals([...hosted.functions.keys()], ["orders"]);
    assertEquals([...hosted.secrets.keys()], ["CLOUDINARY_URL"]);
  },
);

projectTest(
  "uninstall without --drop-tables → the data stays as plain tables, which nobody but the owner and secret keys reach",
  {},
  async ({ database: { sql }, rows, setup, uninstall, difference }) => {
    await setup();
    await sql.unsafe(
      `insert into public.media_assets (cloud_name, asset_id, public_id, resource_type, type, version)
      values ('cloud', 'a', 'kept', 'image', 'upload', 1)`,
    );
    const { code, output } = await uninstall();
    assertEquals(code, 0);
    assertMatch(output, /^removed {3}database +everything but the data: media_assets, .* stay$/m);
    assertEquals(await rows("select public_id from public.media_assets"), [{ public_id: "kept" }]);
    await sql.unsafe("update public.media_assets set tags = '{a}'");
    const policies = await rows("select policyname from pg_policies where schemaname = 'public'");
    assertEquals(policies.length, 0);
    // A new installation would replace them.
    const refused = await setup();
    assertStringIncludes(refused.errors, "public.media_assets");
    assertEquals((await uninstall("--drop-tables")).code, 0);
    assertEquals(await difference(), []);
  },
);

for (
  const [which, tables] of [
    ["a table of its own", "create table media_sync.settings (id bigint)"],
    [
      "tables with the names of ours",
      "create table media_sync.migrations (id bigint); create table media_sync.brought_along (id bigint)",
    ],
  ]
) {
  projectTest(
    `a schema media_sync of theirs with ${which} → setup says so; no way out touches it`,
    { prepare: `create schema media_sync; ${tables}` },
    async ({ database: { sql }, setup, uninstall, difference }) => {
      const { code, errors } = await setup();
      assertEquals(code, 1);
      assertMatch(
        errors,
        /^migrate: The database has a schema media_sync that no release .* If it is yours, rename it/,
      );
      const out = await uninstall("--drop-tables", "--only=webhook,database");
      assertEquals([out.code, out.errors], [0, ""]);
      assertMatch(out.output, /^gone {6}database /m);
      await sql.unsafe((await readUninstall()).replace(":= 'keep'", ":= 'drop'"));
      assertEquals(await difference(), []);
    },
  );
}

projectTest(
  "a state from before the ledger → setup says what to do, and doing it leaves nothing",
  {},
  async ({ database: { sql }, setup, uninstall, difference }) => {
    await setup("--only=migrate");
    await sql.unsafe("drop table media_sync.migrations, media_sync.brought_along");
    const refused = await setup("--only=migrate");
    assertMatch(refused.errors, /an earlier state of Media Sync made it, run deno task uninstall/);
    assertEquals((await uninstall("--drop-tables", "--only=database")).code, 0);
    const left = await difference();
    assertEquals(
      left.filter((fact) => !/pg_trgm|trgm|similarity|set_limit|show_limit/.test(fact)),
      [],
    );
  },
);

const OWN_WORK = `
  create schema if not exists supabase_migrations;
  create table if not exists supabase_migrations.schema_migrations (version text primary key, statements text[], name text);
  insert into supabase_migrations.schema_migrations (version, name) values ('20200101000000', 'old'), ('29991231000000', 'new');
  create table public.orders (id bigint primary key, note text);
  create function public.order_count() returns bigint language sql as 'select count(*) from public.orders';
  select cron.schedule('orders', '* * * * *', 'select public.order_count()');
  select vault.create_secret('theirs', 'order_key');
  create policy "Orders are heard" on realtime.messages for select to authenticated using (extension = 'broadcast');
`;
const ALL: ProjectPart[] = ["vault", "net", "cron", "realtime"];

/** Projects as they are before, and what the platform gets once Media Sync is there. */
const projects: [string, ProjectOptions & { prepare?: string }, ProjectPart[]][] = [
  ["an empty project", {}, []],
  ["one with work of its own in every part", { prepare: OWN_WORK }, []],
  ["one with pg_trgm in public and new tables given to everybody", {
    trigrams: "public",
    legacyRights: true,
  }, []],
  ["one with pg_trgm in a schema of its own", { trigrams: "search" }, []],
  ["one whose owner may make no policies on Realtime's tables", { realtimePolicies: false }, []],
  ["one that gets pg_cron, pg_net, Vault and Realtime later", { parts: [] }, ALL],
  ["one that gets Realtime later", { parts: ["vault", "net", "cron"] }, ["realtime"]],
];

for (const [which, options, later] of projects) {
  for (const way of ["deno task uninstall", "supabase/uninstall.sql"] as const) {
    projectTest(
      `${way} out of ${which} → as it was, each fact of the catalog`,
      options,
      async (world) => {
        const { database: { sql }, rows, setup, uninstall, addParts, difference } = world;
        const installed = await setup();
        assertEquals([installed.code, installed.errors], [0, ""]);
        if (later.length > 0) {
          await addParts(later);
          // What the platform lacked is found by the tick, or by whoever schedules.
          await rows("select public.media_sync_repair()");
          assertEquals((await setup()).code, 0);
        }
        if (options.realtimePolicies !== false) {
          await rows("select public.enable_media_broadcast()");
        }
        const policies = await rows(
          "select from pg_policies where schemaname = 'realtime' and policyname like '%of media assets'",
        );
        assertEquals(policies.length, options.realtimePolicies === false ? 0 : 2);
        assertEquals((await rows("select from cron.job where jobname ~ '^media-sync-'")).length, 4);
        await sql.unsafe(
          `insert into public.media_assets (cloud_name, asset_id, public_id, resource_type, type, version)
         values ('cloud', 'a', 'kept', 'image', 'upload', 1);
         insert into public.media_collections (name, slug) values ('Press', 'press');`,
        );
        if (way === "deno task uninstall") {
          const { code, errors } = await uninstall("--drop-tables");
          assertEquals([code, errors], [0, ""]);
        } else await sql.unsafe((await readUninstall()).replace(":= 'keep'", ":= 'drop'"));
        assertEquals(await difference(), []);
      },
    );
  }
}

const readUninstall = () =>
  Deno.readTextFile(new URL("../../../supabase/uninstall.sql", import.meta.url));

projectTest(
  "supabase/uninstall.sql, for those without the tool → the same",
  {},
  async ({ database: { sql }, setup, difference }) => {
    await setup("--only=migrate,vault");
    const text = await readUninstall();
    const kept = await sql.unsafe(text);
    const tables =
      "media_assets, media_collection_items, media_collections, media_sync_log, media_usage";
    assertEquals([...(kept.at(-1) as unknown as unknown[])], [{ left_of_media_sync: tables }]);
    const gone = await sql.unsafe(text.replace(":= 'keep'", ":= 'drop'"));
    assertEquals([...(gone.at(-1) as unknown as unknown[])], [{ left_of_media_sync: "nothing" }]);
    assertEquals(await difference(), []);
  },
);

postgresTest(
  "extensions that came along, with the real pg_cron → go with the rest; what somebody uses by then stays",
  async ({ url }) => {
    const platform = postgres(url, { max: 1, onnotice: () => {} });
    await preparePlatform(url);
    await platform.unsafe(
      "drop extension pg_cron; drop extension pg_trgm; drop extension pgcrypto; drop schema extensions",
    );
    await platform.end();
    const before = await readWholeCatalog(url);
    const setup = () => run(setupCommand, [`--database-url=${url}`, "--only=migrate", "--yes"]);
    const uninstall = () =>
      run(uninstallCommand, [
        ...[`--database-url=${url}`, "--only=database", "--drop-tables", "--yes"],
      ]);
    assertEquals((await setup()).code, 0);
    const installed = await readWholeCatalog(url);
    assertEquals(installed.filter((fact) => fact.startsWith("cron.job media-sync-")).length, 4);
    assertEquals((await uninstall()).code, 0);
    assertEquals(catalogDifference(before, await readWholeCatalog(url)), []);

    assertEquals((await setup()).code, 0);
    const owner = postgres(url, { max: 1, onnotice: () => {} });
    await owner.unsafe(`
      select cron.schedule('theirs', '* * * * *', 'select 1');
      create table public.theirs (note text);
      create index on public.theirs using gin (note extensions.gin_trgm_ops);
    `);
    await owner.end();
    const { code, output, errors } = await uninstall();
    assertEquals([code, errors], [0, ""]);
    assertStringIncludes(output, "somebody uses what came along, which stays: pg_cron, pg_trgm");
    const after = await readWholeCatalog(url);
    for (
      const fact of [
        "extension pg_cron:",
        "extension pg_trgm:",
        "cron.job theirs",
        "schema extensions:",
      ]
    ) {
      assert(after.some((line) => line.startsWith(fact)), fact);
    }
    assertEquals(after.some((line) => /media_sync|media-sync/.test(line)), false);
  },
  { dedicated: true },
);
