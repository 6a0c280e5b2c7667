import { type Suite, SUITES } from "./suites.ts";

export const testUsage = `Runs the tests: deno task test [flags] [file or folder …]

  --suite A,B    only these suites: ${SUITES.join(", ")}
  --behavior V   a (default) or b: the variant of every uncertain fact about Cloudinary that the local stacks take;
                 both: what is selected under a, and of it the scenarios under b as well
  --fast         units and functions on PGlite, without the slow ones: what deno task test:fast runs
  --help         this text

Other flags go to \`deno test\`, such as --filter TEXT. The last line is \`N passed, N failed[, N skipped]\`; exits 0
only if something ran and nothing failed.`;

const BEHAVIORS = ["a", "b", "both"] as const;
type BehaviorOption = typeof BEHAVIORS[number];

/** What the command line asks for. */
export interface TestOptions {
  suites: readonly Suite[];
  /** Which variant of every uncertain fact about Cloudinary the emulator takes. */
  behavior: BehaviorOption;
  /** Only the quick tests, which share what they can. */
  fast: boolean;
  /** Files and folders to keep to; empty for everything. */
  paths: string[];
  /** Flags for `deno test`. */
  flags: string[];
}

/** Flags of `deno test` whose value may be the next argument. */
const WITH_VALUE = new Set(["--filter", "--seed", "--reporter"]);

/**
 * Reads the arguments of `deno task test`; see {@linkcode testUsage}.
 *
 * @returns The options, or the sentence that says what is wrong.
 */
export function readOptions(args: readonly string[]): TestOptions | { error: string } {
  const options = {
    suites: SUITES as readonly Suite[],
    behavior: "a" as BehaviorOption,
    fast: false,
    paths: [] as string[],
    flags: [] as string[],
  };
  for (let index = 0; index < args.length; index++) {
    const argument = args[index] ?? "";
    if (argument === "--fast") options.fast = true;
    else if (argument === "--behavior" || argument.startsWith("--behavior=")) {
      const value = argument === "--behavior" ? args[++index] : argument.slice(11);
      const known = BEHAVIORS.find((option) => option === value);
      if (known === undefined) return { error: `--behavior is ${BEHAVIORS.join(", ")}.` };
      options.behavior = known;
    } else if (argument === "--suite" || argument.startsWith("--suite=")) {
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
