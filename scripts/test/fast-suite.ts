import { isHeavy, isSlow, longestFirst } from "./durations.ts";
import type { Suite } from "./suites.ts";

/** What the quick tests choose from; of it they leave out the files named `*.slow.test.ts`. */
const FAST_SUITES = ["unit", "functions"] as const;

/** Why tests against PostgreSQL do not run among the quick ones. */
export const POSTGRES_LEFT_OUT = "deno task test runs it";

/** The files that `deno task test:fast` runs. */
export function fastFiles(suites: Record<Suite, string[]>): string[] {
  return FAST_SUITES.flatMap((suite) => suites[suite]).filter((file) => !isSlow(file));
}

/**
 * Writes one module a worker, each of which imports its share of the test files: what a worker keeps, such as its local
 * stack, then serves all of them.
 *
 * @param root The project's folder, ending in `/`.
 * @param files Test files relative to it.
 * @param workers How many modules at most.
 * @returns The modules, relative to the root.
 */
export async function writeWorkerModules(
  root: string,
  files: string[],
  workers: number,
): Promise<string[]> {
  const folder = ".local/fast-tests";
  await Deno.remove(root + folder, { recursive: true }).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  });
  await Deno.mkdir(root + folder, { recursive: true });
  const modules: string[] = [];
  for (const [index, share] of shares(files, workers).entries()) {
    const module = `${folder}/worker-${index + 1}.test.ts`;
    const imports = share.map((file) => `import ${JSON.stringify(`../../${file}`)};\n`);
    await Deno.writeTextFile(root + module, imports.join(""));
    modules.push(module);
  }
  return modules;
}

/** Files shared out among workers; a heavy one weighs as much as half of the others. */
export function shares(files: string[], workers: number): string[][] {
  const all = Array.from({ length: Math.max(1, workers) }, () => ({
    weight: 0,
    files: [] as string[],
  }));
  const weight = (file: string) => isHeavy(file) ? files.length / 2 : 1;
  for (const file of longestFirst(files)) {
    const lightest = all.reduce((one, other) => other.weight < one.weight ? other : one);
    lightest.weight += weight(file);
    lightest.files.push(file);
  }
  return all.map((share) => share.files).filter((share) => share.length > 0);
}
