import type { Behavior } from "../store/behavior.ts";
import { parentFolder } from "../store/folder-store.ts";
import type { State } from "../store/state.ts";

/** Changes the facts, and in the library what follows from them: folders and what counts as one name. */
export function setBehavior(
  { behavior, assets, folders }: Pick<State, "behavior" | "assets" | "folders">,
  change: Behavior,
): void {
  const turnsFixed = change.folder_mode === "fixed" && behavior.folder_mode !== "fixed";
  Object.assign(behavior, change);
  assets.useNames(behavior);
  if (!turnsFixed) return;
  for (const [, row] of [...assets.all.entries()]) {
    const asset_folder = parentFolder(row.asset.public_id);
    folders.ensure(asset_folder);
    assets.replace(row, { ...row.asset, asset_folder });
  }
}
