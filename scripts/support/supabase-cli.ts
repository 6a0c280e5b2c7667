/** The version of the `supabase` npm package that this project runs. */
export const SUPABASE_CLI_VERSION = "3.1.0";

/** What a run of the CLI left behind. */
export interface SupabaseResult {
  /** Exit code; 127 when the CLI could not be found or fetched. */
  code: number;
  stdout: string;
  stderr: string;
}

/**
 * Runs the Supabase CLI with these arguments; `env` is added to its environment, `cwd` holds the `supabase/` that it works
 * on (default: this project's).
 */
export type RunSupabase = (
  args: string[],
  options?: { env?: Record<string, string>; cwd?: string },
) => Promise<SupabaseResult>;

/** Options of {@linkcode runSupabase}. */
export interface RunSupabaseOptions {
  /** Folder that holds `supabase/`. Default: this project's root. */
  cwd?: string | undefined;
  /** Added to the environment of the CLI, for example `SUPABASE_ACCESS_TOKEN`. */
  env?: Record<string, string>;
  /** Ends the CLI. */
  signal?: AbortSignal;
}

const root = new URL("../../", import.meta.url).pathname;
let executable: Promise<SupabaseResult> | undefined;

/**
 * Runs the Supabase CLI (npm `supabase`, pinned, fetched on first use) without Docker and with its telemetry
 * off. Commands that change a database need `--yes`, because the CLI refuses to ask without a terminal.
 *
 * @param args The command line, for example `["db", "push", "--remote=postgres://…", "--yes"]`.
 * @returns Exit code and output. Never throws for a failing command.
 */
export async function runSupabase(
  args: string[],
  options: RunSupabaseOptions = {},
): Promise<SupabaseResult> {
  // npx needs a second to find what it has already installed, so that it is asked once per process.
  const found = await (executable ??= locate());
  if (found.code !== 0) {
    executable = undefined;
    return { code: 127, stdout: "", stderr: missing(found.stderr) };
  }
  return await run("node", [found.stdout.trim(), ...args], {
    cwd: options.cwd ?? root,
    env: { SUPABASE_TELEMETRY_DISABLED: "1", DO_NOT_TRACK: "1", ...options.env },
    ...(options.signal && { signal: options.signal }),
  });
}

/**
 * The flag that points the CLI at a database. On the loopback address it asks for no TLS, because the CLI
 * otherwise tries it and puts a warning into the output that callers read.
 *
 * @param url `postgres://` URL of the database.
 */
export function remoteFlag(url: string): string {
  const target = new URL(url);
  if (["127.0.0.1", "localhost", "[::1]"].includes(target.hostname)) {
    target.searchParams.set("sslmode", "disable");
  }
  return `--remote=${target.href}`;
}

async function locate(): Promise<SupabaseResult> {
  const args = ["-y", "--package", `supabase@${SUPABASE_CLI_VERSION}`, "-c", "command -v supabase"];
  return await run("npx", args, { cwd: root });
}

async function run(command: string, args: string[], options: Deno.CommandOptions) {
  try {
    const output = await new Deno.Command(command, { args, stdin: "null", ...options }).output();
    const decoder = new TextDecoder();
    return {
      code: output.code,
      stdout: decoder.decode(output.stdout),
      stderr: decoder.decode(output.stderr),
    };
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    return { code: 127, stdout: "", stderr: `${command} was not found; install Node.js.` };
  }
}

function missing(reason: string): string {
  return `The Supabase CLI ${SUPABASE_CLI_VERSION} could not be started through npx.\n${reason}`;
}
