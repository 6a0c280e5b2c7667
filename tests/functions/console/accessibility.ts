/** axe-core in a page of the console. */
import type { Page } from "playwright-core";

let source: Promise<string> | undefined;

/** A finding of axe-core, as far as a test tells it. */
export interface AccessibilityFinding {
  rule: string;
  impact: string;
  /** Selectors of the first elements. */
  where: string[];
}

const STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/**
 * What axe-core finds of serious or critical impact.
 *
 * @param rules Some of its rules; by default all of WCAG 2.2 A and AA, and its own good practice.
 */
export async function seriousFindings(
  page: Page,
  rules?: readonly string[],
): Promise<AccessibilityFinding[]> {
  source ??= readAxe();
  const runOnly = rules === undefined
    ? { type: "tag", values: STANDARDS }
    : { type: "rule", values: rules };
  const isThere = await page.evaluate("typeof axe === 'object'");
  if (!isThere) await page.evaluate(await source);
  // Nothing is half faded in while its contrast is judged.
  return await page.evaluate(`(async () => {
    await Promise.all(document.getAnimations()
      .filter((animation) => animation.effect?.getTiming().iterations !== Infinity)
      .map((animation) => animation.finished.catch(() => {})));
    const { violations } = await axe.run(document, {
      runOnly: ${JSON.stringify(runOnly)},
      resultTypes: ["violations"],
    });
    return violations.filter(({ impact }) => impact === "serious" || impact === "critical")
      .map(({ id, impact, nodes }) => ({
        rule: id,
        impact,
        where: nodes.slice(0, 5).map(({ target, failureSummary }) => target.join(" ") + ": " + failureSummary),
      }));
  })()`) as AccessibilityFinding[];
}

async function readAxe(): Promise<string> {
  const { default: axe } = await import("axe-core");
  return (axe as { source: string }).source;
}
