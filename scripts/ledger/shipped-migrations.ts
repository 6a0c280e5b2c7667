import { migrationName, notedMigration } from "../migration/guards.ts";

/** A migration as this project ships it. */
export interface ShippedMigration {
  /** What it notes in the ledger. */
  version: string;
  name: string;
  text: string;
  /** `media_sync.schema_digest()` after it. */
  digest: string;
}

/**
 * The migrations of this project, in their order.
 *
 * @param folder Default: `supabase/migrations/` of this project.
 */
export async function shippedMigrations(
  folder: URL = new URL("../../supabase/migrations/", import.meta.url),
): Promise<ShippedMigration[]> {
  const migrations: (ShippedMigration & { file: string })[] = [];
  for await (const { name: file } of Deno.readDir(folder)) {
    if (!/^\d{14}_\w+\.sql$/.test(file)) continue;
    const text = await Deno.readTextFile(new URL(file, folder));
    const named = migrationName(file);
    // A file may be given another number, as in a project's own folder of migrations.
    const { version, digest } = notedMigration(text) ?? { version: named.version, digest: "" };
    migrations.push({ version, name: named.name, text, digest, file });
  }
  return migrations.sort((left, right) => left.file < right.file ? -1 : 1);
}
