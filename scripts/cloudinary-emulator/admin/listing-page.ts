import { type Cursor, decodeCursor, encodeCursor, queryMark } from "../http/cursor.ts";
import type { Exchange } from "../http/route.ts";
import { badRequest } from "../shapes/failure.ts";
import { type Describer, readDescriber } from "../shapes/listed-fields.ts";
import type { Parameters } from "../shapes/parameters.ts";
import type { Json } from "../shapes/resource.ts";
import type { Asset } from "../store/asset.ts";
import type { OrderedIndex } from "../store/ordered-index.ts";
import { comparePositions, type Position, type Row } from "../store/row.ts";

/** Cloudinary's page sizes: 10 when none is asked for, 500 at most. */
const DEFAULT_RESULTS = 10;
const MAXIMUM_RESULTS = 500;

/** What a page is cut from. */
export interface PageSource {
  /** Rows in creation order; undefined = none. */
  readonly rows: OrderedIndex<Position, Row> | undefined;
  /** What the listing is of; a cursor is bound to it. */
  readonly scope: readonly unknown[];
  /** Which assets belong to the listing: of the rows, and of the deleted ones where placeholders show. */
  readonly fits: (asset: Asset) => boolean;
  readonly defaultResults?: number;
}

/** Reads `direction`: descending creation time unless asked otherwise. */
export function readDirection(parameters: Parameters): "asc" | "desc" {
  const direction = parameters.text("direction");
  if (direction === undefined || direction === "" || direction === "desc" || direction === "-1") {
    return "desc";
  }
  if (direction === "asc" || direction === "1") return "asc";
  throw badRequest(`Invalid value for direction: ${direction}`);
}

/** Reads `start_at` (ISO or HTTP date) as ms since the epoch. */
function readStartAt(parameters: Parameters): number | undefined {
  const text = parameters.text("start_at");
  if (text === undefined || text === "") return undefined;
  const time = Date.parse(text);
  if (Number.isNaN(time)) throw badRequest(`Invalid value for start_at: ${text}`);
  return time;
}

/**
 * One page of a listing in creation order, with `max_results`, `next_cursor`, `direction`, `start_at`
 * and the flags or fields. `next_cursor` is there only when more rows exist.
 */
export function listPage(exchange: Exchange, source: PageSource): Json {
  const { archive, parameters } = exchange;
  const direction = readDirection(parameters);
  const startAt = readStartAt(parameters);
  const size = parameters.count(
    "max_results",
    source.defaultResults ?? DEFAULT_RESULTS,
    MAXIMUM_RESULTS,
  );
  const describe = readDescriber(exchange, parameters);
  const mark = queryMark(source.scope, direction, startAt);
  const cursor = decodeCursor<[number, number]>(exchange, mark);
  const after = cursor === null ? undefined : readPlace(cursor.place);
  const placeholders = archive.listPlaceholders(source.fits);
  const { fits } = source;
  const rows = take(source.rows, placeholders, { direction, startAt, after, size: size + 1, fits });
  const place = ({ created_at, sequence }: Row) => [created_at, sequence];
  return finishPage(exchange, rows, { size, describe, mark, place, cursor });
}

/** How rows become a page. */
interface Paging {
  readonly size: number;
  readonly describe: Describer;
  readonly mark: string;
  /** The place in the listing that a cursor names. */
  readonly place: (row: Row) => unknown;
  readonly cursor: Cursor<unknown> | null;
}

/**
 * Puts the rows of a page, and one more where there are more, into the envelope, with the listing
 * faults applied.
 */
export function finishPage(exchange: Exchange, rows: readonly Row[], paging: Paging): Json {
  const { size, describe, mark, place, cursor } = paging;
  const { empty_listing, truncate_listing: limit } = exchange.faults;
  if (empty_listing) return { resources: [] };
  const page = rows.slice(0, size);
  const hasMore = rows.length > size;
  const told = hasMore ? (cursor?.told ?? 0) + page.length : 0;
  const cut = limit === true || (typeof limit === "number" && limit > 0 && told >= limit);
  const surplus = typeof limit === "number" && limit > 0 ? Math.max(0, told - limit) : 0;
  const kept = page.slice(0, Math.max(0, page.length - surplus));
  return {
    resources: kept.map((row) => describe(row.asset)),
    next_cursor: hasMore && !cut
      ? encodeCursor(exchange, mark, { place: place(page.at(-1)!), told })
      : undefined,
  };
}

function readPlace(place: unknown): Position {
  const [created_at, sequence] = Array.isArray(place) ? place : [];
  if (typeof created_at !== "number" || typeof sequence !== "number") {
    throw badRequest("Invalid value for parameter next_cursor");
  }
  return { created_at, sequence };
}

function take(
  rows: OrderedIndex<Position, Row> | undefined,
  placeholders: readonly Row[],
  options: {
    direction: "asc" | "desc";
    startAt: number | undefined;
    after: Position | undefined;
    size: number;
    fits: PageSource["fits"];
  },
): Row[] {
  const { direction, startAt, after, size, fits } = options;
  const found: Row[] = [];
  // start_at compares created_at: going up it is the lower end, going down the upper one.
  const edge: Position | undefined = after ??
    (startAt === undefined
      ? undefined
      : { created_at: startAt, sequence: direction === "asc" ? -1 : Infinity });
  const entries = direction === "asc"
    ? rows?.entries(edge)
    : rows?.entriesReversed(edge, undefined, true);
  const sign = direction === "asc" ? 1 : -1;
  const others = placeholders
    .filter((row) => edge === undefined || comparePositions(row, edge) * sign >= 0)
    .sort((left, right) => comparePositions(left, right) * sign);
  for (const [position, row] of interleave(entries ?? [], others, sign)) {
    const isEdge = after !== undefined && position.created_at === after.created_at &&
      position.sequence === after.sequence;
    if (isEdge || !fits(row.asset)) continue;
    found.push(row);
    if (found.length === size) break;
  }
  return found;
}

/** Two lists in the same order as one. */
function* interleave(
  entries: Iterable<[Position, Row]>,
  others: readonly Row[],
  sign: 1 | -1,
): Generator<[Position, Row]> {
  let next = 0;
  for (const [position, row] of entries) {
    while (next < others.length && comparePositions(others[next]!, position) * sign < 0) {
      yield [others[next]!, others[next++]!];
    }
    yield [position, row];
  }
  for (const other of others.slice(next)) yield [other, other];
}
