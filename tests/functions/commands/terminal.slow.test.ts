/** The commands that install and take away, on a pseudo-terminal, with the real Supabase CLI against a platform of our own. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { functionNames } from "../../../scripts/support/function-names.ts";
import { type ProjectServer, startProjectServer } from "../../support/postgres/project-server.ts";
import { postgresUnavailable } from "../../support/postgres/postgres-test.ts";
import { catalogDifference, readWholeCatalog } from "../../support/postgres/whole-catalog.ts";
import { openTerminal, type Terminal } from "../../support/terminal.ts";
import { type HostedProject, REF, serveHostedProject } from "./hosted-project.ts";

const scripts = new URL("../../../scripts/", import.meta.url).pathname;

let server: Promise<ProjectServer> | undefined;

Deno.test.afterAll(async () => await (await server)?.stop());

interface World {
  hosted: HostedProject;
  /** Runs `deno task <name>` on a terminal; SQL goes straight to the database. */
  open(name: string, ...args: string[]): Promise<Terminal>;
  rows(text: string): Promise<Record<string, unknown>[]>;
  difference(): Promise<string[]>;
}

function terminalTest(name: string, fn: (world: World) => Promise<void>): void {
  Deno.test({
    name,
    ignore: postgresUnavailable !== undefined || Deno.build.os !== "linux",
    sanitizeResources: false,
    sanitizeOps: false,
    async fn() {
      const database = await (await (server ??= startProjectServer())).createProject();
      const hosted = serveHostedProject(database);
      const before = await readWholeCatalog(database.platformUrl);
      const environment = await hosted.environment();
      try {
        await fn({
          hosted,
          open: (task, ...args) =>
            Promise.resolve(openTerminal(`${scripts}${task}.ts`, args, {
              ...environment,
              ...args.includes("--into") || args.includes("--from")
                ? {}
                : { SUPABASE_DB_URL: database.url },
            })),
          rows: async (text) => [...await database.sql.unsafe(text)],
          difference: async () =>
            catalogDifference(before, await readWholeCatalog(database.platformUrl)),
        });
      } finally {
        await hosted.stop();
      }
    },
  });
}

/** All but link, which writes into this folder. */
const STEPS = "--only=migrate,secrets,functions,webhook,vault";
const WITHOUT_FUNCTIONS = "--only=migrate,secrets,webhook,vault";

terminalTest(
  "setup and a yes → installed; once more → in place; uninstall, a yes and a yes → as it was",
  async ({ hosted, open, difference }) => {
    const first = await open("setup", STEPS);
    await first.shows("Set up migrate, secrets, functions, webhook, vault?");
    await first.answer("y");
    await first.shows("Go on?");
    // The probe is offered, and is nobody's duty.
    await first.answer("n");
    const done = await first.end();
    assertEquals(done.code, 0, done.shown);
    for (const step of ["migrate", "secrets", "functions", "webhook", "vault"]) {
      assertMatch(done.shown, new RegExp(`^done {6}${step} `, "m"));
    }
    assertEquals([...hosted.functions.keys()].sort(), [...functionNames].sort());
    // What the CLI uploads is one file each, under what the platform bundles on its server.
    for (const { text } of hosted.functions.values()) {
      assertStringIncludes(text, "media-sync.js");
      assert(text.length > 500_000 && text.length < 1_500_000, `${text.length}`);
    }

    const second = await open("setup", WITHOUT_FUNCTIONS, "--yes");
    const { code, shown } = await second.end();
    assertEquals(code, 0, shown);
    assertEquals(shown.match(/^in place /gm)?.length, 4, shown);

    const deploy = await open("deploy");
    await deploy.shows("Set up migrate, functions?");
    await deploy.answer("y");
    const deployed = await deploy.end();
    assertEquals(deployed.code, 0, deployed.shown);
    assertMatch(deployed.shown, /in place {2}migrate +every migration is applied/);
    assertMatch(deployed.shown, /done {6}functions +media-list, sync, webhook deployed/);

    const came = hosted.hold("DELETE", "secrets");
    const stopped = await open("uninstall", "--yes", "--only=webhook,secrets,database");
    await came;
    await stopped.interrupt();
    assertEquals((await stopped.end()).code, 130);

    const out = await open("uninstall");
    await out.shows("Take Media Sync out of this project?");
    await out.answer("y");
    await out.shows("Also drop the tables with the data?");
    await out.answer("y");
    const gone = await out.end();
    assertEquals(gone.code, 0, gone.shown);
    // The webhook went before the interruption.
    assertEquals(gone.shown.match(/^removed /gm)?.length, 3, gone.shown);
    assertMatch(gone.shown, /^gone {6}webhook /m);
    assertEquals(await difference(), []);
    assertEquals([hosted.functions.size, hosted.secrets.size, await hosted.triggers()], [0, 0, []]);
  },
);

terminalTest(
  "setup and a no → exit 1, nothing done; Ctrl+C in the midst → exit 130, and the next run goes on",
  async ({ hosted, open, difference }) => {
    const declined = await open("setup", WITHOUT_FUNCTIONS);
    await declined.shows("Set up");
    await declined.answer("n");
    const no = await declined.end();
    assertEquals(no.code, 1);
    assertStringIncludes(no.shown, "Nothing was done.");
    assertEquals(await difference(), []);

    const came = hosted.hold("POST", "secrets");
    const stopped = await open("setup", WITHOUT_FUNCTIONS);
    await stopped.shows("Set up");
    await stopped.answer("y");
    await came;
    await stopped.interrupt();
    const interrupted = await stopped.end();
    assertEquals(interrupted.code, 130, interrupted.shown);
    assertStringIncludes(interrupted.shown, "Interrupted. Run the command again to go on");

    const next = await open("setup", WITHOUT_FUNCTIONS, "--yes");
    const { code, shown } = await next.end();
    assertEquals(code, 0, shown);
    assertMatch(shown, /^in place {2}migrate /m);
    assertMatch(shown, /^done {6}secrets /m);
  },
);

terminalTest(
  "Ctrl+C at each question → exit 130, what to do, and nothing done",
  async ({ open, difference }) => {
    const folder = await Deno.makeTempDir();
    await Deno.mkdir(`${folder}/supabase`);
    await Deno.writeTextFile(`${folder}/supabase/config.toml`, "");
    const interrupt = async (task: string, args: string[], question: string, before?: string) => {
      const terminal = await open(task, ...args);
      if (before !== undefined) {
        await terminal.shows(before);
        await terminal.answer("y");
      }
      await terminal.shows(question);
      await terminal.interrupt();
      const { code, shown } = await terminal.end();
      assertEquals(code, 130, shown);
      assertStringIncludes(shown, "Interrupted. Run the command again to go on");
    };
    const files = () => [...Deno.readDirSync(`${folder}/supabase`)].map(({ name }) => name).sort();
    try {
      await interrupt("setup", [WITHOUT_FUNCTIONS], "Set up");
      await interrupt("deploy", [], "Set up migrate, functions?");
      await interrupt("uninstall", [], "Take Media Sync out");
      await interrupt("probe", [], "Go on?");
      await interrupt("doctor", ["--fix"], "[y/N]");
      await interrupt("setup", ["--into", folder], "Add these to");
      assertEquals([await difference(), files()], [[], ["config.toml"]]);

      assertEquals((await (await open("setup", "--only=migrate", "--yes")).end()).code, 0);
      await interrupt("uninstall", ["--only=database"], "Also drop", "Take Media Sync out");
      assertEquals((await (await open("setup", "--into", folder, "--yes")).end()).code, 0);
      const before = files();
      await interrupt("uninstall", ["--from", folder], "Do this in");
      assertEquals(files(), before);
      const left = await difference();
      assert(left.some((fact) => fact.startsWith("+ schema media_sync")), "nothing is left");
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
);

terminalTest(
  "setup through the platform's API alone → the migration goes in one request; refused → the database's sentence",
  async ({ hosted, rows }) => {
    const environment = await hosted.environment();
    const run = () =>
      openTerminal(`${scripts}setup.ts`, ["--only=migrate", "--yes"], environment).end();
    await rows("create table public.media_usage (id bigint)");
    const refused = await run();
    assertEquals(refused.code, 1);
    assertMatch(refused.shown, /^migrate: these names are taken, .*public\.media_usage/m);
    await rows("drop table public.media_usage");
    const done = await run();
    assertEquals(done.code, 0, done.shown);
    assertMatch(done.shown, /^done {6}migrate +1 migration applied/m);
    const noted = await rows("select name from media_sync.migrations");
    assertEquals(noted, [{ name: "media_sync" }]);
  },
);

terminalTest(
  "setup, deploy and uninstall without a token, without keys → each tells all of it at once",
  async () => {
    const environment = { SUPABASE_PROJECT_ID: REF, HOME: "/nonexistent" };
    const end = (task: string, ...args: string[]) =>
      openTerminal(`${scripts}${task}.ts`, args, {
        ...environment,
        HOME: Deno.env.get("HOME") ?? "/root",
        SUPABASE_NO_KEYRING: "1",
      }).end();
    const [setup, uninstall] = await Promise.all([
      end("setup", STEPS, "--yes"),
      end("uninstall", "--only=webhook", "--yes"),
    ]);
    assertEquals([setup.code, uninstall.code], [1, 1]);
    for (const name of ["SUPABASE_SECRET_KEY", "CLOUDINARY_URL"]) {
      assertStringIncludes(setup.shown, name);
    }
    assertStringIncludes(setup.shown, "nothing was changed");
    assertMatch(uninstall.shown, /Nothing was taken away:\nwebhook: /);
  },
);

terminalTest(
  "setup --into and a yes, once more, and uninstall --from and a yes → the folder as it was",
  async ({ open }) => {
    const folder = await Deno.makeTempDir();
    const config = 'project_id = "app"\n';
    await Deno.mkdir(`${folder}/supabase`);
    await Deno.writeTextFile(`${folder}/supabase/config.toml`, config);
    try {
      const first = await open("setup", "--into", folder);
      await first.shows("Add these to");
      await first.answer("y");
      assertStringIncludes((await first.end()).shown, "What to type next stands in");
      const second = await open("setup", "--into", folder);
      const { code, shown } = await second.end();
      assertEquals([code, /^in place/m.test(shown)], [0, true], shown);
      const out = await open("uninstall", "--from", folder);
      await out.shows("Do this in");
      await out.answer("y");
      assertEquals((await out.end()).code, 0);
      assertEquals(await Deno.readTextFile(`${folder}/supabase/config.toml`), config);
      const left = [...Deno.readDirSync(`${folder}/supabase`)].map(({ name }) => name).sort();
      assertEquals(
        left,
        ["config.toml", "functions", "migrations"].filter((name) => left.includes(name)),
      );
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
);
