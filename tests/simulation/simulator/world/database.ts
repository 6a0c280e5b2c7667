/** The database of a run: PGlite with this repository's SQL, and the stand-ins of pg_net and pg_cron as messages. */
import { SignJWT } from "jose";
import { nextRun } from "../../../../scripts/local/cron-schedule.ts";
import { createDataApi } from "../../../../scripts/local/data-api.ts";
import { type LocalDatabase, openDatabase } from "../../../../scripts/local/database.ts";
import type { Keys } from "../../../../scripts/local/keys.ts";
import { migrate } from "../../../../scripts/local/migrate.ts";
import { preparePlatform } from "../../../../scripts/local/platform.ts";
import { openPreparedPglite } from "../../../../scripts/local/prepared-pglite.ts";
import { storeSecrets } from "../../../../scripts/local/vault-secrets.ts";
import { runAs } from "../engine/activity.ts";
import { EPOCH, outsideTime, track } from "../engine/machine.ts";
import { createRemoteCalls } from "./remote-calls.ts";
import { type Restore, takeMemory } from "./memory.ts";
import { warmUp } from "./warm-up.ts";

/** A request that the database asked pg_net to send. */
export interface QueuedRequest {
  id: number;
  method: string;
  url: string;
  headers: Record<string, string> | null;
  body: Uint8Array | null;
}

/** A job of `cron.job`. */
export interface Job {
  schedule: string;
  command: string;
}

/** A database that can be put back to its beginning. */
export interface SimulatedDatabase {
  /** `/rest/v1` and `/auth/v1`. */
  dataApi(request: Request): Promise<Response>;
  /** One statement as the owner. */
  query<Row = Record<string, unknown>>(text: string, parameters?: unknown[]): Promise<Row[]>;
  /** Statements as the owner. */
  exec(text: string): Promise<void>;
  /** Requests queued since the last call, taken off the queue. */
  takeRequests(): Promise<QueuedRequest[]>;
  /** The jobs, as the migrations scheduled them. */
  jobs: Job[];
  /** An editor's token. */
  editorToken: string;
  /** Back to the beginning. */
  reset(): void;
}

const editorId = "11111111-1111-4111-8111-111111111111";

/**
 * Opens a database; all of it stays in this process.
 *
 * @param url The project's address.
 * @param migrations A folder with other migrations than this repository's.
 */
export async function openSimulatedDatabase(
  url: string,
  keys: Keys,
  migrations?: string,
): Promise<SimulatedDatabase> {
  const database = migrations === undefined
    ? (await openPreparedPglite(() => {})).database
    : await openMigrated(migrations);
  await storeSecrets(database, {
    media_sync_project_url: url,
    media_sync_cron_key: keys.cron,
  });
  await database.query(
    `insert into auth.users (id, aud, role, email, email_confirmed_at, raw_app_meta_data)
     values ($1, 'authenticated', 'authenticated', 'editor@simulator.local', now(), '{"media_role": "editor"}')`,
    [editorId],
  );
  let queued = false;
  await database.listen("net_http_request_queue", () => queued = true);
  const jobs = await database.query<Job>(
    "select schedule, command from cron.job where active order by jobid",
  );
  const dataApi = await createDataApi(url, keys, database, () => {});
  const remoteCalls = await createRemoteCalls(database, keys);
  // Every run sees the same order of rows, however often a statement was planned before.
  await database.exec(
    "set plan_cache_mode = force_generic_plan; delete from net.http_request_queue;",
  );
  await warmUp(database);
  const editorToken = await new SignJWT({
    role: "authenticated",
    aal: "aal1",
    is_anonymous: false,
    email: "editor@simulator.local",
    app_metadata: { media_role: "editor" },
    user_metadata: {},
    session_id: editorId,
  }).setProtectedHeader({ alg: "HS256", kid: keys.jwtKeyId, typ: "JWT" })
    .setSubject(editorId).setIssuer(`${url}/auth/v1`).setAudience("authenticated")
    .setIssuedAt(Math.floor(EPOCH / 1000) - 60)
    .setExpirationTime(Math.floor(EPOCH / 1000) + 10 * 86_400)
    .sign(new TextEncoder().encode(keys.jwtSecret));
  const { driver } = database.connection as unknown as { driver: unknown };
  let restore: Restore | undefined;

  return {
    dataApi: (request) =>
      atRest(async () => {
        const body = request.body === null ? "" : await request.text();
        return await remoteCalls(request, body) ?? await dataApi(
          new Request(request.url, {
            method: request.method,
            headers: request.headers,
            ...(body === "" ? {} : { body }),
          }),
        );
      }),
    query: (text, parameters) => atRest(() => database.query(text, parameters)),
    exec: (text) => atRest(() => database.exec(text)),
    jobs,
    editorToken,
    takeRequests: async () => {
      if (!queued) return [];
      queued = false;
      return await atRest(() =>
        database.query<QueuedRequest>(
          `with taken as (delete from net.http_request_queue returning id, method::text as method, url, headers, body)
           select * from taken order by id`,
        )
      );
    },
    reset: () => {
      restore ??= takeMemory(driver);
      restore();
      queued = false;
    },
  };
}

/** Work of the database: the scheduler waits for it, and it starts no timer. */
function atRest<Result>(work: () => Promise<Result>): Promise<Result> {
  return track(runAs(outsideTime, work));
}

/** When a job runs next, ms since the epoch. */
export function nextJobRun(job: Job, from: number): number | null {
  return nextRun(job.schedule, from);
}

async function openMigrated(folder: string): Promise<LocalDatabase> {
  const database = await openDatabase();
  await preparePlatform(database);
  await migrate(database, folder);
  return database;
}
