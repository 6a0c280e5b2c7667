/** What a Supabase project has and a plain PostgreSQL has not, so that the migrations apply. */
import { App } from "@supabase/lite";
import { type LocalDatabase, openDatabase, refreshSchemaCache } from "./database.ts";

/** What the database got. */
export interface Platform {
  /** Who runs `cron.job`: the real extension, the stack's scheduler, or nobody (no schema `cron`). */
  cron: "pg_cron" | "stand-in" | "none";
  /** Who sends requests queued with `net.http_post`: the real extension or the stack's worker. */
  net: "pg_net" | "stand-in";
  /** Whose schema `realtime` is: a project's own, the stand-in's, or nobody's. */
  realtime: "project" | "stand-in" | "none";
}

/** What {@linkcode preparePlatform} may leave out. */
export interface PlatformOptions {
  /** Default false, on purpose: migrations must do without Realtime. The stack, which serves it, has it. */
  realtime?: boolean;
}

/**
 * Prepares a database: API roles, schemas `auth`, `extensions` (pg_trgm, pgcrypto), `vault`, `net` and
 * `cron`, and `realtime` where it is asked for. Idempotent; what the server really has (pg_cron, pg_net, Vault,
 * Realtime) is left alone.
 *
 * @param target An open database, or a `postgres://` URL that is opened and closed here.
 * @throws the driver's error when a statement fails or the server cannot be reached.
 */
export async function preparePlatform(
  target: LocalDatabase | string,
  options: PlatformOptions = {},
): Promise<Platform> {
  if (typeof target === "string") {
    const database = await openDatabase({ url: target });
    try {
      return await preparePlatform(database, options);
    } finally {
      await database.close();
    }
  }
  const database = target;
  const run = async (topic: string) => await database.exec(await readTopic(topic));

  await run("roles");
  await run("schemas");
  await ensureAuthTables(database);
  await run("auth");
  await run("extensions");
  const installed = await database.query<{ extname: string }>("select extname from pg_extension");
  const has = (name: string) => installed.some((extension) => extension.extname === name);
  if (!has("supabase_vault")) await run("vault");
  if (!has("pg_net")) await run("net");
  await run(database.kind === "pglite" ? "cron" : "cron-extension");
  const realtime = await realtimeOf(database);
  if (options.realtime && realtime !== "project") {
    for (const topic of realtimeTopics) await run(topic);
  }
  await refreshSchemaCache(database);
  return {
    cron: await cronOf(database),
    net: has("pg_net") ? "pg_net" : "stand-in",
    realtime: options.realtime && realtime === "none" ? "stand-in" : realtime,
  };
}

const realtimeTopics = ["realtime", "realtime-changes"];

/** The SQL that prepares a database, in order: what a cached preparation depends on. */
export async function platformSql(): Promise<string[]> {
  const topics = [
    ...["roles", "schemas", "auth", "extensions", "vault", "net", "cron"],
    ...realtimeTopics,
  ];
  return await Promise.all(topics.map(readTopic));
}

async function readTopic(topic: string): Promise<string> {
  return await Deno.readTextFile(new URL(`./platform/${topic}.sql`, import.meta.url));
}

/** The tables of Supabase Auth, as the local data API makes them; no request is served here. */
async function ensureAuthTables(database: LocalDatabase): Promise<void> {
  const app = new App({
    connection: database.connection,
    auth: { enabled: true },
    api: { schemas: ["public"] },
  });
  await database.exclusive(() => app.ensureSystemSchema());
}

/** A project's Realtime keeps a record of its migrations beside its tables. */
async function realtimeOf(database: LocalDatabase): Promise<Platform["realtime"]> {
  const [found] = await database.query<{ record: boolean; messages: boolean }>(
    `select to_regclass('realtime.schema_migrations') is not null as record,
       to_regclass('realtime.messages') is not null as messages`,
  );
  if (found?.record) return "project";
  return found?.messages ? "stand-in" : "none";
}

async function cronOf(database: LocalDatabase): Promise<Platform["cron"]> {
  const [found] = await database.query<{ extension: boolean; jobs: boolean }>(
    `select exists (select from pg_extension where extname = 'pg_cron') as extension,
       to_regclass('cron.job') is not null as jobs`,
  );
  if (found?.extension) return "pg_cron";
  return found?.jobs ? "stand-in" : "none";
}
