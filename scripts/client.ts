/** `deno task client`: the client for apps as an npm package. */
import { clientCommand } from "./client/client-command.ts";
import { runAsProcess } from "./support/command.ts";

if (import.meta.main) await runAsProcess(clientCommand);
