/** The suites in the order they run; each is a folder under `tests/`. */
export const SUITES = ["unit", "functions", "database", "simulation", "conformance"] as const;
export type Suite = typeof SUITES[number];

/** Where each suite lives. A folder inside another suite's folder is taken out of it. */
const FOLDERS: Record<Suite, string> = {
  unit: "tests/unit",
  functions: "tests/functions",
  database: "tests/functions/database",
  simulation: "tests/simulation",
  conformance: "tests/conformance",
};

const TEST_FILE = /[._]test\.tsx?$/;
const IGNORED = new Set([".git", "node_modules", ".local"]);

/**
 * Finds the project's test files, suite by suite.
 *
 * @param root The project's folder, ending in `/`.
 * @returns Paths relative to the root, sorted; `stray` are those in no suite, which nothing would ever run.
 */
export async function findTestFiles(
  root: string,
): Promise<{ suites: Record<Suite, string[]>; stray: string[] }> {
  const suites = Object.fromEntries(SUITES.map((suite) => [suite, []])) as unknown as Record<
    Suite,
    string[]
  >;
  const stray: string[] = [];
  for (const file of (await filesUnder(root, "")).sort()) {
    if (!TEST_FILE.test(file)) continue;
    const suite = suiteOf(file);
    (suite ? suites[suite] : stray).push(file);
  }
  return { suites, stray };
}

/** The suite that a file (relative to the root) belongs to: the one with the longest matching folder. */
export function suiteOf(file: string): Suite | undefined {
  return SUITES
    .filter((suite) => file.startsWith(`${FOLDERS[suite]}/`))
    .sort((a, b) => FOLDERS[b].length - FOLDERS[a].length)[0];
}

async function filesUnder(root: string, folder: string): Promise<string[]> {
  const files: string[] = [];
  for await (const entry of Deno.readDir(root + folder)) {
    if (IGNORED.has(entry.name)) continue;
    const path = folder + entry.name;
    if (entry.isDirectory) files.push(...await filesUnder(root, `${path}/`));
    else files.push(path);
  }
  return files;
}
