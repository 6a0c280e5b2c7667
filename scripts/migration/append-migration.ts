import type { Postgres } from "../support/postgres/start-postgres.ts";
import { type Difference, findDifference } from "./difference.ts";
import { migrationFiles, readFrozen } from "./frozen-migrations.ts";
import { laterGuard, ledgerStatement, migrationName } from "./guards.ts";
import { schemaDigest } from "./schema-digest.ts";
import { publicNames, withoutKnown } from "./public-names.ts";
import { renewPlans } from "./renew-plans.ts";
import { type NamedText, schemaFiles, schemaText } from "./schema-files.ts";

/** A migration that is to be written, and what it is about. */
export interface AppendedMigration extends NamedText, Omit<Difference, "sql"> {}

/**
 * Makes the migration that leads from the migrations there are to the schema files. One of the same name that is not
 * released yet is made anew.
 *
 * @param postgres Where the two databases are made.
 * @param files The repository's files.
 * @param name Its topic, `lower_case`.
 * @param now The time that stands in its name, unless an earlier migration's is later.
 * @returns Null where the migrations lead there already.
 * @throws As {@linkcode findDifference} does.
 */
export async function appendMigration(
  postgres: Postgres,
  files: readonly NamedText[],
  name: string,
  now: Date,
): Promise<AppendedMigration | null> {
  const frozen = readFrozen(files);
  const all = migrationFiles(files);
  const replaced = all.find(({ path }) => path.endsWith(`_${name}.sql`) && !(path in frozen));
  const migrations = all.filter((migration) => migration !== replaced);
  const difference = await findDifference(postgres, { migrations, schemas: schemaFiles(files) });
  if (difference === null) return null;
  const { sql, ...found } = difference;
  const path = replaced?.path ?? nextPath(migrations, name, now);
  const { version } = migrationName(path);
  const known = publicNames(migrations.map(({ text }) => text).join("\n"));
  const names = publicNames(schemaText(schemaFiles(files)));
  const guard = laterGuard(
    version,
    migrationName(migrations.at(-1)!.path).version,
    withoutKnown(names, known),
  );
  const text =
    `-- Generated from supabase/schemas by \`deno task migration ${name}\`; reviewed by a person.\n\n${guard}\n${sql}\n${
      renewPlans(names)
    }\n${ledgerStatement(version, name, schemaDigest(schemaFiles(files)))}`;
  return { path, text, ...found };
}

/** Later than every other migration, whatever the clock says. */
function nextPath(migrations: readonly NamedText[], name: string, now: Date): string {
  const versions = migrations.map(({ path }) => Number(/(\d{14})_/.exec(path)?.[1] ?? 0));
  const time = Number(now.toISOString().replace(/\D/g, "").slice(0, 14));
  return `supabase/migrations/${Math.max(time, Math.max(...versions) + 1)}_${name}.sql`;
}
