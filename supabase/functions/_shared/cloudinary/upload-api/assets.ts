import type { GetAsset } from "../admin-api/assets.ts";
import { type AssetChanges, type AssetName, encodeChanges } from "../asset-changes.ts";
import type { FolderMode, Observation } from "../observation.ts";
import { observe } from "../observe.ts";
import { readAgainIfBroken } from "../sdk-text.ts";
import type { Answer, Transport } from "../transport.ts";

/** A rename, which in fixed-folder clouds is also the way to move an asset. */
export interface RenameRequest extends AssetName {
  toPublicId: string;
}

const NOTHING_ASKED = { tags: false, context: false, metadata: false };

/** Edits of one asset through the Upload API, outside the Admin API's hourly budget. */
export function createUploadAssets(
  transport: Transport,
  folderMode: () => FolderMode | undefined,
  getAsset: GetAsset,
) {
  /** The answers are not known to tell every field, hence the observation holds only what they told. */
  const observeTold = (resource: unknown): Promise<Observation> => {
    const told = observe(resource, { asked: NOTHING_ASKED, folderMode: folderMode() });
    return readAgainIfBroken(told, getAsset);
  };

  return {
    /**
     * Changes one asset. Not repeated by itself: before that it must be read again. It cannot blank a field, since the SDK
     * does not send empty values.
     */
    async explicit(request: AssetName & { changes: AssetChanges }): Promise<Answer<Observation>> {
      const { data, rateLimit } = await transport.viaSdk(
        "POST explicit",
        (sdk, options) =>
          sdk.uploader.explicit(request.publicId, {
            ...options,
            ...encodeChanges(request.changes),
            resource_type: request.resourceType,
            type: request.type,
          }),
        "never",
      );
      return { data: await observeTold(data), rateLimit };
    },

    /**
     * Gives an asset another public id; `asset_id` stays. `conflict` when the name is taken. The old address is cleared
     * from the CDN, which would keep serving it.
     */
    async renameAsset(request: RenameRequest): Promise<Answer<Observation>> {
      const { data, rateLimit } = await transport.viaSdk(
        "POST rename",
        (sdk, options) =>
          sdk.uploader.rename(request.publicId, request.toPublicId, {
            ...options,
            resource_type: request.resourceType,
            type: request.type,
            invalidate: true,
            context: true,
            metadata: true,
          }),
        "never",
      );
      return { data: await observeTold(data), rateLimit };
    },
  };
}
