/** `deno task bundle`: makes one file of each function. */
import { bundleCommand } from "./bundle/bundle-command.ts";
import { runAsProcess } from "./support/command.ts";

if (import.meta.main) await runAsProcess(bundleCommand);
