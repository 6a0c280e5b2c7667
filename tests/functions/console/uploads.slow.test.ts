/** Uploads in the console in Chromium that hang or are refused: cancelled, tried again, and never in each other's way. */
import { assertEquals } from "@std/assert";
import { Buffer } from "node:buffer";
import type { Page } from "playwright-core";
import { control, syncUntilCompleted } from "../../support/stack.ts";
import { waitUntil } from "../../support/wait-until.ts";
import { picture } from "../client/picture.ts";
import { consoleTests } from "./console-world.ts";
import { tiles } from "./tiles.ts";

const consoleTest = await consoleTests({}, async ({ call }) => {
  await syncUntilCompleted(call);
});

async function choose(page: Page, ...names: string[]): Promise<void> {
  const file = { mimeType: "image/png", buffer: Buffer.from(picture(16)) };
  await page.locator("input[type=file]").setInputFiles(
    names.map((name) => ({ name: `${name}.png`, ...file })),
  );
}

/** Where each upload stands, in their order. */
const statesOf = (page: Page) =>
  page.getByRole("region", { name: "Uploads" }).getByRole("listitem")
    // deno-lint-ignore no-explicit-any -- of the browser's own types Deno knows none.
    .evaluateAll((all) => all.map((line: any) => line.dataset.state));

consoleTest(
  "three uploads that hang → the fourth waits; one cancelled → the fourth goes out",
  async ({ pageOf, stack }) => {
    const page = await pageOf("editor");
    await control(stack, "PUT /faults", { hang_rate: 1 });
    await choose(page, "one", "two", "three", "four");
    const uploads = page.getByRole("region", { name: "Uploads" });
    await waitUntil(async () =>
      (await control(stack, "GET /calls")).open
        .filter((endpoint: string) => endpoint.endsWith("/upload")).length === 3
    );
    assertEquals(await statesOf(page), ["sending", "sending", "sending", "waiting"]);
    await control(stack, "PUT /faults", { hang_rate: 0 });
    await uploads.getByRole("button", { name: "Cancel two.png" }).click();
    await uploads.locator("[data-state=done]").waitFor();
    assertEquals(await statesOf(page), ["sending", "sending", "done"]);
    await tiles(page).getByText("four").waitFor();
    for (const name of ["one", "three"]) {
      await uploads.getByRole("button", { name: `Cancel ${name}.png` }).click();
    }
    await uploads.getByRole("button", { name: "Close" }).click();
    await uploads.waitFor({ state: "detached" });
    const { assets } = await control(stack, "GET /state?summary=true");
    assertEquals(assets, 1);
  },
);

consoleTest(
  "an upload that Cloudinary refuses → a sentence; tried again → in the library",
  async ({ pageOf, stack }) => {
    const page = await pageOf("editor");
    await control(stack, "PUT /faults", {
      fail_next: [{
        match: "/upload",
        status: 400,
        body: { error: { message: "File size too large." } },
      }],
    });
    await choose(page, "large");
    const uploads = page.getByRole("region", { name: "Uploads" });
    await uploads.getByText("Cloudinary refused the file. It may be too large").waitFor();
    assertEquals(await statesOf(page), ["failed"]);
    await uploads.getByRole("button", { name: "Try large.png again" }).click();
    await uploads.locator("[data-state=done]").waitFor();
    await tiles(page).getByText("large").waitFor();
  },
);
