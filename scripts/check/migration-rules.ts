import { FIRST_MIGRATION, firstMigration } from "../migration/first-migration.ts";
import { schemaFiles } from "../migration/schema-files.ts";
import type { Finding } from "./finding.ts";
import type { RepositoryFile } from "./repository-files.ts";

/** The migration is the one that the schema files give. */
export function checkMigrations(files: RepositoryFile[]): Finding[] {
  const kept = files.find(({ path }) => path === FIRST_MIGRATION)?.text;
  if (kept === firstMigration(schemaFiles(files))) return [];
  return [{
    file: FIRST_MIGRATION,
    message: "is not what supabase/schemas gives; run deno task migration",
  }];
}
