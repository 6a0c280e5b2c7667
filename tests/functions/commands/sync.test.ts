/** `deno task sync` on a local stack. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import type { Stack } from "../../../scripts/local/stack-options.ts";
import { syncCommand } from "../../../scripts/sync/sync-command.ts";
import { control, rowPositions } from "../../support/stack.ts";
import { stackTests } from "../../support/stack-test.ts";
import { run, stackSurroundings } from "./surroundings.ts";

let stack: Stack;

const stackTest = stackTests({ assets: 40, seed: 7 }, (world) => ({ stack } = world));

const sync = (...args: string[]) => run(syncCommand, args, stackSurroundings(stack));
const liveRows = async (on: Stack = stack) =>
  (await on.sql("select 1 from public.media_assets where deleted_at is null")).length;

stackTest("sync --dry-run → every action planned, exit 0, nothing written", async () => {
  const { code, output, errors } = await sync("--dry-run");
  assertEquals([code, errors], [0, ""]);
  assertStringIncludes(output, "would take 40 actions");
  assertEquals(output.match(/^ {2}pull \w+ (image|video|raw) /gm)?.length, 40);
  assertEquals(await liveRows(), 0);
});

stackTest("sync --full → progress as lines, the figures, exit 0, the library is here", async () => {
  const { code, output, errors } = await sync("--full");
  assertEquals([code, errors], [0, ""]);
  assertMatch(output, /^Sync 100%, 40 of 40 assets$/m);
  assertMatch(output, /^Run [0-9a-f-]{36}: 40 new, 0 updated, 0 deleted/m);
  assertEquals(await liveRows(), 40);
});

stackTest("sync --full once more → nothing new, no row written", async () => {
  const before = await rowPositions(stack);
  const { code, output } = await sync("--full");
  assertEquals(code, 0);
  assertMatch(output, /: 0 new, 0 updated, 0 deleted, 0 pushed, 40 unchanged/);
  assertEquals(await rowPositions(stack), before);
});

stackTest("sync --json → one JSON object with the run, nothing else", async () => {
  const { code, output, errors } = await sync("--full", "--json");
  assertEquals([code, errors], [0, ""]);
  const { success, data } = JSON.parse(output);
  assertEquals([success, data.status, data.unchanged_items], [true, "completed", 40]);
});

stackTest("sync --single-asset that nobody knows → exit 1, and the name", async () => {
  const { code, errors } = await sync("--single-asset", "no such asset");
  assertEquals(code, 1);
  assertStringIncludes(errors, "no such asset");
});

stackTest("sync with another project's key → exit 1, what to check, not the key", async () => {
  const key = "sb_" + "secret_" + "of-another-project";
  const { code, output, errors } = await run(syncCommand, ["--key-from-env=OTHER_KEY"], {
    ...stackSurroundings(stack),
    environment: { OTHER_KEY: key },
  });
  assertEquals(code, 1);
  assertStringIncludes(errors, "status 401");
  assertStringIncludes(errors, "SUPABASE_SECRET_KEY");
  assertEquals((output + errors).includes("of-another-project"), false);
});

stackTest("SUPABASE_URL and SUPABASE_SECRET_KEY in the environment → this project", async () => {
  const { code } = await run(syncCommand, ["--full"], {
    environment: { SUPABASE_URL: stack.info.url, SUPABASE_SECRET_KEY: stack.info.secret_key },
  });
  assertEquals(code, 0);
});

stackTests({ assets: 30, seed: 8 })(
  "sync, Cloudinary's library emptied → blocked with exit 3; allowed → deleted",
  async ({ stack }) => {
    const sync = (...args: string[]) => run(syncCommand, args, stackSurroundings(stack));
    assertEquals((await sync("--full")).code, 0);
    await control(stack, "DELETE /state");
    const blocked = await sync("--full");
    assertEquals(blocked.code, 3, blocked.output + blocked.errors);
    assertStringIncludes(blocked.output, "30 assets are known here");
    assertEquals(await liveRows(stack), 30);
    const allow = /deno task sync (--allow-mass-delete) ([0-9a-f-]{36})/.exec(blocked.output);
    assert(allow, blocked.output);
    const allowed = await sync(allow[1]!, allow[2]!);
    assertEquals(allowed.code, 0, allowed.output + allowed.errors);
    assertEquals(await liveRows(stack), 0);
  },
);

const refusals: [
  args: string[],
  environment: Record<string, string>,
  code: number,
  says: RegExp,
][] = [
  [["--ful"], {}, 2, /--ful.*\n.*deno task sync --help/],
  [["--direction=sideways"], {}, 2, /both, pull, push/],
  [["--batch-size=501"], {}, 2, /1 to 500/],
  [[], {}, 1, /SUPABASE_URL.*deno task dev/],
  [[], { SUPABASE_URL: "https://project.example" }, 1, /SUPABASE_SECRET_KEY is not set/],
  [["--url=http://project.example"], { SUPABASE_SECRET_KEY: "k" }, 1, /https:\/\//],
  [["--url=nonsense"], { SUPABASE_SECRET_KEY: "k" }, 1, /https:\/\//],
];
for (const [args, environment, code, says] of refusals) {
  const variables = Object.keys(environment).join(", ") || "no variables";
  Deno.test(`sync ${args.join(" ")} with ${variables} → exit ${code}, ${says.source}`, async () => {
    const said = await run(syncCommand, args, { environment });
    assertEquals([said.code, said.output], [code, ""]);
    assertMatch(said.errors, says);
  });
}

Deno.test("sync --json that cannot begin → the error as JSON", async () => {
  const { code, output, errors } = await run(syncCommand, ["--json"]);
  assertEquals([code, errors], [1, ""]);
  assertEquals(JSON.parse(output).code, "project_unknown");
});

Deno.test("sync on a project that does not answer → exit 1, its address", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const url = `http://127.0.0.1:${listener.addr.port}`;
  listener.close();
  const { code, errors } = await run(syncCommand, [`--url=${url}`], {
    environment: { SUPABASE_SECRET_KEY: "some key" },
  });
  assertEquals(code, 1);
  assertStringIncludes(errors, `${url} does not answer`);
});

for (const task of ["sync", "setup", "deploy", "doctor"]) {
  Deno.test(`deno task ${task} --help → the flags, exit 0`, async () => {
    const { code, stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["task", "--quiet", task, "--help"],
      cwd: new URL("../../../", import.meta.url),
      env: { NO_COLOR: "1" },
    }).output();
    assertEquals(code, 0);
    assertStringIncludes(new TextDecoder().decode(stdout), "--json");
  });
}
