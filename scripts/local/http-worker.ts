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

// pg_net's defaults: 200 requests at a time, responses kept for six hours.
const batchSize = 200;
const timeToLive = "6 hours";
// A notification may be lost while the connection is; rows inserted by hand send none.
const pollMilliseconds = 1_000;

/**
 * Takes requests after their transaction's commit, sends each with its timeout and writes
 * `net._http_response`. Unlike pg_net it commits a request's removal before sending it, because on PGlite
 * the answering function needs the same session: a request is sent at most once.
 */
export async function startHttpWorker(options: HttpWorkerOptions): Promise<HttpWorker> {
  const { database, log, clock = systemClock } = options;
  const send = options.fetch ?? fetch;
  const stopping = new AbortController();
  const underway = new Set<Promise<void>>();
  let draining: Promise<void> | null = null;
  let again = false;
  let cancelPoll = () => {};

  const drain = async () => {
    do {
      again = false;
      const requests = await takeRequests(database);
      for (const request of requests) {
        const work: Promise<void> = perform(request, send, stopping.signal, clock)
          .then((response) => storeResponse(database, request.id, response))
          .catch((error) => log(`net: response ${request.id} not stored: ${messageOf(error)}`))
          .finally(() => underway.delete(work));
        underway.add(work);
      }
      if (requests.length === batchSize) again = true;
    } while (again && !stopping.signal.aborted);
  };
  const wake = () => {
    if (stopping.signal.aborted) return;
    again = true;
    draining ??= drain()
      .catch((error) => log(`net: queue not read: ${messageOf(error)}`))
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
      await Promise.all(underway);
    },
  };
}

async function takeRequests(database: LocalDatabase): Promise<QueuedRequest[]> {
  const requests = await database.query<QueuedRequest>(
    `with taken as (
       select ctid as place from net.http_request_queue
       order by id limit ${batchSize} for update skip locked
     )
     delete from net.http_request_queue as queue using taken where queue.ctid = taken.place
     returning queue.id, queue.method::text as method, queue.url, queue.headers, queue.body,
       queue.timeout_milliseconds`,
  );
  if (requests.length > 0) {
    await database.query(
      `delete from net._http_response where created < now() - interval '${timeToLive}'`,
    );
  }
  return requests;
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
  const cancel = clock.after(request.timeout_milliseconds, () => limit.abort());
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

async function storeResponse(
  database: LocalDatabase,
  id: number,
  response: StoredResponse,
): Promise<void> {
  await database.query(
    `insert into net._http_response
       (id, status_code, content_type, headers, content, timed_out, error_msg)
     values ($1, $2, $3, $4::text::jsonb, $5, $6, $7)`,
    [
      id,
      response.status_code,
      response.content_type,
      response.headers === null ? null : JSON.stringify(response.headers),
      // PostgreSQL's text holds no zero byte.
      response.content?.replaceAll("\0", "") ?? null,
      response.timed_out,
      response.error_msg,
    ],
  );
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
