/** The views for those who look after the library, in Chromium; and every view as people with assistive technology meet it. */
import { assertEquals } from "@std/assert";
import type { Locator, Page } from "playwright-core";
import { control } from "../../support/stack.ts";
import { waitUntil } from "../../support/wait-until.ts";
import { seriousFindings } from "./accessibility.ts";
import { consoleTests, openView, signIn } from "./console-world.ts";
import { cutOffButtons } from "./cut-off.ts";
import { takeScreenshot } from "./screenshots.ts";
import { blockRun, prepareTroubles, tear } from "./prepared-troubles.ts";

const consoleTest = await consoleTests(
  { assets: 40, seed: 11 },
  ({ stack, call }) => prepareTroubles(stack, call),
);

/** The views, and what each shows once it has been read. */
const VIEWS: Record<string, (page: Page) => Locator> = {
  Library: (page) => page.locator(".tile[data-id]").nth(11),
  Conflicts: (page) => page.getByRole("region", { name: "Alternative text" }),
  Waiting: (page) => page.getByText("the folder is too deep"),
  Trash: (page) => page.locator(".tile[data-id]"),
  Status: (page) => page.getByRole("region", { name: "Over time" }).locator("canvas").nth(4),
  Settings: (page) => page.getByLabel("Full reconcile every"),
};

/** Waits until nothing in the page is being read. */
async function settle(page: Page, view: string): Promise<void> {
  await VIEWS[view]?.(page).first().waitFor();
  await page.waitForFunction("!document.body.innerText.includes('Loading …')");
}

consoleTest("every view, in light and in dark → no serious finding of axe-core", async (world) => {
  const page = await world.newPage();
  const found: Record<string, unknown> = {};
  const judge = async (name: string) => {
    await settle(page, name);
    await page.emulateMedia({ colorScheme: "light" });
    found[name] = await seriousFindings(page);
    found[`${name}, cut off`] = await cutOffButtons(page);
    await takeScreenshot(page, `${name} light`);
    // What is not about colours is the same in both.
    await page.emulateMedia({ colorScheme: "dark" });
    found[`${name}, dark`] = await seriousFindings(page, ["color-contrast"]);
    await takeScreenshot(page, `${name} dark`);
  };
  await judge("Sign in");
  await signIn(page, world.stack, "admin");
  await page.locator(".tile[data-id]").first().waitFor();
  for (const view of Object.keys(VIEWS)) {
    await openView(page, view);
    await judge(view);
  }
  await openView(page, "Library");
  await page.getByRole("button", { name: "List" }).click();
  await page.locator(".line[data-id]").first().waitFor();
  await judge("List");
  await page.getByRole("button", { name: "Grid" }).click();
  await page.locator(".tile[data-id]").first().getByRole("checkbox").check({ force: true });
  await page.locator(".tile[data-id]").first().getByRole("button").click();
  await page.getByRole("complementary", { name: "Asset" }).getByText("Details").waitFor();
  await page.getByText("History").click();
  await page.getByRole("button", { name: "Edit name" }).click();
  await judge("Asset");
  await page.getByRole("button", { name: "Type", exact: true }).click();
  await page.locator(".popover .choices").first().waitFor();
  await judge("Filter");
  await page.keyboard.press("Escape");
  for (const act of ["Tag", "Move", "Add to collection"]) {
    await page.getByRole("toolbar").getByRole("button", { name: act }).click();
    await page.getByRole("dialog").waitFor();
    await judge(act);
    await page.keyboard.press("Escape");
  }
  assertEquals(found, Object.fromEntries(Object.keys(found).map((name) => [name, []])));
  await page.context().close();
});

consoleTest("a phone's width → every view fits, and an asset takes the page", async (world) => {
  const page = await world.newPage({
    viewport: { width: 390, height: 844 },
    hasTouch: true,
    isMobile: true,
  });
  await signIn(page, world.stack, "admin");
  await page.locator(".tile[data-id]").first().waitFor();
  const widths: unknown[] = [];
  const cutOff: Record<string, string[]> = {};
  const measure = async (name: string) => {
    await settle(page, name);
    await takeScreenshot(page, `${name} phone`);
    widths.push(await page.evaluate("document.documentElement.scrollWidth"));
    cutOff[name] = await cutOffButtons(page);
  };
  for (const view of Object.keys(VIEWS)) {
    await openView(page, view);
    await measure(view);
  }
  await openView(page, "Library");
  await page.locator(".tile[data-id]").first().getByRole("button").tap();
  const panel = page.getByRole("complementary", { name: "Asset" });
  await panel.getByText("Details").waitFor();
  await measure("Asset");
  assertEquals((await panel.boundingBox())!.width, 390);
  assertEquals(await seriousFindings(page), []);
  await panel.getByRole("button", { name: "Close" }).tap();
  await page.locator(".tile[data-id]").first().getByRole("checkbox").check({ force: true });
  await page.getByRole("toolbar").getByRole("button", { name: "Add to collection" }).waitFor();
  await measure("Selection");
  assertEquals(await seriousFindings(page), []);
  assertEquals(cutOff, Object.fromEntries(Object.keys(cutOff).map((name) => [name, []])));
  assertEquals(widths, widths.map(() => 390));
  await page.context().close();
});

consoleTest(
  "a conflict about two values → side by side, and decided value by value",
  async ({ pageOf, stack }) => {
    const page = await pageOf("editor");
    await openView(page, "Conflicts");
    const card = page.getByRole("article", { name: "Ours" });
    const name = card.getByRole("region", { name: "Name" });
    await name.waitFor();
    assertEquals(
      await name.getByRole("button").allInnerTexts().then((all) =>
        all.map((text) => text.split("\n").filter((line) => line !== "").slice(0, 2))
      ),
      [["Here", "Ours"], ["In Cloudinary", "Theirs"]],
    );
    await name.getByRole("button", { name: /In Cloudinary/ }).click();
    await card.getByRole("region", { name: "Alternative text" })
      .getByRole("button", { name: /^Here/ }).click();
    await page.getByRole("heading", { name: "No conflicts" }).waitFor();
    await waitUntil(async () => {
      const { assets } = await control(stack, "GET /state");
      const torn = assets.find((asset: { public_id: string }) => asset.public_id === "harbour");
      const [row] = await stack.sql(
        "select display_name, context, sync_status from public.media_assets where public_id = 'harbour'",
      );
      return torn.display_name === "Theirs" && torn.context.custom.alt === "Our text" &&
        JSON.stringify(row) === JSON.stringify({
            display_name: "Theirs",
            context: { alt: "Our text" },
            sync_status: "synced",
          });
    });
  },
);

consoleTest("a conflict, all values of one side → decided with one click", async (world) => {
  const page = await world.pageOf("editor");
  await tear(world.stack, world.call, "quay");
  await openView(page, "Conflicts");
  await page.getByRole("button", { name: "Keep all from here" }).click();
  await page.getByRole("heading", { name: "No conflicts" }).waitFor();
  await waitUntil(async () => {
    const { assets } = await control(world.stack, "GET /state");
    const torn = assets.find((asset: { public_id: string }) => asset.public_id === "quay");
    return torn.display_name === "Ours" && torn.context.custom.alt === "Our text";
  });
});

consoleTest(
  "a refused edit → shown with its reason, and gone once tried again",
  async ({ pageOf }) => {
    const page = await pageOf("editor");
    await openView(page, "Waiting");
    await page.getByText("the folder is too deep").waitFor();
    await page.getByRole("button", { name: "Try all again" }).click();
    await page.getByRole("heading", { name: "Nothing waits" }).waitFor();
  },
);

consoleTest("a dangerous setting → changed only after its effect was read", async (world) => {
  const page = await world.pageOf("admin");
  const viewers = () => world.stack.sql("select viewers from media_sync.settings");
  await openView(page, "Settings");
  await page.getByLabel("Who may see the library").selectOption("assigned");
  await page.getByRole("button", { name: "Save" }).click();
  const dialog = page.getByRole("dialog", { name: "Change this?" });
  await dialog.getByText("people without one lose access at once").waitFor();
  assertEquals(await viewers(), [{ viewers: "authenticated" }]);
  await dialog.getByRole("button", { name: "Change it" }).click();
  await page.getByText("Settings saved").waitFor();
  assertEquals(await viewers(), [{ viewers: "assigned" }]);
  await world.stack.sql("update media_sync.settings set viewers = 'authenticated'");
});

consoleTest(
  "values that no setting takes → a sentence about each, and nothing changed",
  async (world) => {
    const page = await world.pageOf("admin");
    await openView(page, "Library");
    await openView(page, "Settings");
    await page.getByLabel("Full reconcile every").fill("often");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("“often” is no span of time. Write it like").waitFor();
    await page.getByLabel("Full reconcile every").fill("-1 day");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("alert").filter({ hasText: /full_interval|too small or too large/ })
      .waitFor();
    await page.getByRole("button", { name: "Discard" }).click();
    assertEquals(await page.getByLabel("Full reconcile every").inputValue(), "1 day");
  },
);

consoleTest("the status → health, quota, runs, and plots of every figure", async ({ pageOf }) => {
  const page = await pageOf("admin");
  await openView(page, "Status");
  await page.locator("[data-health]").waitFor();
  const plots = page.getByRole("region", { name: "Over time" }).locator("canvas");
  await plots.nth(4).waitFor();
  assertEquals(await plots.count(), 5);
  await page.getByText("assets: 99").waitFor();
  await page.getByRole("region", { name: "Runs" }).getByRole("row").nth(1).waitFor();
  await page.getByRole("meter", { name: "Cloudinary's hourly calls" }).waitFor();
});

consoleTest(
  "a blocked run → what would be deleted, and deleted once it is allowed",
  async ({ pageOf, stack, call }) => {
    const page = await pageOf("admin");
    const count = await blockRun(stack, call);
    await openView(page, "Library");
    await openView(page, "Status");
    const blocked = page.getByRole("region", { name: "A run is blocked" });
    await takeScreenshot(page, "Blocked run");
    await blocked.getByText(`Cloudinary no longer shows ${count} of`).waitFor();
    await blocked.getByRole("button", { name: "Show what would be deleted" }).click();
    await blocked.getByText(`${count} assets would be deleted:`).waitFor();
    assertEquals(await blocked.getByRole("listitem").count(), count);
    await blocked.getByRole("button", { name: "Allow it once" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Allow the deletion" }).click();
    await blocked.waitFor({ state: "detached" });
    await waitUntil(async () => {
      const [row] = await stack.sql(
        "select count(*)::int as live from public.media_assets where deleted_at is null",
      );
      const { assets } = await control(stack, "GET /state?summary=true");
      return row!.live === assets;
    });
  },
);
