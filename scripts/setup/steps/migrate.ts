import { CommandError } from "../../support/command-error.ts";
import type { Installation } from "../installation.ts";
import type { SetupStep } from "../step.ts";

interface Migration {
  local: string;
  remote: string;
}

/** Applies the migrations that the project's database lacks. */
export function migrateStep(installation: Installation): SetupStep {
  async function missing(): Promise<string[]> {
    const { stdout } = await installation.databaseCli(
      ["migration", "list", "--output-format=json"],
    );
    let migrations: Migration[] | undefined;
    try {
      migrations = JSON.parse(stdout).migrations;
    } catch {
      // Told below, like any other answer that is no list.
    }
    if (!Array.isArray(migrations)) {
      throw new CommandError(
        "cli_answer_unknown",
        "supabase migration list gave no list: use the version of the CLI that this project pins.",
      );
    }
    return migrations.filter(({ local, remote }) => local !== "" && remote === "")
      .map(({ local }) => local);
  }
  return {
    name: "migrate",
    check: async () => {
      const versions = await missing();
      return versions.length === 0
        ? { status: "in_place", message: "every migration is applied" }
        : { status: "needed", message: `${versions.length} migrations are not applied` };
    },
    apply: async () => {
      // [db.vault] is none of ours; without the flag a plain PostgreSQL without Vault is refused.
      await installation.databaseCli(["db", "push", "--skip-vault", "--yes"]);
      return "migrations applied";
    },
  };
}
