/** `deno task dev`: the local stack in the foreground, until SIGINT or SIGTERM. */
import { developmentUsage, parseDevelopmentOptions } from "./local/dev-options.ts";
import { startStack } from "./local/stack.ts";
import { removeStackFile, writeStackFile } from "./support/stack-file.ts";
import { printLine } from "./support/print-line.ts";

async function main(): Promise<number> {
  const parsed = await parseDevelopmentOptions(Deno.args, Deno.env.toObject());
  if (parsed.kind === "help") {
    printLine(developmentUsage);
    return 0;
  }
  if (parsed.kind === "error") {
    printError(`${parsed.message}\nSee: deno task dev --help`);
    return 2;
  }

  const ended = Promise.withResolvers<void>();
  // Registered before anything starts: a signal during the start stops the stack right after it.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    Deno.addSignalListener(signal, ended.resolve);
  }
  try {
    const stack = await startStack(parsed.options);
    try {
      await writeStackFile(stack.info, parsed.infoFile);
      printLine(`READY ${JSON.stringify(stack.info)}`);
      await ended.promise;
    } finally {
      await removeStackFile(parsed.infoFile);
      await stack.stop();
    }
    return 0;
  } catch (error) {
    printError(error instanceof Error ? error.message : String(error));
    return 1;
  }
}

function printError(message: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`${message}\n`));
}

if (import.meta.main) Deno.exit(await main());
