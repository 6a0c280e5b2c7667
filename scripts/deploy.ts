/** `deno task deploy`: brings a project to this code. */
import { deployCommand } from "./setup/deploy-command.ts";
import { runAsProcess } from "./support/command.ts";

if (import.meta.main) await runAsProcess(deployCommand);
