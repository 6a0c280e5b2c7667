import type { Difference, EditableFields, PushTask } from "../../media/types.ts";

/**
 * What must be written to Cloudinary so that it holds what the row wants: deltas for tags, context and metadata, values
 * for the rest.
 *
 * @param fixedFolders In fixed-folder mode the folder is the path of the public_id, so that only the rename is written.
 */
export function differenceOf(task: PushTask, fixedFolders: boolean): Difference {
  const { base, local } = task;
  const difference: Difference = {};
  const tags = tagDelta(base.tags, local.tags);
  if (tags) difference.tags = tags;
  const context = keyDelta(base.context, local.context);
  if (context) difference.context = context as Difference["context"];
  const metadata = keyDelta(base.metadata, local.metadata);
  if (metadata) difference.metadata = metadata;
  if (local.display_name !== base.display_name) difference.display_name = local.display_name ?? "";
  if (local.folder !== base.folder && !fixedFolders) difference.folder = local.folder;
  if (local.public_id !== base.public_id) difference.public_id = local.public_id;
  return difference;
}

function tagDelta(base: string[], local: string[]): Difference["tags"] {
  const added = local.filter((tag) => !base.includes(tag)).sort();
  const removed = base.filter((tag) => !local.includes(tag)).sort();
  if (added.length + removed.length === 0) return undefined;
  return {
    ...(added.length > 0 ? { added } : {}),
    ...(removed.length > 0 ? { removed } : {}),
  };
}

function keyDelta(
  base: EditableFields["metadata"],
  local: EditableFields["metadata"],
): Difference["metadata"] {
  const set: Record<string, unknown> = {};
  for (const key of Object.keys(local).sort()) {
    if (!Object.hasOwn(base, key) || canonical(base[key]) !== canonical(local[key])) {
      set[key] = local[key];
    }
  }
  const removed = Object.keys(base).filter((key) => !Object.hasOwn(local, key)).sort();
  if (Object.keys(set).length + removed.length === 0) return undefined;
  return {
    ...(Object.keys(set).length > 0 ? { set } : {}),
    ...(removed.length > 0 ? { removed } : {}),
  };
}

/** Values are strings, numbers or lists of strings; their JSON compares them. */
function canonical(value: unknown): string {
  return JSON.stringify(value);
}
