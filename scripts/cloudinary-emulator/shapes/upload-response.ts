import { createHash } from "node:crypto";
import type { Asset } from "../store/asset.ts";
import type { World } from "../world.ts";
import { deliveryUrl, describeTags, folderKeys, type Json } from "./resource.ts";
import { adminTime } from "./times.ts";

/** The answer of an upload or an `explicit` call. */
export function describeUpload(world: World, asset: Asset, apiKey: string): Json {
  const url = deliveryUrl(world, asset);
  const body: Json = {
    asset_id: asset.asset_id,
    public_id: asset.public_id,
    version: asset.version,
    version_id: asset.version_id,
    signature: signResponse(world, asset, apiKey),
  };
  if (asset.width !== undefined) body.width = asset.width;
  if (asset.height !== undefined) body.height = asset.height;
  if (asset.format !== undefined) body.format = asset.format;
  body.resource_type = asset.resource_type;
  body.created_at = adminTime(asset.created_at);
  body.tags = describeTags(world, asset);
  if (asset.pages !== undefined) body.pages = asset.pages;
  if (asset.duration !== undefined) body.duration = asset.duration;
  body.bytes = asset.bytes;
  body.type = asset.type;
  body.etag = asset.etag;
  body.placeholder = false;
  body.url = url;
  body.secure_url = url;
  Object.assign(body, folderKeys(world, asset));
  body.access_mode = asset.access_mode;
  if (asset.access_control !== undefined) body.access_control = asset.access_control;
  if (Object.keys(asset.context).length > 0) body.context = { custom: asset.context };
  if (Object.keys(asset.metadata).length > 0) body.metadata = asset.metadata;
  if (asset.moderation.length > 0) body.moderation = asset.moderation;
  body.original_filename = asset.original_filename;
  if (asset.original_extension !== undefined) body.original_extension = asset.original_extension;
  return body;
}

/** The signature of an upload answer: the hash of public_id, version and the secret. */
export function signResponse(world: World, asset: Asset, apiKey: string): string {
  const secret = world.account.secrets.get(apiKey) ?? world.account.secrets.values().next().value;
  const text = `public_id=${asset.public_id}&version=${asset.version}${secret}`;
  return createHash(world.behavior.signature_algorithm).update(text).digest("hex");
}
