import { badRequest } from "../http/failure.ts";
import type { Answer, Exchange, Route } from "../http/route.ts";
import { compareText } from "../store/row.ts";

/** The tag list of the Admin API. */
export const tagRoutes: readonly Route[] = [
  { method: "GET", pattern: "/tags/:resource_type", api: "admin", handle: listTags },
];

function listTags({ world, path, parameters }: Exchange): Answer {
  const start = `${path.resource_type}/`;
  const prefix = parameters.text("prefix") ?? "";
  const size = parameters.count("max_results", 10, 500);
  const cursor = parameters.text("next_cursor") ?? "";
  if (!/^\d{0,7}$/.test(cursor)) throw badRequest("Invalid value for parameter next_cursor");
  const tags: string[] = [];
  for (const key of world.assets.byTag.keys()) {
    if (key.startsWith(start + prefix)) tags.push(key.slice(start.length));
  }
  tags.sort(compareText);
  const end = Number(cursor) + size;
  const body: Record<string, unknown> = { tags: tags.slice(Number(cursor), end) };
  if (end < tags.length) body.next_cursor = String(end);
  return { body };
}
