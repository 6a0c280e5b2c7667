import { decodeCursor, encodeCursor, queryMark } from "../http/cursor.ts";
import { admin, type Answer, type Exchange, type Route } from "../http/route.ts";
import { countValues } from "../search/aggregate.ts";
import { type Hit, runQuery, type SortKey } from "../search/query.ts";
import { badRequest } from "../shapes/failure.ts";
import type { Parameters } from "../shapes/parameters.ts";
import { describeFound, readSelection } from "../shapes/search-item.ts";

const MAXIMUM_RESULTS = 500;

/** `GET` and `POST /resources/search`. */
export const searchRoutes: readonly Route[] = [
  admin("POST", "/resources/search", searchResources),
  admin("GET", "/resources/search", searchResources),
];

function searchResources(exchange: Exchange): Answer {
  const { behavior, parameters } = exchange;
  const expression = parameters.text("expression") ?? "";
  const sortBy = readSortBy(parameters);
  const sortsStamps = sortBy.some(({ field }) => field.startsWith("last_updated."));
  if (sortsStamps && !behavior.search_sorts_last_updated) {
    throw badRequest("Invalid sort_by field: last_updated");
  }
  const size = parameters.count(
    "max_results",
    behavior.search_default_max_results,
    MAXIMUM_RESULTS,
  );
  const selection = readSelection(
    behavior,
    parameters.commaList("with_field"),
    parameters.commaList("fields"),
  );
  const mark = queryMark("search", expression, sortBy);
  const cursor = decodeCursor<[number, string]>(exchange, mark);
  const hits = runQuery(exchange, expression, sortBy);
  const start = cursor === null ? 0 : findStart(hits, cursor.place);
  const page = hits.slice(start, start + size);
  const body: Record<string, unknown> = {
    total_count: hits.length,
    time: 1,
    resources: page.map((hit) => describeFound(exchange, hit.asset, selection, hit.status)),
  };
  const aggregate = parameters.commaList("aggregate");
  if (aggregate.length > 0) body.aggregations = countValues(hits, aggregate);
  const end = start + page.length;
  if (end < hits.length) {
    const place: [number, string] = [end, page.at(-1)!.asset.asset_id];
    body.next_cursor = encodeCursor(exchange, mark, { place, told: end });
  }
  return { body };
}

/** The cursor holds the last told asset: results that changed meanwhile go on after it. */
function findStart(hits: readonly Hit[], place: unknown): number {
  const [end, assetId] = Array.isArray(place) ? place : [];
  if (typeof end !== "number" || typeof assetId !== "string") {
    throw badRequest("Invalid value for parameter next_cursor");
  }
  if (hits[end - 1]?.asset.asset_id === assetId) return end;
  const found = hits.findIndex((hit) => hit.asset.asset_id === assetId);
  return found >= 0 ? found + 1 : Math.min(end, hits.length);
}

function readSortBy(parameters: Parameters): SortKey[] {
  return parameters.all("sort_by").flatMap((criterion) => {
    if (typeof criterion === "string") {
      try {
        return readCriterion(JSON.parse(criterion));
      } catch {
        throw badRequest("Invalid value for sort_by");
      }
    }
    return readCriterion(criterion);
  });
}

function readCriterion(criterion: unknown): SortKey[] {
  if (Array.isArray(criterion)) return criterion.flatMap(readCriterion);
  if (typeof criterion !== "object" || criterion === null) {
    throw badRequest("Invalid value for sort_by");
  }
  return Object.entries(criterion).map(([field, direction]) => {
    if (direction !== "asc" && direction !== "desc") throw badRequest("Invalid value for sort_by");
    return { field, direction };
  });
}
