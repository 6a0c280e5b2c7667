import {
  admin,
  type Answer,
  assetName,
  causeOf,
  type Exchange,
  type Route,
} from "../http/route.ts";
import { changeAsset } from "../library/change-asset.ts";
import { resourceNotFound } from "../shapes/failure.ts";
import type { ResourceType } from "../store/asset.ts";
import type { Row } from "../store/row.ts";

/** Relations between assets. */
export const relatedRoutes: readonly Route[] = ["POST", "DELETE"].flatMap((method) => [
  admin(
    method,
    "/resources/related_assets/:resource_type/:type/*public_id",
    (exchange) => relate(exchange, exchange.assets.getByName(assetName(exchange))),
  ),
  admin(
    method,
    "/resources/related_assets/:asset_id",
    (exchange) => relate(exchange, exchange.assets.getById(exchange.path.asset_id!)),
  ),
]);

function relate(exchange: Exchange, row: Row | undefined): Answer {
  const { notifier, request, parameters, path } = exchange;
  if (row === undefined) throw resourceNotFound(path.public_id ?? path.asset_id ?? "");
  const isAdding = request.method === "POST";
  const names = parameters.texts(isAdding ? "assets_to_relate" : "assets_to_unrelate");
  const known = names.filter((name) => !isAdding || findTarget(exchange, name) !== undefined);
  const related = isAdding
    ? [...new Set([...row.asset.related, ...known])]
    : row.asset.related.filter((name) => !known.includes(name));
  changeAsset(exchange, row, { related });
  notifier.notify(causeOf(exchange), "related_assets", {
    action_type: isAdding ? "relate" : "unrelate",
    asset_id: row.asset.asset_id,
    total_failed: names.length - known.length,
    total_success: known.length,
  });
  const describe = (asset: string, message: string, code: string, status: number) => ({
    message,
    code,
    asset,
    status,
  });
  return {
    body: {
      failed: names.filter((name) => !known.includes(name))
        .map((name) => describe(name, "resource does not exist", "not_found", 404)),
      success: known.map((name) => describe(name, "success", "success_ids", 200)),
    },
  };
}

/** A related asset is named by its asset_id or as `resource_type/type/public_id`. */
function findTarget({ assets }: Exchange, name: string): Row | undefined {
  const [resource_type, type, ...rest] = name.split("/");
  return assets.getById(name) ??
    assets.getByName({
      resource_type: resource_type as ResourceType,
      type: type ?? "",
      public_id: rest.join("/"),
    });
}
