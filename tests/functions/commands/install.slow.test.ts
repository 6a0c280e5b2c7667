/**
 * Into any project and out again: on PostgreSQL with the roles and rights of a project, whose owner is no superuser.
 */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import postgres from "postgres";
import { canBundle } from "../../../scripts/setup/preflight/examine-variables.ts";
import { deployCommand } from "../../../scripts/setup/deploy-command.ts";
import { setupCommand } from "../../../scripts/setup/setup-command.ts";
import { uninstallCommand } from "../../../scripts/uninstall/uninstall-command.ts";
import { functionNames } from "../../../scripts/support/function-names.ts";
import { type ReleasedProject, releasePresent } from "../../support/later-version.ts";
import type { ProjectOptions } from "../../support/postgres/project-server.ts";
import { REF } from "./hosted-project.ts";
import { projectTest } from "./project-test.ts";
import { run } from "./surroundings.ts";

/** The project's own record of migrations, with some older and newer than ours. */
const OWN_MIGRATIONS = `
  create schema if not exists supabase_migrations;
  create table if not exists supabase_migrations.schema_migrations (version text primary key, statements text[], name text);
  insert into supabase_migrations.schema_migrations (version, name) values ('20200101000000', 'old'), ('29991231000000', 'new');
  create table public.orders (id bigint primary key, note text);
  create function public.order_count() returns bigint language sql as 'select count(*) from public.orders';
`;

const everything: [string, ProjectOptions & { prepare?: string }][] = [
  ["an empty project", {}],
  ["one with migrations of its own, older and newer than ours", { prepare: OWN_MIGRATIONS }],
  ["one that gives new tables to everybody, with pg_trgm in public", {
    trigrams: "public",
    legacyRights: true,
  }],
  ["one with pg_trgm in a schema of its own", { trigrams: "search" }],
];

for (const [which, options] of everything) {
  projectTest(
    `setup of ${which}, twice, and uninstall → as it was before`,
    options,
    async (world) => {
      const { rows, hosted, setup, uninstall, difference } = world;
      const first = await setup();
      assertEquals([first.code, first.errors], [0, ""]);
      for (const step of ["migrate", "secrets", "functions", "webhook", "vault"]) {
        assertMatch(first.output, new RegExp(`^done {6}${step} `, "m"));
      }
      assertStringIncludes(first.output, "The next minute's tick begins the first sync");
      const elsewhere = options.trigrams &&
        `pg_trgm is in the schema ${options.trigrams}, and stays`;
      assertEquals(/pg_trgm is in .* stays/.exec(first.output)?.[0], elsewhere);
      assertEquals([...hosted.functions.keys()], [...functionNames]);
      assertEquals(await rows("select count(*)::integer as jobs from cron.job"), [{ jobs: 4 }]);
      assertEquals(await rows("select name from vault.secrets order by name"), [
        { name: "media_sync_cron_key" },
        { name: "media_sync_project_url" },
      ]);
      const [health] = await rows(
        "select count(*)::integer as checks from public.get_sync_health()",
      );
      assert(Number(health!.checks) > 5);

      const second = await setup();
      assertEquals([second.code, second.errors], [0, ""]);
      for (const step of ["migrate", "secrets", "webhook", "vault"]) {
        assertMatch(second.output, new RegExp(`^in place {2}${step} `, "m"));
      }

      const out = await uninstall("--drop-tables");
      assertEquals([out.code, out.errors], [0, ""]);
      assertEquals(await difference(), []);
      assertEquals([hosted.functions.size, hosted.secrets.size, await hosted.triggers()], [
        0,
        0,
        [],
      ]);

      const again = await uninstall("--drop-tables");
      assertEquals([again.code, again.errors], [0, ""]);
      assertEquals(again.output.match(/^gone /gm)?.length, 4);
      // What went comes back.
      assertEquals((await setup()).code, 0);
    },
  );
}

projectTest(
  "names of ours that are taken → setup tells all of them at once, and nothing is changed",
  {
    prepare: `
      create table public.media_assets (id bigint primary key);
      create view public.media_usage as select 1 as used;
      create type public.media_collections as enum ('a');
      create function public.get_sync_health(p_text text) returns text language sql as 'select p_text';
      select cron.schedule('media-sync-tick', '* * * * *', 'select 1');
      select vault.create_secret('theirs', 'media_sync_cron_key');
      create policy "Nobody sends changes of media assets" on realtime.messages for insert with check (true);
    `,
  },
  async ({ database, hosted, setup, difference }) => {
    hosted.functions.set("webhook", { entrypoint: "file:///home/index.ts", text: "theirs" });
    const { code, errors } = await setup();
    assertEquals(code, 1);
    assertMatch(errors, /^2 things are in the way, and nothing was changed:\n/);
    for (
      const name of [
        "public.media_assets",
        "public.media_usage",
        "public.media_collections",
        "public.get_sync_health(p_text text)",
        "the job media-sync-tick",
        "the Vault secret media_sync_cron_key",
        'the policy "Nobody sends changes of media assets" on realtime.messages',
        "webhook",
      ]
    ) assertStringIncludes(errors, name);
    assertEquals(await difference(), []);
    assertEquals(hosted.functions.get("webhook")?.text, "theirs");
    assertEquals(hosted.secrets.size, 0);
    assertEquals(hosted.calls.some((call) => / (set|deploy|link)$/.test(call)), false);
    // The migration itself refuses, whoever applies it.
    const migration = await Deno.readTextFile(
      new URL("../../../supabase/migrations/20261101000000_media_sync.sql", import.meta.url),
    );
    const said = await database.sql.unsafe(migration).then(
      () => "applied",
      (error) => error.message,
    );
    assertMatch(
      said,
      /^Media Sync was not installed, and nothing was changed, because these names are taken: public\.media_assets/,
    );
    assertEquals(await difference(), []);
  },
);

for (
  const [version, expected] of [["2.1.4", false], ["2.9.6", true], ["2.10.0", true], [
    "3.0.0",
    true,
  ]] as const
) {
  Deno.test(`Deno ${version} → ${expected ? "bundles" : "is too old to bundle"} the functions`, () => {
    assertEquals(canBundle(version), expected);
  });
}

projectTest(
  "several variables missing → setup tells all of them at once, and asks nobody",
  {},
  async ({ hosted }) => {
    const { code, errors } = await run(setupCommand, ["--yes"], {
      ...hosted.surroundings,
      environment: { SUPABASE_PROJECT_ID: "short" },
    });
    assertEquals(code, 1);
    for (const name of ["short is no project", "SUPABASE_SECRET_KEY", "CLOUDINARY_URL"]) {
      assertStringIncludes(errors, name);
    }
    assertEquals(hosted.calls, []);
  },
);

projectTest(
  "a function of ours that nobody noted → refused; --take-over → replaced, and known from then on",
  {},
  async ({ hosted, setup }) => {
    hosted.functions.set("sync", { entrypoint: "file:///sync/index.ts", text: "earlier" });
    const refused = await setup();
    assertEquals(refused.code, 1);
    assertMatch(
      refused.errors,
      /did not deploy: sync\. .* add --take-over sync\nNothing was changed\.$/,
    );
    assertEquals((await setup("--take-over=sync")).code, 0);
    assert(hosted.functions.get("sync")?.text !== "earlier");
    assertEquals((await setup()).code, 0);
  },
);

projectTest("a legacy key → setup says which keys to make", {}, async ({ hosted }) => {
  const { code, errors } = await run(setupCommand, ["--yes"], {
    ...hosted.surroundings,
    environment: {
      ...hosted.surroundings.environment,
      SUPABASE_SECRET_KEY: ["eyJ", "header"].join(""),
    },
  });
  assertEquals(code, 1);
  assertMatch(errors, /SUPABASE_SECRET_KEY is a legacy key .*Create new API keys/);
});

projectTest(
  "no pg_cron, pg_net, Vault and Realtime → installed all the same; once they come, setup uses them",
  { parts: [] },
  async ({ database, setup, uninstall, difference, addParts }) => {
    const first = await setup();
    assertEquals([first.code, first.errors], [0, ""]);
    assertMatch(first.output, /^waits {5}vault +Vault is not there: enable it/m);
    for (const part of ["pg_net", "pg_cron", "vault", "realtime"]) {
      assertMatch(first.output, new RegExp(`^note {6}${part} `, "m"));
    }
    assertEquals(first.output.includes("first sync"), false);
    await addParts(["vault", "net", "cron", "realtime"]);
    const second = await setup();
    assertEquals([second.code, second.errors], [0, ""]);
    assertMatch(second.output, /^done {6}vault /m);
    const [jobs] = await database.sql`select count(*)::integer as jobs from cron.job`;
    assertEquals(jobs, { jobs: 4 });
    assertEquals((await uninstall("--drop-tables")).code, 0);
    assertEquals(await difference(), []);
  },
);

projectTest(
  "setup stopped at every step → the next run goes on, and uninstall leaves nothing",
  {},
  async ({ database: { sql, url }, hosted, setup, uninstall, difference }) => {
    // The database gives up in the midst of the migration: nothing of it stays.
    const [held, locked] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const holding = sql.begin(async (holder) => {
      // The migration comes to this table near its end.
      await holder.unsafe("lock table realtime.messages in access exclusive mode");
      locked.resolve();
      await held.promise;
    });
    await locked.promise;
    await sql.unsafe("alter role postgres set statement_timeout = '3s'");
    const late = await setup(`--database-url=${url}`, "--only=migrate");
    held.resolve();
    await holding;
    await sql.unsafe("alter role postgres reset statement_timeout");
    assertEquals(late.code, 1, late.output);
    assertStringIncludes(late.errors, "statement timeout");
    assertEquals(await difference(), []);
    const places = ["secrets list", "secrets set", "functions list", "functions deploy", "link"];
    for (const place of places) {
      hosted.failAt(place);
      const { code, errors } = await setup();
      assertEquals(code, 1, `${place} ${errors}`);
      assertStringIncludes(errors, "interrupted");
    }
    assertEquals((await setup()).code, 0);
    for (const place of ["functions delete", "secrets unset", "db query"]) {
      hosted.failAt(place);
      assertEquals((await uninstall("--drop-tables")).code, 1, place);
    }
    assertEquals((await uninstall("--drop-tables")).code, 0);
    assertEquals(await difference(), []);
    assertEquals([hosted.functions.size, hosted.secrets.size], [0, 0]);
  },
);

for (
  const [which, move] of [
    ["is moved to public", "alter extension pg_trgm set schema public"],
    [
      "is moved to a schema with an odd name",
      'create schema "My search"; alter extension pg_trgm set schema "My search"',
    ],
    [
      "is dropped with our index and comes back elsewhere",
      "drop extension pg_trgm cascade; create extension pg_trgm with schema public",
    ],
  ] as const
) {
  projectTest(
    `pg_trgm ${which} after setup → searches find, setup says in place, uninstall goes through`,
    {},
    async ({ database: { sql, platformUrl }, rows, setup, uninstall, difference }) => {
      assertEquals((await setup()).code, 0);
      await sql.unsafe(
        `insert into public.media_assets (cloud_name, asset_id, public_id, resource_type, type, version)
         values ('cloud', 'a', 'sunflower', 'image', 'upload', 1), ('cloud', 'b', 'tree', 'image', 'upload', 1)`,
      );
      // Only the platform may, as the dashboard does.
      const platform = postgres(platformUrl, { max: 1, onnotice: () => {} });
      await platform.unsafe(move);
      await platform.end();
      const found = await rows(
        `select item ->> 'public_id' as public_id
         from jsonb_array_elements(public.list_media_assets('{"search": "sunfl"}') -> 'items') as item`,
      );
      assertEquals(found, [{ public_id: "sunflower" }]);
      assertMatch((await setup()).output, /^in place {2}migrate/m);
      assertEquals((await uninstall("--drop-tables")).code, 0);
      // The schema that it was moved to is theirs, and so is an extension that the platform made anew.
      const theirs = move.includes("create extension")
        ? /trgm|similarity|set_limit|show_limit/
        : /My search/;
      assertEquals((await difference()).filter((fact) => !theirs.test(fact)), []);
    },
  );
}

/** The later version comes into a folder that has the first, with a number after it; once more, nothing does. */
async function assertComesInto({ migrations }: ReleasedProject): Promise<void> {
  const folder = await Deno.makeTempDir();
  const first = `${folder}/supabase/migrations/29991231000000_media_sync.sql`;
  try {
    await Deno.mkdir(`${folder}/supabase/migrations`, { recursive: true });
    await Deno.writeTextFile(`${folder}/supabase/config.toml`, "");
    await Deno.copyFile(new URL("20261101000000_media_sync.sql", migrations), first);
    const setup = () => run(setupCommand, [`--into=${folder}`, "--yes"], { migrations });
    const { code, output } = await setup();
    assertEquals(code, 0);
    assertStringIncludes(output, "supabase/migrations/29991231000001_later.sql");
    assertMatch((await setup()).output, /^in place/);
    assertEquals([...Deno.readDirSync(`${folder}/supabase/migrations`)].length, 2);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

projectTest(
  "deploy of a later version → by the ledger; once more → nothing; uninstall → as it was",
  {},
  async ({ rows, hosted, uninstall, difference }) => {
    const project = await releasePresent();
    try {
      const surroundings = { ...hosted.surroundings, migrations: project.migrations };
      assertEquals((await run(setupCommand, ["--yes"], surroundings)).code, 0);
      await project.addLaterVersion();
      // A ledger that lost its rows is written anew: the schema itself tells its state.
      await rows("delete from media_sync.migrations returning version");
      const { code, output, errors } = await run(deployCommand, ["--yes"], surroundings);
      assertEquals([code, errors], [0, ""]);
      assertMatch(output, /^done {6}migrate +1 migration applied$/m);
      assertEquals((await rows("select version from media_sync.migrations")).length, 2);
      await assertComesInto(project);
      const again = await run(deployCommand, ["--yes"], surroundings);
      assertMatch(again.output, /^in place {2}migrate/m);
      const older = await run(deployCommand, ["--yes"], hosted.surroundings);
      assertMatch(older.errors, /The database is ahead of this code: it has \d{14}\./);
      const out = await run(uninstallCommand, ["--yes", "--drop-tables"], surroundings);
      assertEquals([out.code, out.errors], [0, ""]);
      assertEquals(await difference(), []);
      assertEquals((await uninstall()).code, 0);
    } finally {
      await project.remove();
    }
  },
);

projectTest(
  "deploy in a linked folder, --dry-run → looks only; a migration that fails → no function is deployed",
  {},
  async ({ database: { sql }, hosted, difference }) => {
    const { environment, ...others } = hosted.surroundings;
    const surroundings = {
      ...others,
      environment: { ...environment, SUPABASE_PROJECT_ID: undefined, SUPABASE_URL: undefined },
      readLinkedRef: () => Promise.resolve(REF),
    };
    const dry = await run(deployCommand, ["--dry-run"], surroundings);
    assertMatch(dry.output, /^would do {2}migrate +1 migration is not applied$/m);
    assertMatch(dry.output, /^would do {2}functions +not deployed: media-list, sync, webhook$/m);
    assertEquals(hosted.calls.some((call) => call === "functions deploy"), false);
    assertEquals(await difference(), []);

    await sql.unsafe("create schema media_sync");
    const { code, errors } = await run(deployCommand, ["--yes"], surroundings);
    assertEquals(code, 1);
    assertMatch(errors, /^migrate: The database has a schema media_sync that no release/);
    assertEquals(hosted.calls.some((call) => call === "functions deploy"), false);
  },
);
