import type { Page } from "playwright-core";

/** What has the focus: its name, and its place in the library. */
export interface Focused {
  name: string;
  place?: string;
}

/** A page for somebody who has a keyboard alone. */
export function keyboardOf(page: Page) {
  const focused = (): Promise<Focused> =>
    page.locator(":focus").evaluate(
      // deno-lint-ignore no-explicit-any -- of the browser's own types Deno knows none.
      (element: any) => ({
        name: element.getAttribute("aria-label") ?? element.innerText,
        place: element.closest("[data-index]")?.dataset.index,
      }),
    );
  /** Presses Tab until something of that name has the focus. @throws Error where nothing has. */
  const tabTo = async (wanted: RegExp): Promise<void> => {
    for (let presses = 0; presses < 60; presses++) {
      await page.keyboard.press("Tab");
      const { name } = await focused().catch(() => ({ name: "" }));
      if (wanted.test(name)) return;
    }
    throw new Error(`Tab reaches nothing called ${wanted}`);
  };
  return { focused, tabTo };
}
