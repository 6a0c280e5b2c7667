/** Released migrations: databases have them, so that an edit would reach no one. */
import { createHash } from "node:crypto";
import type { NamedText } from "./schema-files.ts";

/** The one place that knows which migrations are released: path → SHA-256 of the text. */
export const FROZEN_FILE = "supabase/frozen-migrations.json";

const FOLDER = "supabase/migrations/";

/** The migrations among files, in the order in which they are applied. */
export function migrationFiles<File extends NamedText>(files: readonly File[]): File[] {
  return files
    .filter(({ path }) => path.startsWith(FOLDER) && path.endsWith(".sql"))
    .sort((left, right) => left.path < right.path ? -1 : 1);
}

/**
 * The hashes of the released migrations.
 *
 * @param files The repository's files.
 * @returns By path; empty before the first release.
 * @throws SyntaxError where {@linkcode FROZEN_FILE} is no JSON.
 */
export function readFrozen(files: readonly NamedText[]): Record<string, string> {
  const text = files.find(({ path }) => path === FROZEN_FILE)?.text;
  return text === undefined ? {} : JSON.parse(text);
}

/** What {@linkcode FROZEN_FILE} holds once all migrations of today are released. */
export function freeze(files: readonly NamedText[]): string {
  const hashes = migrationFiles(files).map(({ path, text }) => [path, hashMigration(text)]);
  return `${JSON.stringify(Object.fromEntries(hashes), null, 2)}\n`;
}

/** SHA-256 of a migration's text, in hexadecimal digits. */
export function hashMigration(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
