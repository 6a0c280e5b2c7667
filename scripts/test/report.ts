/** How many tests ended how. */
export interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

/** What a report says of one test or step. */
interface TestCase {
  name: string;
  file: string;
  outcome: "passed" | "failed" | "skipped";
  /** Of a failure: why, in the words of what was thrown. */
  reason: string;
}

/**
 * Reads the JUnit report of `deno test --junit-path`. A test with steps counts as its steps; it counts
 * itself only when it failed for a reason of its own. Tests that a filter left out are not counted.
 */
export function readReport(xml: string): Counts {
  const counts: Counts = { passed: 0, failed: 0, skipped: 0 };
  for (const { outcome } of testCases(xml)) counts[outcome]++;
  return counts;
}

/**
 * What failed, a paragraph each, so that it can be said once more at the end of a long output.
 *
 * @param lines How many lines of a failure's reason are kept.
 */
export function describeFailures(xml: string, lines = 12): string[] {
  return testCases(xml).filter(({ outcome }) => outcome === "failed")
    .map(({ file, name, reason }) => {
      const kept = reason.split("\n").filter((line) => line.trim() !== "").slice(0, lines);
      return [`${file} => ${name}`, ...kept.map((line) => `    ${line}`)].join("\n");
    });
}

/** Every test or step that counts. */
function testCases(xml: string): TestCase[] {
  const cases = [...xml.matchAll(/<testcase name="([^"]*)"([^>]*)>(.*?)<\/testcase>/gs)];
  const withSteps = new Set(cases.flatMap(([, name = ""]) => ancestors(name)));
  return cases.flatMap(([, name = "", attributes = "", content = ""]): TestCase[] => {
    const [, file = ""] = /classname="([^"]*)"/.exec(attributes) ?? [];
    const one = (outcome: TestCase["outcome"], reason = "") => [
      { name: decode(name), file: decode(file), outcome, reason: decode(reason) },
    ];
    if (content.includes("<skipped/>")) {
      // What was ignored has a time, what was filtered out has none.
      return attributes.includes(' time="') ? one("skipped") : [];
    }
    const [, reason] = /<(?:failure|error)[^>]*message="([^"]*)"/.exec(content) ?? [];
    if (reason !== undefined) {
      const ofItsSteps = /^\d+ test steps? failed/.test(reason);
      return withSteps.has(name) && ofItsSteps ? [] : one("failed", reason);
    }
    return withSteps.has(name) ? [] : one("passed");
  });
}

/** Text of XML as text. */
function decode(text: string): string {
  return text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&quot;", '"')
    .replaceAll("&apos;", "'").replaceAll("&amp;", "&");
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
