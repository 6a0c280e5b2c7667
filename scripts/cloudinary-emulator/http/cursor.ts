import { createHash } from "node:crypto";
import type { World } from "../world.ts";
import { badRequest } from "./failure.ts";

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

/** Packs a place into an opaque cursor. */
export function encodeCursor<Place>(
  world: World,
  mark: string,
  cursor: Cursor<Place>,
): string {
  const packed = JSON.stringify([mark, cursor.place, cursor.told, world.clock.now()]);
  return Array.from(new TextEncoder().encode(packed), (byte) => byte.toString(16).padStart(2, "0"))
    .join("");
}

/**
 * Unpacks a cursor.
 *
 * @returns null when none was sent
 * @throws Failure 400 when it is malformed, belongs to another query, or is too old
 */
export function decodeCursor<Place>(
  world: World,
  mark: string,
  text: string | undefined,
): Cursor<Place> | null {
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
  const lifetime = world.behavior.cursor_lifetime_ms;
  if (lifetime > 0 && world.clock.now() - issued > lifetime) throw refused;
  return { place: place as Place, told };
}
