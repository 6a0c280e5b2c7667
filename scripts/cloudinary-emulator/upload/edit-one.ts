import { type Answer, causeOf, type Exchange } from "../http/route.ts";
import { changeAsset } from "../library/change-asset.ts";
import { deleteAsset } from "../library/delete-asset.ts";
import { readEdits } from "../library/read-edits.ts";
import { refuseAnalysis } from "../library/refuse-analysis.ts";
import { notifyChanges, notifyDelete, notifyRename } from "../notifications/events.ts";
import { badRequest, Failure, resourceNotFound } from "../shapes/failure.ts";
import { describeUpload } from "../shapes/upload-response.ts";
import type { AssetName, ResourceType } from "../store/asset.ts";
import type { Row } from "../store/row.ts";
import { makeEager } from "./eager.ts";
import { checkPublicId, keptPublicId } from "./naming.ts";

/** `POST /:resource_type/explicit`: edits an asset that exists, with the options of an upload. */
export function explicit(exchange: Exchange): Answer {
  const { behavior, assets, parameters, caller } = exchange;
  const publicId = parameters.requiredText("public_id");
  const row = assets.getByName(nameOf(exchange, publicId));
  if (row === undefined) throw resourceNotFound(publicId);
  refuseAnalysis(parameters, "update");
  const cause = causeOf(exchange);
  const change = changeAsset(exchange, row, readEdits(exchange, row.asset, parameters));
  const eager = makeEager(exchange, cause, row.asset, parameters);
  if (behavior.upload_edits_notify) notifyChanges(exchange, cause, [change]);
  return { body: { ...describeUpload(exchange, row.asset, caller.api_key), ...eager } };
}

/** `POST /:resource_type/rename`: another public_id, and with `to_type` another delivery type. */
export function rename(exchange: Exchange): Answer {
  const { behavior, assets, parameters, caller } = exchange;
  const from = parameters.requiredText("from_public_id");
  const to = parameters.requiredText("to_public_id");
  checkPublicId(to);
  const row = assets.getByName(nameOf(exchange, from));
  if (row === undefined) throw resourceNotFound(from);
  const type = parameters.text("to_type") || row.asset.type;
  const { resource_type } = row.asset;
  const taken = assets.getByName({ resource_type, type, public_id: to });
  const cause = causeOf(exchange);
  if (taken !== undefined && taken !== row) {
    if (!parameters.flag("overwrite")) {
      const status = behavior.rename_conflict_status;
      throw new Failure(status, `to_public_id ${to} already exists`);
    }
    notifyDelete(exchange, cause, [deleteAsset(exchange, taken)]);
  }
  const change = changeAsset(exchange, row, { public_id: keptPublicId(behavior, to), type });
  if (change.before !== change.after) notifyRename(exchange, cause, change);
  const { context, metadata, ...body } = describeUpload(exchange, row.asset, caller.api_key);
  if (parameters.flag("context") && context !== undefined) body.context = context;
  if (parameters.flag("metadata") && metadata !== undefined) body.metadata = metadata;
  return { body };
}

/** `POST /:resource_type/destroy`: answers 200 whether the asset existed or not. */
export function destroy(exchange: Exchange): Answer {
  const publicId = exchange.parameters.requiredText("public_id");
  return destroyRow(exchange, exchange.assets.getByName(nameOf(exchange, publicId)));
}

/** `POST /asset/destroy`: the same by asset_id. */
export function destroyByAssetId(exchange: Exchange): Answer {
  const assetId = exchange.parameters.requiredText("asset_id");
  return destroyRow(exchange, exchange.assets.getById(assetId));
}

function destroyRow(exchange: Exchange, row: Row | undefined): Answer {
  if (row === undefined) return { body: { result: "not found" } };
  notifyDelete(exchange, causeOf(exchange), [deleteAsset(exchange, row)]);
  return { body: { result: "ok" } };
}

function nameOf({ path, parameters }: Exchange, public_id: string): AssetName {
  const resource_type = path.upload_resource_type as ResourceType;
  if ((resource_type as string) === "auto") throw badRequest("Invalid resource_type auto");
  return { resource_type, type: parameters.text("type") || "upload", public_id };
}
