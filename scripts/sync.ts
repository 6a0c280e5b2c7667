/** `deno task sync`: runs a sync of a project with a progress bar. */
import { runAsProcess } from "./support/command.ts";
import { syncCommand } from "./sync/sync-command.ts";

if (import.meta.main) await runAsProcess(syncCommand);
