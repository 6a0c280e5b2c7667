import type { World } from "../world.ts";

/** A new asset_id: 32 hexadecimal characters, never used before in this library. */
export function newAssetId(world: World): string {
  let id = world.random.hexadecimal(32);
  while (world.assets.getById(id) !== undefined || world.deleted.has(id)) {
    id = world.random.hexadecimal(32);
  }
  return id;
}

const ID_CHARACTERS = "abcdefghijklmnopqrstuvwxyz0123456789";

/** A random public_id as Cloudinary gives to uploads without a name: 20 characters. */
export function newPublicId(world: World): string {
  return Array.from({ length: 20 }, () => world.random.pick([...ID_CHARACTERS])).join("");
}
