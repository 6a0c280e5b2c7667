/** `deno task setup`: installs Media Sync in a Supabase project. */
import { runAsProcess } from "./support/command.ts";
import { setupCommand } from "./setup/setup-command.ts";

if (import.meta.main) await runAsProcess(setupCommand);
