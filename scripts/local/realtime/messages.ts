/** What travels over a Realtime socket, whichever serializer a client has chosen. */

/** JSON as a payload carries it. */
export type Json = Record<string, unknown>;

/** The protocol versions that supabase-js speaks: objects of JSON, or arrays of JSON beside binary broadcasts. */
export type ProtocolVersion = "1.0.0" | "2.0.0";

/** A message from a client. */
export interface ClientMessage {
  joinRef: string | null;
  ref: string | null;
  topic: string;
  event: string;
  payload: Json;
  /** A broadcast's own payload where it is bytes; `payload` names its event then. */
  bytes?: Uint8Array<ArrayBuffer>;
}

/** A message to a client that is no broadcast. */
export interface ServerMessage {
  joinRef: string | null;
  ref: string | null;
  topic: string;
  event: string;
  payload: Json;
}

/** A broadcast to all members of a topic. */
export interface Broadcast {
  event: string;
  /** JSON, or bytes. */
  payload: unknown | Uint8Array<ArrayBuffer>;
  /** Told beside the payload, such as the id of the row in `realtime.messages`. */
  meta?: Json;
}
