/** The local stack in a browser: live updates, sign-in and an edit from a page on another port; SQL typed at `/studio/`. */
import { bundle } from "../../scripts/client/bundle.ts";
import { prepareWorkspace } from "../../scripts/client/prepare-workspace.ts";
import { stackTests } from "../support/stack-test.ts";
import { assert, assertEquals } from "@std/assert";
import { findChromium, withChromium } from "./client/chromium.ts";
import { runInChromium } from "./client/program-page.ts";
import { assertRealtimeStory, realtimePlace } from "./realtime/story-place.ts";
import type { RealtimePlace, RealtimeStory } from "./realtime/story.ts";

const story = new URL("./realtime/story.ts", import.meta.url).pathname;

async function program(): Promise<string> {
  const modules = await prepareWorkspace();
  const entry = await Deno.makeTempFile({ suffix: ".js" });
  try {
    await Deno.writeTextFile(
      entry,
      `import { createClient } from "@supabase/supabase-js";
import { tell } from ${JSON.stringify(story)};
export const run = (place) => tell(createClient, place);
`,
    );
    return await bundle(entry, { modules });
  } finally {
    await Deno.remove(entry);
  }
}

const stackTest = stackTests({ assets: 3 });
const missing = await findChromium();
const title =
  "viewer, editor, anonymous, forged tokens in Chromium → the same as in Deno, for both versions";

if (missing === undefined) {
  stackTest(title, async (world) => {
    const place = await realtimePlace(world);
    assertRealtimeStory(await runInChromium<RealtimePlace, RealtimeStory>(await program(), place));
  });

  stackTest(
    "SQL typed at /studio/ → its rows; a page on another port cannot read it",
    async ({ stack }) => {
      const { url } = stack.info;
      await withChromium(async (browser) => {
        const page = await browser.newPage();
        const wrong: string[] = [];
        page.on("pageerror", (error) => wrong.push(error.message));
        page.on("console", (message) => {
          if (message.type() === "error") wrong.push(message.text());
        });
        await page.goto(`${url}/studio/`);
        await page.getByLabel("Statements").fill("select 'é' as text, null as nothing");
        await page.keyboard.press("Control+Enter");
        await page.getByRole("status").filter({ hasText: /^1 row, / }).waitFor();
        assertEquals(await page.getByRole("row").allTextContents(), ["textnothing", "énull"]);
        await page.getByLabel("Examples").selectOption({
          label: "select * from get_sync_health();",
        });
        await page.getByRole("button").click();
        await page.getByRole("cell", { name: "live_updates" }).waitFor();
        assertEquals(wrong, []);
        await page.getByLabel("Statements").fill("selec 1");
        await page.getByRole("button").click();
        await page.getByText('syntax error at or near "selec" (42601)').waitFor();

        const elsewhere = Deno.serve(
          { port: 0, hostname: "127.0.0.1", onListen: () => {} },
          () => new Response("<!doctype html>", { headers: { "content-type": "text/html" } }),
        );
        try {
          await page.goto(`http://127.0.0.1:${elsewhere.addr.port}/`);
          const read = (address: string) =>
            page.evaluate((given) => fetch(given).then((answer) => answer.status, String), address);
          assertEquals(await read(`${url}/rest/v1/`) !== "TypeError: Failed to fetch", true);
          assertEquals(await read(`${url}/studio/`), "TypeError: Failed to fetch");
          assert(wrong.length > 0);
        } finally {
          await elsewhere.shutdown();
        }
      });
    },
  );
} else {
  Deno.test({ name: `${title} (skipped: ${missing})`, ignore: true, fn() {} });
}
