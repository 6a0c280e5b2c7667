/**
 * A stack in a process of its own, so that several share the machine's cores as a project's isolates do:
 * `deno run -A stack-process.ts '<StackOptions as JSON>'`. Prints `READY {json}` and ends with its standard input.
 */
import { startStack } from "../../scripts/local/stack.ts";
import type { StackInfo } from "../../scripts/support/stack-info.ts";
import { type Child, startChild } from "../../scripts/local/child-process.ts";
import type { StackOptions } from "../../scripts/local/stack-options.ts";
import { printLine } from "../../scripts/support/print-line.ts";

/** Starts a stack in a child process; `stop` of the result ends it. */
export function startStackProcess(options: StackOptions): Promise<Child<StackInfo>> {
  return startChild({
    name: "stack",
    args: ["run", "--quiet", "--allow-all", import.meta.url, JSON.stringify(options)],
    environment: {},
    parse: (ready) => ready as StackInfo,
    onLine: () => {},
  });
}

if (import.meta.main) {
  const stack = await startStack({ ...JSON.parse(Deno.args[0] ?? "{}"), quiet: true });
  const stop = async () => {
    await stack.stop();
    Deno.exit(0);
  };
  Deno.addSignalListener("SIGTERM", () => void stop());
  printLine(`READY ${JSON.stringify(stack.info)}`);
  for await (const _ of Deno.stdin.readable);
  await stop();
}
