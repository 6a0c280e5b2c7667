/** Brings the migrations to the schema files: `deno task migration`. */
import { migrationCommand } from "./migration/migration-command.ts";
import { runAsProcess } from "./support/command.ts";

if (import.meta.main) await runAsProcess(migrationCommand);
