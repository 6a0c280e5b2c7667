import { inBatches } from "../../http/in-batches.ts";
import { encodePairs, encodeTags } from "../asset-changes.ts";
import type { Sdk, SdkOptions } from "../sdk.ts";
import type { Answer, Transport } from "../transport.ts";

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
  uploader: Sdk["uploader"],
  publicIds: string[],
  options: SdkOptions & Record<string, unknown>,
) => Promise<Record<string, unknown>>;

/**
 * Edits of many assets at once through the Upload API, outside the Admin API's hourly budget. None is
 * repeated by itself: before that the assets must be read again. Without tags or keys no call is made.
 */
export function createUploadAssetGroups(transport: Transport) {
  const edit = async (
    endpoint: string,
    group: AssetGroup,
    call: Call,
  ): Promise<Answer<Affected>> => {
    const affected: string[] = [];
    for (const batch of inBatches(group.publicIds, MAX_BATCH)) {
      const { data } = await transport.viaSdk(
        endpoint,
        (sdk, options) =>
          call(sdk.uploader, batch, {
            ...options,
            resource_type: group.resourceType,
            type: group.type,
          }),
        "never",
      );
      if (Array.isArray(data.public_ids)) affected.push(...data.public_ids.map(String));
    }
    return { data: { publicIds: affected }, rateLimit: null };
  };

  const editValue = async (
    endpoint: string,
    group: AssetGroup,
    command: "add_tag" | "remove_tag" | "replace_tag" | "add_context" | "update_metadata",
    value: string,
  ): Promise<Answer<Affected>> =>
    value === "" ? { data: { publicIds: [] }, rateLimit: null } : await edit(
      endpoint,
      group,
      (uploader, ids, options) => uploader[command](value, ids, options),
    );

  return {
    /** Adds tags; tags already there stay. */
    addTag: async ({ tags, ...group }: AssetGroup & { tags: string[] }) =>
      await editValue("POST tags", group, "add_tag", encodeTags(tags)),

    /** Removes tags; others stay. */
    removeTag: async ({ tags, ...group }: AssetGroup & { tags: string[] }) =>
      await editValue("POST tags", group, "remove_tag", encodeTags(tags)),

    /** Sets the whole list of tags. */
    replaceTags: async ({ tags, ...group }: AssetGroup & { tags: string[] }) =>
      tags.length > 0
        ? await editValue("POST tags", group, "replace_tag", encodeTags(tags))
        : await edit(
          "POST tags",
          group,
          (uploader, ids, options) => uploader.remove_all_tags(ids, options),
        ),

    /**
     * Sets context keys; others stay. An empty value takes its key away, says Cloudinary's OpenAPI description
     * (`ContextUpdateRequest` of its asset-management SDK); its other documents know no way to remove a single key.
     */
    addContext: async (
      { context, ...group }: AssetGroup & { context: Record<string, unknown> },
    ) => await editValue("POST context", group, "add_context", encodePairs(context)),

    /** Removes every context key. */
    removeAllContext: (group: AssetGroup) =>
      edit(
        "POST context",
        group,
        (uploader, ids, options) => uploader.remove_all_context(ids, options),
      ),

    /** Sets metadata fields by external id; others stay, and an empty value clears a field. */
    updateMetadata: async (
      { metadata, ...group }: AssetGroup & { metadata: Record<string, unknown> },
    ) => await editValue("POST metadata", group, "update_metadata", encodePairs(metadata)),
  };
}
