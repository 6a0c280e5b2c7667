/** A node of what the parser gives. */
export interface Tree {
  [key: string]: unknown;
}

/**
 * Visits every object below a node, from the outside inwards.
 *
 * @param visit Called with the key under which an object stands. `false` leaves out what is below it.
 */
export function walkTree(node: unknown, visit: (key: string, node: Tree) => boolean | void): void {
  if (Array.isArray(node)) {
    for (const item of node) walkTree(item, visit);
  } else if (node !== null && typeof node === "object") {
    for (const [key, below] of Object.entries(node)) {
      const isObject = below !== null && typeof below === "object" && !Array.isArray(below);
      if (isObject && visit(key, below as Tree) === false) continue;
      walkTree(below, visit);
    }
  }
}

/** The words of a qualified name, `media_sync.settings`, as the parser gives them. */
export function nameOf(words: unknown): string {
  const parts = (words ?? []) as { String?: { sval: string } }[];
  return parts.map(({ String }) => String?.sval ?? "?").join(".");
}
