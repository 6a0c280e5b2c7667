/** `deno task console` and `deno task client`: what their options refuse, before anything is built. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { clientCommand } from "../../../scripts/client/client-command.ts";
import { consoleCommand } from "../../../scripts/console/console-command.ts";
import { run } from "./surroundings.ts";

const URL = "https://abcdefghijklmnopqrst.supabase.co";

async function inFolder(fn: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "builds-" });
  try {
    await fn(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

for (
  const [title, args, mend] of [
    ["no URL", ["--url", "x"], "must look like https://<ref>.supabase.co"],
    ["a URL in the clear", ["--url", "http://example.com"], "must look like https://"],
    ["a secret key", ["--url", URL, "--publishable-key", "sb_secret_abc"], "sb_publishable_…"],
    ["another word for a key", ["--publishable-key", "key"], "(Settings, API Keys)"],
  ] as const
) {
  Deno.test(`console with ${title} → refused with the mend, and nothing written`, () =>
    inFolder(async (folder) => {
      const { code, errors } = await run(consoleCommand, ["--out", `${folder}/out`, ...args]);
      assertEquals(code === 0, false);
      assertStringIncludes(errors, mend);
      assertEquals(errors.includes("sb_secret_abc"), false);
      assertEquals(await Array.fromAsync(Deno.readDir(folder)), []);
    }));
}

Deno.test("client into a folder that holds something else → refused, and all of it still there", () =>
  inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/package.json`, '{ "name": "my-app" }');
    const { code, errors } = await run(clientCommand, ["--out", folder]);
    assertEquals(code, 1);
    assertStringIncludes(errors, "name another folder with --out");
    assertEquals((await Array.fromAsync(Deno.readDir(folder))).length, 1);
  }));
