import { readOffset } from "../http/cursor.ts";
import { admin, type Answer, type Exchange, type Route } from "../http/route.ts";
import { compareText } from "../store/row.ts";

/** The tag list of the Admin API. */
export const tagRoutes: readonly Route[] = [
  admin("GET", "/tags/:resource_type", listTags),
];

function listTags(exchange: Exchange): Answer {
  const { assets, path, parameters } = exchange;
  const start = `${path.resource_type}/`;
  const prefix = parameters.text("prefix") ?? "";
  const offset = readOffset(exchange);
  const end = offset + parameters.count("max_results", 10, 500);
  const tags = [...assets.byTag.keys()]
    .filter((key) => key.startsWith(start + prefix))
    .map((key) => key.slice(start.length))
    .sort(compareText);
  const next_cursor = end < tags.length ? String(end) : undefined;
  return { body: { tags: tags.slice(offset, end), next_cursor } };
}
