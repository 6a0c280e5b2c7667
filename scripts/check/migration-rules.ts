import { FIRST_MIGRATION, firstMigration } from "../migration/first-migration.ts";
import {
  FROZEN_FILE,
  hashMigration,
  migrationFiles,
  readFrozen,
} from "../migration/frozen-migrations.ts";
import { schemaFiles } from "../migration/schema-files.ts";
import { publicNames } from "../migration/public-names.ts";
import { UNINSTALL_FILE, uninstallFile } from "../migration/uninstall-sql.ts";
import type { Finding } from "./finding.ts";
import type { RepositoryFile } from "./repository-files.ts";

/**
 * Before the first release the one migration is what the schema files give. From then on released ones stay as they are,
 * and others come after them; that they lead to the schema files is for a test on PostgreSQL to show.
 */
export function checkMigrations(files: RepositoryFile[]): Finding[] {
  const frozen = readFrozen(files);
  const findings = Object.keys(frozen).length === 0
    ? checkFirst(files)
    : checkFrozen(files, frozen);
  return [...findings, ...checkUninstall(files)];
}

/** The file that takes everything away again knows all that the migrations make. */
function checkUninstall(files: RepositoryFile[]): Finding[] {
  const kept = files.find(({ path }) => path === UNINSTALL_FILE)?.text;
  const migrations = migrationFiles(files).map(({ text }) => text).join("\n");
  if (kept === undefined || kept === uninstallFile(publicNames(migrations))) return [];
  const message = "is not what supabase/migrations gives; run deno task migration";
  return [{ file: UNINSTALL_FILE, message }];
}

function checkFirst(files: RepositoryFile[]): Finding[] {
  const migrations = migrationFiles(files);
  const more = migrations.filter(({ path }) => path !== FIRST_MIGRATION).map(({ path }) => ({
    file: path,
    message: "is one too many: there is one migration until the first release",
  }));
  const kept = migrations.find(({ path }) => path === FIRST_MIGRATION)?.text;
  if (kept === firstMigration(schemaFiles(files))) return more;
  const message = "is not what supabase/schemas gives; run deno task migration";
  return [{ file: FIRST_MIGRATION, message }, ...more];
}

function checkFrozen(files: RepositoryFile[], frozen: Record<string, string>): Finding[] {
  const migrations = migrationFiles(files);
  const newest = Object.keys(frozen).sort().at(-1)!;
  const findings: Finding[] = [];
  for (const [path, hash] of Object.entries(frozen)) {
    const text = migrations.find((migration) => migration.path === path)?.text;
    if (text !== undefined && hashMigration(text) === hash) continue;
    const what = text === undefined ? "is released and missing" : "is released and was edited";
    findings.push({
      file: path,
      message:
        `${what} (${FROZEN_FILE}): restore it, edit supabase/schemas and run deno task migration <name>`,
    });
  }
  for (const { path } of migrations) {
    if (path in frozen || path > newest) continue;
    findings.push({ file: path, message: `comes before ${newest}, which is released` });
  }
  return findings;
}
