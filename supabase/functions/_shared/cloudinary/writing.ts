import { encodeContext } from "./context-codec.ts";
import { CloudinaryError } from "./errors.ts";
import type { AssetReference } from "./reading.ts";
import { type FolderMode, type Observation, toObservation } from "./observation.ts";
import type { Answer, Transport } from "./transport.ts";

/** Cloudinary's name for one asset: unique, but it can change. */
export interface AssetName {
  publicId: string;
  resourceType: string;
  type: string;
}

/** New values of editable fields, by Cloudinary's names; an absent key is left alone. */
export interface AssetChanges {
  display_name?: string;
  /** `""` is the root. Dynamic-folder clouds only. */
  asset_folder?: string;
  /** Replaces all tags. */
  tags?: string[];
  context?: Record<string, unknown>;
  /** By external id; an empty value clears a field. */
  metadata?: Record<string, unknown>;
  /** Drops metadata values that the field's definition no longer allows, instead of failing. */
  clear_invalid?: boolean;
}

/** A rename, which in fixed-folder clouds is also the way to move an asset. */
export interface RenameRequest extends AssetName {
  toPublicId: string;
  toType?: string;
  overwrite?: boolean;
  /** Default true: without it the CDN keeps serving the old address. */
  invalidate?: boolean;
  /** Proves, when an answer was lost, that the asset at the new name is the one renamed. */
  assetId?: string;
}

type GetAsset = (reference: AssetReference) => Promise<Answer<Observation | null>>;

const NOTHING_ASKED = { tags: false, context: false, metadata: false };

/** Edits of one asset. All but renames may be repeated safely: they state the result, not the step. */
export function createWriting(
  transport: Transport,
  folderMode: () => FolderMode | undefined,
  getAsset: GetAsset,
) {
  const observe = async (resource: unknown, complete: boolean): Promise<Observation> => {
    const { data, error } = toObservation(resource, {
      folderMode: folderMode(),
      ...(complete ? {} : { asked: NOTHING_ASKED }),
    });
    if (error !== undefined) throw new CloudinaryError(error.message, { code: "unavailable" });
    if (!JSON.stringify(data).includes("\uFFFD")) return data;
    // The SDK may have broken a character of several bytes (see reading.ts); what is stored must be what is there.
    const { data: intact } = await getAsset({ assetId: data.asset_id });
    return intact ?? data;
  };

  return {
    /** Admin API update; spends one unit of the hourly budget and answers with the whole asset. */
    async updateAsset(
      request: AssetName & { changes: AssetChanges },
    ): Promise<Answer<Observation>> {
      const { data, rateLimit } = await transport.viaSdk(
        "POST resources/:asset",
        (sdk, options) =>
          sdk.api.update(request.publicId, {
            ...options,
            ...encodeChanges(request.changes),
            resource_type: request.resourceType,
            type: request.type,
          }),
      );
      return { data: await observe(data, true), rateLimit };
    },

    /**
     * Upload API `explicit`; outside the hourly budget. It cannot blank a field, since empty values are not
     * sent. The answer is not known to tell every field, hence the observation holds only what it told.
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
      return { data: await observe(data, false), rateLimit };
    },

    /** Gives an asset another public id (or type); `asset_id` stays. `conflict` when the name is taken. */
    async renameAsset(request: RenameRequest): Promise<Answer<Observation>> {
      let attempts = 0;
      try {
        const { data, rateLimit } = await transport.viaSdk(
          "POST rename",
          (sdk, options) => {
            attempts++;
            return sdk.uploader.rename(request.publicId, request.toPublicId, {
              ...options,
              resource_type: request.resourceType,
              type: request.type,
              to_type: request.toType,
              overwrite: request.overwrite,
              invalidate: request.invalidate ?? true,
              context: true,
              metadata: true,
            });
          },
        );
        return { data: await observe(data, false), rateLimit };
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
    type: request.toType ?? request.type,
  });
  return data?.asset_id === request.assetId ? { data, rateLimit } : null;
}

function encodeChanges(changes: AssetChanges): Record<string, unknown> {
  const { tags, context, metadata, ...rest } = changes;
  return {
    ...rest,
    ...(tags === undefined ? {} : { tags: encodeTags(tags) }),
    ...(context === undefined ? {} : { context: encodePairs(context) }),
    ...(metadata === undefined ? {} : { metadata: encodePairs(metadata) }),
  };
}

/**
 * Tags as Cloudinary takes them, joined by commas.
 *
 * @throws CloudinaryError `bad_request` for a tag that holds a comma, since it would become two.
 */
export function encodeTags(tags: readonly string[]): string {
  const split = tags.find((tag) => tag.includes(","));
  if (split !== undefined) {
    throw new CloudinaryError("A tag must not contain a comma.", { code: "bad_request" });
  }
  return tags.join(",");
}

/** {@link encodeContext}, whose error is thrown as `bad_request` like a refusal by Cloudinary. */
export function encodePairs(values: Record<string, unknown>): string {
  const { data, error } = encodeContext(values);
  if (error !== undefined) throw new CloudinaryError(error.message, { code: "bad_request" });
  return data;
}
