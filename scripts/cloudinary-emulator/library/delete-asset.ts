import type { Asset } from "../store/asset.ts";
import type { Row } from "../store/row.ts";
import type { State } from "../store/state.ts";

/** Deletes an asset. It stays restorable when a backup of it is kept. */
export function deleteAsset(
  { assets, contents, archive, clock }: Pick<State, "assets" | "contents" | "archive" | "clock">,
  row: Row,
): Asset {
  const { asset } = row;
  archive.bury(row, clock.now());
  assets.remove(row);
  contents.delete(asset.asset_id);
  return asset;
}
