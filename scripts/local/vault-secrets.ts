/** Secrets that jobs in the database read from Vault. */
import type { LocalDatabase } from "./database.ts";

/** Stores each secret under its name, replacing what is there. */
export async function storeSecrets(
  database: LocalDatabase,
  secrets: Record<string, string>,
): Promise<void> {
  await database.transaction(async (sql) => {
    for (const [name, secret] of Object.entries(secrets)) {
      const known = await sql.query(
        "select vault.update_secret(id, $2::text) from vault.secrets where name = $1",
        [name, secret],
      );
      if (known.length === 0) {
        await sql.query("select vault.create_secret($2::text, $1::text)", [name, secret]);
      }
    }
  });
}
