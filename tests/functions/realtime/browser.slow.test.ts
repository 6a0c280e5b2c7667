/** Live updates, sign-in and an edit from a page on another port, as an app's page has them. */
import { bundle } from "../../../scripts/client/bundle.ts";
import { prepareWorkspace } from "../../../scripts/client/prepare-workspace.ts";
import { stackTests } from "../../support/stack-test.ts";
import { findChromium } from "../client/chromium.ts";
import { runInChromium } from "../client/program-page.ts";
import { assertRealtimeStory, realtimePlace } from "./story-place.ts";
import type { RealtimePlace, RealtimeStory } from "./story.ts";

const story = new URL("./story.ts", import.meta.url).pathname;

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
} else {
  Deno.test({ name: `${title} (skipped: ${missing})`, ignore: true, fn() {} });
}
