/** Sends the requests that `net.http_post` and its siblings have queued, as pg_net's worker does. */
import { type Clock, systemClock } from "./clock.ts";
import type { LocalDatabase } from "./database.ts";

/** What the worker works with. */
export interface HttpWorkerOptions {
  database: LocalDatabase;
  fetch?: typeof fetch;
  clock?: Clock;
  /** Gets one line for each failure of the worker itself. */
  log: (line: string) => void;
}

/** A running worker. */
export interface HttpWorker {
  /** Cuts off requests under way and resolves when nothing of the worker is left. */
  stop(): Promise<void>;
}

interface QueuedRequest {
  id: number;
  method: string;
  url: string;
  headers: Record<string, string> | null;
  body: Uint8Array | null;
  timeout_milliseconds: number;
}

// pg_net's defaults: 200 requests a batch, responses kept for six hours.
const batchSize = 200;
const timeToLive = "6 hours";
// A notification may be lost while the connection is; rows inserted by hand send none.
const pollMilliseconds = 1_000;

/**
 * Sends requests after their transaction's commit, each with its timeout, and writes `net._http_response`.
 *
 * As pg_net's worker (github.com/supabase/pg_net, src/worker.c) it works a batch at a time: the next begins when the slowest
 * request of the last has its answer, all answers of a batch appear at once, until then its requests stand in the queue,
 * and a worker that dies leaves them to the next one. Unlike it no transaction is held meanwhile, because on PGlite the
 * answering function needs the same session.
 */
export async function startHttpWorker(options: HttpWorkerOptions): Promise<HttpWorker> {
  const { database, log, clock = systemClock } = options;
  const send = options.fetch ?? fetch;
  const stopping = new AbortController();
  let draining: Promise<void> | null = null;
  let again = false;
  let cancelPoll = () => {};

  const workOneBatch = async (): Promise<boolean> => {
    const requests = await readBatch(database);
    if (requests.length === 0) return false;
    const responses = await Promise.all(
      requests.map((request) => perform(request, send, stopping.signal, clock)),
    );
    if (stopping.signal.aborted) return false;
    await settleBatch(database, requests, responses);
    return true;
  };
  const drain = async () => {
    do {
      again = false;
      if (await workOneBatch()) again = true;
    } while (again && !stopping.signal.aborted);
  };
  const wake = () => {
    if (stopping.signal.aborted) return;
    again = true;
    draining ??= drain()
      .catch((error) => log(`net: queue not worked: ${messageOf(error)}`))
      .finally(() => draining = null);
  };
  const poll = () => {
    cancelPoll = clock.after(pollMilliseconds, () => {
      wake();
      poll();
    });
  };

  const unlisten = await database.listen("net_http_request_queue", wake);
  wake();
  poll();

  return {
    stop: async () => {
      stopping.abort();
      cancelPoll();
      await unlisten();
      await draining;
    },
  };
}

/** The oldest requests; beside it, as pg_net's worker does when it works, old responses go. */
async function readBatch(database: LocalDatabase): Promise<QueuedRequest[]> {
  const requests = await database.query<QueuedRequest>(
    `select id, method::text as method, url, headers, body, timeout_milliseconds
     from net.http_request_queue order by id limit ${batchSize}`,
  );
  if (requests.length > 0) {
    await database.query(
      `delete from net._http_response as response using (
         select ctid as place from net._http_response
         where created < now() - interval '${timeToLive}' order by created limit ${batchSize}
       ) as old where response.ctid = old.place`,
    );
  }
  return requests;
}

async function settleBatch(
  database: LocalDatabase,
  requests: QueuedRequest[],
  responses: StoredResponse[],
): Promise<void> {
  const answers = requests.map(({ id }, place) => ({ id, ...responses[place] }));
  await database.transaction(async (sql) => {
    await sql.query("delete from net.http_request_queue where id = any ($1::bigint[])", [
      requests.map(({ id }) => id),
    ]);
    await sql.query(
      `insert into net._http_response
         (id, status_code, content_type, headers, content, timed_out, error_msg)
       select id, status_code, content_type, headers, content, timed_out, error_msg
       from jsonb_populate_recordset(null::net._http_response, $1::text::jsonb)`,
      // PostgreSQL's text holds no zero byte.
      [JSON.stringify(answers).replaceAll("\\u0000", "")],
    );
  });
}

interface StoredResponse {
  status_code: number | null;
  content_type: string | null;
  headers: Record<string, string> | null;
  content: string | null;
  timed_out: boolean | null;
  error_msg: string | null;
}

async function perform(
  request: QueuedRequest,
  send: typeof fetch,
  stopping: AbortSignal,
  clock: Clock,
): Promise<StoredResponse> {
  const limit = new AbortController();
  // Zero is no timeout, as for libcurl.
  const cancel = request.timeout_milliseconds > 0
    ? clock.after(request.timeout_milliseconds, () => limit.abort())
    : () => {};
  try {
    const response = await send(request.url, {
      method: request.method.toUpperCase(),
      headers: request.headers ?? {},
      ...(request.body ? { body: new Uint8Array(request.body) } : {}),
      signal: AbortSignal.any([limit.signal, stopping]),
    });
    const content = await response.text();
    return {
      status_code: response.status,
      content_type: response.headers.get("content-type"),
      headers: Object.fromEntries(response.headers),
      content,
      timed_out: false,
      error_msg: null,
    };
  } catch (error) {
    const timedOut = limit.signal.aborted;
    return {
      status_code: null,
      content_type: null,
      headers: null,
      content: null,
      timed_out: timedOut,
      error_msg: timedOut
        ? `Timeout of ${request.timeout_milliseconds} ms reached`
        : messageOf(error),
    };
  } finally {
    cancel();
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
