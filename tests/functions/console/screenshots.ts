/** Pictures of what a test sees, for people to look at. */
import type { Page } from "playwright-core";

/** Where they are written; without it none are. */
const folder = Deno.env.get("SCREENSHOTS");

/** Writes a picture of a page into the folder that the variable `SCREENSHOTS` names. */
export async function takeScreenshot(page: Page, name: string): Promise<void> {
  if (folder === undefined) return;
  await Deno.mkdir(folder, { recursive: true });
  const file = name.toLowerCase().replaceAll(/\W+/g, "-");
  await Deno.writeFile(
    `${folder}/${file}.png`,
    await page.screenshot({ animations: "disabled" }),
  );
}
