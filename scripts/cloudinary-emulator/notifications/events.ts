import type { Changed } from "../library/change-asset.ts";
import { type Describing, folderKeys, type Json } from "../shapes/resource.ts";
import { offsetTime } from "../shapes/times.ts";
import { describeUpload } from "../shapes/upload-response.ts";
import type { Asset } from "../store/asset.ts";
import type { Behavior } from "../store/behavior.ts";
import type { Clock } from "../store/clock.ts";
import { lastPart } from "../store/folder-store.ts";
import type { State } from "../store/state.ts";
import type { Cause } from "./cause.ts";
import { contextDelta, tagsDelta } from "./deltas.ts";
import type { Notifier } from "./notifier.ts";

/** What events are made from and sent by. */
export interface Announcing extends Describing, Pick<State, "clock"> {
  readonly notifier: Notifier;
}

/** Members of the events that carry a time and a request id. */
export function stamped(clock: Clock): Json {
  return {
    timestamp: offsetTime(clock.now()),
    request_id: crypto.randomUUID().replaceAll("-", ""),
  };
}

/** `upload`: the whole asset. */
export function notifyUpload(
  parts: Announcing,
  cause: Cause,
  asset: Asset,
  extra: Json = {},
): void {
  const { clock, notifier } = parts;
  const { signature: _, ...described } = describeUpload(parts, asset, cause.api_key);
  notifier.notify(cause, "upload", {
    ...stamped(clock),
    ...described,
    api_key: cause.api_key,
    ...extra,
  });
}

/** `delete`: one event with every asset that one call deleted. */
export function notifyDelete(parts: Announcing, cause: Cause, assets: readonly Asset[]): void {
  if (assets.length === 0) return;
  const items = assets.map((asset) => ({
    ...identity(asset),
    public_id: asset.public_id,
    version: asset.version,
    ...folderKeys(parts.behavior, asset),
    ...(parts.behavior.placeholders && parts.archive.findById(asset.asset_id) !== undefined
      ? { placeholder: true }
      : {}),
  }));
  parts.notifier.notify(cause, "delete", { resources: shape(parts.behavior, "array", items) });
}

/** `rename`: old and new public_id, no content. */
export function notifyRename(parts: Announcing, cause: Cause, { before, after }: Changed): void {
  parts.notifier.notify(cause, "rename", {
    ...stamped(parts.clock),
    ...identity(after),
    ...folderKeys(parts.behavior, after),
    from_public_id: before.public_id,
    to_public_id: after.public_id,
  });
}

/** `publish`: no source tells what is in it, so that it only names the assets. */
export function notifyPublish(parts: Announcing, cause: Cause, assets: readonly Asset[]): void {
  if (assets.length === 0) return;
  const items = assets.map((asset) => ({ ...identity(asset), public_id: asset.public_id }));
  parts.notifier.notify(cause, "publish", { resources: shape(parts.behavior, "array", items) });
}

/** Everything else that editing assets causes: one event per changed dimension and call. */
export function notifyChanges(parts: Announcing, cause: Cause, changes: readonly Changed[]): void {
  const { behavior, clock, notifier } = parts;
  const { source } = cause;
  const send = (
    type: string,
    documented: "array" | "map",
    key: keyof Asset,
    describe: (change: Changed) => Json,
    members: Json = {},
  ) => {
    const items = changes.filter(({ before, after }) => before[key] !== after[key])
      .map((change) => ({
        ...describe(change),
        ...identity(change.after),
        public_id: change.after.public_id,
      }));
    if (items.length === 0) return;
    const resources = shape(behavior, documented, items);
    notifier.notify(cause, type, { ...members, source, resources });
  };
  send("resource_tags_changed", "array", "tags", tagsDelta);
  send(
    "resource_context_changed",
    "map",
    "context",
    (change) => contextDelta(change, behavior.context_delta),
  );
  send("resource_metadata_changed", "map", "metadata", ({ before, after }) => ({
    previous_metadata: before.metadata,
    new_metadata: after.metadata,
  }));
  send("access_control_changed", "array", "access_control", ({ before, after }) => ({
    previous_access_control: before.access_control ?? [],
    new_access_control: after.access_control ?? [],
  }));
  if (behavior.folder_mode === "dynamic") {
    send(
      "resource_display_name_changed",
      "map",
      "display_name",
      ({ before, after }) => ({
        previous_display_name: before.display_name,
        new_display_name: after.display_name,
        asset_folder: after.asset_folder,
      }),
      stamped(clock),
    );
    send("move", "map", "asset_folder", ({ before, after }) => ({
      from_asset_folder: before.asset_folder,
      to_asset_folder: after.asset_folder,
      display_name: after.display_name,
    }));
  }
  for (const { before, after } of changes) {
    if (before.moderation !== after.moderation) notifyModeration(parts, cause, after);
  }
}

function notifyModeration(parts: Announcing, cause: Cause, asset: Asset): void {
  const latest = asset.moderation.at(-1);
  if (latest === undefined) return;
  const { url, secure_url, etag } = describeUpload(parts, asset, cause.api_key);
  parts.notifier.notify(cause, "moderation", {
    moderation_status: latest.status,
    moderation_kind: latest.kind,
    moderation_updated_at: offsetTime(parts.clock.now()),
    moderation_response: {},
    ...identity(asset),
    public_id: asset.public_id,
    uploaded_at: offsetTime(asset.uploaded_at),
    version: asset.version,
    url,
    secure_url,
    etag,
  });
}

/** `create_folder` and `delete_folder`. */
export function notifyFolder(
  { notifier }: Announcing,
  cause: Cause,
  type: "create_folder" | "delete_folder",
  path: string,
): void {
  notifier.notify(cause, type, {
    source: cause.source,
    folder_path: path,
    folder_name: lastPart(path),
  });
}

/** `move_or_rename_asset_folder`: the only event of a folder rename, whatever is inside. */
export function notifyFolderRename(
  parts: Announcing,
  cause: Cause,
  from: string,
  to: string,
): void {
  parts.notifier.notify(cause, "move_or_rename_asset_folder", {
    source: cause.source,
    from_path: from,
    to_path: to,
    status: "success",
  });
}

/** The members that say which asset an event is about. */
function identity(asset: Asset): Json {
  return { asset_id: asset.asset_id, resource_type: asset.resource_type, type: asset.type };
}

/** `resources` as a list, or as a map by public_id: sources disagree, a switch decides. */
function shape(
  { payload_shapes: shapes }: Behavior,
  documented: "array" | "map",
  items: readonly (Json & { public_id: string })[],
): unknown {
  const other = documented === "array" ? "map" : "array";
  const chosen = shapes === "documented" ? documented : shapes === "swapped" ? other : shapes;
  if (chosen === "array") return items;
  return Object.fromEntries(items.map((item) => [item.public_id, item]));
}
