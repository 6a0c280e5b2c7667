import { badRequest } from "../shapes/failure.ts";
import type { Asset } from "../store/asset.ts";
import { comparePositions, type Position } from "../store/row.ts";
import type { State } from "../store/state.ts";
import { compileExpression } from "./evaluate.ts";
import { type FieldValue, findField } from "./fields.ts";
import { type Expression, parseExpression } from "./grammar.ts";
import type { SearchIndex } from "./search-index.ts";
import { isRelativeDate } from "./values.ts";

/** What a search looks at. */
export interface Searched extends Pick<State, "clock" | "behavior" | "archive"> {
  readonly search: SearchIndex;
}

/** One sort criterion. */
export interface SortKey {
  readonly field: string;
  readonly direction: "asc" | "desc";
}

/** A matching asset. */
export interface Hit {
  readonly place: Position;
  readonly asset: Asset;
  readonly status: "active" | "deleted";
}

interface CachedResult {
  readonly revision: number;
  readonly deletedCount: number;
  readonly hits: readonly Hit[];
}

const KEPT_RESULTS = 8;
const results = new WeakMap<SearchIndex, Map<string, CachedResult>>();

/**
 * Every hit of a query, in order. Results are kept while the index does not change, so that the
 * pages of one walk cost the search once.
 *
 * @throws Failure 400 when the expression or a sort is wrong
 */
export function runQuery(
  searched: Searched,
  expressionText: string,
  sortBy: readonly SortKey[],
): readonly Hit[] {
  const { search, archive, behavior } = searched;
  const expression = parseExpression(expressionText);
  const cache = results.get(search) ?? new Map<string, CachedResult>();
  results.set(search, cache);
  const revision = search.revision;
  const { search_range_upper_inclusive, placeholders, backup } = behavior;
  const switches = [search_range_upper_inclusive, placeholders, backup];
  const key = JSON.stringify([expressionText, sortBy, switches]);
  const cached = cache.get(key);
  const isTimeless = !usesRelativeDate(expression);
  if (
    isTimeless && cached?.revision === revision && cached.deletedCount === archive.size
  ) return cached.hits;
  const hits = findHits(searched, expression, sortBy);
  cache.delete(key);
  cache.set(key, { revision, deletedCount: archive.size, hits });
  if (cache.size > KEPT_RESULTS) cache.delete(cache.keys().next().value!);
  return hits;
}

function findHits(
  { search, archive, behavior, clock }: Searched,
  expression: Expression | null,
  sortBy: readonly SortKey[],
): Hit[] {
  const deleted = new Set<Asset>();
  const wantsStatus = mentionsStatus(expression);
  if (wantsStatus) {
    for (const { asset } of archive.list()) {
      if (archive.findById(asset.asset_id) !== undefined) deleted.add(asset);
    }
  }
  const predicate = expression === null ? () => true : compileExpression(expression, {
    now: clock.now(),
    rangeUpperInclusive: behavior.search_range_upper_inclusive,
    isDeleted: (asset) => deleted.has(asset),
  });
  const hits: Hit[] = [];
  for (const [place, { asset }] of search.documents.entriesReversed()) {
    if (predicate(asset)) hits.push({ place, asset, status: "active" });
  }
  const placeholders = archive.listPlaceholders(({ asset_id }) =>
    ![...deleted].some((asset) => asset.asset_id === asset_id)
  );
  for (const { created_at, sequence, asset } of placeholders) {
    const place = { created_at, sequence };
    if (predicate(asset)) hits.push({ place, asset, status: "active" });
  }
  for (const asset of deleted) {
    const place = { created_at: asset.created_at, sequence: -1 };
    if (predicate(asset)) hits.push({ place, asset, status: "deleted" });
  }
  // The index already stands in the default order: newest first.
  const isDefault = sortBy.length === 0 ||
    (sortBy.length === 1 && sortBy[0]!.field === "created_at" && sortBy[0]!.direction === "desc");
  return isDefault && deleted.size + placeholders.length === 0 ? hits : sortHits(hits, sortBy);
}

function sortHits(hits: Hit[], sortBy: readonly SortKey[]): Hit[] {
  const criteria = (sortBy.length === 0 ? [{ field: "created_at", direction: "desc" }] : sortBy)
    .filter(({ field }) => field !== "score")
    .map(({ field: name, direction }) => {
      const field = findField(name);
      if (field === undefined) throw badRequest(`Invalid sort_by field: ${name}`);
      return { read: field.read, sign: direction === "asc" ? 1 : -1 };
    });
  return hits.sort((left, right) => {
    for (const { read, sign } of criteria) {
      const order = compareValues(read(left.asset), read(right.asset));
      if (order !== 0) return order * sign;
    }
    const sign = criteria[0]?.sign ?? -1;
    return comparePositions(left.place, right.place) * sign ||
      (left.asset.asset_id < right.asset.asset_id ? -1 : 1);
  });
}

function compareValues(left: FieldValue, right: FieldValue): number {
  // Assets without a value stand first, whatever the type.
  if (left === undefined || right === undefined) {
    return left === right ? 0 : left === undefined ? -1 : 1;
  }
  if (typeof left === "number" && typeof right === "number") return left - right;
  const [a, b] = [String(left), String(right)];
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Tells whether any comparison of an expression is such a one. */
function someLeaf(
  expression: Expression | null,
  test: (leaf: Exclude<Expression, { kind: "and" | "or" | "not" }>) => boolean,
): boolean {
  if (expression === null) return false;
  switch (expression.kind) {
    case "and":
    case "or":
      return expression.operands.some((operand) => someLeaf(operand, test));
    case "not":
      return someLeaf(expression.operand, test);
    default:
      return test(expression);
  }
}

function mentionsStatus(expression: Expression | null): boolean {
  return someLeaf(expression, (leaf) => leaf.kind === "compare" && leaf.field === "status");
}

function usesRelativeDate(expression: Expression | null): boolean {
  return someLeaf(
    expression,
    (leaf) =>
      leaf.kind === "compare"
        ? isRelativeDate(leaf.value)
        : leaf.kind === "range" && (isRelativeDate(leaf.low) || isRelativeDate(leaf.high)),
  );
}
