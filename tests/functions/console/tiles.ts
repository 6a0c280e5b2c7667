import type { Page } from "playwright-core";

/** The assets that are shown as tiles. */
export const tiles = (page: Page) => page.locator(".tile[data-id]");

/** The ids of the first assets that are shown. */
export async function idsOf(page: Page, count: number): Promise<string[]> {
  // deno-lint-ignore no-explicit-any -- of the browser's own types Deno knows none.
  const ids = await tiles(page).evaluateAll((all) => all.map((tile: any) => tile.dataset.id));
  return ids.slice(0, count);
}
