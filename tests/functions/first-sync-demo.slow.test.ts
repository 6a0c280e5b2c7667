/** `deno task demo` as somebody runs it who has just cloned the project. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { TextLineStream } from "../../scripts/local/text-lines.ts";
import { waitUntil } from "../support/wait-until.ts";

async function runDemo(
  ...args: string[]
): Promise<{ code: number; stdout: string; stderr: string }> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-all", "scripts/demo.ts", ...args],
    cwd: new URL("../../", import.meta.url),
    stdin: "null",
  }).output();
  const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stdout: decode(stdout), stderr: decode(stderr) };
}

Deno.test("demo --json → one JSON object: both sides counted and equal, exit 0", async () => {
  const { code, stdout, stderr } = await runDemo("--json", "--assets", "120", "--seed", "7");
  assertEquals(code, 0, stderr);
  assertEquals(stdout.trim().split("\n").length, 1);
  const { success, assets, seed, steps, verdict } = JSON.parse(stdout);
  assertEquals([success, assets, seed, verdict.equal], [true, 120, 7, true]);
  assertEquals([verdict.difference_count, verdict.differences, verdict.untold], [0, [], {}]);
  assertEquals(steps.map(({ name, holds }: Record<string, unknown>) => [name, holds]), [
    ["first sync", true],
    ["upload there", true],
    ["upload here", true],
    ["retag there", true],
    ["delete here", true],
    ["edit both sides", true],
    ["all facts", true],
  ]);
  // Two uploads and one deletion later.
  const all = verdict.counts.at(-1);
  assertEquals(all, { resource_type: "all", cloudinary: 121, database: 121, media_list: 121 });
});

Deno.test("demo in a pipe → plain lines: progress, a table of both sides, the verdict", async () => {
  const { code, stdout, stderr } = await runDemo("--assets", "60");
  assertEquals(code, 0, stderr);
  assertStringIncludes(stdout, "First sync 100%, 60 of 60 assets");
  assertMatch(stdout, /^ok +edit both sides +[\d.]+ s +both edits are on both sides$/m);
  assertMatch(stdout, /^all +61 +61 +61$/m);
  assertStringIncludes(stdout, "Both sides are equal, in every field.");
  assertMatch(stdout.trimEnd(), /\n {2}npx -y deno task demo --assets 60 --seed \d+ --open$/);
  // Neither colours nor a bar that is drawn over itself.
  assert(!stdout.includes("\u001b") && !stdout.includes("\r"));
});

Deno.test("demo with a flag that it does not know or understand → exit 2 and what mends it", async () => {
  for (const args of [["--nonsense"], ["--assets", "many"], ["--assets", "0"], ["--seed", "-1"]]) {
    const { code, stdout, stderr } = await runDemo(...args);
    assertEquals([code, stdout], [2, ""], args.join(" "));
    assertStringIncludes(stderr, "demo --help");
  }
});

Deno.test("demo --help → what every flag does", async () => {
  const { code, stdout } = await runDemo("--help");
  assertEquals(code, 0);
  for (const flag of ["--assets", "--seed", "--keep", "--open", "--json"]) {
    assertStringIncludes(stdout, flag);
  }
});

Deno.test({
  name: "demo --open → what is where, READY, the console in a browser; SIGTERM ends it",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const folder = await Deno.makeTempDir();
    const opened = `${folder}/opened`;
    // Renamed when whole: a shell makes the file first and writes it then.
    const browser = `#!/bin/sh\necho "$1" > ${opened}.part && mv ${opened}.part ${opened}\n`;
    await Deno.writeTextFile(`${folder}/xdg-open`, browser, { mode: 0o755 });
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "--allow-all", "scripts/demo.ts", "--assets", "20", "--open"],
      cwd: new URL("../../", import.meta.url),
      env: { PATH: `${folder}:${Deno.env.get("PATH")}` },
      stdin: "null",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    const lines = child.stdout.pipeThrough(new TextDecoderStream())
      .pipeThrough(new TextLineStream()).getReader();
    try {
      const said: string[] = [];
      while (!said.at(-1)?.startsWith("READY ")) {
        const { value, done } = await lines.read();
        assertEquals(done, false, said.join("\n"));
        said.push(value!);
      }
      const info = JSON.parse(said.at(-1)!.slice("READY ".length));
      assertStringIncludes(said.join("\n"), info.users.editor.password);
      const address = await waitUntil(() => Deno.readTextFile(opened), { describe: "the browser" });
      assertEquals(address, `${info.console_url}\n`);
      const page = await fetch(info.console_url);
      assertStringIncludes(await page.text(), "console.js");
      child.kill("SIGTERM");
      assertEquals((await child.status).code, 0);
    } finally {
      // Over already, unless an assertion failed.
      const ended = await Promise.race([child.status, Promise.resolve(null)]);
      if (ended === null) child.kill("SIGKILL");
      await child.status;
      await lines.cancel();
      await Deno.remove(folder, { recursive: true });
    }
  },
});
