/** What surrounds a command in a test: nothing of this machine, and everything it says is kept. */
import { type Command, runCommand, type Surroundings } from "../../../scripts/support/command.ts";
import type { Stack } from "../../../scripts/local/stack-options.ts";
import { functionNames } from "../../../scripts/support/function-names.ts";
import type { SupabaseResult } from "../../../scripts/support/supabase-cli.ts";

/** How a command ended and what it said. */
export interface Said {
  code: number;
  /** Standard output. */
  output: string;
  /** Standard error. */
  errors: string;
}

/** Nothing there: no project, no CLI, nobody to ask. */
export function emptySurroundings(overrides: Partial<Surroundings> = {}): Surroundings {
  return {
    environment: {},
    readStack: () => Promise.resolve(null),
    readLinkedRef: () => Promise.resolve(null),
    runSupabase: () => Promise.resolve({ code: 127, stdout: "", stderr: "no CLI in this test" }),
    print: () => {},
    printError: () => {},
    isTerminal: false,
    confirm: () => false,
    sleep: () => Promise.resolve(),
    signal: new AbortController().signal,
    // Bundling takes seconds, and a test of its own shows it.
    bundleFunctions: () =>
      Promise.resolve(
        functionNames.map((name) => ({ name, text: "export default {};", bytes: 18, gzip: 18 })),
      ),
    ...overrides,
  };
}

/** A local stack that a command finds as it finds the one of `deno task dev`. */
export function stackSurroundings(stack: Stack): Partial<Surroundings> {
  return {
    readStack: () => Promise.resolve(stack.info),
    database: { query: (text, parameters) => stack.sql(text, parameters) },
  };
}

/** Runs a command and keeps what it says. */
export async function run(
  command: Command,
  args: string[],
  overrides: Partial<Surroundings> = {},
): Promise<Said> {
  const output: string[] = [];
  const errors: string[] = [];
  const code = await runCommand(
    command,
    args,
    emptySurroundings({
      print: (line) => output.push(line),
      printError: (line) => errors.push(line),
      ...overrides,
    }),
  );
  return { code, output: output.join("\n"), errors: errors.join("\n") };
}

/** What the fake CLI was called with; `file` is what `--env-file` or `--file` held at that time. */
export interface CliCall {
  args: string[];
  env: Record<string, string>;
  file?: { path: string; text: string; mode: number | null };
}

/**
 * A CLI that answers by the beginning of its command line.
 *
 * @param answers Command line's beginning → what it prints, or a whole result.
 */
export function fakeCli(answers: Record<string, string | SupabaseResult>) {
  const calls: CliCall[] = [];
  const runSupabase: Surroundings["runSupabase"] = async (args, { env = {} } = {}) => {
    const call: CliCall = { args, env };
    const at = Math.max(args.indexOf("--env-file"), args.indexOf("--file"));
    if (at >= 0) {
      const path = args[at + 1]!;
      const { mode } = await Deno.stat(path);
      call.file = { path, text: await Deno.readTextFile(path), mode: mode && mode & 0o777 };
      call.args = args.with(at + 1, "FILE");
    }
    calls.push(call);
    const line = args.join(" ");
    const known = Object.entries(answers).find(([beginning]) => line.startsWith(beginning))?.[1];
    if (known === undefined) return { code: 0, stdout: "", stderr: "" };
    return typeof known === "string" ? { code: 0, stdout: known, stderr: "" } : known;
  };
  return { calls, runSupabase };
}
