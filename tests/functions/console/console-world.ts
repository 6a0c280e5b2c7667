/** The built console in Chromium over a local stack, on a port of its own as a static host has. */
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { buildConsole, type ConsoleFile } from "../../../scripts/console/build/build-console.ts";
import type { Stack, StackOptions } from "../../../scripts/local/stack-options.ts";
import type { StackInfo, Users } from "../../../scripts/support/stack-info.ts";
import type { Call } from "../../support/stack.ts";
import { stackTests, type StackWorld } from "../../support/stack-test.ts";
import { findChromium, launchChromium } from "../client/chromium.ts";

/** What a test of the console works with. */
export interface ConsoleWorld {
  stack: Stack;
  call: Call;
  /** A page on which somebody is signed in; the same one for all tests of a file. */
  pageOf(role: keyof Users): Promise<Page>;
  /** A page of its own in which nobody is signed in. */
  newPage(options?: BrowserContextOptions): Promise<Page>;
  /** Where the console is served. */
  address: string;
}

type ConsoleTest = (name: string, fn: (world: ConsoleWorld) => Promise<void>) => void;

const contentTypes: Record<string, string> = {
  css: "text/css",
  html: "text/html; charset=utf-8",
  js: "text/javascript",
  svg: "image/svg+xml",
};

let built: Promise<ConsoleFile[]> | undefined;
let browser: Promise<Browser> | undefined;
let server: Deno.HttpServer<Deno.NetAddr> | undefined;
/** The project that the console is told of. */
let project: StackInfo | undefined;
let pages = new Map<string, Promise<Page>>();

Deno.test.afterAll(async () => {
  await (await browser)?.close();
  await server?.shutdown();
});

/** Declares tests of the console; without Chromium they say that it is missing and count as skipped. */
export async function consoleTests(
  options: StackOptions = {},
  prepare: (world: StackWorld) => unknown = () => {},
): Promise<ConsoleTest> {
  const missing = await findChromium();
  if (missing !== undefined) {
    return (name) => Deno.test({ name: `${name} (skipped: ${missing})`, ignore: true, fn() {} });
  }
  const stackTest = stackTests(options, async (world) => {
    pages = new Map();
    await prepare(world);
  });
  return (name, fn) =>
    stackTest(name, async ({ stack, call }) => {
      const address = await serve(stack);
      const newPage = (pageOptions?: BrowserContextOptions) => openPage(address, pageOptions);
      const pageOf = (role: keyof Users) => {
        const known = pages.get(role) ?? newPage().then(async (page) => {
          await signIn(page, stack, role);
          return page;
        });
        pages.set(role, known);
        return known;
      };
      await fn({ stack, call, newPage, pageOf, address });
    });
}

/** Signs in by the form, and waits for the library. */
export async function signIn(page: Page, { info }: Stack, role: keyof Users): Promise<void> {
  const { email, password } = info.users[role];
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("heading", { name: "Library", level: 1 }).waitFor();
}

/** Opens a view by its name in the navigation. */
export async function openView(page: Page, name: string): Promise<void> {
  await page.getByRole("navigation").getByRole("link", { name }).click();
  await page.getByRole("heading", { name, level: 1 }).waitFor();
}

async function openPage(address: string, options?: BrowserContextOptions): Promise<Page> {
  browser ??= launchChromium();
  const context = await (await browser).newContext({
    viewport: { width: 1280, height: 800 },
    ...options,
  });
  const page = await context.newPage();
  await page.goto(address);
  return page;
}

/** A static host: the built files and their `config.json`. */
async function serve({ info }: Stack): Promise<string> {
  const files = await (built ??= buildConsole());
  project = info;
  server ??= Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, (request) => {
    const path = new URL(request.url).pathname.slice(1) || "index.html";
    if (path === "config.json") {
      return Response.json({
        url: project!.url,
        publishable_key: project!.publishable_key,
        emulator: project!.cloudinary_http,
      });
    }
    const file = files.find((known) => known.path === path);
    const type = contentTypes[path.split(".").at(-1)!] ?? "application/octet-stream";
    return file === undefined
      ? new Response(null, { status: 404 })
      : new Response(file.content, { headers: { "content-type": type } });
  });
  return `http://127.0.0.1:${server.addr.port}/`;
}
