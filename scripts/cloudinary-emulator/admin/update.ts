import {
  admin,
  type Answer,
  assetName,
  causeOf,
  type Exchange,
  type Route,
} from "../http/route.ts";
import { changeAsset } from "../library/change-asset.ts";
import { readEdits } from "../library/read-edits.ts";
import { refuseAnalysis } from "../library/refuse-analysis.ts";
import { notifyChanges } from "../notifications/events.ts";
import { resourceNotFound } from "../shapes/failure.ts";
import { describeDetail } from "../shapes/resource.ts";
import type { Row } from "../store/row.ts";

/** Editing one asset through the Admin API. */
export const updateRoutes: readonly Route[] = [
  admin("POST", "/resources/:resource_type/:type/*public_id", updateByPublicId),
  admin("PUT", "/resources/:asset_id", updateByAssetId),
  admin("POST", "/resources/:asset_id", updateByAssetId),
];

function updateByPublicId(exchange: Exchange): Answer {
  return update(exchange, exchange.assets.getByName(assetName(exchange)));
}

function updateByAssetId(exchange: Exchange): Answer {
  return update(exchange, exchange.assets.getById(exchange.path.asset_id!));
}

function update(exchange: Exchange, row: Row | undefined): Answer {
  const { path, parameters } = exchange;
  if (row === undefined) throw resourceNotFound(path.public_id ?? path.asset_id!);
  refuseAnalysis(parameters, "update");
  const change = changeAsset(exchange, row, readEdits(exchange, row.asset, parameters));
  notifyChanges(exchange, causeOf(exchange), [change]);
  return { body: describeDetail(exchange, row.asset) };
}
