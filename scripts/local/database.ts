/** One SQL surface over the two databases that the local stack can run on. */
import { createPgliteConnection, type PgliteConnection } from "@supabase/lite/pglite";
import { createPostgresConnection, type PostgresConnection } from "@supabase/lite/postgres";
import { pg_trgm } from "@electric-sql/pglite/contrib/pg_trgm";
import { claimFolder } from "./claim-database.ts";
import { containDriverError } from "./contain-driver-error.ts";
import { isoTimestamp } from "./iso-timestamp.ts";

/** Runs SQL as the owner of the database. */
export interface SqlRunner {
  /** One statement with `$1 …` parameters; returns its rows. */
  query<Row = Record<string, unknown>>(text: string, parameters?: unknown[]): Promise<Row[]>;
  /** Any number of statements, without parameters. */
  exec(text: string): Promise<void>;
}

/** A database of the local stack. */
export interface LocalDatabase extends SqlRunner {
  kind: "pglite" | "postgres";
  /** The connection string, or null for PGlite. */
  url: string | null;
  /** What the data API runs on. */
  connection: PgliteConnection | PostgresConnection;
  /** Runs `work` in one transaction; an error rolls it back and is thrown on. */
  transaction<Result>(work: (sql: SqlRunner) => Promise<Result>): Promise<Result>;
  /** Runs `work` while nothing else uses PGlite's only session; on PostgreSQL at once. */
  exclusive<Result>(work: () => Promise<Result>): Promise<Result>;
  /** Calls `listener` for every notification on `channel`; the result stops it. */
  listen(channel: string, listener: (payload: string) => void): Promise<() => Promise<void>>;
  close(): Promise<void>;
}

/** Where the database is. */
export interface DatabaseLocation {
  /** `postgres://…`; without it, PGlite. */
  url?: string;
  /** PGlite only: a folder that outlives the process. Default: in memory. */
  dataDirectory?: string;
  /** PGlite only: a dump of a prepared data directory to start from. */
  prepared?: Blob;
}

const searchPath = '"$user", public, extensions';

/**
 * Opens PGlite or connects to PostgreSQL.
 *
 * @throws the driver's error when the server cannot be reached; StackError `database_in_use`
 */
export async function openDatabase(location: DatabaseLocation = {}): Promise<LocalDatabase> {
  return location.url
    ? await openPostgres(location.url)
    : location.dataDirectory === undefined
    ? await openPglite(undefined, location.prepared)
    : await openFolder(location.dataDirectory);
}

async function openFolder(folder: string): Promise<LocalDatabase> {
  let claim = await claimFolder(folder);
  try {
    const database = await openPglite(folder);
    // One that was made just now could not be claimed before.
    claim ??= await claimFolder(folder);
    const close = async () => {
      await database.close();
      claim?.release();
    };
    return { ...database, close };
  } catch (error) {
    claim?.release();
    throw error;
  }
}

/** Lets the data API see tables and functions that DDL has added since it last looked. */
export async function refreshSchemaCache(database: LocalDatabase): Promise<void> {
  await database.exclusive(() => database.connection.clearSchemaCache());
}

async function openPostgres(url: string): Promise<LocalDatabase> {
  const json = (oid: number) => ({
    to: oid,
    from: [oid],
    // The data API hands over JSON that is text already; encoding it again would make it a JSON string.
    serialize: (value: unknown) => typeof value === "string" ? value : JSON.stringify(value),
    parse: (value: string) => JSON.parse(value),
  });
  const timestamp = (oid: number) => ({
    to: oid,
    from: [oid],
    serialize: (value: unknown) => value instanceof Date ? value.toISOString() : value,
    parse: isoTimestamp,
  });
  containDriverError();
  const connection = createPostgresConnection({
    url,
    postgresOptions: {
      max: 10,
      connect_timeout: 10,
      onnotice: () => {},
      connection: { search_path: searchPath },
      types: {
        json: json(114),
        jsonb: json(3802),
        timestamp: timestamp(1114),
        timestamptz: timestamp(1184),
      },
    },
  });
  keepGrants(connection);
  const { driver } = connection;

  const runner = (sql: Pick<typeof driver, "unsafe">): SqlRunner => ({
    query: async <Row>(text: string, parameters: unknown[] = []) =>
      [...await sql.unsafe(text, parameters as never[])] as Row[],
    exec: async (text) => void await sql.unsafe(text),
  });

  try {
    await driver.unsafe("select 1");
  } catch (error) {
    await connection.close();
    throw error;
  }
  return {
    ...runner(driver),
    kind: "postgres",
    url,
    connection,
    transaction: <Result>(work: (sql: SqlRunner) => Promise<Result>) =>
      driver.begin((transaction) => work(runner(transaction))) as Promise<Result>,
    exclusive: (work) => work(),
    listen: async (channel, listener) => {
      const subscription = await driver.listen(channel, listener);
      return () => subscription.unlisten();
    },
    close: () => driver.end({ timeout: 5 }),
  };
}

async function openPglite(dataDirectory?: string, prepared?: Blob): Promise<LocalDatabase> {
  const connection = await keepExitCode(() =>
    createPgliteConnection({
      ...(dataDirectory ? { url: dataDirectory } : {}),
      pgliteOptions: {
        extensions: { pg_trgm },
        // The types timestamp and timestamptz.
        parsers: { 1114: isoTimestamp, 1184: isoTimestamp },
        ...(prepared ? { loadDataDir: prepared } : {}),
      },
    })
  );
  keepGrants(connection);
  const { driver } = connection;
  await keepExitCode(() => driver.waitReady);
  await driver.exec(`set search_path to ${searchPath}; set timezone to 'UTC';`);

  // PGlite has one session, and the data API opens its transactions on it without a lock: two requests at
  // once would run inside each other's transaction, and with each other's role. Everything queues here.
  let tail: Promise<unknown> = Promise.resolve();
  const exclusive = <Result>(work: () => Promise<Result>): Promise<Result> => {
    const turn = tail.then(() => keepExitCode(work));
    tail = turn.catch(() => {});
    return turn;
  };
  const runner = (sql: Pick<typeof driver, "query" | "exec">): SqlRunner => ({
    query: async <Row>(text: string, parameters: unknown[] = []) =>
      (await sql.query<Row>(text, parameters)).rows,
    exec: async (text) => void await sql.exec(text),
  });
  const direct = runner(driver);

  return {
    query: (text, parameters) => exclusive(() => direct.query(text, parameters)),
    exec: (text) => exclusive(() => direct.exec(text)),
    kind: "pglite",
    url: null,
    connection,
    transaction: (work) =>
      exclusive(() => driver.transaction((transaction) => work(runner(transaction as never)))),
    exclusive,
    listen: async (channel, listener) => {
      const unlisten = await exclusive(() => driver.listen(channel, listener));
      return () => exclusive(() => unlisten());
    },
    close: () => exclusive(() => connection.close()),
  };
}

/**
 * PGlite is PostgreSQL's program inside this process, and writes that program's exit code over ours after
 * initdb (99) and after every statement that fails (100).
 */
async function keepExitCode<Result>(work: () => Promise<Result>): Promise<Result> {
  const before = Deno.exitCode;
  try {
    return await work();
  } finally {
    if (Deno.exitCode === 99 || Deno.exitCode === 100) Deno.exitCode = before;
  }
}

/**
 * Left alone, the data API grants everything on every schema that has a table with RLS to all API roles
 * before its first request. On a project the migrations' grants are all there is.
 */
function keepGrants(connection: PgliteConnection | PostgresConnection): void {
  (connection as unknown as { rlsState: string }).rlsState = "active";
}
