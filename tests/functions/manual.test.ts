/** The manual, `supabase/README.md`: its tables are the database's, its commands and statements work as they stand. */
import { assert, assertEquals } from "@std/assert";
import { SUPABASE_CLI_VERSION } from "../../scripts/support/supabase-cli.ts";
import { stackTests } from "../support/stack-test.ts";

const root = new URL("../../", import.meta.url);
const manual = await Deno.readTextFile(new URL("supabase/README.md", root));
const taskNames = Object.keys(
  JSON.parse(await Deno.readTextFile(new URL("deno.json", root))).tasks,
);

// What is typed there is done for real.
const stackTest = stackTests({ apart: true });

/** The rows of the table between two marks: the cells without code marks. */
function tableRows(mark: string): string[][] {
  const [, table] = new RegExp(`<!-- ${mark} -->([\\s\\S]*)<!-- /${mark} -->`).exec(manual) ?? [];
  assert(table, `the manual has no table ${mark}`);
  const rows = table.trim().split("\n").map((line) =>
    line.split(/(?<!\\)\|/).slice(1, -1).map((cell) => cell.trim())
  );
  return rows.slice(2).map((row) => row.map((cell) => /^`([^`]*)`$/.exec(cell)?.[1] ?? cell));
}

/** The commands in code, each a line, without what follows a `#`. */
function commandLines(): string[] {
  const blocks = [...manual.matchAll(/^```sh\n([\s\S]*?)^```/gm)].map(([, block]) => block!);
  const spans = [...manual.matchAll(/`([^`\n]+)`/g)].map(([, span]) => span!);
  return [...blocks.flatMap((block) => block.split("\n")), ...spans]
    .map((line) => line.replace(/\s+#.*$/, "").trim());
}

/** The statements of the SQL blocks. */
function statements(): string[] {
  return [...manual.matchAll(/^```sql\n([\s\S]*?)^```/gm)]
    .flatMap(([, block]) => block!.replaceAll(/--.*$/gm, "").split(/;\s*$/m))
    .map((statement) => statement.trim()).filter((statement) => statement !== "");
}

stackTest(
  "tables of settings → every setting of the database, with its default",
  async ({ stack }) => {
    const [settings] = await stack.sql<{ all: Record<string, unknown> }>(
      "select to_jsonb(settings) - '{id,updated_at}'::text[] as all from media_sync.settings as settings",
    );
    const [yours, noted] = [tableRows("settings: yours"), tableRows("settings: noted")];
    const rows = [...yours, ...noted];
    assertEquals(rows.map(([name]) => name).toSorted(), Object.keys(settings!.all).toSorted());
    for (const [name, told] of rows) {
      // Read as the column's type, so that '1 day' is what the database prints as 1 day or 24:00:00.
      const [found] = await stack.sql(
        `select to_jsonb(told) -> $1::text is not distinct from to_jsonb(fresh) -> $1::text as same
       from media_sync.settings as fresh, jsonb_populate_record(null::media_sync.settings, $2::text::jsonb) as told`,
        [name!, JSON.stringify({ [name!]: asJson(told!) })],
      );
      assertEquals([name, found?.same], [name, true], told);
    }
    const changeable = await stack.sql<{ name: string }>(
      "select jsonb_object_keys(update_sync_settings('{}')) as name",
    );
    assertEquals(
      yours.map(([name]) => name).toSorted(),
      changeable.map(({ name }) => name).toSorted(),
    );
  },
);

/** `null` and lists as such; everything else is a text that PostgreSQL reads. */
function asJson(told: string): unknown {
  return told === "null" ? null : told === "{}" ? [] : told;
}

stackTest("table of checks → every check of health", async ({ stack }) => {
  const checks = await stack.sql<{ check_name: string }>(
    "select check_name from get_sync_health() where check_name <> 'overall'",
  );
  assertEquals(
    tableRows("checks").map(([name]) => name).toSorted(),
    checks.map(({ check_name }) => check_name).toSorted(),
  );
});

stackTest("every statement → runs as it stands", async ({ stack }) => {
  const found = statements();
  assert(found.length >= 15, `${found.length} statements`);
  for (const statement of found) {
    try {
      await stack.sql(statement);
      // Nothing of a test leaves the machine.
      await stack.sql("update media_sync.settings set alert_url = null");
    } catch (error) {
      assert(error instanceof Error);
      throw new Error(`${statement}: ${error.message}`);
    }
  }
});

Deno.test("every task in a command → is one, and knows the flags it is given", async () => {
  const found = commandLines().flatMap((line) => {
    const [, name, rest] = /deno task ([a-z:]+)(.*)$/.exec(line) ?? [];
    return name === undefined ? [] : [{ name, flags: rest!.match(/--[a-z-]+/g) ?? [] }];
  });
  assert(found.length >= 10, `${found.length} commands`);
  const helps = new Map<string, Promise<string>>();
  for (const { name, flags } of found) {
    assert(taskNames.includes(name), `there is no task ${name}`);
    if (flags.length === 0) continue;
    if (!helps.has(name)) helps.set(name, helpOf(name));
    const help = await helps.get(name)!;
    for (const flag of flags) assert(help.includes(`${flag} `), `${name} knows no ${flag}`);
  }
});

async function helpOf(task: string): Promise<string> {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-all", "--no-check", `scripts/${task}.ts`, "--help"],
    cwd: root,
  }).output();
  return new TextDecoder().decode(stdout);
}

Deno.test("workflows for other repositories → the version of the CLI that this project runs", async () => {
  for await (const { name } of Deno.readDir(new URL("supabase/workflows/", root))) {
    const text = await Deno.readTextFile(new URL(`supabase/workflows/${name}`, root));
    for (const [, version] of text.matchAll(/npx -y supabase@(\S+)/g)) {
      assertEquals([name, version], [name, SUPABASE_CLI_VERSION]);
    }
  }
});

Deno.test("every link to a file → leads to one", async () => {
  const targets = [...manual.matchAll(/\]\(([^)#]+?)\)/g)].map(([, target]) => target!)
    .filter((target) => !/^[a-z]+:/.test(target));
  assert(targets.length > 0);
  for (const target of targets) {
    assert((await Deno.stat(new URL(`supabase/${target}`, root))).isFile, target);
  }
});

Deno.test("every link within the page → leads to a heading", () => {
  const headings = [...manual.matchAll(/^#+ (.*)$/gm)]
    .map(([, heading]) =>
      heading!.toLowerCase().replaceAll(/[^a-z0-9 -]/g, "").replaceAll(" ", "-")
    );
  const anchors = [...manual.matchAll(/\]\(#([^)]+)\)/g)].map(([, anchor]) => anchor!);
  for (const anchor of anchors) assert(headings.includes(anchor), anchor);
});
