import type { Page } from "playwright-core";

/** Buttons whose words do not fit into them, or that stick out of what holds them. */
export async function cutOffButtons(page: Page): Promise<string[]> {
  return await page.evaluate(`[...document.querySelectorAll("button")].filter((button) => {
    const box = button.getBoundingClientRect();
    if (box.width === 0) return false;
    const holder = button.parentElement.getBoundingClientRect();
    const isOut = button.closest(".segmented, [role=toolbar]") !== null &&
      (box.right > holder.right + 1 || box.left < holder.left - 1);
    return isOut || button.scrollWidth > button.clientWidth + 1;
  }).map((button) => button.innerText || button.getAttribute("aria-label"))`) as string[];
}
