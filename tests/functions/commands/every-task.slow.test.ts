/** Every task of deno.json on a pseudo-terminal: help, a wrong flag, Ctrl+C; no raw stack trace, nothing that hangs. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { readStackFile } from "../../../scripts/support/stack-file.ts";
import { openTerminal } from "../../support/terminal.ts";

const root = new URL("../../../", import.meta.url);
const { tasks } = JSON.parse(await Deno.readTextFile(new URL("deno.json", root))) as {
  tasks: Record<string, string | { command: string }>;
};

/** Task → its script; those that only run another program, as `deno fmt`, and suites of `test`, are left out. */
const scripts = Object.fromEntries(
  Object.entries(tasks).flatMap(([name, task]) => {
    const command = typeof task === "string" ? task : task.command;
    const [script] = /scripts\/[\w\/-]+\.ts/.exec(command) ?? [];
    return script === undefined || name.startsWith("test:") ? [] : [[name, script]];
  }),
);

const open = (task: string, ...args: string[]) =>
  openTerminal(new URL(scripts[task]!, root).pathname, args, {
    HOME: Deno.env.get("HOME") ?? "/root",
  });

/** What a person should not be shown. */
const RAW = /Uncaught|file:\/\/|^\s+at \S+/m;

function terminalTest(name: string, fn: () => Promise<void>): void {
  const ignore = Deno.build.os !== "linux";
  Deno.test({ name, ignore, sanitizeResources: false, sanitizeOps: false, fn });
}

for (const task of Object.keys(scripts)) {
  terminalTest(`deno task ${task} --help → what it does`, async () => {
    const { code, shown } = await open(task, "--help").end();
    assertEquals([code, RAW.test(shown)], [0, false], shown);
    assert(shown.trim().split("\n").length > 3, shown);
  });

  // What `test` does not know is for deno test; `migration` takes a name.
  if (task === "test") continue;
  for (const argument of task === "migration" ? ["--no-such"] : ["--no-such", "word"]) {
    terminalTest(`deno task ${task} ${argument} → exit 2, and where to read`, async () => {
      const { code, shown } = await open(task, argument).end();
      assertEquals([code, RAW.test(shown)], [2, false], shown);
      assertStringIncludes(shown, `deno task ${task} --help`);
    });
  }
}

/** Beside whatever runs on this machine. */
const folder = await Deno.makeTempDir();
const APART = ["--port=0", "--cloudinary-port=0", `--info-file=${folder}/stack.json`];
Deno.test.afterAll(() => Deno.remove(folder, { recursive: true }));

/** A stack in the foreground is found by every command. */
const hasStack = await readStackFile() !== null;

/** What runs until it is stopped, or for long: after this has been shown, Ctrl+C. */
const long: [task: string, args: string[], shown: string, code: number][] = [
  ["demo", ["--assets", "500"], "Starting the local stack", 130],
  ["demo", ["--assets", "500"], "The stack is up", 130],
  ["dev", APART, "Starting the local stack", 0],
  ["dev", APART, "READY", 0],
  ["cloudinary", ["--port", "0"], "READY", 0],
];

for (const [task, args, said, expected] of long) {
  terminalTest(
    `deno task ${task}, Ctrl+C after "${said}" → exit ${expected}, in order`,
    async () => {
      const terminal = open(task, ...args);
      await terminal.shows(said);
      await terminal.interrupt();
      const { code, shown } = await terminal.end();
      assertEquals([code, RAW.test(shown)], [expected, false], shown);
    },
  );
}

/** With nothing set and nothing running, or with a path that cannot be. */
const failing: [task: string, args: string[], mend: RegExp][] = [
  ["setup", ["--yes"], /SUPABASE_SECRET_KEY/],
  ["setup", ["--project-ref", "short", "--yes"], /takes the 20 letters/],
  ["setup", ["--into", "/nowhere"], /supabase init/],
  ["deploy", ["--yes"], /Add --project-ref REF/],
  ["uninstall", ["--yes"], /Which project\? Add --project-ref/],
  ["uninstall", ["--from", "/nowhere"], /supabase init/],
  ["doctor", [], /set SUPABASE_URL and SUPABASE_SECRET_KEY, or start deno task dev/],
  ["doctor", ["--fix", "--yes"], /set SUPABASE_URL and SUPABASE_SECRET_KEY/],
  ["sync", [], /set SUPABASE_URL and SUPABASE_SECRET_KEY/],
  ["probe", ["--yes"], /set CLOUDINARY_CLOUD_NAME/],
  ["dev", [...APART, "--database", "postgres://a:b@127.0.0.1:1/x"], /start it, or mend the URL/],
  ["dev", [...APART, "--data", "/proc/nothing"], /Check the path/],
  ["console", ["--out", "/proc/nothing"], /Check the path/],
  ["client", ["--out", "/proc/nothing"], /Check the path/],
  ["bundle", ["--out", "/proc/nothing"], /Check the path/],
];

for (const [task, args, mend] of failing) {
  if (hasStack && /project|SUPABASE_URL|CLOUDINARY/.test(mend.source)) continue;
  const words = args.filter((word) => !APART.includes(word)).join(" ");
  terminalTest(
    `deno task ${task} ${words}, nothing set → exit 1, ${mend.source}`,
    async () => {
      const { code, shown } = await open(task, ...args).end();
      assertEquals([code, RAW.test(shown)], [1, false], shown);
      assertMatch(shown, mend);
    },
  );
}
