import type { Exchange } from "../http/route.ts";
import { tagKey } from "../store/asset-store.ts";
import type { ResourceType } from "../store/asset.ts";
import type { Row } from "../store/row.ts";

const MAXIMUM_ASSETS = 1000;

/**
 * The assets that a call names by `public_ids`, `prefix` or `tag`, 1,000 at most.
 *
 * @param types the delivery types that they may have
 */
export function selectRows(
  { assets, parameters, path }: Exchange,
  types: readonly string[],
): Row[] {
  const resource_type = path.resource_type as ResourceType;
  const tag = parameters.text("tag");
  const prefix = parameters.text("prefix");
  if (tag !== undefined) {
    const list = assets.byTag.list(tagKey(resource_type, tag));
    return [...list?.entries() ?? []].map(([, row]) => row)
      .filter((row) => types.includes(row.asset.type)).slice(0, MAXIMUM_ASSETS);
  }
  if (prefix !== undefined) {
    const rows: Row[] = [];
    for (const type of types) {
      const ordered = assets.listByPublicId(resource_type, type);
      for (const [publicId, row] of ordered?.entries(prefix) ?? []) {
        if (!publicId.startsWith(prefix) || rows.length === MAXIMUM_ASSETS) break;
        rows.push(row);
      }
    }
    return rows;
  }
  return parameters.texts("public_ids").slice(0, MAXIMUM_ASSETS)
    .flatMap((public_id) =>
      types.map((type) => assets.getByName({ resource_type, type, public_id }))
    )
    .filter((row) => row !== undefined);
}
