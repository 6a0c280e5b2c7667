import type { Random } from "../store/random.ts";
import type { State } from "../store/state.ts";

/** A new asset_id: 32 hexadecimal characters, never used before in this library. */
export function newAssetId(
  { random, assets, archive }: Pick<State, "random" | "assets" | "archive">,
): string {
  let id = random.hexadecimal(32);
  while (assets.getById(id) !== undefined || archive.get(id) !== undefined) {
    id = random.hexadecimal(32);
  }
  return id;
}

const ID_CHARACTERS = "abcdefghijklmnopqrstuvwxyz0123456789";

/** A random public_id as Cloudinary gives to uploads without a name: 20 characters. */
export function newPublicId(random: Random): string {
  return Array.from({ length: 20 }, () => random.pick([...ID_CHARACTERS])).join("");
}
