/** The console's library in Chromium for somebody who has a keyboard alone. */
import { assertEquals } from "@std/assert";
import { control, syncUntilCompleted } from "../../support/stack.ts";
import { waitUntil } from "../../support/wait-until.ts";
import { consoleTests } from "./console-world.ts";
import { keyboardOf } from "./keyboard-of.ts";
import { tiles } from "./tiles.ts";

const consoleTest = await consoleTests({ assets: 120, seed: 5 }, async ({ stack, call }) => {
  await control(stack, "POST /assets", {
    assets: [{ public_id: "red-shoe", display_name: "Red shoe", tags: ["shoe"] }],
  });
  await syncUntilCompleted(call);
});

consoleTest(
  "the keyboard alone → signed in, searched, opened, closed, selected, tagged",
  async (world) => {
    const page = await world.newPage();
    const { email, password } = world.stack.info.users.editor;
    const { keyboard } = page;
    const { focused, tabTo } = keyboardOf(page);
    await page.getByLabel("Email").waitFor();
    await keyboard.type(email);
    await keyboard.press("Tab");
    await keyboard.type(password);
    await keyboard.press("Enter");
    await tiles(page).first().waitFor();

    await keyboard.press("Tab");
    assertEquals((await focused()).name, "Skip to content");
    await keyboard.press("Enter");
    await tabTo(/MB|kB/);
    assertEquals((await focused()).place, "0");
    await keyboard.press("ArrowRight");
    await waitUntil(async () => (await focused()).place === "1");
    await keyboard.press("ArrowDown");
    await waitUntil(async () => Number((await focused()).place) > 2);
    await keyboard.press("Control+End");
    await waitUntil(async () => Number((await focused()).place) > 100);
    await keyboard.press("Control+Home");
    await waitUntil(async () => (await focused()).place === "0");

    await keyboard.press("/");
    await keyboard.type("red-shoe");
    await page.getByRole("status").filter({ hasText: /^1 asset$/ }).waitFor();
    await tabTo(/MB|kB/);
    await keyboard.press("Enter");
    await page.getByRole("complementary", { name: "Asset" }).getByText("Details").waitFor();
    await keyboard.press("Escape");
    await page.getByRole("complementary", { name: "Asset" }).waitFor({ state: "detached" });
    await waitUntil(async () => (await focused()).place === "0");
    await keyboard.press("Space");
    await tabTo(/^Tag$/);
    await keyboard.press("Enter");
    await page.getByRole("dialog").waitFor();
    await page.getByLabel("Add tags").waitFor();
    await keyboard.press("Tab");
    await keyboard.type("typed,");
    await tabTo(/^Save$/);
    await keyboard.press("Enter");
    await page.getByText("Tags of 1 asset changed.").waitFor();
    await page.context().close();
  },
);
