import type { Finding } from "./finding.ts";
import { checkCircles } from "./imports/circles.ts";
import { checkEmulatorImport } from "./imports/emulator-rules.ts";
import { checkFunctions } from "./imports/functions-rules.ts";
import { readModules } from "./imports/read-imports.ts";
import { checkScripts } from "./imports/scripts-rules.ts";
import type { RepositoryFile } from "./repository-files.ts";

/**
 * Checks who imports whom: the layers of `supabase/functions`, the emulator as a part of its own, `scripts/` without
 * `tests/`, and no file that imports itself by way of others.
 *
 * @param files The repository's files.
 * @returns What breaks a rule; empty when nothing does.
 */
export function checkImportRules(files: readonly RepositoryFile[]): Finding[] {
  const modules = readModules(files);
  const emulator = modules.flatMap(({ path, imports }) =>
    imports.flatMap((imported) => {
      const message = checkEmulatorImport(path, imported);
      return message === undefined ? [] : [{ file: path, line: imported.line, message }];
    })
  );
  return [
    ...checkFunctions(modules, files),
    ...emulator,
    ...checkScripts(modules),
    ...checkCircles(modules),
  ];
}
