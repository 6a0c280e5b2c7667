import type { GetAsset } from "../admin-api/assets.ts";
import { type AssetChanges, type AssetName, encodeChanges } from "../asset-changes.ts";
import { CloudinaryError } from "../errors.ts";
import type { FolderMode, Observation } from "../observation.ts";
import { observe } from "../observe.ts";
import { readAgainIfBroken } from "../sdk-text.ts";
import type { Answer, Transport } from "../transport.ts";

/** A rename, which in fixed-folder clouds is also the way to move an asset. */
export interface RenameRequest extends AssetName {
  toPublicId: string;
  /** Proves, when an answer was lost, that the asset at the new name is the one renamed. */
  assetId?: string;
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
     * Changes one asset. May be repeated: it states the result, not the step. It cannot blank a field, since the SDK does
     * not send empty values.
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
      );
      return { data: await observeTold(data), rateLimit };
    },

    /**
     * Gives an asset another public id; `asset_id` stays. `conflict` when the name is taken. The old address is cleared
     * from the CDN, which would keep serving it.
     */
    async renameAsset(request: RenameRequest): Promise<Answer<Observation>> {
      let attempts = 0;
      try {
        const { data, rateLimit } = await transport.viaSdk("POST rename", (sdk, options) => {
          attempts++;
          return sdk.uploader.rename(request.publicId, request.toPublicId, {
            ...options,
            resource_type: request.resourceType,
            type: request.type,
            invalidate: true,
            context: true,
            metadata: true,
          });
        });
        return { data: await observeTold(data), rateLimit };
      } catch (error) {
        const done = attempts > 1 ? await findRenamed(request, error, getAsset) : null;
        if (done === null) throw error;
        return done;
      }
    },
  };
}

/** A repeated rename fails because the first one, whose answer was lost, succeeded: that is a success. */
async function findRenamed(
  request: RenameRequest,
  error: unknown,
  getAsset: GetAsset,
): Promise<Answer<Observation> | null> {
  const plausible = error instanceof CloudinaryError &&
    ["not_found", "conflict", "bad_request"].includes(error.code);
  if (!plausible || request.assetId === undefined) return null;
  const { data, rateLimit } = await getAsset({
    publicId: request.toPublicId,
    resourceType: request.resourceType,
    type: request.type,
  });
  return data?.asset_id === request.assetId ? { data, rateLimit } : null;
}
