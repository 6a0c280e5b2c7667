/** `deno task fuzz`: random requests by every role. */
import { fuzzCommand } from "./fuzz/fuzz-command.ts";
import { runAsProcess } from "./support/command.ts";

if (import.meta.main) await runAsProcess(fuzzCommand);
