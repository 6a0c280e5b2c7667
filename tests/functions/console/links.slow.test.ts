/** What an asset is part of, in the console in Chromium: collections that it is taken out of, and uses that keep it. */
import { assertEquals } from "@std/assert";
import { createClient } from "@supabase/supabase-js";
import type { Locator, Page } from "playwright-core";
import type { Stack } from "../../../scripts/local/stack-options.ts";
import { createMediaClient, type MediaClient } from "../../../supabase/client/mod.ts";
import { control, syncUntilCompleted } from "../../support/stack.ts";
import { seriousFindings } from "./accessibility.ts";
import { consoleTests, openView } from "./console-world.ts";
import { tiles } from "./tiles.ts";

const consoleTest = await consoleTests({}, async ({ stack, call }) => {
  await control(stack, "PUT /behavior", { backup: true });
  await control(stack, "POST /assets", {
    assets: [
      { public_id: "red-shoe", display_name: "Red shoe" },
      { public_id: "blue-hat", display_name: "Blue hat" },
    ],
  });
  await syncUntilCompleted(call);
});

/** An app of its own, on which an editor is signed in. */
async function openApp({ info }: Stack): Promise<MediaClient> {
  const supabase = createClient(info.url, info.publishable_key, {
    auth: { persistSession: false, autoRefreshToken: false },
  });
  const { error } = await supabase.auth.signInWithPassword(info.users.editor);
  assertEquals(error, null);
  return createMediaClient(supabase);
}

async function idOf(stack: Stack, publicId: string): Promise<string> {
  const [row] = await stack.sql("select id from public.media_assets where public_id = $1", [
    publicId,
  ]);
  return row!.id as string;
}

const tileOf = (page: Page, name: string) => tiles(page).filter({ hasText: name });

/** The panel of an asset. */
async function openAsset(page: Page, name: string) {
  await openView(page, "Library");
  const panel = page.getByRole("complementary", { name: "Asset" });
  if (await panel.count() > 0) await panel.getByRole("button", { name: "Close" }).click();
  await tileOf(page, name).getByRole("button").click();
  await panel.getByText("Details").waitFor();
  return panel;
}

/** A part of the panel by its whole title, folded open. */
async function openPart(panel: Locator, title: string): Promise<Locator> {
  const part = panel.locator("details")
    .filter({ has: panel.page().getByRole("heading", { name: title, exact: true }) });
  await part.waitFor();
  if (await part.getAttribute("open") === null) await part.locator("summary").click();
  return part;
}

consoleTest(
  "an asset taken out of a collection → gone from it, also after a reload; the other one and the library keep theirs",
  async ({ pageOf, stack }) => {
    const media = await openApp(stack);
    const { id } = await media.collections.create({ name: "Summer", slug: "summer" });
    const [shoe, hat] = [await idOf(stack, "red-shoe"), await idOf(stack, "blue-hat")];
    await media.collections.add(id, [shoe, hat]);
    const page = await pageOf("editor");
    let panel = await openAsset(page, "Red shoe");
    const part = await openPart(panel, "Collections (1)");
    await part.getByText("Summer").waitFor();
    await part.getByRole("button", { name: "Take out of Summer" }).click();
    await panel.getByText("In no collection.").waitFor();
    assertEquals(
      (await stack.sql("select media_asset_id from public.media_collection_items")).map((row) =>
        row.media_asset_id
      ),
      [hat],
    );
    await page.reload();
    await page.getByRole("heading", { name: "Library", level: 1 }).waitFor();
    await tileOf(page, "Red shoe").waitFor();
    panel = await openAsset(page, "Red shoe");
    await openPart(panel, "Collections");
    await panel.getByText("In no collection.").waitFor();
    panel = await openAsset(page, "Blue hat");
    await openPart(panel, "Collections (1)");
  },
);

consoleTest("a viewer → the collections, and no way out of them", async ({ pageOf }) => {
  const panel = await openAsset(await pageOf("viewer"), "Blue hat");
  const part = await openPart(panel, "Collections (1)");
  await part.getByText("Summer").waitFor();
  assertEquals(await part.getByRole("button").count(), 0);
});

consoleTest(
  "used meanwhile by an app → shown without reload, with its kind, table, reference and field; no longer → gone",
  async ({ pageOf, stack }) => {
    const page = await pageOf("editor");
    const panel = await openAsset(page, "Red shoe");
    await page.getByText("Live", { exact: true }).waitFor();
    await openPart(panel, "Where used");
    await panel.getByText("Used nowhere.").waitFor();
    const media = await openApp(stack);
    const shoe = await idOf(stack, "red-shoe");
    const place = {
      usage_type: "cover",
      reference_table: "articles",
      reference_id: "7",
      field: "hero",
    };
    await media.usage.attach(shoe, place);
    const part = await openPart(panel, "Where used (1)");
    assertEquals(await part.getByRole("listitem").allInnerTexts(), ["cover articles 7 · hero"]);
    assertEquals(await seriousFindings(page), []);
    await media.usage.detach(shoe, place);
    await panel.getByText("Used nowhere.").waitFor();
  },
);

consoleTest(
  "a used asset deleted → kept, and its uses told; deleted anyway → in the trash",
  async ({ pageOf, stack }) => {
    const media = await openApp(stack);
    const shoe = await idOf(stack, "red-shoe");
    for (const reference_id of ["7", "8", "9", "10"]) {
      await media.usage.attach(shoe, {
        usage_type: "cover",
        reference_table: "articles",
        reference_id,
      });
    }
    const page = await pageOf("editor");
    const panel = await openAsset(page, "Red shoe");
    await panel.getByRole("button", { name: "Delete" }).click();
    const alert = page.getByRole("alert").filter({ hasText: "in use" });
    await alert.getByText(
      "Red shoe is in use, so it was not deleted: cover of articles 7, cover of articles 8, cover of articles 9 and 1 more.",
    ).waitFor();
    await tileOf(page, "Red shoe").waitFor();
    assertEquals(await page.getByText("Red shoe deleted.").count(), 0);
    assertEquals(await seriousFindings(page), []);
    await alert.getByRole("button", { name: "Delete anyway" }).click();
    await tileOf(page, "Red shoe").waitFor({ state: "detached" });
    await page.getByText("Red shoe deleted.").waitFor();
    await page.getByRole("button", { name: "Undo" }).click();
    await tileOf(page, "Red shoe").waitFor();
  },
);

consoleTest(
  "two deleted, of which one is used → one deleted is told, and why the other was kept",
  async ({ pageOf }) => {
    const page = await pageOf("editor");
    await openView(page, "Library");
    for (const name of ["Red shoe", "Blue hat"]) {
      await tileOf(page, name).getByRole("checkbox").check({ force: true });
    }
    await page.getByRole("toolbar").getByRole("button", { name: "Delete" }).click();
    await page.getByRole("alert").getByText(/^Red shoe is in use, so it was not deleted: cover/)
      .waitFor();
    await tileOf(page, "Blue hat").waitFor({ state: "detached" });
    await tileOf(page, "Red shoe").waitFor();
    await page.getByText("1 asset deleted.").waitFor();
    assertEquals(await page.getByText("2 assets deleted.").count(), 0);
    await page.getByRole("button", { name: "Undo" }).click();
    await tileOf(page, "Blue hat").waitFor();
  },
);
