import { badRequest } from "../http/failure.ts";
import type { Answer, Exchange, Route } from "../http/route.ts";
import { changeAsset } from "../library/change-asset.ts";
import { causeOf } from "../notifications/cause.ts";
import { notifyChanges } from "../notifications/events.ts";
import type { ResourceType } from "../store/asset.ts";
import { tagKey } from "../store/asset-store.ts";
import type { Row } from "../store/row.ts";

const MAXIMUM_ASSETS = 1000;

/** Changing who may see assets: `update_access_mode`. */
export const accessModeRoutes: readonly Route[] = [
  {
    method: "POST",
    pattern: "/resources/:resource_type/:type/update_access_mode",
    api: "admin",
    handle: updateAccessMode,
  },
];

function updateAccessMode(exchange: Exchange): Answer {
  const { world, parameters, path } = exchange;
  const access_mode = parameters.requiredText("access_mode");
  if (access_mode !== "public" && access_mode !== "authenticated") {
    throw badRequest(`Invalid access_mode ${access_mode}`);
  }
  const rows = selectRows(exchange);
  const changes = rows.map((row) => changeAsset(world, row, { access_mode }));
  notifyChanges(world, causeOf(exchange), changes);
  const failed = parameters.texts("public_ids")
    .filter((id) => !rows.some((row) => row.asset.public_id === id));
  const updated = rows.map(({ asset }) => ({
    public_id: asset.public_id,
    resource_type: path.resource_type,
    type: path.type,
    version: asset.version,
  }));
  return { body: { updated, failed } };
}

function selectRows({ world, parameters, path }: Exchange): Row[] {
  const resource_type = path.resource_type as ResourceType;
  const type = path.type!;
  const tag = parameters.text("tag");
  const prefix = parameters.text("prefix");
  if (tag !== undefined) {
    const list = world.assets.byTag.list(tagKey(resource_type, tag));
    return [...list?.entries() ?? []].map(([, row]) => row)
      .filter((row) => row.asset.type === type).slice(0, MAXIMUM_ASSETS);
  }
  if (prefix !== undefined) {
    const rows: Row[] = [];
    const ordered = world.assets.listByPublicId(resource_type, type);
    for (const [publicId, row] of ordered?.entries(prefix) ?? []) {
      if (!publicId.startsWith(prefix) || rows.length === MAXIMUM_ASSETS) break;
      rows.push(row);
    }
    return rows;
  }
  return parameters.texts("public_ids").slice(0, MAXIMUM_ASSETS)
    .map((public_id) => world.assets.getByName({ resource_type, type, public_id }))
    .filter((row) => row !== undefined);
}
