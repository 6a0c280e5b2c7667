import { badRequest } from "../shapes/failure.ts";
import type { Parameters } from "../shapes/parameters.ts";
import { readPairs } from "../shapes/pipe-encoding.ts";
import type { Asset } from "../store/asset.ts";
import type { Behavior } from "../store/behavior.ts";
import { normalizeFolder } from "../store/folder-store.ts";
import type { State } from "../store/state.ts";
import type { AssetChange } from "./change-asset.ts";
import { applyMetadata } from "./metadata-values.ts";
import { checkTags, splitTags } from "./tags.ts";

/** The parameters that Admin update and `explicit` share. */
const MODERATION_STATUSES = new Set(["approved", "rejected", "pending"]);

/**
 * Reads the edits of an Admin update or an `explicit` call. Tags are replaced; whether context is
 * replaced or merged is a switch; metadata is merged by field.
 *
 * @throws Failure 400 when a value is wrong
 */
export function readEdits(
  { behavior, metadataFields }: Pick<State, "behavior" | "metadataFields">,
  asset: Asset,
  parameters: Parameters,
): AssetChange {
  const change: { -readonly [Key in keyof AssetChange]: AssetChange[Key] } = {};
  const { update_empty_clears: emptyClears, update_context: contextMode } = behavior;
  if (parameters.has("tags")) {
    const tags = splitTags(parameters.texts("tags"));
    checkTags(tags);
    if (tags.length > 0 || emptyClears) change.tags = tags;
  }
  if (parameters.has("context")) {
    const pairs = readContext(behavior, parameters.raw("context"));
    if (pairs.length > 0) {
      const kept = contextMode === "merge" ? Object.entries(asset.context) : [];
      change.context = Object.fromEntries([...kept, ...pairs]);
    } else if (emptyClears) {
      change.context = {};
    }
  }
  if (parameters.has("metadata")) {
    const pairs = readPairs(parameters.raw("metadata"));
    const clearInvalid = parameters.flag("clear_invalid");
    change.metadata = applyMetadata(metadataFields, asset.metadata, pairs, clearInvalid);
  }
  if (behavior.folder_mode === "dynamic") {
    const displayName = parameters.text("display_name");
    if (displayName !== undefined) change.display_name = readDisplayName(displayName);
    const folder = parameters.text("asset_folder");
    if (folder !== undefined) change.asset_folder = normalizeFolder(folder);
  }
  const accessControl = parameters.raw("access_control");
  if (accessControl !== undefined) change.access_control = readAccessControl(accessControl);
  const status = parameters.text("moderation_status");
  if (status !== undefined) {
    if (!MODERATION_STATUSES.has(status)) {
      throw badRequest(`Invalid moderation_status ${status}`);
    }
    const kind = asset.moderation.at(-1)?.kind ?? "manual";
    change.moderation = [{ kind, status }];
  }
  return change;
}

/**
 * Reads a context in any form that arrives.
 *
 * @throws Failure 400 when a value is too long
 */
export function readContext(
  { context_value_limit: limit }: Behavior,
  given: unknown,
): (readonly [string, string])[] {
  return readPairs(given).map(([key, value]) => {
    const text = String(value);
    if (text.length > limit) {
      throw badRequest(`Context value of ${key} is too long: at most ${limit} characters`);
    }
    return [key, text] as const;
  });
}

/**
 * Checks a display name.
 *
 * @throws Failure 400 when it contains a slash
 */
export function readDisplayName(name: string): string {
  if (name.includes("/")) throw badRequest("Display name cannot contain slashes");
  return name;
}

/**
 * Reads an access control list, JSON text or a list.
 *
 * @throws Failure 400 when it is neither
 */
export function readAccessControl(value: unknown): readonly unknown[] {
  try {
    const list: unknown = typeof value === "string" ? JSON.parse(value) : value;
    if (Array.isArray(list)) return list;
    if (typeof list === "object" && list !== null) return [list];
  } catch {
    // Falls through: the text is no JSON.
  }
  throw badRequest("Invalid value for access_control");
}
