/** Into the folder of a Supabase project, whose own CLI carries it into a database; and out again. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { parse } from "smol-toml";
import { setupCommand } from "../../../scripts/setup/setup-command.ts";
import { functionNames } from "../../../scripts/support/function-names.ts";
import { remoteFlag, runSupabase } from "../../../scripts/support/supabase-cli.ts";
import { uninstallCommand } from "../../../scripts/uninstall/uninstall-command.ts";
import { postgresUnavailable } from "../../support/postgres/postgres-test.ts";
import {
  type ProjectOptions,
  type ProjectServer,
  startProjectServer,
} from "../../support/postgres/project-server.ts";
import { catalogDifference, readWholeCatalog } from "../../support/postgres/whole-catalog.ts";
import { run } from "./surroundings.ts";

let server: Promise<ProjectServer> | undefined;

Deno.test.afterAll(async () => await (await server)?.stop());

/** With comments, and without a line break at its end. */
const CONFIG = `# Ours; please keep.
project_id = "orders"

[api]
schemas = ["public"]   # exposed

[functions.orders]
verify_jwt = true`;

const OWN_FILES: Record<string, string> = {
  "config.toml": CONFIG,
  "migrations/20200101000000_old.sql": "create table public.orders (id bigint primary key);\n",
  "migrations/20991231000000_newer.sql":
    "create function public.order_count() returns bigint language sql as 'select count(*) from public.orders';\n",
  "functions/orders/index.ts": `import { reply } from "../_shared/reply.ts";\n`,
  "functions/_shared/reply.ts": "export const reply = 1;\n",
  "functions/.env.example": "ORDERS=1\n",
};

interface Folder {
  path: string;
  setup(...args: string[]): ReturnType<typeof run>;
  uninstall(...args: string[]): ReturnType<typeof run>;
  read(path: string): Promise<string>;
  write(path: string, text: string): Promise<void>;
  /** Path below `supabase/` → text. */
  files(): Promise<Record<string, string>>;
  push(url: string, ...args: string[]): ReturnType<typeof runSupabase>;
}

async function withFolder(
  fn: (folder: Folder) => Promise<void>,
  files: Record<string, string> = OWN_FILES,
): Promise<void> {
  const path = await Deno.makeTempDir();
  const folder: Folder = {
    path,
    setup: (...args) => run(setupCommand, [`--into=${path}`, "--yes", ...args]),
    uninstall: (...args) => run(uninstallCommand, [`--from=${path}`, "--yes", ...args]),
    read: (name) => Deno.readTextFile(`${path}/supabase/${name}`),
    async write(name, text) {
      const file = `${path}/supabase/${name}`;
      await Deno.mkdir(file.replace(/[^/]+$/, ""), { recursive: true });
      await Deno.writeTextFile(file, text);
    },
    async files() {
      const found: Record<string, string> = {};
      const walk = async (below: string): Promise<void> => {
        for await (const { name, isDirectory } of Deno.readDir(`${path}/supabase/${below}`)) {
          if (isDirectory) {
            if (name !== ".temp") await walk(`${below}${name}/`);
          } else found[`${below}${name}`] = await folder.read(`${below}${name}`);
        }
      };
      await walk("");
      return found;
    },
    push: (url, ...args) =>
      runSupabase(["db", "push", remoteFlag(url), "--yes", "--skip-vault", ...args], { cwd: path }),
  };
  try {
    for (const [name, text] of Object.entries(files)) await folder.write(name, text);
    await fn(folder);
  } finally {
    await Deno.remove(path, { recursive: true });
  }
}

Deno.test("setup --into → what is ours is added, and nothing of theirs changed; twice → in place", () =>
  withFolder(async (folder) => {
    const { code, output, errors } = await folder.setup();
    assertEquals([code, errors], [0, ""]);
    assertStringIncludes(output, "MEDIA_SYNC.md");
    const files = await folder.files();
    for (const [path, text] of Object.entries(OWN_FILES)) {
      if (path !== "config.toml") assertEquals(files[path], text, path);
    }
    assert(files["config.toml"]!.startsWith(CONFIG));
    // deno-lint-ignore no-explicit-any -- what a TOML file holds.
    const config = parse(files["config.toml"]!) as any;
    assertEquals(config.functions.orders, { verify_jwt: true });
    for (const name of functionNames) {
      assertEquals(config.functions[name].verify_jwt, false);
      assertStringIncludes(files[`functions/${name}/index.ts`]!, `"../_media_sync/${name}.js"`);
      assert(files[`functions/_media_sync/${name}.js`]);
    }
    assertEquals(/^SUPABASE_/m.test(files["functions/.env.media-sync.example"]!), false);
    const [migration] = Object.keys(files).filter((path) => path.endsWith("_media_sync.sql"));
    assertEquals(migration, "migrations/20991231000001_media_sync.sql");
    assertStringIncludes(files["MEDIA_SYNC.md"]!, migration!);

    const again = await folder.setup();
    assertMatch(again.output, /^in place {2}Media Sync/);
    assertEquals(await folder.files(), files);
  }));

Deno.test("setup --into, then uninstall --from → the folder as it was, but for migrations", () =>
  withFolder(async (folder) => {
    await folder.setup();
    const { code, output } = await folder.uninstall();
    assertEquals(code, 0);
    assertStringIncludes(output, "supabase db push");
    const files = await folder.files();
    const migrations = Object.keys(files).filter((path) => /media_sync/.test(path));
    assertEquals(migrations.map((path) => path.replace(/\d{14}/, "N")).sort(), [
      "migrations/N_media_sync.sql",
      "migrations/N_media_sync_uninstall.sql",
    ]);
    for (const path of migrations) delete files[path];
    assertEquals(files, OWN_FILES);
    assertMatch((await folder.uninstall("--dry-run")).output, /^gone {6}nothing of Media Sync/);
    // What went comes back, with a migration of its own.
    await folder.setup();
    const installs = Object.keys(await folder.files()).filter((path) =>
      path.endsWith("_media_sync.sql")
    );
    assertEquals(installs.length, 2);
  }));

Deno.test("a folder with functions and blocks of our names → all of it is told, and nothing is written", () =>
  withFolder(async (folder) => {
    const before = await folder.files();
    const { code, errors } = await folder.setup();
    assertEquals(code, 1);
    assertMatch(errors, /^\d things are in the way, and nothing was changed:\n/);
    for (
      const said of [
        "[functions.webhook]",
        "supabase/functions/webhook/index.ts is there and not Media Sync's",
        "supabase/functions/sync/help.ts",
        "deno_version = 1",
        "exposes the schema media_sync",
      ]
    ) assertStringIncludes(errors, said);
    assertEquals(await folder.files(), before);
  }, {
    "config.toml":
      '[functions.webhook]\nverify_jwt = true\n[edge_runtime]\ndeno_version = 1\n[api]\nschemas = ["public", "media_sync"]\n',
    "functions/webhook/index.ts": "// theirs\n",
    "functions/sync/help.ts": "// theirs\n",
  }));

for (
  const [title, config, says] of [
    ["is no TOML", "project_id = \n", /config\.toml can not be read \(line 1/],
    [
      "takes no blocks at its end",
      "functions = { orders = { verify_jwt = true } }\n",
      /write \[functions\.media-list\]/,
    ],
  ] as const
) {
  Deno.test(`a config.toml that ${title} → says so, and nothing is written`, () =>
    withFolder(async (folder) => {
      const { code, errors } = await folder.setup();
      assertEquals(code, 1);
      assertMatch(errors, says);
      assertEquals(await folder.files(), { "config.toml": config });
    }, { "config.toml": config }));
}

for (
  const [which, config] of [
    [
      "with Windows line ends",
      '# Ours.\r\nproject_id = "x"\r\n[api]\r\nschemas = [\r\n  "public",\r\n]\r\n',
    ],
    ["that begins with a byte order mark", '\ufeffproject_id = "x"\n'],
    ["that ends in an array of several lines", '[functions.orders]\nstatic_files = [\n  "./a",\n]'],
    [
      "with functions as an open table of inline ones",
      "[functions]\norders = { verify_jwt = true }\n",
    ],
    ["with dotted keys", "functions.orders.verify_jwt = true\n"],
    ["with odd spaces and quotes", '[ functions . "orders" ]\n  verify_jwt=true # theirs\n'],
    ["with a block of our function, as it should be", "[functions.sync]\nverify_jwt = false\n"],
    ["that ends in a comment", 'project_id = "x" # last'],
    ["with remotes and env()", '[remotes.staging]\nproject_id = "env(STAGING)"\n'],
  ] as const
) {
  Deno.test(`a config.toml ${which} → all that it said stays, and out as it was`, () =>
    withFolder(async (folder) => {
      const { code, errors } = await folder.setup();
      assertEquals([code, errors], [0, ""]);
      const text = await folder.read("config.toml");
      assert(text.startsWith(config));
      // deno-lint-ignore no-explicit-any -- what a TOML file holds.
      const { functions } = parse(text.replace("\ufeff", "")) as any;
      for (const name of functionNames) assertEquals(functions[name].verify_jwt, false);
      if (config.includes("orders")) assert(functions.orders);
      assertEquals((await folder.uninstall()).code, 0);
      assertEquals(await folder.read("config.toml"), config);
    }, { "config.toml": config }));
}

for (
  const [which, config, says] of [
    [
      "its own [functions.sync]",
      '[functions.sync]\nverify_jwt = false\nentrypoint = "./functions/sync/main.ts"\n',
      /\[functions\.sync\] that is not/,
    ],
    [
      "ours switched off",
      "[functions.sync]\nverify_jwt = false\nenabled = false\n",
      /without enabled = false/,
    ],
    ["an empty block of ours", "[functions.webhook]\n", /verify_jwt = false there/],
    [
      "verify_jwt under a remote",
      "[remotes.staging.functions.webhook]\nverify_jwt = true\n",
      /\[remotes\.staging\.functions\.webhook\]/,
    ],
    ["a key twice", "project_id = 1\nproject_id = 2\n", /can not be read \(line 2/],
  ] as const
) {
  Deno.test(`a config.toml with ${which} → ${says.source}, and nothing is written`, () =>
    withFolder(async (folder) => {
      const { code, errors } = await folder.setup();
      assertEquals(code, 1);
      assertMatch(errors, says);
      assertEquals(await folder.files(), { "config.toml": config });
    }, { "config.toml": config }));
}

Deno.test("a file of ours that was changed → a later setup names it; --from leaves it", () =>
  withFolder(async (folder) => {
    await folder.setup();
    await folder.write("functions/sync/index.ts", "// mine now\n");
    const { code, errors } = await folder.setup();
    assertEquals(code, 1);
    assertStringIncludes(errors, "supabase/functions/sync/index.ts was changed since");
    const { output } = await folder.uninstall();
    assertMatch(output, /^stays {5}supabase\/functions\/sync\/index\.ts/m);
    assertEquals(await folder.read("functions/sync/index.ts"), "// mine now\n");
  }));

Deno.test("setup --into stopped after any file → the next run goes on to the same end", () =>
  withFolder(async (folder) => {
    await folder.setup();
    const whole = await folder.files();
    const ours = Object.keys(whole).filter((path) => OWN_FILES[path] === undefined);
    // The note is written before everything else, so that each state of a stopped run is the note and a part of the rest.
    for (const path of ours.filter((path) => !path.endsWith("manifest.json"))) {
      await Deno.remove(`${folder.path}/supabase/${path}`);
      const { code, errors } = await folder.setup();
      assertEquals([code, errors], [0, ""], path);
    }
    await folder.write("config.toml", CONFIG);
    assertEquals((await folder.setup()).code, 0);
    assertEquals(await folder.files(), whole);
  }));

for (const [args, says] of [[["--only=vault"], /--only/], [["--remove"], /--remove/]] as const) {
  Deno.test(`setup --into with ${args[0]} → exit 2`, () =>
    withFolder(async (folder) => {
      const { code, errors } = await folder.setup(...args);
      assertEquals(code, 2);
      assertMatch(errors, says);
    }));
}

Deno.test("setup --into a folder that is no project → exit 1, supabase init", async () => {
  const { code, errors } = await run(setupCommand, ["--into=/nowhere", "--yes"]);
  assertEquals(code, 1);
  assertStringIncludes(errors, "supabase init");
});

for (
  const [which, options] of [
    ["a whole platform", {}],
    ["pg_trgm in public and new tables given to everybody", {
      trigrams: "public",
      legacyRights: true,
    }],
    ["no pg_cron, pg_net, Vault and Realtime", { parts: [] }],
  ] as [string, ProjectOptions][]
) {
  Deno.test({
    name:
      `their db push carries it, with ${which} → installed beside their migrations, and out as it was`,
    ignore: postgresUnavailable !== undefined,
    sanitizeResources: false,
    sanitizeOps: false,
    fn: () =>
      withFolder(async (folder) => {
        const database = await (await (server ??= startProjectServer())).createProject(options);
        assertEquals((await folder.push(database.url)).code, 0);
        const before = await readWholeCatalog(database.platformUrl);
        await folder.setup();
        const pushed = await folder.push(database.url);
        assertEquals(pushed.code, 0, pushed.stderr);
        const noted = await database.sql`select version from media_sync.migrations`;
        assertEquals([...noted], [{ version: "20261101000000" }]);
        assertEquals((await folder.push(database.url)).code, 0);

        await folder.uninstall("--drop-tables");
        const out = await folder.push(database.url);
        assertEquals(out.code, 0, out.stderr);
        const difference = catalogDifference(before, await readWholeCatalog(database.platformUrl));
        // What their own CLI notes of their own migrations is theirs.
        assertEquals(difference.filter((fact) => !/schema_migrations \d+$/.test(fact)), []);
      }),
  });
}

Deno.test({
  name:
    "their db push into a database where a name is taken → refused with the sentence, nothing changed",
  ignore: postgresUnavailable !== undefined,
  sanitizeResources: false,
  sanitizeOps: false,
  fn: () =>
    withFolder(async (folder) => {
      const database = await (await (server ??= startProjectServer())).createProject();
      await database.sql`create table public.media_usage (id bigint)`;
      await folder.push(database.url);
      await folder.setup();
      const before = await readWholeCatalog(database.platformUrl);
      const { code, stdout, stderr } = await folder.push(database.url);
      assertEquals(code, 1);
      assertStringIncludes(
        stdout + stderr,
        "Media Sync was not installed, and nothing was changed, because these names are taken: public.media_usage",
      );
      assertEquals(catalogDifference(before, await readWholeCatalog(database.platformUrl)), []);
    }),
});
