import { createHash } from "node:crypto";
import { compareText } from "./row.ts";

/** A folder as the API tells it. */
export interface Folder {
  readonly name: string;
  readonly path: string;
  readonly external_id: string;
}

/** Trims a folder path to Cloudinary's form: no leading, trailing or doubled slash; root is "". */
export function normalizeFolder(path: string): string {
  return path.split("/").filter((part) => part !== "").join("/");
}

/** The folder that holds a path ("" for a top-level one). */
export function parentFolder(path: string): string {
  const slash = path.lastIndexOf("/");
  return slash < 0 ? "" : path.slice(0, slash);
}

/** The last part of the path of a folder or an asset. */
export function lastPart(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** The library's folders. They exist on their own: an empty one stays until it is deleted. */
export class FolderStore {
  readonly #paths = new Set<string>();
  readonly #children = new Map<string, Set<string>>();

  /** Tells whether a folder exists; the root always does. */
  has(path: string): boolean {
    return path === "" || this.#paths.has(path);
  }

  /** Creates a folder and its missing parents; returns the paths that are new, parents first. */
  ensure(path: string): string[] {
    if (this.has(path)) return [];
    const parent = parentFolder(path);
    const created = this.ensure(parent);
    this.#paths.add(path);
    const siblings = this.#children.get(parent) ?? new Set();
    siblings.add(path);
    this.#children.set(parent, siblings);
    return [...created, path];
  }

  /** Removes a folder (not what is below it). */
  remove(path: string): void {
    this.#paths.delete(path);
    this.#children.get(parentFolder(path))?.delete(path);
  }

  /** A folder and everything below it, parents first. */
  subtree(path: string): string[] {
    const found = path === "" ? [] : [path];
    for (const child of this.#children.get(path) ?? []) found.push(...this.subtree(child));
    return found;
  }

  /** The direct children of a folder, by name. */
  children(path: string): Folder[] {
    return [...(this.#children.get(path) ?? [])].sort(compareText).map(describeFolder);
  }

  /** Every folder, by path. */
  list(): Folder[] {
    return [...this.#paths].sort(compareText).map(describeFolder);
  }

  /** Forgets every folder. */
  clear(): void {
    this.#paths.clear();
    this.#children.clear();
  }
}

/** A folder's description; `external_id` is stable for a path. */
export function describeFolder(path: string): Folder {
  const external_id = createHash("md5").update(`folder:${path}`).digest("hex");
  return { name: lastPart(path), path, external_id };
}
