/** What is served under `/console/`. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { createConsoleFiles } from "../../../scripts/local/console-files.ts";

async function withFolder(
  fn: (get: (path: string) => Promise<Response | null>, folder: string) => Promise<void>,
) {
  const folder = await Deno.makeTempDir();
  const serve = createConsoleFiles(
    { url: "http://127.0.0.1:1", publishable_key: "key", emulator: "http://127.0.0.1:2" },
    new URL(`file://${folder}/console/`),
  );
  try {
    await fn((path) => serve(new Request(`http://127.0.0.1:1${path}`)), folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("a built console → its files with their types, and the stack's own configuration", async () => {
  await withFolder(async (get, folder) => {
    await Deno.mkdir(`${folder}/console/assets`, { recursive: true });
    await Deno.writeTextFile(`${folder}/console/index.html`, "<!doctype html>");
    await Deno.writeTextFile(`${folder}/console/assets/app.js`, "run();");
    await Deno.writeTextFile(`${folder}/console/config.json`, "{}");
    await Deno.writeTextFile(`${folder}/outside.txt`, "secret");
    for (
      const [path, type, text] of [
        ["/console/", "text/html; charset=utf-8", "<!doctype html>"],
        ["/console/assets/app.js", "text/javascript; charset=utf-8", "run();"],
      ] as const
    ) {
      const response = await get(path);
      assertEquals([response?.headers.get("content-type"), await response?.text()], [type, text]);
    }
    assertEquals(await (await get("/console/config.json"))?.json(), {
      url: "http://127.0.0.1:1",
      publishable_key: "key",
      emulator: "http://127.0.0.1:2",
    });
    assertEquals((await get("/console"))?.headers.get("location"), "http://127.0.0.1:1/console/");
    for (
      const path of ["/console/none.js", "/console/assets", "/console/..%2Foutside.txt", "/other"]
    ) {
      assertEquals(await get(path), null, path);
    }
  });
});

Deno.test("a console that is not built → 404, and how to build it", async () => {
  await withFolder(async (get) => {
    const response = await get("/console/");
    assertEquals(response?.status, 404);
    assertStringIncludes(await response!.text(), "deno task console");
  });
});
