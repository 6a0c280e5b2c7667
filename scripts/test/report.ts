/** How many tests ended how. */
export interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

/**
 * Reads the JUnit report of `deno test --junit-path`. A test with steps counts as its steps; it counts
 * itself only when it failed for a reason of its own. Tests that a filter left out are not counted.
 */
export function readReport(xml: string): Counts {
  const counts: Counts = { passed: 0, failed: 0, skipped: 0 };
  const cases = [...xml.matchAll(/<testcase name="([^"]*)"([^>]*)>(.*?)<\/testcase>/gs)];
  const withSteps = new Set(cases.flatMap(([, name = ""]) => ancestors(name)));
  for (const [, name = "", attributes = "", content = ""] of cases) {
    if (content.includes("<skipped/>")) {
      // What was ignored has a time, what was filtered out has none.
      if (attributes.includes(' time="')) counts.skipped++;
    } else if (content.includes("<failure") || content.includes("<error")) {
      const ofItsSteps = /<failure message="\d+ test steps? failed"/.test(content);
      if (!withSteps.has(name) || !ofItsSteps) counts.failed++;
    } else if (!withSteps.has(name)) counts.passed++;
  }
  return counts;
}

/** The titles of the tests that a step belongs to; the runner joins titles with " > ". */
function ancestors(name: string): string[] {
  const titles = name.split(" &gt; ");
  return titles.slice(1).map((_, index) => titles.slice(0, index + 1).join(" &gt; "));
}

/** Adds counts up. */
export function addCounts(all: Counts[]): Counts {
  const sum: Counts = { passed: 0, failed: 0, skipped: 0 };
  for (const counts of all) {
    sum.passed += counts.passed;
    sum.failed += counts.failed;
    sum.skipped += counts.skipped;
  }
  return sum;
}

/** The closing line: `N passed, N failed`, and `, N skipped` where some were. */
export function summaryLine({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}
