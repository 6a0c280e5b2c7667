/** The emulator's README: what it says holds, and what it types works. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { OUT_OF_SCOPE } from "../../scripts/cloudinary-emulator/mod.ts";
import { describeFacts, FACTS } from "./support.ts";

const README = new URL("../../scripts/cloudinary-emulator/README.md", import.meta.url);
const ROOT = new URL("../../", import.meta.url).pathname;
const text = await Deno.readTextFile(README);

/** Blocks of code in a language. */
function blocks(language: string): string[] {
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, "gm"))]
    .map(([, block]) => block!);
}

/** A table's cells, without the blanks that its formatting adds. */
function cells(table: string): string[][] {
  return table.trim().split("\n").filter((line) => !/^\| *-/.test(line))
    .map((line) => line.split(/(?<!\\)\|/).slice(1, -1).map((cell) => cell.trim()));
}

Deno.test("the table of uncertain facts → that of the list (deno task cloudinary --facts)", () => {
  const [, table] = /<!-- facts:[^>]*-->([\s\S]*)<!-- \/facts -->/.exec(text)!;
  assertEquals(cells(table!), cells(describeFacts()));
  assertEquals(cells(table!).length, 1 + Object.keys(FACTS).length);
});

Deno.test("what is answered with 403 → all of it is named", () => {
  const words = text.replace(/\s+/g, " ");
  for (const feature of Object.keys(OUT_OF_SCOPE)) assertStringIncludes(words, feature);
});

/** A program's output; null where the program is missing. */
async function run(
  program: string,
  args: string[],
  options: Deno.CommandOptions = {},
): Promise<{ code: number; output: string } | null> {
  try {
    const { code, stdout, stderr } = await new Deno.Command(program, { args, ...options }).output();
    const decoder = new TextDecoder();
    return { code, output: decoder.decode(stdout) + decoder.decode(stderr) };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

/** Starts the emulator by the README's first command, on a free port. */
async function withCommand(test: (port: string) => Promise<void>): Promise<void> {
  const [start] = blocks("sh");
  const [, key, secret] = /EMULATOR_API_KEY=(\S+) EMULATOR_API_SECRET=(\S+)/.exec(start!)!;
  const flags = /deno task cloudinary (.*)$/m.exec(start!)![1]!.replace(/--port \d+/, "--port 0");
  const process = new Deno.Command(Deno.execPath(), {
    args: ["task", "cloudinary", ...flags.split(" ")],
    cwd: ROOT,
    env: { EMULATOR_API_KEY: key!, EMULATOR_API_SECRET: secret! },
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  let output = "";
  const reader = process.stdout.pipeThrough(new TextDecoderStream()).getReader();
  try {
    while (!/^READY .*\n/m.test(output)) {
      const { value, done } = await reader.read();
      assert(!done, `it ended: ${output}`);
      output += value;
    }
    const { http } = JSON.parse(/^READY (.*)$/m.exec(output)![1]!);
    await test(new URL(http).port);
  } finally {
    await process.stdin.close();
    await reader.cancel();
    await process.status;
  }
}

const hasCurl = await run("curl", ["--version"]) !== null;
const node = await run("node", ["--version"]);

Deno.test({
  name: "the emulator alone, called by curl as the README types it → every call is answered",
  ignore: !hasCurl,
  fn: () =>
    withCommand(async (port) => {
      const [, calls] = blocks("sh");
      const commands = calls!.replaceAll("54330", port).split(/\n\n/);
      assertEquals(commands.length, 5);
      const answers = [];
      for (const command of commands) {
        const said = await run("sh", ["-c", command.replaceAll("curl ", "curl --silent ")]);
        assertEquals(said?.code, 0, said?.output);
        answers.push(JSON.parse(said!.output));
      }
      const [page, inserted, behavior, faults, counted] = answers;
      assertEquals(page.resources.length, 2);
      assertEquals(inserted.assets[0].tags, ["red"]);
      assertEquals([behavior.look_up_cap, behavior.search_metadata], [10, "refused"]);
      assertEquals(faults.fail_next.length, 1);
      assertEquals([counted.total, counted.defects], [1, 0]);
    }),
});

Deno.test("the emulator in a program, as the README types it → answers", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const [program] = blocks("ts");
    const door = new URL("scripts/cloudinary-emulator/mod.ts", `file://${ROOT}`).href;
    const path = "./scripts/cloudinary-emulator/mod.ts";
    await Deno.writeTextFile(`${folder}/try.ts`, program!.replace(path, door));
    const args = ["run", "--quiet", "--check", "--allow-all", `--config=${ROOT}deno.json`];
    const said = await run(Deno.execPath(), [...args, `${folder}/try.ts`], {
      env: { NO_COLOR: "1" },
    });
    assertEquals(said?.code, 0, said?.output);
    assertMatch(said!.output, /^\{ assets: 20, deleted: 0 \}\n/);
    assertMatch(
      said!.output,
      /cloud_name: "demo",\s+created_at: "2026-01-01T00:00:00Z"\s+\} 20\n$/,
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test({
  name:
    "the emulator alone, called by Cloudinary's SDK from Node.js as the README types it → works",
  ignore: node === null,
  fn: () =>
    withCommand(async (port) => {
      assert(Number(/^v(\d+)/.exec(node!.output)![1]) >= 20, node!.output);
      const folder = await Deno.makeTempDir();
      try {
        // What npm install cloudinary does, from what is here already.
        const { imports } = JSON.parse(await Deno.readTextFile(`${ROOT}import_map.json`));
        const version = imports.cloudinary.replace("npm:cloudinary@", "");
        const manifest = JSON.stringify({ dependencies: { cloudinary: version } });
        await Deno.writeTextFile(`${folder}/package.json`, manifest);
        const installed = await run(Deno.execPath(), ["install", "--quiet"], { cwd: folder });
        assertEquals(installed?.code, 0, installed?.output);
        const [script] = blocks("js");
        await Deno.writeTextFile(`${folder}/try.cjs`, script!.replaceAll("54330", port));
        const said = await run("node", ["try.cjs"], { cwd: folder });
        assertEquals(said?.code, 0, said?.output);
        const { tags, found, url } = JSON.parse(said!.output);
        assertEquals([tags, found], [["discounted", "new"], 1]);
        assertMatch(url, /\/image\/upload\/v\d+\/shop\/lamp\.gif$/);
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    }),
});
