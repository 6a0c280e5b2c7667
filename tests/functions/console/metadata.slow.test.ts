/** Structured metadata in the console in Chromium: each type is edited by its field, and stands in Cloudinary. */
import { assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import type { Stack } from "../../../scripts/local/stack-options.ts";
import { defineMetadataField } from "../../support/define-metadata-field.ts";
import { callCloudinary, control, syncUntilCompleted } from "../../support/stack.ts";
import { waitUntil } from "../../support/wait-until.ts";
import { seriousFindings } from "./accessibility.ts";
import { consoleTests, openView } from "./console-world.ts";
import { takeScreenshot } from "./screenshots.ts";
import { tiles } from "./tiles.ts";

const choices = (...all: string[]) => ({
  values: all.map((value) => ({ external_id: value.toLowerCase(), value })),
});

const consoleTest = await consoleTests({}, async ({ stack, call }) => {
  for (
    const [external_id, type, label, more] of [
      ["licence", "enum", "Licence", {
        mandatory: true,
        default_value: "owned",
        datasource: choices("Owned", "Stock", "Old"),
      }],
      ["channels", "set", "Channels", { datasource: choices("Web", "Print", "Fax") }],
      ["shot_on", "date", "Shot on", {}],
      ["rating", "integer", "Rating", {}],
      ["credit", "string", "Credit", {}],
    ] as const
  ) await defineMetadataField(stack, { external_id, type, label, ...more });
  await control(stack, "POST /assets", {
    assets: [{
      public_id: "shoe",
      display_name: "Shoe",
      metadata: { licence: "old", channels: ["web", "fax"] },
    }],
  });
  for (const [field, choice] of [["licence", "old"], ["channels", "fax"]]) {
    await callCloudinary(stack, `DELETE /metadata_fields/${field}/datasource`, {
      external_ids: [choice],
    });
  }
  await syncUntilCompleted(call);
});

/** The panel of the one asset. */
async function openShoe(page: Page) {
  await openView(page, "Library");
  const panel = page.getByRole("complementary", { name: "Asset" });
  if (await panel.count() === 0) await tiles(page).first().getByRole("button").click();
  await panel.getByText("Details").waitFor();
  return panel;
}

async function inCloudinary(stack: Stack) {
  const { assets } = await control(stack, "GET /state");
  return assets[0].metadata;
}

/** Waits until Cloudinary holds this, beside whatever else it holds. */
async function waitForThere(stack: Stack, wanted: Record<string, unknown>): Promise<void> {
  await waitUntil(async () => {
    const found = await inCloudinary(stack);
    return Object.entries(wanted)
      .every(([key, value]) => JSON.stringify(found[key]) === JSON.stringify(value));
  });
}

consoleTest(
  "a choice that was switched off → still shown and held; another one chosen → in Cloudinary",
  async ({ pageOf, stack }) => {
    const panel = await openShoe(await pageOf("editor"));
    await panel.getByText("required").waitFor();
    await panel.getByRole("button", { name: "Edit licence" }).click();
    const select = panel.getByRole("combobox", { name: /^Licence/ });
    assertEquals(await select.inputValue(), "old");
    // Mandatory: nothing is no choice.
    assertEquals(await select.getByRole("option").allInnerTexts(), [
      "Owned",
      "Stock",
      "old (no longer offered)",
    ]);
    await select.selectOption("Stock");
    await panel.getByRole("button", { name: "Save" }).click();
    await panel.locator(".fact", { hasText: "Licence" }).getByText("Stock").waitFor();
    await waitForThere(stack, { licence: "stock" });
  },
);

consoleTest(
  "another choice added to a set that holds one that was switched off → refused, and the panel and what waits say which one",
  async ({ pageOf, stack }) => {
    const page = await pageOf("editor");
    const panel = await openShoe(page);
    // So that the edit does not meet the one before on its way.
    await panel.locator("[data-status=synced]").waitFor();
    await panel.getByRole("button", { name: "Edit channels" }).click();
    await panel.getByRole("group", { name: "Channels" }).getByRole("checkbox", { name: "Print" })
      .check();
    await panel.getByRole("button", { name: "Save" }).click();
    const advice =
      "Channels holds fax, which is no longer offered: take it out if that is the reason.";
    const callout = panel.locator(".callout");
    await callout.getByText(advice).waitFor();
    // Cloudinary's own words stay.
    await callout.getByText(/Invalid value for metadata field channels/).waitFor();
    assertEquals((await inCloudinary(stack)).channels, ["web", "fax"]);
    await openView(page, "Waiting");
    await page.getByText(advice).waitFor();
  },
);

consoleTest("several chosen of a set → a list in Cloudinary; none → cleared", async (world) => {
  const panel = await openShoe(await world.pageOf("editor"));
  await panel.getByRole("button", { name: "Edit channels" }).click();
  const group = panel.getByRole("group", { name: "Channels" });
  await group.getByRole("checkbox", { name: "fax (no longer offered)" }).uncheck();
  await group.getByRole("checkbox", { name: "Print" }).check();
  await panel.getByRole("button", { name: "Save" }).click();
  await panel.getByText("Web, Print", { exact: true }).waitFor();
  await waitForThere(world.stack, { channels: ["web", "print"] });
  await panel.getByRole("button", { name: "Edit channels" }).click();
  for (const name of ["Web", "Print"]) await group.getByRole("checkbox", { name }).uncheck();
  await panel.getByRole("button", { name: "Save" }).click();
  await group.waitFor({ state: "detached" });
  await waitForThere(world.stack, { channels: undefined });
});

consoleTest("a day, a number and a text → in Cloudinary, each of its type", async (world) => {
  const panel = await openShoe(await world.pageOf("editor"));
  for (
    const [label, text] of [["Shot on", "2026-05-01"], ["Rating", "4"], ["Credit", "Ada"]] as const
  ) {
    await panel.getByRole("button", { name: `Edit ${label.toLowerCase()}` }).click();
    await panel.getByLabel(label, { exact: true }).fill(text);
    await panel.getByRole("button", { name: "Save" }).click();
    await panel.locator(".fact", { hasText: label }).getByText(text).waitFor();
  }
  await waitForThere(world.stack, { shot_on: "2026-05-01", rating: 4, credit: "Ada" });
  await panel.getByRole("button", { name: "Edit shot on" }).click();
  await panel.getByLabel("Shot on", { exact: true }).fill("");
  await panel.getByRole("button", { name: "Save" }).click();
  await waitForThere(world.stack, { shot_on: undefined });
});

consoleTest("every kind of field, open → no serious finding of axe-core", async ({ pageOf }) => {
  const page = await pageOf("editor");
  const panel = await openShoe(page);
  const buttons = panel.locator("details", { hasText: "Metadata" })
    .getByRole("button", { name: /^Edit/ });
  for (let left = await buttons.count(); left > 0; left--) await buttons.first().click();
  await panel.getByRole("group", { name: "Channels" }).waitFor();
  await takeScreenshot(page, "Metadata light");
  assertEquals(await seriousFindings(page), []);
  await page.emulateMedia({ colorScheme: "dark" });
  await takeScreenshot(page, "Metadata dark");
  assertEquals(await seriousFindings(page, ["color-contrast"]), []);
  await page.emulateMedia({ colorScheme: "light" });
});

consoleTest("a viewer → the values, and nothing to change them by", async ({ pageOf, stack }) => {
  const panel = await openShoe(await pageOf("viewer"));
  await panel.getByText("stock", { exact: true }).waitFor();
  assertEquals(await panel.getByRole("button", { name: /^Edit/ }).count(), 0);
  const { counts } = await control(stack, "GET /calls");
  assertEquals(counts["GET /metadata_fields"], 1);
});

consoleTest(
  "fields that Cloudinary does not tell → the values, its sentence, and the way to try again",
  async (world) => {
    await world.stack.killFunction("media-list");
    await control(world.stack, "PUT /faults", {
      fail_next: [{
        match: "GET /metadata_fields",
        status: 403,
        body: { error: { message: "No metadata in this plan." } },
      }],
    });
    const panel = await openShoe(await world.pageOf("admin"));
    const trouble = panel.getByRole("alert");
    await trouble.getByText("No metadata in this plan.").waitFor();
    await panel.getByText("stock", { exact: true }).waitFor();
    await trouble.getByRole("button", { name: "Try again" }).click();
    await panel.getByRole("button", { name: "Edit licence" }).waitFor();
    assertEquals(await panel.getByRole("alert").count(), 0);
  },
);
