import { applyMissing, missingMigrations } from "../../ledger/ledger.ts";
import { shippedMigrations } from "../../ledger/shipped-migrations.ts";
import type { Installation } from "../installation.ts";
import type { SetupStep } from "../step.ts";

/** Applies the migrations that the project's database lacks, by our own ledger in it. */
export function migrateStep(
  installation: Pick<Installation, "database" | "migrations">,
): SetupStep {
  const missing = async () =>
    await missingMigrations(
      await installation.database(),
      await shippedMigrations(installation.migrations),
    );
  return {
    name: "migrate",
    check: async () => {
      const { length } = await missing();
      return length === 0 ? { status: "in_place", message: "every migration is applied" } : {
        status: "needed",
        message: `${count(length)} ${length === 1 ? "is" : "are"} not applied`,
      };
    },
    apply: async () => {
      const database = await installation.database();
      const shipped = await shippedMigrations(installation.migrations);
      return `${count(await applyMissing(database, shipped))} applied`;
    },
  };
}

function count(length: number): string {
  return length === 1 ? "1 migration" : `${length} migrations`;
}
