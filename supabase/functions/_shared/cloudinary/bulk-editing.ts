import type { Sdk, SdkOptions } from "./sdk.ts";
import type { Answer, Transport } from "./transport.ts";
import { encodePairs, encodeTags } from "./writing.ts";

/** Assets of one resource type and type, by public id; any number, sent in batches of 1,000. */
export interface AssetGroup {
  resourceType: string;
  type: string;
  publicIds: string[];
}

/** Public ids that Cloudinary says it has changed. Unknown ones are skipped without an error. */
export interface Affected {
  publicIds: string[];
}

/** Cloudinary's limit of ids per call. */
const MAX_BATCH = 1_000;

type Call = (
  sdk: Sdk,
  publicIds: string[],
  options: SdkOptions & Record<string, unknown>,
) => Promise<Record<string, unknown>>;

/**
 * Edits of many assets at once through the Upload API, outside the Admin API's hourly budget. All may be
 * repeated: adding twice is adding once.
 */
export function createBulkEditing(transport: Transport) {
  const edit = async (
    endpoint: string,
    group: AssetGroup,
    call: Call,
  ): Promise<Answer<Affected>> => {
    const affected: string[] = [];
    for (let start = 0; start < group.publicIds.length; start += MAX_BATCH) {
      const batch = group.publicIds.slice(start, start + MAX_BATCH);
      const { data } = await transport.viaSdk(endpoint, (sdk, options) =>
        call(sdk, batch, {
          ...options,
          resource_type: group.resourceType,
          type: group.type,
        }));
      if (Array.isArray(data.public_ids)) affected.push(...data.public_ids.map(String));
    }
    return { data: { publicIds: affected }, rateLimit: null };
  };

  const removeAllTags = (group: AssetGroup) =>
    edit("POST tags", group, (sdk, ids, options) => sdk.uploader.remove_all_tags(ids, options));

  return {
    /** Adds tags; tags already there stay. */
    async addTag(group: AssetGroup & { tags: string[] }): Promise<Answer<Affected>> {
      const tag = encodeTags(group.tags);
      if (tag === "") return { data: { publicIds: [] }, rateLimit: null };
      return await edit(
        "POST tags",
        group,
        (sdk, ids, options) => sdk.uploader.add_tag(tag, ids, options),
      );
    },

    /** Removes tags; others stay. */
    async removeTag(group: AssetGroup & { tags: string[] }): Promise<Answer<Affected>> {
      const tag = encodeTags(group.tags);
      if (tag === "") return { data: { publicIds: [] }, rateLimit: null };
      return await edit(
        "POST tags",
        group,
        (sdk, ids, options) => sdk.uploader.remove_tag(tag, ids, options),
      );
    },

    /** Puts these tags in the place of all others; no tags removes them all. */
    async replaceTags(group: AssetGroup & { tags: string[] }): Promise<Answer<Affected>> {
      const tag = encodeTags(group.tags);
      if (tag === "") return await removeAllTags(group);
      return await edit(
        "POST tags",
        group,
        (sdk, ids, options) => sdk.uploader.replace_tag(tag, ids, options),
      );
    },

    removeAllTags,

    /** Sets context keys; others stay. There is no command that removes one key. */
    async addContext(
      group: AssetGroup & { context: Record<string, unknown> },
    ): Promise<Answer<Affected>> {
      const context = encodePairs(group.context);
      if (context === "") return { data: { publicIds: [] }, rateLimit: null };
      return await edit(
        "POST context",
        group,
        (sdk, ids, options) => sdk.uploader.add_context(context, ids, options),
      );
    },

    /** Removes every context key. */
    removeAllContext: (group: AssetGroup) =>
      edit(
        "POST context",
        group,
        (sdk, ids, options) => sdk.uploader.remove_all_context(ids, options),
      ),

    /** Sets metadata fields by external id; others stay, and an empty value clears a field. */
    async updateMetadata(
      group: AssetGroup & { metadata: Record<string, unknown>; clearInvalid?: boolean },
    ): Promise<Answer<Affected>> {
      const metadata = encodePairs(group.metadata);
      if (metadata === "") return { data: { publicIds: [] }, rateLimit: null };
      return await edit(
        "POST metadata",
        group,
        (sdk, ids, options) =>
          sdk.uploader.update_metadata(metadata, ids, {
            ...options,
            clear_invalid: group.clearInvalid,
          }),
      );
    },
  };
}
