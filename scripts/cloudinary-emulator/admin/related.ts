import { resourceNotFound } from "../http/failure.ts";
import type { Answer, Exchange, Route } from "../http/route.ts";
import { changeAsset } from "../library/change-asset.ts";
import { causeOf } from "../notifications/cause.ts";
import type { ResourceType } from "../store/asset.ts";
import type { Row } from "../store/row.ts";
import type { World } from "../world.ts";

/** Relations between assets. */
export const relatedRoutes: readonly Route[] = ["POST", "DELETE"].flatMap((method) => [
  {
    method,
    pattern: "/resources/related_assets/:resource_type/:type/*public_id",
    api: "admin" as const,
    handle: (exchange: Exchange) => relate(exchange, findByName(exchange)),
  },
  {
    method,
    pattern: "/resources/related_assets/:asset_id",
    api: "admin" as const,
    handle: (exchange: Exchange) =>
      relate(exchange, exchange.world.assets.getById(exchange.path.asset_id!)),
  },
]);

function findByName({ world, path }: Exchange): Row | undefined {
  const resource_type = path.resource_type as ResourceType;
  return world.assets.getByName({ resource_type, type: path.type!, public_id: path.public_id! });
}

function relate(exchange: Exchange, row: Row | undefined): Answer {
  const { world, request, parameters, path } = exchange;
  if (row === undefined) throw resourceNotFound(path.public_id ?? path.asset_id ?? "");
  const isAdding = request.method === "POST";
  const names = parameters.texts(isAdding ? "assets_to_relate" : "assets_to_unrelate");
  const known = names.filter((name) => !isAdding || findTarget(world, name) !== undefined);
  const related = isAdding
    ? [...new Set([...row.asset.related, ...known])]
    : row.asset.related.filter((name) => !known.includes(name));
  changeAsset(world, row, { related });
  world.notifier.notify(causeOf(exchange), "related_assets", {
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
function findTarget(world: World, name: string): Row | undefined {
  const [resource_type, type, ...rest] = name.split("/");
  return world.assets.getById(name) ??
    world.assets.getByName({
      resource_type: resource_type as ResourceType,
      type: type ?? "",
      public_id: rest.join("/"),
    });
}
