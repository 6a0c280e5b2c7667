/** What the steps work on, found when the first one needs it. */
import { createCloudinaryClient } from "../../supabase/functions/_shared/cloudinary/client.ts";
import { registerSecret } from "../../supabase/functions/_shared/http/redact.ts";
import { bundleFunctions } from "../bundle/bundle-functions.ts";
import type { Surroundings } from "../support/command.ts";
import { cliReason } from "../support/cli-reason.ts";
import { CommandError } from "../support/command-error.ts";
import { createCliQuery, createUrlQuery, type DatabaseQuery } from "../support/database-query.ts";
import { INSTALL_CLI, mendOf } from "../support/mend-of.ts";
import { findCloudinary, findProject, type ProjectOptions } from "../support/project.ts";
import { createProjectClient } from "../support/project-client.ts";
import type { SupabaseResult } from "../support/supabase-cli.ts";

/** What a command line says about the installation. */
export interface InstallationOptions extends ProjectOptions {
  /** `postgres://` URL, for databases that the CLI does not reach by a project's ref. */
  databaseUrl?: string;
  /** Functions of our names that are Media Sync's, whatever the database notes. */
  takenOver?: string[];
}

/** An installation; made by {@linkcode createInstallation}. */
export type Installation = ReturnType<typeof createInstallation>;

/**
 * Finds the parts of an installation on demand. Each method throws CommandError with the mend where its part
 * is not named anywhere.
 */
export function createInstallation(options: InstallationOptions, surroundings: Surroundings) {
  const { environment, runSupabase, signal } = surroundings;
  const named = options.projectRef ?? (environment.SUPABASE_PROJECT_ID?.trim() || undefined);
  const databaseUrl = options.databaseUrl ?? (environment.SUPABASE_DB_URL?.trim() || undefined);
  const project = once(() => findProject({ ...options, projectRef: named }, surroundings));
  const linkedRef = once(() => surroundings.readLinkedRef());

  /** The ref of the hosted project, or null. A project named by its URL is no other than that. */
  const findRef = once(async () => {
    if (named !== undefined) return named;
    const url = options.url ?? environment.SUPABASE_URL;
    if (!url?.trim()) return await linkedRef();
    return /^https:\/\/([a-z]{20})\.supabase\.co\/?$/.exec(url.trim())?.[1] ?? null;
  });

  async function requireRef(): Promise<string> {
    const ref = await findRef();
    if (ref !== null && /^[a-z]{20}$/.test(ref)) return ref;
    if (ref !== null) {
      throw new CommandError(
        "project_ref_bad",
        `${ref} is no project: --project-ref takes the 20 letters in the dashboard's address.`,
      );
    }
    throw new CommandError(
      "project_ref_missing",
      "Which project? Add --project-ref REF (the 20 letters in the dashboard's address).",
    );
  }

  async function cli(
    args: string[],
    options?: { env?: Record<string, string>; cwd?: string },
  ): Promise<SupabaseResult> {
    const result = await runSupabase(args, options);
    if (result.code === 0) return result;
    const reason = cliReason(result);
    const mend = result.code === 127 ? INSTALL_CLI : mendOf(
      reason,
      "Check the project ref, and SUPABASE_ACCESS_TOKEN (or run npx supabase login).",
    );
    // Without flags.
    const called = args.slice(0, 2).filter((word) => !word.startsWith("-")).join(" ");
    throw new CommandError("cli_failed", `supabase ${called} failed: ${reason}\n${mend}`);
  }

  return {
    environment,
    /** Where the migrations are; the folder of this project unless something else is said. */
    migrations: surroundings.migrations,
    project,
    linkedRef,
    findRef,
    requireRef,
    takenOver: options.takenOver ?? [],
    bundleFunctions: surroundings.bundleFunctions ?? bundleFunctions,
    /** Runs the CLI; throws CommandError `cli_failed` with what it said. */
    cli,
    client: once(async () => createProjectClient(await project(), signal)),
    cloudinary: once(async () => {
      // The local stack's library, but only where no project is named.
      const found = await localCloudinaryUrl();
      return createCloudinaryClient(findCloudinary(found, environment), { signal });
    }),
    /** The library that the functions are to work on: what this environment names. */
    functionsCloudinary: once(() =>
      Promise.resolve().then(() => findCloudinary(null, environment))
    ),
    /** Whether the CLI can reach the database: by its URL, or by the ref of a hosted project. */
    hasCliDatabase: async () => databaseUrl !== undefined || await isHosted(),
    isHosted,
    /** SQL as the owner. */
    database: once(async (): Promise<DatabaseQuery> => {
      if (surroundings.database) return surroundings.database;
      if (databaseUrl !== undefined) return createUrlQuery(checkDatabaseUrl(databaseUrl), signal);
      const local = await stackDatabaseUrl();
      if (local) return createUrlQuery(local, signal);
      if (local === null) {
        throw new CommandError(
          "database_out_of_reach",
          "The local stack's PGlite is reached by the stack only; start it with " +
            "deno task dev --database postgres://… to run this step on it.",
        );
      }
      return createCliQuery(runSupabase, await requireRef());
    }),
    /** Whether {@linkcode Installation.database} can be expected to work. */
    async hasDatabase(): Promise<boolean> {
      if (surroundings.database || databaseUrl !== undefined) return true;
      const local = await stackDatabaseUrl();
      return local === undefined ? await findRef() !== null : local !== null;
    },
  };

  async function isHosted(): Promise<boolean> {
    const found = await project().catch(() => null);
    return found?.isLocalStack !== true && await findRef() !== null;
  }

  /** undefined for a project that is no local stack. */
  async function stackDatabaseUrl(): Promise<string | null | undefined> {
    const found = await project().catch(() => null);
    return found?.isLocalStack ? found.databaseUrl : undefined;
  }

  async function localCloudinaryUrl(): Promise<string | null> {
    const found = await project().catch(() => null);
    return found?.cloudinaryUrl ?? null;
  }
}

/** Nothing that is said may hold the URL's password. */
function checkDatabaseUrl(databaseUrl: string): string {
  const url = URL.canParse(databaseUrl) ? new URL(databaseUrl) : null;
  const password = url && decode(url.password);
  if (url === null || !/^postgres(ql)?:$/.test(url.protocol) || password === null) {
    throw new CommandError(
      "database_url_bad",
      "--database-url or SUPABASE_DB_URL is no URL of a database: copy it (dashboard, Connect), which begins with " +
        "postgres://, and write @, #, /, : and % in its password as %40, %23, %2F, %3A and %25.",
    );
  }
  registerSecret(password);
  return databaseUrl;
}

function decode(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

function once<Result>(make: () => Promise<Result>): () => Promise<Result> {
  let made: Promise<Result> | undefined;
  return () => made ??= make();
}
