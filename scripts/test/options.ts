import { type Suite, SUITES } from "./suites.ts";

/** What the command line asks for. */
export interface TestOptions {
  suites: readonly Suite[];
  /** Files and folders to keep to; empty for everything. */
  paths: string[];
  /** Flags for `deno test`. */
  flags: string[];
}

/** Flags of `deno test` whose value may be the next argument. */
const WITH_VALUE = new Set(["--filter", "--seed", "--reporter"]);

/**
 * Reads the arguments of `deno task test`: `--suite a,b`, paths, and flags for the runner.
 *
 * @returns The options, or the sentence that says what is wrong.
 */
export function readOptions(args: readonly string[]): TestOptions | { error: string } {
  const options = {
    suites: SUITES as readonly Suite[],
    paths: [] as string[],
    flags: [] as string[],
  };
  for (let index = 0; index < args.length; index++) {
    const argument = args[index] ?? "";
    if (argument === "--suite" || argument.startsWith("--suite=")) {
      const value = argument === "--suite"
        ? args[++index] ?? ""
        : argument.slice("--suite=".length);
      const names = value.split(",");
      const unknown = names.find((name) => !SUITES.some((suite) => suite === name));
      if (unknown !== undefined) {
        return { error: `Unknown suite "${unknown}"; there are ${SUITES.join(", ")}.` };
      }
      options.suites = SUITES.filter((suite) => names.includes(suite));
    } else if (WITH_VALUE.has(argument)) {
      options.flags.push(`${argument}=${args[++index] ?? ""}`);
    } else if (argument.startsWith("-")) {
      options.flags.push(argument);
    } else {
      options.paths.push(argument.replace(/^\.\//, "").replace(/\/$/, ""));
    }
  }
  return options;
}

/** Whether a file is among the paths asked for. */
export function isSelected(file: string, paths: readonly string[]): boolean {
  return paths.length === 0 || paths.some((path) => file === path || file.startsWith(`${path}/`));
}
