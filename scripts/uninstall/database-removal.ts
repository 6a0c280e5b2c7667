import { shippedMigrations } from "../ledger/shipped-migrations.ts";
import { type PublicNames, publicNames } from "../migration/public-names.ts";
import { SCHEMA_MARK, uninstallStatement } from "../migration/uninstall-sql.ts";
import { notedAs } from "../setup/deployed-functions.ts";
import type { Installation } from "../setup/installation.ts";
import type { DatabaseQuery } from "../support/database-query.ts";
import type { Removal } from "./removal.ts";

/**
 * Everything that the database holds of Media Sync.
 *
 * @param dropsTables Whether the tables with the data go too; asked when it is carried through.
 */
export function databaseRemoval(
  installation: Pick<Installation, "database" | "migrations">,
  dropsTables: () => boolean,
): Removal {
  const names = async () =>
    publicNames(
      (await shippedMigrations(installation.migrations)).map(({ text }) => text).join("\n"),
    );
  return {
    part: "database",
    gone: "nothing of Media Sync is there",
    look: async () => {
      const database = await installation.database();
      const found = await readFound(database, await names());
      if (found.tables === "") return found.schema ? "the schema media_sync" : null;
      const waiting = await countWaiting(database, found);
      const what = found.schema ? "the schema media_sync, and the tables" : "the tables";
      return `${what} ${found.tables}${
        waiting === 0 ? "" : `; ${waiting} edits have not reached Cloudinary yet`
      }`;
    },
    apply: async () => {
      const database = await installation.database();
      const extensions = await notedAs(installation, "extension");
      await database.query(uninstallStatement(await names(), dropsTables() ? "drop" : "keep"));
      const { tables } = await readFound(database, await names());
      const used = await installedOf(database, extensions);
      const what = tables === ""
        ? "everything of Media Sync, and its tables"
        : `everything but the data: ${tables} stay`;
      return used.length === 0
        ? what
        : `${what}; somebody uses what came along, which stays: ${used.join(", ")}`;
    },
  };
}

interface Found {
  schema: boolean;
  tables: string;
}

/** A table of the same name that is somebody else's has another comment. */
async function readFound(database: DatabaseQuery, { tables }: PublicNames): Promise<Found> {
  const rows = await database.query<{ name: string; comment: string | null }>(
    `select relname::text as name, obj_description(oid, 'pg_class') as comment from pg_class
     where relnamespace = 'public'::regnamespace and relkind = 'r' order by relname`,
    [],
    { readOnly: true },
  );
  const [found] = await database.query<{ schema: boolean }>(
    // As the statement does: a schema of this name that is somebody else's has another comment.
    `select coalesce(obj_description(to_regnamespace('media_sync'), 'pg_namespace') like '${SCHEMA_MARK}%', false) as schema`,
    [],
    { readOnly: true },
  );
  const ours = rows.filter(({ name, comment }) =>
    tables.some((table) => table.name === name && table.comment === comment)
  );
  return { schema: found?.schema === true, tables: ours.map(({ name }) => name).join(", ") };
}

async function installedOf(database: DatabaseQuery, extensions: string[]): Promise<string[]> {
  if (extensions.length === 0) return [];
  const rows = await database.query<{ name: string }>(
    "select extname::text as name from pg_extension where extname = any (string_to_array($1, ',')) order by 1",
    [extensions.join(",")],
    { readOnly: true },
  );
  return rows.map(({ name }) => name);
}

/** Edits that only the rows hold. */
async function countWaiting(database: DatabaseQuery, { schema }: Found): Promise<number> {
  if (!schema) return 0;
  const [found] = await database.query<{ waiting: number }>(
    "select count(*)::integer as waiting from public.media_assets where sync_status <> 'synced'",
    [],
    { readOnly: true },
  );
  return found?.waiting ?? 0;
}
