/** `deno task probe`: finds out how a Cloudinary account behaves where its documentation leaves it open. */
import { probeCommand } from "./probe/probe-command.ts";
import { runAsProcess } from "./support/command.ts";

if (import.meta.main) await runAsProcess(probeCommand);
