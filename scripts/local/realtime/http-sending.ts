/** Broadcasts over HTTP, as `httpSend` of supabase-js and its older siblings send them. */
import { type Caller, type Callers, isRefusal } from "./caller.ts";
import type { Json } from "./messages.ts";
import type { Policies } from "./policies.ts";
import type { Topics } from "./topics.ts";

interface Sending {
  topic: string;
  event: string;
  payload: unknown;
  isPrivate: boolean;
}

/**
 * @returns a handler of `POST /realtime/v1/api/broadcast` (a list of messages) and of
 * `POST …/api/broadcast/<topic>/events/<event>` (one). Where the policies do not allow it the message goes nowhere and
 * the answer is 202 all the same for a list, as on a project; one alone is 403.
 */
export function createHttpSending(
  { topics, callers, policies }: { topics: Topics; callers: Callers; policies: Policies },
): (request: Request, ofConnection: Caller) => Promise<Response> {
  return async (request, ofConnection) => {
    if (request.method !== "POST") return failure(405, "Send with POST");
    const token = request.headers.get("authorization")?.replace(/^bearer\s+/i, "");
    const caller = await callers.byToken(token, ofConnection);
    if (isRefusal(caller)) return failure(401, caller.message);
    const url = new URL(request.url);
    if (url.searchParams.has("persist") || url.searchParams.has("persist[ttl]")) {
      return failure(422, "The local stack keeps no broadcasts: send it without `persist`");
    }
    const sendings = await readSendings(request, url);
    if (sendings === null) {
      return failure(422, "Send JSON: messages with a topic, an event and a payload each");
    }
    for (const { topic, event, payload, isPrivate } of sendings) {
      if (isPrivate && !await policies.maySend(caller, topic)) {
        if (url.pathname.endsWith("/broadcast")) continue;
        return failure(403, `You do not have permissions to send to this Channel topic: ${topic}`);
      }
      topics.publish(topic, isPrivate, { event, payload });
    }
    return new Response(null, { status: 202 });
  };
}

/** @returns Null for what is none. */
async function readSendings(request: Request, url: URL): Promise<Sending[] | null> {
  const [, topic, event] = /\/broadcast\/([^/]+)\/events\/([^/]+)$/.exec(url.pathname) ?? [];
  try {
    if (topic !== undefined && event !== undefined) {
      const isBinary = request.headers.get("content-type") === "application/octet-stream";
      return [{
        topic: decodeURIComponent(topic),
        event: decodeURIComponent(event),
        payload: isBinary ? new Uint8Array(await request.arrayBuffer()) : await request.json(),
        isPrivate: url.searchParams.get("private") === "true",
      }];
    }
    const { messages } = await request.json() as { messages: Json[] };
    return messages.map(({ topic, event, payload, private: isPrivate }) => {
      if (typeof topic !== "string" || typeof event !== "string") throw new TypeError("no message");
      return { topic, event, payload: payload ?? {}, isPrivate: isPrivate === true };
    });
  } catch {
    return null;
  }
}

function failure(status: number, message: string): Response {
  return Response.json({ error: message, message }, { status });
}
