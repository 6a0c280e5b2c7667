import type { Asset } from "./asset.ts";

/**
 * An asset's place in the library. `created_at` and `sequence` never change, so that a row keeps its
 * position in every time-ordered index while the asset inside it is replaced.
 */
export interface Row {
  readonly created_at: number;
  /** Order of arrival: the stable tie-break between assets of the same second. */
  readonly sequence: number;
  asset: Asset;
}

/** A position in creation order. */
export interface Position {
  readonly created_at: number;
  readonly sequence: number;
}

/** Orders positions by creation time, ties by arrival. */
export function comparePositions(left: Position, right: Position): number {
  return left.created_at - right.created_at || left.sequence - right.sequence;
}

/** Orders strings by code unit, as a database with the C collation would. */
export function compareText(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
