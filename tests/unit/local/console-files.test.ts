/** What is served under `/console/`. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { type ConsoleFiles, createConsoleFiles } from "../../../scripts/local/console-files.ts";

function serve(build: () => Promise<ConsoleFiles>) {
  const handle = createConsoleFiles(
    { url: "http://127.0.0.1:1", publishable_key: "key", emulator: "http://127.0.0.1:2" },
    build,
  );
  return (path: string) => handle(new Request(`http://127.0.0.1:1${path}`));
}

const files: ConsoleFiles = new Map(
  [["index.html", "<!doctype html>"], ["assets/app.js", "run();"], ["config.json", "{}"]]
    .map(([path, text]) => [path!, new TextEncoder().encode(text)]),
);

Deno.test("the console → its files with their types, and the stack's own configuration", async () => {
  let builds = 0;
  const get = serve(() => {
    builds++;
    return Promise.resolve(files);
  });
  assertEquals((await get("/console"))?.headers.get("location"), "http://127.0.0.1:1/console/");
  assertEquals(await (await get("/console/config.json"))?.json(), {
    url: "http://127.0.0.1:1",
    publishable_key: "key",
    emulator: "http://127.0.0.1:2",
  });
  assertEquals(await get("/other"), null);
  assertEquals(builds, 0, "built before somebody looks");
  for (
    const [path, type, text] of [
      ["/console/", "text/html; charset=utf-8", "<!doctype html>"],
      ["/console/assets/app.js", "text/javascript; charset=utf-8", "run();"],
    ] as const
  ) {
    const response = await get(path);
    assertEquals([response?.headers.get("content-type"), await response?.text()], [type, text]);
  }
  for (const path of ["/console/none.js", "/console/assets", "/console/..%2Fdeno.json"]) {
    assertEquals(await get(path), null, path);
  }
  assertEquals(builds, 1);
});

Deno.test("a console that does not build → 503 and why, until it does", async () => {
  let works = false;
  const get = serve(() =>
    works ? Promise.resolve(files) : Promise.reject(new Error("no registry"))
  );
  const failed = await get("/console/");
  assertEquals(failed?.status, 503);
  assertStringIncludes(await failed!.text(), "no registry");
  works = true;
  assertEquals((await get("/console/"))?.status, 200);
});
