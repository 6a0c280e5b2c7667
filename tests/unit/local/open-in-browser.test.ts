import { assertEquals } from "@std/assert";
import { openInBrowser } from "../../../scripts/support/open-in-browser.ts";

async function withCommands(
  scripts: Record<string, string>,
  fn: (folder: string) => Promise<void>,
) {
  const folder = await Deno.makeTempDir();
  const path = Deno.env.get("PATH") ?? "";
  try {
    for (const [name, script] of Object.entries(scripts)) {
      await Deno.writeTextFile(`${folder}/${name}`, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    }
    Deno.env.set("PATH", folder);
    await fn(folder);
  } finally {
    Deno.env.set("PATH", path);
    await Deno.remove(folder, { recursive: true });
  }
}

for (const [system, name] of [["linux", "xdg-open"], ["darwin", "open"]] as const) {
  Deno.test(`a browser on ${system} → gets the address`, async () => {
    await withCommands(
      { [name]: 'echo "$@" > "$(/usr/bin/dirname "$0")/opened"' },
      async (folder) => {
        assertEquals(await openInBrowser("http://127.0.0.1:1/console/", system), true);
        assertEquals(await Deno.readTextFile(`${folder}/opened`), "http://127.0.0.1:1/console/\n");
      },
    );
  });
}

Deno.test("no browser, or one that fails → false", async () => {
  await withCommands(
    {},
    async () => assertEquals(await openInBrowser("http://a/", "linux"), false),
  );
  await withCommands(
    { "xdg-open": "exit 3" },
    async () => assertEquals(await openInBrowser("http://a/", "linux"), false),
  );
});
