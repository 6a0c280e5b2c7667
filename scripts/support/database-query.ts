/** SQL on a project's database, run as its owner. */
import postgres from "postgres";
import { orAborted } from "./ask.ts";
import { cliReason, withoutContext } from "./cli-reason.ts";
import { CommandError } from "./command-error.ts";
import { INSTALL_CLI, mendOf } from "./mend-of.ts";
import type { RunSupabase } from "./supabase-cli.ts";

/** Runs single statements. */
export interface DatabaseQuery {
  /**
   * @param text One statement, or several without parameters, with `$1 …`; every parameter is a text.
   * @param options `readOnly`: it changes nothing, so that no confirmation is wanted; a hosted project runs it as a role
   *   that reads every table and may call none of our functions, nor Vault's. Otherwise it runs as the owner.
   * @throws CommandError `database_failed`; `database_refused` with the sentence that a statement of ours raised
   */
  query<Row = Record<string, unknown>>(
    text: string,
    parameters?: string[],
    options?: { readOnly?: boolean },
  ): Promise<Row[]>;
}

/** Queries through `supabase db query`, for a project that is reached by its ref. */
export function createCliQuery(runSupabase: RunSupabase, projectRef: string): DatabaseQuery {
  return {
    query: async <Row>(text: string, parameters: string[] = [], { readOnly = false } = {}) => {
      // A file, because every user of the machine can read the arguments of a process.
      const folder = await Deno.makeTempDir();
      try {
        const file = `${folder}/query.sql`;
        await Deno.writeTextFile(file, bind(text, parameters), { mode: 0o600 });
        const { code, stdout, stderr } = await runSupabase([
          ...["db", "query", `--remote=${projectRef}`, "--file", file, "-o", "json", "--agent=no"],
          readOnly ? "--read-only" : "--yes",
        ]);
        const reason = cliReason({ stdout, stderr });
        if (code === 127) throw new CommandError("cli_failed", `${reason}\n${INSTALL_CLI}`);
        if (code !== 0) throw failed(reason);
        const parsed: unknown = JSON.parse(stdout.trim() || "[]");
        return (Array.isArray(parsed) ? parsed : []) as Row[];
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    },
  };
}

/**
 * Queries over a connection that is opened for each statement.
 *
 * @param signal Cancels the statement when it is aborted.
 */
export function createUrlQuery(url: string, signal: AbortSignal): DatabaseQuery {
  return {
    query: async <Row>(text: string, parameters: string[] = []) => {
      const sql = postgres(url, { max: 1, connect_timeout: 15, onnotice: () => {} });
      const running = sql.unsafe(text, parameters);
      const cancel = () => running.cancel();
      signal.addEventListener("abort", cancel, { once: true });
      try {
        return [...await orAborted(running, signal)] as unknown as Row[];
      } catch (error) {
        signal.throwIfAborted();
        throw failed(reasonOf(error));
      } finally {
        signal.removeEventListener("abort", cancel);
        await sql.end({ timeout: signal.aborted ? 1 : 5 });
      }
    },
  };
}

/** Puts parameters into a statement as literals. */
export function bind(text: string, parameters: string[]): string {
  // Functions in a migration have a $1 of their own.
  if (parameters.length === 0) return text;
  return text.replace(/\$(\d+)/g, (_, place) => {
    const value = parameters[Number(place) - 1];
    if (value === undefined) throw new RangeError(`There is no parameter $${place}.`);
    // With E'' the backslash means the same whatever standard_conforming_strings says.
    return `E'${value.replaceAll("\\", "\\\\").replaceAll("'", "''")}'`;
  });
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const isRaised = (error as { code?: string }).code === "P0001";
  return withoutContext(isRaised ? `P0001: ${error.message}` : error.message || error.name);
}

function failed(reason: string): CommandError {
  // What a statement of ours raises says itself what to do.
  const raised = /(?:ERROR:\s+)?P0001: (.*)|(.*) \(SQLSTATE P0001\)/s.exec(reason);
  if (raised) {
    return new CommandError(
      "database_refused",
      (raised[1] ?? raised[2]!).replace(/^ERROR:\s+/, ""),
    );
  }
  return new CommandError(
    "database_failed",
    `The database refused or could not be reached: ${reason}\n${
      mendOf(reason, "Check the project ref and SUPABASE_ACCESS_TOKEN, or --database-url.")
    }`,
  );
}
