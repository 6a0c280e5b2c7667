/** `deno task uninstall`: takes Media Sync out of a project. */
import { runAsProcess } from "./support/command.ts";
import { uninstallCommand } from "./uninstall/uninstall-command.ts";

if (import.meta.main) await runAsProcess(uninstallCommand);
