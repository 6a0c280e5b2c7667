import { admin, type Answer, assetName, type Exchange, type Route } from "../http/route.ts";
import { resourceNotFound } from "../shapes/failure.ts";
import type { Parameters } from "../shapes/parameters.ts";
import { describeDetail, type Json } from "../shapes/resource.ts";
import { adminTime } from "../shapes/times.ts";
import { type DeletedAsset, placeholderOf } from "../store/archive.ts";
import type { Asset } from "../store/asset.ts";
import type { Row } from "../store/row.ts";

/** Quota units of a detail call that asks for versions. */
const VERSIONS_COST = 11;

/** The detail routes of the Admin API. They come after the listings, whose paths are shorter. */
export const detailRoutes: readonly Route[] = [
  admin("GET", "/resources/:resource_type/:type/*public_id", detailByPublicId, cost),
  admin("GET", "/resources/:asset_id", detailByAssetId, cost),
];

function cost(parameters: Parameters): number {
  return parameters.flag("versions") ? VERSIONS_COST : 1;
}

function detailByPublicId(exchange: Exchange): Answer {
  const { assets, archive, path } = exchange;
  const name = assetName(exchange);
  return answer(exchange, assets.getByName(name), archive.findByName(name), path.public_id!);
}

function detailByAssetId(exchange: Exchange): Answer {
  const { assets, archive, path } = exchange;
  const id = path.asset_id!;
  return answer(exchange, assets.getById(id), archive.findById(id), id);
}

/** A deleted asset of which a backup is kept is told as a placeholder. */
function answer(
  exchange: Exchange,
  row: Row | undefined,
  deleted: DeletedAsset | undefined,
  name: string,
): Answer {
  const asset = row?.asset ?? (deleted && placeholderOf(deleted));
  if (asset === undefined) throw resourceNotFound(name);
  return { body: detail(exchange, asset) };
}

function detail(exchange: Exchange, asset: Asset): Json {
  const { behavior, archive, parameters } = exchange;
  const described = describeDetail(exchange, asset);
  const hidesEtag = asset.resource_type === "raw" && behavior.raw_etag_needs_flag;
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
    described.versions = archive.versions(asset).map((version) => ({
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
