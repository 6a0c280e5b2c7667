/** One socket of a client: its heartbeat, and which of its channels a message belongs to. */
import { type Channel, type ChannelContext, joinChannel } from "./channel.ts";
import type { ClientMessage, Json, ProtocolVersion } from "./messages.ts";
import { decodeMessage, encodeBroadcast, encodeMessage } from "./serializer.ts";

interface Joined {
  joinRef: string | null;
  channel: Channel;
}

/**
 * Serves a socket until it closes.
 *
 * @param log Gets one line for each failure of the server itself.
 */
export function serveConnection(
  socket: WebSocket,
  version: ProtocolVersion,
  context: ChannelContext,
  log: (line: string) => void,
): void {
  const joined = new Map<string, Joined>();
  // What one channel is asked happens in the order in which it was asked; heartbeats do not wait for it.
  const queues = new Map<string, Promise<void>>();
  const send = (data: string | Uint8Array<ArrayBuffer> | null) => {
    if (data !== null && socket.readyState === WebSocket.OPEN) socket.send(data);
  };
  const push = (joinRef: string | null, topic: string, event: string, payload: Json) =>
    send(encodeMessage(version, { joinRef, ref: null, topic, event, payload }));
  const reply = (
    { joinRef, topic }: Pick<ClientMessage, "joinRef" | "topic">,
    ref: string | null,
    status: "ok" | "error",
    response: Json,
  ) => {
    const payload = { status, response };
    send(encodeMessage(version, { joinRef, ref, topic, event: "phx_reply", payload }));
  };
  const close = (topic: string, { joinRef, channel }: Joined) => {
    joined.delete(topic);
    channel.leave();
    const message = { joinRef, ref: joinRef, topic, event: "phx_close", payload: {} };
    send(encodeMessage(version, message));
  };

  const join = async (message: ClientMessage) => {
    const { topic, joinRef, ref } = message;
    const before = joined.get(topic);
    if (before) close(topic, before);
    const ended = () => {
      const now = joined.get(topic);
      if (now?.joinRef === joinRef) close(topic, now);
    };
    const channel = await joinChannel(context, message, {
      deliver: (broadcast) => send(encodeBroadcast(version, topic, broadcast)),
      reply: (ofPush, status, response) => reply(message, ofPush, status, response),
      push: (event, payload) => push(event === "system" ? joinRef : null, topic, event, payload),
      ended,
    });
    if (typeof channel === "string") return reply(message, ref, "error", { reason: channel });
    if (socket.readyState !== WebSocket.OPEN) return channel.leave();
    joined.set(topic, { joinRef, channel });
    reply(message, ref, "ok", channel.response);
    channel.begin();
  };

  const handle = async (message: ClientMessage) => {
    const { topic, event, ref } = message;
    if (event === "phx_join") return await join(message);
    const known = joined.get(topic);
    if (event === "phx_leave") {
      reply(message, ref, "ok", {});
      if (known) close(topic, known);
      return;
    }
    if (!known) return reply(message, ref, "error", { reason: "unmatched topic" });
    // Of a channel that was left and joined again meanwhile.
    if (message.joinRef !== null && message.joinRef !== known.joinRef) return;
    await known.channel.handle(message);
  };

  socket.binaryType = "arraybuffer";
  socket.onmessage = ({ data }) => {
    const message = decodeMessage(version, data);
    if (!message) return socket.close(1003, `not a message of protocol ${version}`);
    if (message.topic === "phoenix") {
      if (message.event === "heartbeat") reply(message, message.ref, "ok", {});
      return;
    }
    const before = queues.get(message.topic) ?? Promise.resolve();
    const turn = before.then(() => handle(message)).catch((error) => {
      log(`${message.event} failed: ${error instanceof Error ? error.message : error}`);
      reply(message, message.ref, "error", { reason: "Unknown Error on Channel" });
    }).finally(() => {
      if (queues.get(message.topic) === turn) queues.delete(message.topic);
    });
    queues.set(message.topic, turn);
  };
  socket.onclose = () => {
    for (const { channel } of joined.values()) channel.leave();
    joined.clear();
  };
  // A connection that breaks off closes too; there is nothing to add.
  socket.onerror = () => {};
}
