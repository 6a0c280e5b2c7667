import { describeState, type Describing } from "../shapes/resource.ts";
import type { State } from "../store/state.ts";

/** Most assets that one call tells. */
const MOST = 500;

/**
 * The newest assets first, and how many there are: what a page shows of a library of any size.
 *
 * @param query `limit`, by default 50; `match`, a part of the public_id or display_name
 */
export function newestAssets(
  state: Describing & Pick<State, "assets">,
  query: URLSearchParams,
): Response {
  const limit = Math.min(Math.max(Number(query.get("limit") ?? 50) || 0, 0), MOST);
  const match = (query.get("match") ?? "").toLowerCase();
  const found: Record<string, unknown>[] = [];
  for (const [, { asset }] of state.assets.all.entriesReversed()) {
    if (found.length >= limit) break;
    const names = [asset.public_id, asset.display_name];
    if (names.some((name) => name.toLowerCase().includes(match))) {
      found.push(describeState(state, asset));
    }
  }
  return Response.json({ total: state.assets.size, assets: found });
}
