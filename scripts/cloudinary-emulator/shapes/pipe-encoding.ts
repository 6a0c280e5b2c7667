import { badRequest } from "./failure.ts";

/** One `key=value` of a pipe-encoded text. */
export type Pair = readonly [key: string, value: string];

/** Characters that a backslash protects; before any other character it stands for itself. */
const ESCAPABLE = "=|\\";

/**
 * Reads Cloudinary's encoding of context and metadata: `key=value|key2=value2`, where `=`, `|` and
 * the backslash itself are protected by a backslash.
 *
 * @throws Failure 400 when a pair has no key or no `=`
 */
export function decodePairs(text: string): Pair[] {
  const pairs: Pair[] = [];
  let key: string | undefined;
  let current = "";
  const finish = () => {
    if (key === undefined && current.trim() === "") return;
    if (key === undefined || key === "") {
      throw badRequest("Invalid context or metadata: expected key=value pairs separated by |");
    }
    pairs.push([key, current]);
  };
  for (let index = 0; index < text.length; index++) {
    const character = text[index]!;
    const next = text[index + 1];
    if (character === "\\" && next !== undefined && ESCAPABLE.includes(next)) {
      current += next;
      index++;
    } else if (character === "|") {
      finish();
      key = undefined;
      current = "";
    } else if (character === "=" && key === undefined) {
      key = current;
      current = "";
    } else {
      current += character;
    }
  }
  finish();
  return pairs;
}

/**
 * Reads context or metadata in any form that arrives: pipe-encoded text, JSON text of an object, or
 * an object from a JSON body.
 *
 * @throws Failure 400 when it is neither
 */
export function readPairs(value: unknown): (readonly [key: string, value: unknown])[] {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    return Object.entries(value);
  }
  if (typeof value !== "string") throw badRequest("Invalid context or metadata");
  if (value.startsWith("{")) {
    try {
      return readPairs(JSON.parse(value) as unknown);
    } catch {
      // Not JSON after all: a key may begin with a brace.
    }
  }
  return decodePairs(value);
}
