/** `deno task console`: the web console for any static host. */
import { consoleCommand } from "./console/console-command.ts";
import { runAsProcess } from "./support/command.ts";

if (import.meta.main) await runAsProcess(consoleCommand);
