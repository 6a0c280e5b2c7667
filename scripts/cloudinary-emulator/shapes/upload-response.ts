import { createHash } from "node:crypto";
import { type Account, oldestSecret } from "../store/account.ts";
import type { Asset } from "../store/asset.ts";
import type { Behavior } from "../store/behavior.ts";
import type { State } from "../store/state.ts";
import { deliveryUrl, describeTags, folderKeys, type Json } from "./resource.ts";
import { adminTime } from "./times.ts";

/** The answer of an upload or an `explicit` call. */
export function describeUpload(
  { account, behavior }: Pick<State, "account" | "behavior">,
  asset: Asset,
  apiKey: string,
): Json {
  const url = deliveryUrl(account, asset);
  return {
    asset_id: asset.asset_id,
    public_id: asset.public_id,
    version: asset.version,
    version_id: asset.version_id,
    signature: signResponse(account, behavior, asset, apiKey),
    width: asset.width,
    height: asset.height,
    format: asset.format,
    resource_type: asset.resource_type,
    created_at: adminTime(asset.created_at),
    tags: describeTags(behavior, asset),
    pages: asset.pages,
    duration: asset.duration,
    bytes: asset.bytes,
    type: asset.type,
    etag: asset.etag,
    placeholder: false,
    url,
    secure_url: url,
    ...folderKeys(behavior, asset),
    access_mode: asset.access_mode,
    access_control: asset.access_control,
    context: Object.keys(asset.context).length > 0 ? { custom: asset.context } : undefined,
    metadata: Object.keys(asset.metadata).length > 0 ? asset.metadata : undefined,
    moderation: asset.moderation.length > 0 ? asset.moderation : undefined,
    original_filename: asset.original_filename,
    original_extension: asset.original_extension,
  };
}

/** The signature of an upload answer: the hash of public_id, version and the secret. */
function signResponse(
  account: Account,
  { signature_algorithm }: Behavior,
  asset: Asset,
  apiKey: string,
): string {
  const secret = account.secrets.get(apiKey) ?? oldestSecret(account);
  const text = `public_id=${asset.public_id}&version=${asset.version}${secret}`;
  return createHash(signature_algorithm).update(text).digest("hex");
}
