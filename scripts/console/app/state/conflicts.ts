import type { Edit, EditableMediaItem, MediaClient } from "../../../../supabase/client/mod.ts";

/** Whose value is right. */
export type Side = "database" | "cloudinary";

/**
 * Ends the conflicts of an asset. Where all values of one side are right, that is all that is said; where each side is right
 * about something, Cloudinary's values are taken over here first, and then what is here holds.
 *
 * @param choices The side for each field in conflict.
 * @throws {MediaError}
 */
export async function decideConflict(
  media: MediaClient,
  asset: EditableMediaItem,
  choices: Readonly<Record<string, Side>>,
): Promise<void> {
  const sides = new Set(Object.values(choices));
  if (sides.size === 1) {
    await media.resolve(asset.id, [...sides][0]!);
    return;
  }
  const edit: Edit = {};
  for (const [field, { cloudinary }] of Object.entries(asset.conflicts ?? {})) {
    if (choices[field] === "cloudinary") Object.assign(edit, takeOver(edit, field, cloudinary));
  }
  await media.edit(asset.id, edit);
  await media.resolve(asset.id, "database");
}

/** The edit with one more value: a field, or one key of context or metadata. */
function takeOver(edit: Edit, field: string, value: unknown): Edit {
  const [map, ...rest] = field.split(".");
  if (rest.length > 0 && (map === "context" || map === "metadata")) {
    return { [map]: { ...edit[map], [rest.join(".")]: value ?? null } } as Edit;
  }
  return { [field]: value ?? "" } as Edit;
}
