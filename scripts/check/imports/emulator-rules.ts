import type { Import } from "./read-imports.ts";

const EMULATOR = "scripts/cloudinary-emulator/";
/** The one file that others may import. */
const DOOR = `${EMULATOR}mod.ts`;

/** The emulator's folders from the bottom up; its own files ("") put everything together. */
const LAYERS: readonly (readonly string[])[] = [
  ["store"],
  ["shapes"],
  ["library"],
  ["search", "notifications", "generate"],
  ["http"],
  ["admin", "upload", "control"],
  ["server"],
  [""],
];

/**
 * The emulator is a part of its own: entered by its door, importing nothing of ours, and inside each folder imports
 * from folders that stand below it.
 *
 * @returns what is wrong with an import, if anything is
 */
export function checkEmulatorImport(from: string, { to, specifier }: Import): string | undefined {
  const isInside = from.startsWith(EMULATOR);
  if (to === undefined) return undefined;
  if (!to.startsWith(EMULATOR)) {
    return isInside ? `the emulator imports nothing of ours, not "${specifier}"` : undefined;
  }
  if (!isInside) {
    return to === DOOR ? undefined : `the emulator is entered by ${DOOR} alone`;
  }
  const [source, target] = [folderOf(from), folderOf(to)];
  if (source === target) return undefined;
  const [above, below] = [rankOf(source), rankOf(target)];
  if (above < 0 || below < 0) {
    return `${EMULATOR}${above < 0 ? source : target} has no place among the emulator's layers`;
  }
  return above > below ? undefined : `${source} does not stand above ${target || "its own files"}`;
}

function folderOf(path: string): string {
  const rest = path.slice(EMULATOR.length);
  return rest.includes("/") ? rest.slice(0, rest.indexOf("/")) : "";
}

function rankOf(folder: string): number {
  return LAYERS.findIndex((layer) => layer.includes(folder));
}
