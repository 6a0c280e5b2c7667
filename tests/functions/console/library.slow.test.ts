/** The console's library in Chromium: who sees what, search, uploads, edits, deletions and their undo, other people's changes. */
import { assert, assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import type { Stack } from "../../../scripts/local/stack-options.ts";
import { callCloudinary, control, syncUntilCompleted } from "../../support/stack.ts";
import { waitUntil } from "../../support/wait-until.ts";
import { picture } from "../client/picture.ts";
import { seriousFindings } from "./accessibility.ts";
import { cutOffButtons } from "./cut-off.ts";
import { takeScreenshot } from "./screenshots.ts";
import { idsOf, tiles } from "./tiles.ts";
import { consoleTests, openView, signIn } from "./console-world.ts";

const consoleTest = await consoleTests({ assets: 120, seed: 5 }, async ({ stack, call }) => {
  await control(stack, "PUT /behavior", { backup: true });
  await control(stack, "POST /assets", {
    assets: [{ public_id: "red-shoe", display_name: "Red shoe", tags: ["shoe"] }],
  });
  await syncUntilCompleted(call);
});

const searchOf = (page: Page) => page.getByRole("searchbox", { name: "Search the library" });

async function inCloudinary(stack: Stack, publicId: string) {
  const { assets } = await control(stack, "GET /state");
  return assets.find((asset: { public_id: string }) => asset.public_id === publicId);
}

/** The library with no search, and the shoe open beside it. */
async function openShoe(page: Page): Promise<void> {
  await openView(page, "Library");
  await searchOf(page).fill("red-shoe");
  await page.getByRole("status").filter({ hasText: /^1 asset$/ }).waitFor();
  await tiles(page).first().getByRole("button").click();
  await page.getByRole("complementary", { name: "Asset" }).waitFor();
}

async function showAll(page: Page): Promise<void> {
  await openView(page, "Library");
  await searchOf(page).fill("");
  await page.getByRole("status").filter({ hasText: /^\d\d+ assets$/ }).waitFor();
}

consoleTest("a wrong password → a sentence, and no library", async ({ newPage, stack }) => {
  const page = await newPage();
  await page.getByLabel("Email").fill(stack.info.users.viewer.email);
  await page.getByLabel("Password").fill("wrong");
  await page.getByRole("button", { name: "Sign in" }).click();
  const alert = page.getByRole("alert");
  await alert.waitFor();
  assert((await alert.textContent())!.startsWith("You could not be signed in"));
  await page.context().close();
});

consoleTest(
  "each role signed in → sees the library, and is offered what it may do",
  async (world) => {
    const offers: Record<string, unknown> = {};
    for (const role of ["viewer", "editor", "admin"] as const) {
      const page = await world.pageOf(role);
      await tiles(page).first().waitFor();
      await page.getByText("Live", { exact: true }).waitFor();
      offers[role] = {
        views: await page.getByRole("navigation").getByRole("link").locator(".side-name")
          .allTextContents(),
        upload: await page.getByRole("button", { name: "Upload", exact: true }).count(),
        select: await page.getByRole("checkbox").count() > 0,
      };
      await tiles(page).first().getByRole("button").click();
      const panel = page.getByRole("complementary", { name: "Asset" });
      await panel.getByText("Details").waitFor();
      Object.assign(offers[role] as object, {
        edit: await panel.getByRole("button", { name: /^Edit/ }).count() > 0,
        remove: await panel.getByRole("button", { name: "Delete" }).count(),
        history: await panel.getByText("History").count(),
      });
      await panel.getByRole("button", { name: "Close" }).click();
    }
    const edits = { upload: 1, select: true, edit: true, remove: 1, history: 1 };
    assertEquals(offers, {
      viewer: { views: ["Library"], upload: 0, select: false, edit: false, remove: 0, history: 0 },
      editor: { views: ["Library", "Conflicts", "Waiting", "Trash"], ...edits },
      admin: {
        views: ["Library", "Conflicts", "Waiting", "Trash", "Status", "Settings"],
        ...edits,
      },
    });
  },
);

consoleTest(
  "a view that a role does not have, by its address → the library",
  async ({ pageOf }) => {
    const page = await pageOf("viewer");
    await page.evaluate("location.hash = '#/settings'");
    await page.getByRole("heading", { name: "Library", level: 1 }).waitFor();
    assertEquals(await page.getByRole("heading", { name: "Settings" }).count(), 0);
  },
);

consoleTest(
  "typing, a filter, an order → the assets that match, in that order",
  async ({ pageOf, call }) => {
    const page = await pageOf("viewer");
    await showAll(page);
    await searchOf(page).fill("shoe re");
    await page.getByRole("button", { name: /^Red shoe/ }).waitFor();
    await searchOf(page).fill("no such thing");
    await page.getByRole("heading", { name: "Nothing matches" }).waitFor();
    await page.getByRole("button", { name: "Clear" }).click();
    await page.getByRole("button", { name: "Type", exact: true }).click();
    const choice = page.getByRole("button", { name: /^Other file/ });
    const count = Number((await choice.textContent())!.replace(/\D/g, ""));
    await choice.click();
    await page.getByRole("status").filter({ hasText: new RegExp(`^${count} assets?$`) }).waitFor();
    await page.getByRole("button", { name: "Clear" }).click();
    await page.getByLabel("Sort by").selectOption("Largest");
    const { body } = await call("media-list?sort_by=bytes&limit=5", { as: "viewer" });
    const wanted = body.items.map(({ id }: { id: string }) => id).join();
    await waitUntil(async () => (await idsOf(page, 5)).join() === wanted);
    await page.getByLabel("Sort by").selectOption("Best match or newest");
  },
);

consoleTest(
  "three files dropped → their progress, and all three on both sides",
  async ({ pageOf, stack }) => {
    const page = await pageOf("editor");
    await showAll(page);
    await control(stack, "PUT /faults", { latency_ms: 300 });
    const content = picture(64).toBase64();
    await page.evaluate(`(() => {
      const bytes = Uint8Array.from(atob(${JSON.stringify(content)}), (c) => c.charCodeAt(0));
      const dataTransfer = new DataTransfer();
      for (const name of ["one.png", "two.png", "three.png"]) {
        dataTransfer.items.add(new File([bytes], name, { type: "image/png" }));
      }
      const zone = document.querySelector(".drop-zone");
      for (const kind of ["dragover", "drop"]) {
        zone.dispatchEvent(new DragEvent(kind, { dataTransfer, bubbles: true, cancelable: true }));
      }
    })()`);
    const uploads = page.getByRole("region", { name: "Uploads" });
    await uploads.getByRole("progressbar").first().waitFor();
    assertEquals(await uploads.getByRole("progressbar").count(), 3);
    await takeScreenshot(page, "Uploads light");
    await uploads.getByText("3 of 3 files uploaded").waitFor();
    await control(stack, "PUT /faults", { latency_ms: 0 });
    for (const name of ["one", "two", "three"]) {
      await page.getByRole("button", { name: new RegExp(`^${name} `) }).waitFor();
    }
    const { assets } = await control(stack, "GET /state");
    const there = assets.map((asset: { display_name?: string }) => asset.display_name);
    assertEquals(["one", "two", "three"].filter((name) => there.includes(name)).length, 3);
    await uploads.getByRole("button", { name: "Close" }).click();
    // And in the pane beside.
    await page.getByRole("button", { name: "Show Cloudinary" }).click();
    const pane = page.getByRole("complementary", { name: "Cloudinary (emulated)" });
    for (const name of ["one", "two", "three"]) {
      await pane.getByText(name, { exact: true }).waitFor();
    }
    await pane.getByRole("button", { name: "Close" }).click();
  },
);

consoleTest(
  "a name edited in place → pending, then synced and there; renamed there → shown here without reload",
  async ({ pageOf, stack }) => {
    const page = await pageOf("editor");
    await openShoe(page);
    const panel = page.getByRole("complementary", { name: "Asset" });
    await panel.locator("[data-status=synced]").waitFor();
    // Long enough to be seen on its way, short enough for a look-up to be built upon.
    await control(stack, "PUT /faults", { latency_ms: 1_200 });
    await panel.getByRole("button", { name: "Edit name" }).click();
    await panel.getByLabel("Name", { exact: true }).fill("Blue shoe");
    await panel.getByLabel("Name", { exact: true }).press("Enter");
    await panel.locator("[data-status=pending]").waitFor();
    await control(stack, "PUT /faults", { latency_ms: 0 });
    await panel.locator("[data-status=synced]").waitFor();
    const { display_name, asset_id } = await inCloudinary(stack, "red-shoe");
    assertEquals(display_name, "Blue shoe");
    await callCloudinary(stack, `PUT /resources/${asset_id}`, { display_name: "Green shoe" });
    await panel.locator(".fact-title").getByText("Green shoe").waitFor();
    await tiles(page).getByText("Green shoe").waitFor();
    await panel.getByText("History").click();
    await panel.locator("ins", { hasText: "Blue shoe" }).first().waitFor();
    await panel.getByText("by you").first().waitFor();
  },
);

consoleTest(
  "the emulated Cloudinary beside the console → a change crosses over, both ways, through faults",
  async ({ newPage, stack }) => {
    const page = await newPage({ viewport: { width: 1700, height: 900 } });
    await signIn(page, stack, "editor");
    await page.getByRole("button", { name: "Show Cloudinary" }).click();
    const pane = page.getByRole("complementary", { name: "Cloudinary (emulated)" });
    await openShoe(page);
    const panel = page.getByRole("complementary", { name: "Asset" });
    await pane.getByRole("searchbox").fill("red-shoe");
    await panel.getByRole("button", { name: "Edit name" }).click();
    await panel.getByLabel("Name", { exact: true }).fill("Here named");
    await panel.getByLabel("Name", { exact: true }).press("Enter");
    await pane.getByText("Here named").waitFor();
    await pane.getByRole("button", { name: "Rename Here named in Cloudinary" }).click();
    await pane.getByLabel("New name of Here named").fill("There named");
    await pane.getByLabel("New name of Here named").press("Enter");
    await panel.locator(".fact-title").getByText("There named").waitFor();

    await pane.getByRole("button", { name: "Faults" }).click();
    await pane.getByLabel("Lost webhooks").fill("1");
    await pane.getByText("100 %").waitFor();
    assertEquals((await control(stack, "GET /faults")).webhook_drop_rate, 1);
    await pane.getByRole("button", { name: "All well again" }).click();
    await pane.getByText("100 %").waitFor({ state: "detached" });
    assertEquals((await control(stack, "GET /faults")).webhook_drop_rate, 0);
    await pane.getByRole("button", { name: "Calls" }).click();
    await pane.getByText("PUT /resources/:asset_id").first().waitFor();
    await pane.getByRole("button", { name: "Webhooks" }).click();
    await pane.getByText("resource display name changed").first().waitFor();

    await pane.getByRole("button", { name: "Library" }).click();
    await pane.getByRole("searchbox").fill("");
    const before = await pane.locator("li").first().getAttribute("data-public-id");
    await pane.getByRole("button", { name: "Add three" }).click();
    await waitUntil(async () =>
      await pane.locator("li").first().getAttribute("data-public-id") !== before
    );
    const added = await pane.locator("li strong").first().textContent();
    await searchOf(page).fill(added!);
    await tiles(page).getByText(added!).first().waitFor();
    assertEquals(await seriousFindings(page), []);
    assertEquals(await cutOffButtons(page), []);
    await takeScreenshot(page, "Emulator light");
    await page.context().close();
  },
);

consoleTest("tags and descriptions edited in place → they are there", async ({ pageOf, stack }) => {
  const page = await pageOf("editor");
  await openShoe(page);
  const panel = page.getByRole("complementary", { name: "Asset" });
  await panel.getByLabel("Tags").fill("sale");
  await panel.getByLabel("Tags").press("Enter");
  await panel.getByRole("button", { name: "Remove the tag shoe" }).click();
  await panel.getByRole("button", { name: "Edit alternative text" }).click();
  await panel.getByLabel("Alternative text").fill("A shoe");
  await panel.getByRole("button", { name: "Save" }).click();
  await waitUntil(async () => {
    const { tags, context } = await inCloudinary(stack, "red-shoe");
    return tags.join() === "sale" && context?.custom?.alt === "A shoe";
  });
});

consoleTest("a change in another session → shown in this one without reload", async (world) => {
  const [editor, viewer] = [await world.pageOf("editor"), await world.pageOf("viewer")];
  await openShoe(viewer);
  await openShoe(editor);
  const panel = editor.getByRole("complementary", { name: "Asset" });
  await panel.getByRole("button", { name: "Edit name" }).click();
  await panel.getByLabel("Name", { exact: true }).fill("Yellow shoe");
  await panel.getByLabel("Name", { exact: true }).press("Enter");
  await viewer.locator(".fact-title").getByText("Yellow shoe").waitFor();
  await tiles(viewer).getByText("Yellow shoe").waitFor();
  await viewer.getByRole("complementary").getByRole("button", { name: "Close" }).click();
  await panel.getByRole("button", { name: "Close" }).click();
});

for (const pause of [50, 300, 900]) {
  consoleTest(
    `many deleted, and undone ${pause} ms later → all of them live on both sides`,
    async ({ pageOf, stack }) => {
      const page = await pageOf("editor");
      await showAll(page);
      const before = (await control(stack, "GET /state?summary=true")).assets;
      for (const place of [0, 1, 2, 3]) {
        await tiles(page).nth(place).getByRole("checkbox").check({ force: true });
      }
      const ids = await idsOf(page, 4);
      await page.getByRole("toolbar").getByRole("button", { name: "Delete" }).click();
      await page.waitForTimeout(pause);
      await page.getByRole("button", { name: "Undo" }).click();
      await page.getByText("4 assets restored.").waitFor();
      await waitUntil(async () => {
        const rows = await stack.sql(
          `select deleted_at, sync_status from public.media_assets where id = any ($1)`,
          [ids],
        );
        const there = (await control(stack, "GET /state?summary=true")).assets;
        return there === before && rows.length === 4 &&
          rows.every((row) => row.deleted_at === null && row.sync_status === "synced");
      });
      for (const id of ids) await page.locator(`.tile[data-id="${id}"]`).waitFor();
      await page.getByRole("button", { name: "Dismiss" }).first().click();
    },
  );
}

consoleTest(
  "many tagged, moved and collected → done for all of them",
  async ({ pageOf, stack }) => {
    const page = await pageOf("editor");
    await showAll(page);
    for (const place of [0, 1]) {
      await tiles(page).nth(place).getByRole("checkbox").check({
        force: true,
      });
    }
    const toolbar = page.getByRole("toolbar");
    await toolbar.getByRole("button", { name: "Tag" }).click();
    await page.getByRole("dialog").getByLabel("Add tags").fill("chosen,");
    await page.getByRole("dialog").getByRole("button", { name: "Save" }).click();
    await page.getByText("Tags of 2 assets changed.").waitFor();
    await toolbar.getByRole("button", { name: "Move" }).click();
    await page.getByRole("dialog").getByLabel("Folder").fill("chosen/ones");
    await page.getByRole("dialog").getByRole("button", { name: "Move" }).click();
    await page.getByText("2 assets moved.").waitFor();
    await toolbar.getByRole("button", { name: "Add to collection" }).click();
    await page.getByRole("dialog").getByLabel("New collection").fill("Summer days");
    await page.getByRole("dialog").getByRole("button", { name: "Create and add" }).click();
    await page.getByText("2 assets added to Summer days.").waitFor();
    await toolbar.getByRole("button", { name: "Clear the selection" }).click();
    const rows = await stack.sql(
      `select folder, tags @> '{chosen}' as tagged, cardinality(collection_ids) as collections
     from public.media_assets where folder = 'chosen/ones'`,
    );
    assertEquals(rows, [1, 2].map(() => ({ folder: "chosen/ones", tagged: true, collections: 1 })));
  },
);

consoleTest("deleted, and restored from the trash → live again", async ({ pageOf, stack }) => {
  const page = await pageOf("editor");
  await openShoe(page);
  await page.getByRole("complementary").getByRole("button", { name: "Delete" }).click();
  await page.getByRole("heading", { name: "Nothing matches" }).waitFor();
  await openView(page, "Trash");
  await tiles(page).first().getByRole("checkbox").check({ force: true });
  await page.getByRole("toolbar").getByRole("button", { name: "Restore" }).click();
  await page.getByRole("heading", { name: "The trash is empty" }).waitFor();
  await waitUntil(async () => (await inCloudinary(stack, "red-shoe")) !== undefined);
});

consoleTest("signed out → the way in, and nothing of the library", async ({ newPage, stack }) => {
  const page = await newPage();
  await signIn(page, stack, "viewer");
  await page.getByRole("button", { name: /^Account and appearance/ }).click();
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByLabel("Password").waitFor();
  assertEquals(await page.locator(".tile").count(), 0);
  await page.context().close();
});
