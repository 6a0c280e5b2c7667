/** An app in strict TypeScript over the built package, from what the client's README shows: compiled, and used in Chromium. */
import { assertEquals } from "@std/assert";
import { Buffer } from "node:buffer";
import type { Page } from "playwright-core";
import ts from "typescript";
import { buildPackage, PACKAGE_NAME } from "../../../scripts/client/build-package.ts";
import { bundle } from "../../../scripts/client/bundle.ts";
import { formatDiagnostics, STRICT } from "../../../scripts/client/declare-types.ts";
import { prepareWorkspace } from "../../../scripts/client/prepare-workspace.ts";
import { callCloudinary, control, syncUntilCompleted } from "../../support/stack.ts";
import { stackTests } from "../../support/stack-test.ts";
import { waitUntil } from "../../support/wait-until.ts";
import { findChromium, withChromium } from "./chromium.ts";
import { picture } from "./picture.ts";

const source = new URL("./app/gallery.mts", import.meta.url);

/** The app's folder: its one file, and in `node_modules` the package beside supabase-js. */
async function makeApp(): Promise<string> {
  const folder = await Deno.makeTempDir({ prefix: "gallery-" }) + "/";
  const installed = await prepareWorkspace();
  await buildPackage(`${folder}node_modules/${PACKAGE_NAME}`);
  await Deno.mkdir(`${folder}node_modules/@supabase`);
  await Deno.symlink(
    await Deno.realPath(`${installed}@supabase/supabase-js`),
    `${folder}node_modules/@supabase/supabase-js`,
  );
  await Deno.copyFile(source, `${folder}gallery.ts`);
  return folder;
}

let app: Promise<string> | undefined;
const theApp = () => app ??= makeApp();
Deno.test.afterAll(async () => {
  if (app !== undefined) await Deno.remove(await app, { recursive: true });
});

Deno.test({
  name: "an app from the README, in strict TypeScript → compiles",
  sanitizeResources: false,
  sanitizeOps: false,
  async fn() {
    const file = `${await theApp()}gallery.ts`;
    const program = ts.createProgram([file], { ...STRICT, noEmit: true });
    const app = program.getSourceFile(file);
    const wrong = [...program.getSyntacticDiagnostics(app), ...program.getSemanticDiagnostics(app)];
    assertEquals(formatDiagnostics(wrong), "");
  },
});

/** A page on a port of its own, on which the app runs as an editor. */
async function withPage(
  settings: Record<string, string>,
  fn: (page: Page) => Promise<void>,
): Promise<void> {
  const folder = await theApp();
  const code = await bundle(`${folder}gallery.ts`, { modules: `${folder}node_modules` });
  const html = `<!doctype html><title>Gallery</title><body><script type="module">
import { start } from "/gallery.js";
await start(${JSON.stringify(settings)});
</script>`;
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    ({ url }) =>
      new URL(url).pathname === "/gallery.js"
        ? new Response(code, { headers: { "content-type": "text/javascript" } })
        : new Response(html, { headers: { "content-type": "text/html" } }),
  );
  try {
    await withChromium(async (browser) => {
      const page = await browser.newPage();
      await page.goto(`http://127.0.0.1:${server.addr.port}/`);
      await fn(page);
    });
  } finally {
    await server.shutdown();
  }
}

const missing = await findChromium();
const title =
  "the app in Chromium → uploads, lists, edits, deletes, undoes, hears of others, and says what is refused";

if (missing === undefined) {
  stackTests({}, async ({ stack, call }) => {
    await control(stack, "PUT /behavior", { backup: true });
    await syncUntilCompleted(call);
  })(title, async ({ stack }) => {
    const { url, publishable_key, users } = stack.info;
    const settings = {
      SUPABASE_URL: url,
      SUPABASE_PUBLISHABLE_KEY: publishable_key,
      ...users.editor,
    };
    await withPage(settings, async (page) => {
      await page.locator("body[data-live=yes]").waitFor();
      const line = page.getByRole("listitem");
      await page.locator("input").setInputFiles({
        name: "Red shoe.png",
        mimeType: "image/png",
        buffer: Buffer.from(picture(64)),
      });
      await line.getByText("Red shoe new").waitFor();
      assertEquals(await page.locator("progress").getAttribute("value"), "100");

      await line.getByRole("button", { name: "Sale" }).click();
      await line.getByText("Red shoe new sale").waitFor();
      await page.getByRole("img", { name: "Sale" }).waitFor();
      const there = async () => (await control(stack, "GET /state")).assets[0];
      await waitUntil(async () => (await there()).tags.includes("sale"));

      await line.getByRole("button", { name: "Spoil" }).click();
      await page.getByText("bad_request: The request is not valid: add_tags.0.").waitFor();

      await line.getByRole("button", { name: "Delete" }).click();
      await line.waitFor({ state: "detached" });
      await page.getByRole("button", { name: "Undo" }).click();
      await line.getByText("Red shoe new sale").waitFor();

      await callCloudinary(stack, `PUT /resources/${(await there()).asset_id}`, {
        display_name: "Blue shoe",
      });
      await line.getByText("Blue shoe new sale").waitFor();
    });
  });
} else {
  Deno.test({ name: `${title} (skipped: ${missing})`, ignore: true, fn() {} });
}
