/** Where the version stands: what the database tells of itself, what functions ask of it, and the document of the API. */
import { isAtLeast } from "../../supabase/functions/_shared/media/database-version.ts";
import type { NamedText } from "../migration/schema-files.ts";

const PLACES: { path: string; pattern: RegExp }[] = [
  {
    path: "supabase/schemas/00_foundation/90_version.sql",
    pattern: /(?<=select ')[\w.-]+(?=';)/,
  },
  {
    path: "supabase/functions/_shared/media/database-version.ts",
    pattern: /(?<=DATABASE_VERSION = ")[\w.-]+(?=")/,
  },
  { path: "openapi.json", pattern: /(?<="version": ")[\w.-]+(?=")/ },
];

/** The version that a place tells; each of them the same, which a test of the repository sees to. */
export function versionsOf(files: readonly NamedText[]): string[] {
  return PLACES.map(({ path, pattern }) => {
    const version = pattern.exec(textOf(files, path))?.[0];
    if (version === undefined) throw new Error(`${path} tells no version.`);
    return version;
  });
}

/** The files with another version in its places; those alone. */
export function withVersion(files: readonly NamedText[], version: string): NamedText[] {
  return PLACES.map(({ path, pattern }) => ({
    path,
    text: textOf(files, path).replace(pattern, version),
  }));
}

/** Whether the first is a later version than the second; with a suffix one comes before the one without. */
export function isLater(first: string, second: string): boolean {
  return !isAtLeast(second, first);
}

function textOf(files: readonly NamedText[], path: string): string {
  const text = files.find((file) => file.path === path)?.text;
  if (text === undefined) throw new Error(`There is no ${path}.`);
  return text;
}
