/** `deno task doctor`: checks an installation from end to end. */
import { doctorCommand } from "./doctor/doctor-command.ts";
import { runAsProcess } from "./support/command.ts";

if (import.meta.main) await runAsProcess(doctorCommand);
