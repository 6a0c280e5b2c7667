import { resourceNotFound } from "../http/failure.ts";
import type { Answer, Exchange, Route } from "../http/route.ts";
import { changeAsset } from "../library/change-asset.ts";
import { readEdits } from "../library/read-edits.ts";
import { refuseAnalysis } from "../library/refuse-analysis.ts";
import { causeOf } from "../notifications/cause.ts";
import { notifyChanges } from "../notifications/events.ts";
import { describeDetail } from "../shapes/resource.ts";
import type { ResourceType } from "../store/asset.ts";
import type { Row } from "../store/row.ts";

/** Editing one asset through the Admin API. */
export const updateRoutes: readonly Route[] = [
  {
    method: "POST",
    pattern: "/resources/:resource_type/:type/*public_id",
    api: "admin",
    handle: updateByPublicId,
  },
  { method: "PUT", pattern: "/resources/:asset_id", api: "admin", handle: updateByAssetId },
  { method: "POST", pattern: "/resources/:asset_id", api: "admin", handle: updateByAssetId },
];

function updateByPublicId(exchange: Exchange): Answer {
  const { world, path } = exchange;
  const row = world.assets.getByName({
    resource_type: path.resource_type as ResourceType,
    type: path.type!,
    public_id: path.public_id!,
  });
  if (row === undefined) throw resourceNotFound(path.public_id!);
  return update(exchange, row);
}

function updateByAssetId(exchange: Exchange): Answer {
  const row = exchange.world.assets.getById(exchange.path.asset_id!);
  if (row === undefined) throw resourceNotFound(exchange.path.asset_id!);
  return update(exchange, row);
}

function update(exchange: Exchange, row: Row): Answer {
  const { world, parameters } = exchange;
  refuseAnalysis(parameters, "update");
  const change = changeAsset(world, row, readEdits(world, row.asset, parameters));
  notifyChanges(world, causeOf(exchange), [change]);
  return { body: describeDetail(world, row.asset) };
}
