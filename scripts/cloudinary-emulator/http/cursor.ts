import { createHash } from "node:crypto";
import { badRequest } from "../shapes/failure.ts";
import type { Exchange } from "./route.ts";

/** Where a listing goes on. */
export interface Cursor<Place> {
  readonly place: Place;
  /** Resources that earlier pages have told. */
  readonly told: number;
}

/** A short mark of the query that a cursor belongs to: it is refused with any other query. */
export function queryMark(...parts: unknown[]): string {
  return createHash("sha1").update(JSON.stringify(parts)).digest("hex").slice(0, 10);
}

/**
 * Reads the cursor of a list that is not of assets: the number of items told so far.
 *
 * @throws Failure 400 when it is no number
 */
export function readOffset({ parameters }: Pick<Exchange, "parameters">): number {
  const cursor = parameters.text("next_cursor") ?? "";
  if (!/^\d{0,7}$/.test(cursor)) throw badRequest("Invalid value for parameter next_cursor");
  return Number(cursor);
}

/** Packs a place into an opaque cursor. */
export function encodeCursor<Place>(
  { clock }: Pick<Exchange, "clock">,
  mark: string,
  cursor: Cursor<Place>,
): string {
  const packed = JSON.stringify([mark, cursor.place, cursor.told, clock.now()]);
  return Array.from(new TextEncoder().encode(packed), (byte) => byte.toString(16).padStart(2, "0"))
    .join("");
}

/**
 * Unpacks the cursor of a call: its `next_cursor`.
 *
 * @returns null when none was sent
 * @throws Failure 400 when it is malformed, belongs to another query, or is too old
 */
export function decodeCursor<Place>(
  { clock, behavior, parameters }: Pick<Exchange, "clock" | "behavior" | "parameters">,
  mark: string,
): Cursor<Place> | null {
  const text = parameters.text("next_cursor");
  if (text === undefined || text === "") return null;
  const refused = badRequest("Invalid value for parameter next_cursor");
  if (!/^([0-9a-f]{2})+$/.test(text)) throw refused;
  let unpacked: unknown;
  try {
    const bytes = Uint8Array.from(text.match(/../g)!, (pair) => parseInt(pair, 16));
    unpacked = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    throw refused;
  }
  if (!Array.isArray(unpacked) || unpacked.length !== 4 || unpacked[0] !== mark) throw refused;
  const [, place, told, issued] = unpacked;
  if (typeof told !== "number" || typeof issued !== "number") throw refused;
  const lifetime = behavior.cursor_lifetime_ms;
  if (lifetime > 0 && clock.now() - issued > lifetime) throw refused;
  return { place: place as Place, told };
}
