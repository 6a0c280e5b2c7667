import { toSecond } from "../shapes/times.ts";
import type { Asset, LastUpdated } from "../store/asset.ts";
import { parentFolder } from "../store/folder-store.ts";
import type { Row } from "../store/row.ts";
import type { State } from "../store/state.ts";

/** The editable fields of an asset. Content changes go through an upload. */
export type AssetChange = {
  readonly [
    Key in
      | "public_id"
      | "type"
      | "tags"
      | "context"
      | "metadata"
      | "display_name"
      | "asset_folder"
      | "access_mode"
      | "access_control"
      | "moderation"
      | "derived"
      | "related"
  ]?: Asset[Key];
};

/** An asset before and after a change. */
export interface Changed {
  readonly before: Asset;
  readonly after: Asset;
}

const STAMPS: readonly (readonly [keyof AssetChange, keyof LastUpdated])[] = [
  ["tags", "tags_updated_at"],
  ["context", "context_updated_at"],
  ["metadata", "metadata_updated_at"],
  ["public_id", "public_id_updated_at"],
  ["type", "public_id_updated_at"],
  ["access_control", "access_control_updated_at"],
  ["access_mode", "access_control_updated_at"],
];

/** Fields whose changes may move `version`, as far as sources wonder. */
const BUMPING = new Set<string>(["public_id", "type", "metadata"]);

/** Fields whose changes leave no trace in `last_updated`. */
const UNSTAMPED = new Set<string>(["derived", "related"]);

/**
 * Changes an asset and stamps what really changed; a change to the same value is none. `version`
 * stays, since only content moves it, unless the account behaves otherwise. In fixed folder mode the folder follows the public_id.
 */
export function changeAsset(
  { assets, folders, clock, behavior }: Pick<State, "assets" | "folders" | "clock" | "behavior">,
  row: Row,
  change: AssetChange,
): Changed {
  const before = row.asset;
  const changedKeys = Object.entries(change)
    .filter(([key, value]) => value !== undefined && !isSame(before[key as keyof Asset], value))
    .map(([key]) => key);
  if (changedKeys.length === 0) return { before, after: before };
  const now = toSecond(clock.now());
  const stamped = changedKeys.some((key) => !UNSTAMPED.has(key));
  const stamps: [string, number][] = STAMPS.filter(([key]) => changedKeys.includes(key))
    .map(([, stamp]) => [stamp, now]);
  const edits = Object.fromEntries(
    changedKeys.map((key) => [key, change[key as keyof AssetChange]]),
  );
  const public_id = change.public_id ?? before.public_id;
  const bumps = behavior.edits_bump_version &&
    changedKeys.some((key) => BUMPING.has(key));
  const after: Asset = {
    ...before,
    ...edits,
    version: bumps ? Math.max(now / 1000, before.version + 1) : before.version,
    ...(behavior.folder_mode === "fixed" ? { asset_folder: parentFolder(public_id) } : {}),
    last_updated: stamped
      ? { ...before.last_updated, ...Object.fromEntries(stamps), updated_at: now }
      : before.last_updated,
  };
  folders.ensure(after.asset_folder);
  assets.replace(row, after);
  return { before, after };
}

/** Structural equality of field values; key order of objects does not count. */
function isSame(left: unknown, right: unknown): boolean {
  if (left === right) return true;
  return canonical(left) === canonical(right);
}

function canonical(value: unknown): string {
  return JSON.stringify(
    value,
    (_, inner: unknown) =>
      typeof inner === "object" && inner !== null && !Array.isArray(inner)
        ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
        : inner,
  ) ?? "";
}
