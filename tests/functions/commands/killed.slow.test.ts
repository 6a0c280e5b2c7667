/**
 * setup, deploy and uninstall as processes that are really killed, or interrupted, at every act of theirs; then run again.
 * The end is that of an undisturbed run: catalog, notes, functions, variables, Vault, webhooks.
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { setupCommand } from "../../../scripts/setup/setup-command.ts";
import { type Killable, killPoints, startKilled } from "../../support/kill-everywhere.ts";
import { releasePresent } from "../../support/later-version.ts";
import {
  type ProjectDatabase,
  type ProjectServer,
  startProjectServer,
} from "../../support/postgres/project-server.ts";
import { postgresUnavailable } from "../../support/postgres/postgres-test.ts";
import { catalogDifference, readWholeCatalog } from "../../support/postgres/whole-catalog.ts";
import { waitUntil } from "../../support/wait-until.ts";
import { type HostedProject, serveHostedProject } from "./hosted-project.ts";
import { run } from "./surroundings.ts";

let server: Promise<ProjectServer> | undefined;

Deno.test.afterAll(async () => await (await server)?.stop());

interface World {
  database: ProjectDatabase;
  hosted: HostedProject;
  killable(...args: string[]): Killable;
}

/** By its platform's API, or by a connection of its own to the database. */
type Way = "by ref" | "by URL";

async function withProject<Result>(
  way: Way,
  migrations: URL | undefined,
  fn: (world: World) => Promise<Result>,
): Promise<Result> {
  const database = await (await (server ??= startProjectServer())).createProject();
  const hosted = serveHostedProject(database);
  const environment = hosted.surroundings.environment as Record<string, string>;
  try {
    return await fn({
      database,
      hosted,
      killable: (...args) => ({
        args,
        environment,
        run: {
          cli: `${environment.SUPABASE_URL}/cli`,
          ...way === "by URL" ? { database: database.url } : {},
          ...migrations ? { migrations: migrations.href } : {},
        },
      }),
    });
  } finally {
    await database.close();
    await hosted.stop();
  }
}

/** Everything that a command may change, a line a fact; without times and addresses, which differ from run to run. */
async function readState({ database, hosted }: World): Promise<string[]> {
  const { sql } = database;
  const facts = await readWholeCatalog(database.platformUrl);
  const [{ here }] = await sql`select to_regclass('media_sync.migrations') is not null as here` as [
    { here: boolean },
  ];
  const queries = [
    "select 'vault', name, decrypted_secret from vault.decrypted_secrets",
    ...here
      ? [
        "select 'ledger', version, schema_digest from media_sync.migrations",
        "select 'brought along', kind, name from media_sync.brought_along",
        "select 'events', webhook_events::text, '' from media_sync.settings",
      ]
      : [],
  ];
  for (const query of queries) {
    for (const row of await sql.unsafe(query)) facts.push(Object.values(row).join(" "));
  }
  for (const [name, { entrypoint, text }] of hosted.functions) {
    facts.push(`function ${name} ${entrypoint.replace(/^.*\/supabase/, "")} ${text}`);
  }
  for (const [name, digest] of hosted.secrets) {
    // The address differs.
    facts.push(`secret ${name} ${name.startsWith("CLOUDINARY_") ? "" : digest}`);
  }
  for (const uri of await hosted.triggers()) facts.push(`webhook ${uri}`);
  const { SUPABASE_URL } = hosted.surroundings.environment as { SUPABASE_URL: string };
  return facts.map((fact) => fact.replaceAll(SUPABASE_URL, "ADDRESS")).sort();
}

/** What brings a project to where the command begins. */
interface Task {
  args: string[];
  prepare?(world: World): Promise<void>;
  migrations?: URL;
}

/** The command, killed at each of its acts and run again, each time in a project of its own. */
async function killEverywhere(t: Deno.TestContext, way: Way, task: Task): Promise<void> {
  const { whole, expected } = await withProject(way, task.migrations, async (world) => {
    await task.prepare?.(world);
    const whole = await startKilled(world.killable(...task.args));
    return { whole, expected: await readState(world) };
  });
  // Without acts that were counted, nothing was shown.
  assert(whole.acts.length >= 3, whole.acts.join("\n"));
  for (const point of killPoints(whole, way === "by ref" ? ["SIGKILL"] : undefined)) {
    await t.step(point.where, () =>
      withProject(way, task.migrations, async (world) => {
        await task.prepare?.(world);
        const ended = await startKilled(world.killable(...task.args), point);
        if (point.signal === "SIGKILL") assertEquals(ended.signal, "SIGKILL", ended.said);
        else if (ended.code !== 0 || point.at < whole.acts.length) {
          assertEquals([ended.code, ended.left], [130, []], ended.said);
          assertStringIncludes(ended.said, "Interrupted. Run the command again to go on");
        }
        const again = await startKilled(world.killable(...task.args));
        assertEquals(again.code, 0, again.said);
        assertEquals(catalogDifference(expected, await readState(world)), []);
      }));
  }
}

function killTest(name: string, fn: (t: Deno.TestContext) => Promise<void>): void {
  Deno.test({
    name,
    ignore: postgresUnavailable !== undefined || Deno.build.os === "windows",
    sanitizeResources: false,
    sanitizeOps: false,
    fn,
  });
}

async function install({ hosted }: World, migrations?: URL): Promise<void> {
  const { code, errors } = await run(setupCommand, ["--yes"], {
    ...hosted.surroundings,
    ...migrations && { migrations },
  });
  assertEquals([code, errors], [0, ""]);
}

for (const way of ["by ref", "by URL"] as const) {
  killTest(
    `setup ${way}, ended at each act, and again → as if undisturbed`,
    (t) => killEverywhere(t, way, { args: ["setup", "--yes"] }),
  );

  killTest(
    `uninstall ${way}, ended at each act, and again → as if undisturbed`,
    (t) =>
      killEverywhere(t, way, {
        args: ["uninstall", "--yes", "--drop-tables"],
        prepare: install,
      }),
  );
}

killTest(
  "deploy of a later version, ended at each act, and again → as if undisturbed",
  async (t) => {
    const project = await releasePresent();
    const later = await releasePresent();
    try {
      await later.addLaterVersion();
      await killEverywhere(t, "by URL", {
        args: ["deploy", "--yes"],
        migrations: later.migrations,
        prepare: (world) => install(world, project.migrations),
      });
    } finally {
      await project.remove();
      await later.remove();
    }
  },
);

killTest(
  "setup killed while PostgreSQL is at the migration, and again before it is through → one installation",
  () =>
    withProject("by URL", undefined, async (world) => {
      const { sql, url } = world.database;
      const held = Promise.withResolvers<void>();
      const holding = sql.begin(async (holder) => {
        await holder`select pg_advisory_xact_lock(hashtextextended('media_sync.migrations', 0))`;
        await held.promise;
      });
      const waiting = async () => {
        const [row] = await sql`select count(*)::integer as waiting from pg_locks
          where locktype = 'advisory' and not granted`;
        return row!.waiting as number;
      };
      const environment = { ...Deno.env.toObject(), SUPABASE_DB_URL: url };
      const start = () =>
        new Deno.Command(Deno.execPath(), {
          args: [
            ...["run", "--quiet", "--no-check", "--allow-all"],
            new URL("../../../scripts/setup.ts", import.meta.url).pathname,
            ...["--only=migrate", "--yes"],
          ],
          env: environment,
          stdin: "null",
          stdout: "piped",
          stderr: "piped",
        }).spawn();
      const first = start();
      const firstEnd = first.output();
      await waitUntil(async () => await waiting() === 1, { describe: "the migration to wait" });
      first.kill("SIGKILL");
      assertEquals((await firstEnd).signal, "SIGKILL");
      const second = start().output();
      await waitUntil(async () => await waiting() === 2, { describe: "the second one to wait" });
      held.resolve();
      await holding;
      const { code, stderr } = await second;
      assertEquals([code, new TextDecoder().decode(stderr)], [0, ""]);
      assertEquals([...await sql`select name from media_sync.migrations`], [{
        name: "media_sync",
      }]);
    }),
);
