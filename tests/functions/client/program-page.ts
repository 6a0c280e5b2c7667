/** A page of an app, on a port of its own, that runs one program. */
import type { Page } from "playwright-core";
import { withChromium } from "./chromium.ts";

/**
 * Opens an empty page in a Chromium of its own and calls the program's `run` there.
 *
 * @param code An ES module that exports `run`.
 * @param place What `run` is given: JSON.
 * @param prepare Called with the page before it runs.
 * @returns What `run` resolved with: JSON.
 * @throws Error with what the page wrote to its console.
 */
export async function runInChromium<Place, Result>(
  code: string,
  place: Place,
  prepare: (page: Page) => Promise<void> = async () => {},
): Promise<Result> {
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    (request) =>
      new URL(request.url).pathname === "/program.js"
        ? new Response(code, { headers: { "content-type": "text/javascript" } })
        : new Response("<!doctype html><title>App</title>", {
          headers: { "content-type": "text/html" },
        }),
  );
  try {
    let result: Result | undefined;
    await withChromium(async (browser) => {
      const page = await browser.newPage();
      const messages: string[] = [];
      page.on("console", (message) => messages.push(message.text()));
      await page.goto(`http://127.0.0.1:${server.addr.port}/`);
      await prepare(page);
      result = await page.evaluate(async (given) => {
        const { run } = await import("/program.js" as string);
        return await run(given);
      }, place as never).catch((error) => {
        throw new Error(messages.join("\n"), { cause: error });
      });
    });
    return result as Result;
  } finally {
    await server.shutdown();
  }
}
