/** `/realtime/v1` of the local stack: Phoenix channels for Broadcast and Postgres Changes, and sending over HTTP. */
import { type Clock, systemClock } from "../clock.ts";
import type { LocalDatabase } from "../database.ts";
import type { Keys } from "../keys.ts";
import { type Caller, createCallers } from "./caller.ts";
import { serveConnection } from "./connection.ts";
import { startDatabaseMessages } from "./database-messages.ts";
import { createHttpSending } from "./http-sending.ts";
import type { ProtocolVersion } from "./messages.ts";
import { type PostgresChanges, startPostgresChanges } from "./postgres-changes.ts";
import { createPolicies } from "./policies.ts";
import { createTopics } from "./topics.ts";

/** What Realtime works with. */
export interface RealtimeOptions {
  database: LocalDatabase;
  keys: Keys;
  /** Whether the schema `realtime` is the stand-in's, which alone tells this stack of its messages. */
  isStandIn: boolean;
  clock?: Clock;
  /** Gets one line for each failure. */
  log: (line: string) => void;
}

/** A running Realtime. */
export interface Realtime {
  /** Answers requests whose path starts with `/realtime/v1`. */
  handle(request: Request): Promise<Response>;
  /** Closes every socket. */
  stop(): Promise<void>;
}

const foreignRealtime =
  "RealtimeUnavailable: This database has a Realtime of its own: connect to that project's URL";

/** Nobody joins where these are. */
const noChanges: PostgresChanges = {
  subscribe: () => Promise.resolve(foreignRealtime),
  unsubscribe: () => {},
  stop: () => Promise.resolve(),
};

/** Starts to deliver what the database sends, and answers clients from now on. */
export async function startRealtime(options: RealtimeOptions): Promise<Realtime> {
  const { database, keys, log, clock = systemClock } = options;
  const topics = createTopics();
  const callers = createCallers(keys, clock.now);
  const policies = createPolicies(database, log);
  const messages = options.isStandIn
    ? await startDatabaseMessages({ database, topics, clock, log })
    : { stop: () => Promise.resolve() };
  const changes = options.isStandIn ? await startPostgresChanges(database, log) : noChanges;
  const sendByHttp = createHttpSending({ topics, callers, policies });
  const sockets = new Set<WebSocket>();

  const unavailable = options.isStandIn ? null : foreignRealtime;
  const connect = (request: Request, ofConnection: Caller, version: ProtocolVersion) => {
    const { socket, response } = Deno.upgradeWebSocket(request);
    sockets.add(socket);
    const context = { topics, callers, policies, changes, clock, ofConnection, unavailable };
    serveConnection(socket, version, context, log);
    socket.addEventListener("close", () => sockets.delete(socket));
    return response;
  };

  return {
    handle: async (request) => {
      const { pathname, searchParams } = new URL(request.url);
      const key = request.headers.get("apikey") ?? request.headers.get("x-api-key") ??
        searchParams.get("apikey");
      const caller = callers.byKey(key);
      if (!caller) {
        return failure(401, key === null ? "API key is missing" : "Invalid API key");
      }
      if (/^\/realtime\/v1\/api\/broadcast(\/|$)/.test(pathname)) {
        return await sendByHttp(request, caller);
      }
      if (pathname !== "/realtime/v1/websocket") return failure(404, "No such path");
      if (request.headers.get("upgrade")?.toLowerCase() !== "websocket") {
        return failure(426, "This address speaks WebSocket: connect with supabase-js");
      }
      const version = searchParams.get("vsn") ?? "1.0.0";
      if (version !== "1.0.0" && version !== "2.0.0") {
        return failure(400, `Serializer version ${version} is not supported: use 1.0.0 or 2.0.0`);
      }
      return connect(request, caller, version);
    },
    stop: async () => {
      await changes.stop();
      await messages.stop();
      await Promise.all([...sockets].map(closeSocket));
    },
  };
}

/** Resolves when it is closed, though its client may not answer the farewell. */
async function closeSocket(socket: WebSocket): Promise<void> {
  if (socket.readyState === WebSocket.CLOSED) return;
  const closed = Promise.withResolvers<void>();
  const patience = setTimeout(closed.resolve, 1_000);
  socket.addEventListener("close", () => closed.resolve(), { once: true });
  if (socket.readyState !== WebSocket.CONNECTING) socket.close(1001, "the local stack stops");
  await closed.promise;
  clearTimeout(patience);
}

function failure(status: number, message: string): Response {
  return Response.json({ error: message, message }, {
    status,
    headers: status === 426 ? { upgrade: "websocket" } : {},
  });
}
