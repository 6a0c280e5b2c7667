/** `<media-picker>` of the client's package in Chromium: in plain HTML, and in React. */
import { assertEquals } from "@std/assert";
import * as esbuild from "esbuild";
import { Buffer } from "node:buffer";
import type { Browser, Page } from "playwright-core";
import { buildPackage } from "../../../scripts/client/build-package.ts";
import { prepareWorkspace } from "../../../scripts/client/prepare-workspace.ts";
import type { Stack } from "../../../scripts/local/stack-options.ts";
import type { StackInfo } from "../../../scripts/support/stack-info.ts";
import { control, syncUntilCompleted } from "../../support/stack.ts";
import { stackTests } from "../../support/stack-test.ts";
import { findChromium, launchChromium } from "../client/chromium.ts";
import { picture } from "../client/picture.ts";

const examples = new URL("../../../scripts/console/examples/", import.meta.url).pathname;
const missing = await findChromium();
const stackTest = missing === undefined
  ? stackTests({}, async ({ stack, call }) => {
    await control(stack, "POST /assets", {
      assets: [
        { public_id: "harbour", display_name: "Harbour", context: { custom: { alt: "Boats" } } },
        { public_id: "market", display_name: "Market" },
        { public_id: "manual", display_name: "Manual", resource_type: "raw" },
      ],
    });
    await syncUntilCompleted(call);
  })
  : undefined;

let browser: Browser | undefined;
let server: Deno.HttpServer<Deno.NetAddr> | undefined;
let files: Promise<Map<string, string>> | undefined;
let project: StackInfo | undefined;

Deno.test.afterAll(async () => {
  await browser?.close();
  await server?.shutdown();
});

/** An app's built files: the package beside supabase-js, the page in plain HTML, and the one in React. */
async function buildApps(): Promise<Map<string, string>> {
  const folder = await Deno.makeTempDir({ prefix: "picker-" });
  try {
    const { folder: built } = await buildPackage(`${folder}/node_modules/media-sync-client`);
    const modules = await prepareWorkspace({
      name: "picker-test",
      packages: ["@supabase/supabase-js", "react", "react-dom"],
    });
    const bundle = async (entry: string) =>
      (await esbuild.build({
        entryPoints: [entry],
        bundle: true,
        write: false,
        format: "esm",
        jsx: "automatic",
        tsconfigRaw: {},
        define: { "process.env.NODE_ENV": '"production"' },
        nodePaths: [modules, `${folder}/node_modules`],
        logLevel: "silent",
      })).outputFiles[0]!.text;
    return new Map([
      ["picker.html", await Deno.readTextFile(`${examples}picker.html`)],
      ["picker.js", await Deno.readTextFile(`${built}picker.js`)],
      ["index.js", await Deno.readTextFile(`${built}index.js`)],
      ["supabase.js", await bundle(`${modules}@supabase/supabase-js/dist/index.mjs`)],
      [
        "react.html",
        '<!doctype html><html lang="en"><title>React</title><div id="app"></div><script type="module" src="react.js"></script>',
      ],
      ["react.js", await bundle(`${examples}picker-react.jsx`)],
    ]);
  } finally {
    await esbuild.stop();
    await Deno.remove(folder, { recursive: true });
  }
}

/** A page of an app in which an editor is signed in. */
async function openApp({ info }: Stack, path: string): Promise<Page> {
  const served = await (files ??= buildApps());
  project = info;
  server ??= Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, (request) => {
    const name = new URL(request.url).pathname.slice(1);
    if (name === "config.json") return Response.json(project);
    const text = served.get(name);
    return text === undefined ? new Response(null, { status: 404 }) : new Response(text, {
      headers: { "content-type": name.endsWith(".js") ? "text/javascript" : "text/html" },
    });
  });
  browser ??= await launchChromium();
  const page = await browser.newPage();
  await page.goto(`http://127.0.0.1:${server.addr.port}/${path}`);
  await page.getByRole("button", { name: /^Choose/ }).waitFor();
  await page.evaluate(
    `document.querySelector("media-picker").client.auth.signInWithPassword(${
      JSON.stringify(info.users.editor)
    })`,
  );
  return page;
}

if (stackTest === undefined) {
  Deno.test({ name: `<media-picker> (skipped: ${missing})`, ignore: true, fn() {} });
} else {
  stackTest(
    "<media-picker multiple accept=image/*> in plain HTML → search, upload, choose, change",
    async ({ stack }) => {
      const page = await openApp(stack, "picker.html");
      await page.evaluate(
        `document.addEventListener("change", ({ detail }) => globalThis.chosen = detail)`,
      );
      await page.getByRole("button", { name: "Choose media" }).click();
      const dialog = page.getByRole("dialog", { name: "Choose some" });
      await dialog.getByRole("button", { name: /^Harbour/ }).click();
      assertEquals(await dialog.getByRole("button", { name: /^Manual/ }).count(), 0);
      await page.locator("input[type=file]").setInputFiles([
        { name: "fresh.png", mimeType: "image/png", buffer: Buffer.from(picture(32)) },
      ]);
      await dialog.getByText("2 selected").waitFor();
      await dialog.getByRole("searchbox").fill("market");
      await dialog.getByRole("button", { name: /^Harbour/ }).waitFor({ state: "detached" });
      await dialog.getByRole("button", { name: /^Market/ }).click();
      await dialog.getByRole("button", { name: "Choose", exact: true }).click();
      const chosen = await page.evaluate("chosen") as { public_id: string; alt: string }[];
      assertEquals(chosen.map(({ alt }) => alt), ["Boats", "", ""]);
      assertEquals([chosen[0]!.public_id, chosen[2]!.public_id], ["harbour", "market"]);
      assertEquals(await page.locator("#chosen img").count(), 3);
      await page.close();
    },
  );

  stackTest("<media-picker> in React → one chosen, told to the component", async ({ stack }) => {
    const page = await openApp(stack, "react.html");
    await page.getByRole("button", { name: "Choose a cover" }).click();
    const dialog = page.getByRole("dialog", { name: "Choose one" });
    await dialog.getByRole("button", { name: /^Market/ }).click();
    await dialog.getByRole("button", { name: /^Harbour/ }).click();
    await dialog.getByText("1 selected").waitFor();
    await dialog.getByRole("button", { name: "Choose", exact: true }).click();
    await page.getByRole("img", { name: "Boats" }).waitFor();
    await page.close();
  });
}
