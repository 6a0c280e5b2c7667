/** An asset that cannot be stored, in the console in Chromium: named with its reason, and asked for again. */
import { assertEquals } from "@std/assert";
import { startOddProxy } from "../../support/odd-proxy.ts";
import { control, syncUntilCompleted } from "../../support/stack.ts";
import { seriousFindings } from "./accessibility.ts";
import { consoleTests, openView } from "./console-world.ts";
import { takeScreenshot } from "./screenshots.ts";

const proxy = startOddProxy();
Deno.test.afterAll(() => proxy.stop());

const TORN = "70".padStart(32, "0");
const NAMELESS = "71".padStart(32, "0");
const odd = () =>
  new Map([[TORN, { public_id: String.raw`"to\u0000rn"` }], [NAMELESS, { public_id: "null" }]]);

const consoleTest = await consoleTests(
  { environment: { CLOUDINARY_UPLOAD_PREFIX: proxy.url } },
  async ({ stack, call }) => {
    proxy.target = stack.info.cloudinary_http;
    proxy.odd = odd();
    await control(stack, "POST /assets", {
      assets: [{ public_id: "sound" }, { public_id: "torn", asset_id: TORN }, {
        public_id: "nameless",
        asset_id: NAMELESS,
      }],
    });
    await syncUntilCompleted(call);
  },
);

consoleTest(
  "an asset set aside → its name and why; tried again while it is odd → still there; mended → in the library",
  async ({ pageOf, call }) => {
    const page = await pageOf("admin");
    await openView(page, "Waiting");
    const list = page.getByRole("region", { name: "Set aside" });
    const torn = list.getByRole("listitem").filter({ hasText: "torn" });
    await torn.getByText("Its public_id holds characters that cannot be stored.").waitFor();
    await list.getByRole("listitem").filter({ hasText: NAMELESS })
      .getByText("Cloudinary sent it without public_id.").waitFor();
    assertEquals(await seriousFindings(page), []);
    await takeScreenshot(page, "Set aside light");

    await torn.getByRole("button", { name: "Try again" }).click();
    await page.getByText("Cloudinary was asked for torn again.").waitFor();
    assertEquals(await list.getByRole("listitem").count(), 2);

    proxy.odd = new Map();
    await torn.getByRole("button", { name: "Try again" }).click();
    await torn.waitFor({ state: "detached" });
    // The other comes back while one looks on, whoever asks for it.
    await call("sync", { method: "POST", json: { single_asset: NAMELESS } });
    await list.waitFor({ state: "detached" });
    await openView(page, "Library");
    await page.locator(".tile", { hasText: "torn" }).waitFor();
  },
);

consoleTest("an editor, who may run no sync → is not shown what is set aside", async (world) => {
  proxy.odd = odd();
  await world.call("sync", { method: "POST", json: { single_asset: TORN } });
  const [row] = await world.stack.sql("select count(*)::int as aside from media_sync.quarantine");
  assertEquals(row, { aside: 1 });
  const page = await world.pageOf("editor");
  await openView(page, "Waiting");
  await page.getByRole("heading", { name: "Nothing waits" }).waitFor();
  assertEquals(await page.getByRole("region", { name: "Set aside" }).count(), 0);
});
