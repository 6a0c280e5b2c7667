import { resourceNotFound } from "../http/failure.ts";
import type { Parameters } from "../http/parameters.ts";
import type { Answer, Exchange, Route } from "../http/route.ts";
import { describeDetail, type Json } from "../shapes/resource.ts";
import { adminTime } from "../shapes/times.ts";
import type { Asset, ResourceType } from "../store/asset.ts";
import {
  backedUpVersions,
  findDeletedById,
  findDeletedByName,
  placeholderOf,
} from "../store/deleted-assets.ts";
import type { DeletedAsset, World } from "../world.ts";

/** Quota units of a detail call that asks for versions. */
const VERSIONS_COST = 11;

/** The detail routes of the Admin API. They come after the listings, whose paths are shorter. */
export const detailRoutes: readonly Route[] = [
  {
    method: "GET",
    pattern: "/resources/:resource_type/:type/*public_id",
    api: "admin",
    handle: detailByPublicId,
    cost,
  },
  { method: "GET", pattern: "/resources/:asset_id", api: "admin", handle: detailByAssetId, cost },
];

function cost(parameters: Parameters): number {
  return parameters.flag("versions") ? VERSIONS_COST : 1;
}

function detailByPublicId({ world, path, parameters }: Exchange): Answer {
  const name = {
    resource_type: path.resource_type as ResourceType,
    type: path.type!,
    public_id: path.public_id!,
  };
  const asset = world.assets.getByName(name)?.asset;
  return answer(world, parameters, asset, findDeletedByName(world, name), path.public_id!);
}

function detailByAssetId({ world, path, parameters }: Exchange): Answer {
  const assetId = path.asset_id!;
  const asset = world.assets.getById(assetId)?.asset;
  return answer(world, parameters, asset, findDeletedById(world, assetId), assetId);
}

/** A deleted asset of which a backup is kept is told as a placeholder. */
function answer(
  world: World,
  parameters: Parameters,
  asset: Asset | undefined,
  deleted: DeletedAsset | undefined,
  name: string,
): Answer {
  if (asset !== undefined) return { body: detail(world, asset, parameters) };
  if (deleted === undefined) throw resourceNotFound(name);
  return { body: detail(world, placeholderOf(deleted), parameters) };
}

function detail(world: World, asset: Asset, parameters: Parameters): Json {
  const described = describeDetail(world, asset);
  const hidesEtag = asset.resource_type === "raw" && world.behavior.raw_etag_needs_flag;
  if (hidesEtag && !parameters.flag("media_metadata")) delete described.etag;
  // `next_cursor` of a detail pages the derived versions.
  const size = parameters.count("max_results", 10, 500);
  const skipText = parameters.text("derived_next_cursor") ?? "0";
  const skip = /^\d{1,6}$/.test(skipText) ? Number(skipText) : 0;
  const derived = described.derived as unknown[];
  described.derived = derived.slice(skip, skip + size);
  if (derived.length > skip + size) described.next_cursor = String(skip + size);
  if (parameters.flag("related")) {
    described.related_assets = asset.related.map((id) => ({ asset: id }));
  }
  if (parameters.flag("versions")) {
    described.versions = backedUpVersions(world, asset).map((version) => ({
      version_id: version.asset.version_id,
      version: version.asset.version,
      format: version.asset.format,
      size: version.asset.bytes,
      time: adminTime(version.asset.uploaded_at),
      restorable: true,
    }));
  }
  return described;
}
