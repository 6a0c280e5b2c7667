/**
 * Phoenix's two serializers with Realtime's additions: version 1.0.0 sends JSON objects, 2.0.0 JSON arrays, and
 * broadcasts as binary frames (kind 3 from a client, kind 4 to it). Source: supabase/realtime, `V2Serializer`, and
 * `serializer.ts` of realtime-js.
 */
import type { Broadcast, ClientMessage, Json, ProtocolVersion, ServerMessage } from "./messages.ts";

const PUSH = 3;
const BROADCAST = 4;
const BINARY = 0;
const JSON_ENCODED = 1;
const LONGEST_FIELD = 255;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** @returns Null for what is no message of that version. */
export function decodeMessage(
  version: ProtocolVersion,
  data: string | ArrayBuffer,
): ClientMessage | null {
  try {
    if (typeof data !== "string") return version === "2.0.0" ? decodePush(data) : null;
    const parsed: unknown = JSON.parse(data);
    const [joinRef, ref, topic, event, payload] = Array.isArray(parsed)
      ? parsed
      : fieldsOf(parsed as Json);
    if (typeof topic !== "string" || typeof event !== "string") return null;
    return { joinRef: text(joinRef), ref: text(ref), topic, event, payload: object(payload) };
  } catch {
    // Whatever a client sends that cannot be read is its fault; the caller ends the connection.
    return null;
  }
}

/** @returns What to send. */
export function encodeMessage(version: ProtocolVersion, message: ServerMessage): string {
  const { joinRef, ref, topic, event, payload } = message;
  return version === "2.0.0"
    ? JSON.stringify([joinRef, ref, topic, event, payload])
    : JSON.stringify({ topic, event, payload, ref });
}

/** @returns What to send; null where the version knows no such message (bytes in 1.0.0). */
export function encodeBroadcast(
  version: ProtocolVersion,
  topic: string,
  broadcast: Broadcast,
): string | Uint8Array<ArrayBuffer> | null {
  const { event, payload, meta } = broadcast;
  const isBinary = payload instanceof Uint8Array;
  const fields = [topic, event, meta ? JSON.stringify(meta) : ""].map((field) =>
    encoder.encode(field)
  );
  const fits = fields.every(({ length }) => length <= LONGEST_FIELD);
  if (version === "1.0.0" || !fits) {
    if (isBinary) return null;
    return encodeMessage(version, {
      ...{ joinRef: null, ref: null, topic, event: "broadcast" },
      payload: { type: "broadcast", event, payload, ...(meta ? { meta } : {}) },
    });
  }
  const content = isBinary ? payload : encoder.encode(JSON.stringify(payload));
  return concatenate(
    Uint8Array.of(
      BROADCAST,
      ...fields.map(({ length }) => length),
      isBinary ? BINARY : JSON_ENCODED,
    ),
    ...fields,
    content,
  );
}

function decodePush(data: ArrayBuffer): ClientMessage | null {
  const bytes = new Uint8Array(data);
  if (bytes[0] !== PUSH) return null;
  let offset = 7;
  const [joinRef, ref, topic, event, metadata] = [1, 2, 3, 4, 5].map((place) => {
    const length = bytes[place] ?? 0;
    const field = decoder.decode(bytes.subarray(offset, offset + length));
    offset += length;
    return field;
  }) as [string, string, string, string, string];
  if (offset > bytes.length) return null;
  const content = bytes.slice(offset);
  const message = { joinRef: joinRef || null, ref: ref || null, topic, event: "broadcast" };
  const payload = { ...(metadata === "" ? {} : object(JSON.parse(metadata))), event };
  return bytes[6] === JSON_ENCODED
    ? { ...message, payload: { ...payload, payload: JSON.parse(decoder.decode(content)) } }
    : { ...message, payload, bytes: content };
}

function fieldsOf({ join_ref, ref, topic, event, payload }: Json): unknown[] {
  return [join_ref, ref, topic, event, payload];
}

function text(value: unknown): string | null {
  return value === null || value === undefined ? null : String(value);
}

function object(value: unknown): Json {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value as Json : {};
}

function concatenate(...parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}
