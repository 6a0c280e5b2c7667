import type { Finding } from "./finding.ts";
import { checkCircles } from "./imports/circles.ts";
import { checkClientImport } from "./imports/client-rules.ts";
import { checkConsoleImport } from "./imports/console-rules.ts";
import { checkEmulatorImport } from "./imports/emulator-rules.ts";
import { checkFunctions } from "./imports/functions-rules.ts";
import { readModules } from "./imports/read-imports.ts";
import { checkScripts } from "./imports/scripts-rules.ts";
import type { RepositoryFile } from "./repository-files.ts";

/**
 * Checks who imports whom: the layers of `supabase/functions`, the client, the console and the emulator as parts of their own,
 * `scripts/` without `tests/`, and no file that imports itself by way of others.
 *
 * @param files The repository's files.
 * @returns What breaks a rule; empty when nothing does.
 */
export function checkImportRules(files: readonly RepositoryFile[]): Finding[] {
  const modules = readModules(files);
  const parts = modules.flatMap(({ path, imports }) =>
    imports.flatMap((imported) =>
      [checkEmulatorImport, checkClientImport, checkConsoleImport]
        .map((check) => check(path, imported))
        .filter((message) => message !== undefined)
        .map((message) => ({ file: path, line: imported.line, message }))
    )
  );
  return [
    ...checkFunctions(modules, files),
    ...parts,
    ...checkScripts(modules),
    ...checkCircles(modules),
  ];
}
