import postgres from "postgres";
import { type Cluster, startCluster } from "./cluster.ts";
import { findPostgresInstallation } from "./installation.ts";
import { migrateDatabase } from "./migrate.ts";

/** A cluster and its migrated template, each made on first use and only once. */
export interface PostgresProvider {
  /** The cluster's URL, or why there is none. */
  cluster(): Promise<{ url: string } | { unavailable: string }>;
  /** Name of a migrated database to clone. Rejects when the migrations fail. */
  template(): Promise<string>;
  /** The cluster itself; undefined where another process owns it, or none was started. */
  owned(): Promise<Cluster | undefined>;
  /** Stops an owned cluster. */
  stop(): Promise<void>;
}

const TEMPLATE = "media_sync_template";

/** A provider that has none, for runs without PostgreSQL. */
export function leftOutProvider(reason: string): PostgresProvider {
  return {
    cluster: () => Promise.resolve({ unavailable: reason }),
    template: () => Promise.reject(new Error(reason)),
    owned: () => Promise.resolve(undefined),
    stop: () => Promise.resolve(),
  };
}

/**
 * A provider that starts a cluster of its own.
 *
 * @param options As for `startCluster`.
 */
export function createLocalProvider(options: { crashSafe?: boolean } = {}): PostgresProvider {
  type Started = { cluster: Cluster } | { unavailable: string };
  let started: Promise<Started> | undefined;
  let template: Promise<string> | undefined;

  async function start(): Promise<Started> {
    const found = await findPostgresInstallation();
    if ("unavailable" in found) return found;
    return { cluster: await startCluster(found.installation, options) };
  }
  async function cluster() {
    const result = await (started ??= start());
    return "cluster" in result ? { url: result.cluster.url } : result;
  }
  async function createTemplate(): Promise<string> {
    const result = await cluster();
    if ("unavailable" in result) throw new Error(result.unavailable);
    const sql = postgres(result.url, { max: 1, onnotice: () => {} });
    try {
      await sql`create database ${sql(TEMPLATE)}`;
      const url = new URL(result.url);
      url.pathname = `/${TEMPLATE}`;
      await migrateDatabase(url.href);
      // Nobody may connect any more: a session in a template makes cloning it fail.
      await sql`alter database ${sql(TEMPLATE)} allow_connections false`;
    } finally {
      await sql.end();
    }
    return TEMPLATE;
  }
  async function owned() {
    const result = started && await started;
    return result && "cluster" in result ? result.cluster : undefined;
  }

  return {
    cluster,
    template: () => template ??= createTemplate(),
    owned,
    async stop() {
      await (await owned())?.stop();
      started = template = undefined;
    },
  };
}
