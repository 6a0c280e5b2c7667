import postgres from "postgres";
import { BROKER_VARIABLE, createBrokerProvider } from "./broker.ts";
import { createLocalProvider, type PostgresProvider } from "./provider.ts";

/** A PostgreSQL to test against. */
export interface Postgres {
  /** URL of the database `postgres`, as superuser: the one where pg_cron runs. Empty in a dedicated cluster. */
  url: string;
  /**
   * Creates a database: a clone of the migrated template, or an empty one (`template: "empty"`).
   *
   * @returns Its URL, as superuser.
   */
  createDatabase(options?: { name?: string; template?: "migrated" | "empty" }): Promise<string>;
  /** A connection pool to a database of this cluster; closed by `stop`. */
  sql(url: string, options?: { max?: number }): postgres.Sql;
  /** Ends all sessions and starts the server again on the same port. Only in a dedicated cluster. */
  restart(options?: { crash?: boolean }): Promise<void>;
  /** Takes the server away until `resume`. Only in a dedicated cluster. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** Closes the pools and drops the databases made here; a dedicated cluster ends. */
  stop(): Promise<void>;
}

/** Why there is no PostgreSQL to test against. */
export class PostgresUnavailableError extends Error {
  override name = "PostgresUnavailableError";
  readonly code = "postgres_unavailable";
}

let shared: PostgresProvider | undefined;

/** The provider that this process shares: the run's, or one of its own that ends with the process. */
export function sharedProvider(): PostgresProvider {
  const broker = Deno.env.get(BROKER_VARIABLE);
  return shared ??= broker ? createBrokerProvider(broker) : createLocalProvider();
}

/**
 * Connects to the run's shared cluster, starting it if nobody has yet, or starts one for this caller alone.
 *
 * @param options `dedicated` for a cluster that may be restarted, or whose database `postgres` is used.
 * @throws PostgresUnavailableError when this machine has none; see `postgresTest`, which skips instead.
 */
export async function startPostgres(options: { dedicated?: boolean } = {}): Promise<Postgres> {
  const provider = options.dedicated ? createLocalProvider({ crashSafe: true }) : sharedProvider();
  const found = await provider.cluster();
  if ("unavailable" in found) throw new PostgresUnavailableError(found.unavailable);
  const { url } = found;
  const owner = postgres(url, { max: 2, onnotice: () => {} });
  const pools: postgres.Sql[] = [];
  const databases: string[] = [];

  async function cluster() {
    const owned = options.dedicated && await provider.owned();
    if (!owned) {
      throw new Error("The shared cluster stays up; use startPostgres({ dedicated: true }).");
    }
    return owned;
  }

  return {
    url,
    async createDatabase({ name, template = "migrated" } = {}) {
      const database = name ?? `test_${crypto.randomUUID().replaceAll("-", "")}`;
      const source = template === "empty" ? "template0" : await provider.template();
      await owner`create database ${owner(database)} template ${owner(source)}`;
      databases.push(database);
      const created = new URL(url);
      created.pathname = `/${database}`;
      return created.href;
    },
    sql(database, { max = 4 } = {}) {
      const pool = postgres(database, { max, onnotice: () => {} });
      pools.push(pool);
      return pool;
    },
    restart: async (how) => await (await cluster()).restart(how),
    pause: async () => await (await cluster()).pause(),
    resume: async () => await (await cluster()).resume(),
    async stop() {
      await Promise.all(pools.map((pool) => pool.end({ timeout: 1 })));
      if (!options.dedicated) {
        for (const database of databases) {
          await owner`drop database if exists ${owner(database)} with (force)`;
        }
      }
      await owner.end({ timeout: 1 });
      if (options.dedicated) await provider.stop();
    },
  };
}
