import { createHash } from "node:crypto";
import type { NamedText } from "./schema-files.ts";

/**
 * Tells two states of the schema files apart, also those between two releases.
 *
 * @param files The schema files, in their order.
 * @returns 16 hexadecimal digits.
 */
export function schemaDigest(files: readonly NamedText[]): string {
  const text = JSON.stringify(files.map(({ path, text }) => [path, text]));
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}

/** The statements with which a migration leaves the digest in the database. */
export function schemaDigestStatements(digest: string): string {
  return `-- The schema files that this database was brought to.

create or replace function media_sync.schema_digest()
returns text
language sql
immutable
parallel safe
set search_path = ''
as $$
    select '${digest}';
$$;
comment on function media_sync.schema_digest() is 'Digest of the schema files that the last migration brings, so that states between two releases can be told apart.';
revoke all on function media_sync.schema_digest() from public, anon, authenticated;
`;
}

/**
 * The digest that a migration leaves in the database.
 *
 * @param migration The migration's text.
 * @returns Null where it leaves none.
 */
export function statedDigest(migration: string): string | null {
  return /function media_sync\.schema_digest\(\)[^$]*\$\$\s*select '([0-9a-f]+)'/.exec(migration)
    ?.[1] ?? null;
}
