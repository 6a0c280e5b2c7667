/** The npm package: its types in an app, and one story told with it in Node.js and in Chromium. */
import { assertEquals } from "@std/assert";
import ts from "typescript";
import {
  buildPackage,
  type BuiltPackage,
  PACKAGE_NAME,
} from "../../../scripts/client/build-package.ts";
import { bundle } from "../../../scripts/client/bundle.ts";
import { formatDiagnostics, STRICT } from "../../../scripts/client/declare-types.ts";
import { prepareWorkspace } from "../../../scripts/client/prepare-workspace.ts";
import { stackTests } from "../../support/stack-test.ts";
import { findChromium } from "./chromium.ts";
import { readExamples, toModule } from "./examples.ts";
import { runInChromium } from "./program-page.ts";
import { assertStory, prepareStory, storyPlace } from "./story-place.ts";
import type { Findings } from "./story.ts";

const root = new URL("../../../", import.meta.url).pathname;
const story = `${root}tests/functions/client/story.ts`;

/** An app's folder: the package beside supabase-js in its `node_modules`. */
interface App {
  /** Ends in `/`. */
  folder: string;
  built: BuiltPackage;
}

let app: Promise<App> | undefined;

async function makeApp(): Promise<App> {
  const folder = await Deno.makeTempDir({ prefix: "media-app-" }) + "/";
  const modules = `${folder}node_modules/`;
  const installed = await prepareWorkspace();
  const built = await buildPackage(`${modules}${PACKAGE_NAME}`);
  // What an app installs beside it, and nothing of what the client or the contract is made with.
  await Deno.mkdir(`${modules}@supabase`);
  await Deno.symlink(
    await Deno.realPath(`${installed}@supabase/supabase-js`),
    `${modules}@supabase/supabase-js`,
  );
  return { folder, built };
}

const theApp = () => app ??= makeApp();

Deno.test.afterAll(async () => {
  if (app !== undefined) await Deno.remove((await app).folder, { recursive: true });
});

Deno.test({
  name: "the built package → its types compile an app that uses all of README, in strict mode",
  sanitizeResources: false,
  sanitizeOps: false,
  async fn() {
    const { folder } = await theApp();
    const file = `${folder}examples.ts`;
    await Deno.writeTextFile(
      file,
      toModule(await readExamples(), PACKAGE_NAME, `${root}tests/functions/client/examples.ts`),
    );
    const program = ts.createProgram([file], {
      ...STRICT,
      skipLibCheck: false,
      noEmit: true,
      allowImportingTsExtensions: true,
    });
    // Asked for file by file: the libraries' own declarations, which take most of the time, are not ours.
    const wrong = program.getSourceFiles()
      .filter(({ fileName }) => fileName === file || fileName.includes(`/${PACKAGE_NAME}/`))
      .flatMap((source) => [
        ...program.getSyntacticDiagnostics(source),
        ...program.getSemanticDiagnostics(source),
      ]);
    assertEquals(formatDiagnostics(wrong), "");
    const sources = program.getSourceFiles().map(({ fileName }) => fileName);
    assertEquals(sources.filter((name) => /node_modules\/(zod|@cloudinary)/.test(name)), []);
  },
});

Deno.test({
  name: "the built package → one module that imports nothing, under 25 kB compressed",
  sanitizeResources: false,
  sanitizeOps: false,
  async fn() {
    const { built } = await theApp();
    const code = await Deno.readTextFile(`${built.folder}index.js`);
    assertEquals(ts.preProcessFile(code).importedFiles, []);
    const [{ gzip }] = built.files as [typeof built.files[number]];
    assertEquals(gzip < 25_000, true, `${gzip} bytes`);
    const manifest = JSON.parse(await Deno.readTextFile(`${built.folder}package.json`));
    assertEquals(Object.keys(manifest.peerDependencies), ["@supabase/supabase-js"]);
  },
});

const stackTest = stackTests({}, prepareStory);

/** The story as a program of an app: it finds the package and supabase-js where an app does. */
async function writeProgram({ folder }: App): Promise<string> {
  const file = `${folder}program.js`;
  const code = await bundle(story, { modules: `${folder}node_modules` });
  await Deno.writeTextFile(`${folder}story.js`, code);
  await Deno.writeTextFile(
    file,
    `import { createClient as create } from "@supabase/supabase-js";
import { createMediaClient, MediaError } from "${PACKAGE_NAME}";
import { tell } from "./story.js";
// Node.js 20 has no WebSocket; the story needs none.
class NoSocket {}
const transport = globalThis.WebSocket ?? NoSocket;
const createClient = (url, key) => create(url, key, { realtime: { transport } });
export const run = (place) => tell({ createClient, createMediaClient, MediaError }, place);
`,
  );
  return file;
}

stackTest(
  "the package in Node.js → upload, list, edit, resolve, delete, undo, refusals",
  async ({ stack, call }) => {
    const program = await writeProgram(await theApp());
    const place = await storyPlace(stack, call, "node");
    const child = new Deno.Command("node", {
      args: [
        "--input-type=module",
        "--eval",
        `import { run } from ${JSON.stringify(program)};
process.stdin.setEncoding("utf8");
let text = "";
for await (const part of process.stdin) text += part;
console.log(JSON.stringify(await run(JSON.parse(text))));
process.exit();`,
      ],
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const writer = child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(JSON.stringify(place)));
    await writer.close();
    const { code, stdout, stderr } = await child.output();
    const read = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    assertEquals(code, 0, read(stderr));
    assertStory(JSON.parse(read(stdout)), place);
  },
);

const missing = await findChromium();
const title =
  "the package in Chromium, from a page on another port → the same, and progress while the file goes out";

if (missing === undefined) {
  stackTest(title, async ({ stack, call }) => {
    const { folder } = await theApp();
    const program = await writeProgram({ ...await theApp() });
    const place = await storyPlace(stack, call, "chromium");
    const code = await bundle(program, { modules: `${folder}node_modules` });
    const found = await runInChromium<typeof place, Findings>(code, place, async (page) => {
      // On loopback all of it would be out before the first progress.
      const devtools = await page.context().newCDPSession(page);
      await devtools.send("Network.enable");
      await devtools.send("Network.emulateNetworkConditions", {
        offline: false,
        latency: 0,
        downloadThroughput: -1,
        uploadThroughput: 1_000_000,
      });
    });
    assertStory(found, place);
    const percents = found.percents as number[];
    assertEquals(percents.length > 2, true, `progress ${percents}`);
  });
} else {
  Deno.test({ name: `${title} (skipped: ${missing})`, ignore: true, fn() {} });
}
