/** A PostgreSQL on this machine that has everything the tests need. */
export interface PostgresInstallation {
  /** Folder of `postgres`, `initdb`, `pg_isready`, `psql`. */
  binaries: string;
  /** Major version, at least 15. */
  version: number;
  /** The user that clusters run as, when it is not the current one (PostgreSQL refuses to run as root). */
  user: string | undefined;
}

const OLDEST_VERSION = 15;
const EXTENSIONS = ["pg_cron", "pgtap", "plpgsql_check"];
const PACKAGES = [
  "postgresql-15",
  "postgresql-15-cron",
  "postgresql-15-pgtap",
  "postgresql-15-plpgsql-check",
  "libtap-parser-sourcehandler-pgtap-perl",
];

/**
 * Finds PostgreSQL 15 or later with pg_cron, pgTAP and plpgsql_check; as root on Debian, installs it.
 *
 * @returns The installation, or the reason why there is none.
 */
export async function findPostgresInstallation(): Promise<
  { installation: PostgresInstallation } | { unavailable: string }
> {
  const found = await look();
  if ("installation" in found || !(await canInstall())) return found;
  const failure = await install();
  return failure === undefined ? await look() : { unavailable: `${found.unavailable}; ${failure}` };
}

async function look(): Promise<{ installation: PostgresInstallation } | { unavailable: string }> {
  let reason = `PostgreSQL ${OLDEST_VERSION} or later was not found`;
  for (const binaries of await candidates()) {
    const version = Number(
      /(\d+)/.exec((await output(`${binaries}/postgres`, "--version")) ?? "")?.[1],
    );
    if (!(version >= OLDEST_VERSION)) continue;
    const share = (await output(`${binaries}/pg_config`, "--sharedir"))?.trim();
    const missing = EXTENSIONS.filter((name) => !exists(`${share}/extension/${name}.control`));
    if (missing.length > 0) {
      reason = `PostgreSQL ${version} in ${binaries} lacks ${missing.join(", ")}`;
      continue;
    }
    if (await output("pg_prove", "--version") === undefined) {
      reason = "pg_prove, which runs the pgTAP tests, was not found";
      continue;
    }
    const user = Deno.uid() === 0 ? "postgres" : undefined;
    if (user !== undefined && await output("id", "-u", user) === undefined) {
      reason = "PostgreSQL does not run as root and there is no user postgres";
      continue;
    }
    return { installation: { binaries, version, user } };
  }
  return { unavailable: reason };
}

/** Folders that may hold the binaries, newest major version first. */
async function candidates(): Promise<string[]> {
  const debian = "/usr/lib/postgresql";
  const versions = exists(debian)
    ? Array.from(Deno.readDirSync(debian), (entry) => entry.name)
    : [];
  const newestFirst = versions.sort((a, b) => Number(b) - Number(a));
  const onPath = (await output("pg_config", "--bindir"))?.trim();
  return [...newestFirst.map((version) => `${debian}/${version}/bin`), ...(onPath ? [onPath] : [])];
}

async function canInstall(): Promise<boolean> {
  return Deno.uid() === 0 && exists("/etc/debian_version") &&
    await output("apt-get", "--version") !== undefined;
}

/** @returns Why the packages could not be installed; undefined when they were. */
async function install(): Promise<string | undefined> {
  const lock = "DPkg::Lock::Timeout=300";
  for (
    const args of [
      ["-qq", "-o", lock, "update"],
      ["-qq", "-o", lock, "install", "-y", "--no-install-recommends", ...PACKAGES],
    ]
  ) {
    const result = await new Deno.Command("apt-get", {
      args,
      env: { DEBIAN_FRONTEND: "noninteractive" },
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).output();
    if (!result.success) {
      const last = new TextDecoder().decode(result.stderr).trim().split("\n").at(-1);
      return `apt-get ${args.includes("install") ? "install" : "update"} failed: ${last}`;
    }
  }
}

/** Standard output of a command; undefined when it is missing or fails. */
async function output(command: string, ...args: string[]): Promise<string | undefined> {
  try {
    const result = await new Deno.Command(command, { args, stdin: "null", stderr: "null" })
      .output();
    return result.success ? new TextDecoder().decode(result.stdout) : undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
