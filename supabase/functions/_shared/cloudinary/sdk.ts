import type http from "node:http";
import { toCloudinaryError } from "./errors.ts";

/** Settings passed with every call, so that the SDK's global configuration is never used. */
export interface SdkOptions {
  cloud_name: string;
  api_key: string;
  api_secret: string;
  upload_prefix: string;
  agent: http.Agent;
}

type Options = SdkOptions & Record<string, unknown>;
type Result = Promise<Record<string, unknown>>;

/** The SDK functions in use. Its own types lack half of the options and type every result as `any`. */
export interface Sdk {
  api: {
    ping(options: Options): Result;
    config(options: Options): Result;
    update(publicId: string, options: Options): Result;
    restore_by_asset_ids(assetIds: string[], options: Options): Result;
  };
  uploader: {
    add_tag(tag: string, publicIds: string[], options: Options): Result;
    remove_tag(tag: string, publicIds: string[], options: Options): Result;
    replace_tag(tag: string, publicIds: string[], options: Options): Result;
    remove_all_tags(publicIds: string[], options: Options): Result;
    add_context(context: string, publicIds: string[], options: Options): Result;
    remove_all_context(publicIds: string[], options: Options): Result;
    update_metadata(metadata: string, publicIds: string[], options: Options): Result;
    explicit(publicId: string, options: Options): Result;
    rename(fromPublicId: string, toPublicId: string, options: Options): Result;
  };
}

let loaded: Promise<Sdk> | undefined;

/**
 * Loads the SDK when the first call needs it. It reads the environment while loading and throws there
 * on a malformed `CLOUDINARY_URL`, which must become an answer and not a function that fails to boot.
 *
 * @throws CloudinaryError `unavailable` when it cannot be loaded.
 */
export function loadSdk(): Promise<Sdk> {
  loaded ??= import("cloudinary").then(
    (module) => module.v2 as unknown as Sdk,
    (error) => {
      throw toCloudinaryError(error);
    },
  );
  return loaded;
}
