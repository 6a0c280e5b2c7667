import type { ErrorDetail } from "../contract/error.ts";

/** Deeper values than any request of ours needs; more of them would only be an attack. */
const MAX_DEPTH = 32;

/**
 * Finds what no database column could keep: characters that Postgres refuses (`\u0000`, lone
 * surrogates), numbers without a value, keys that would reach an object's prototype, deep nesting.
 *
 * @param root A value from `JSON.parse`, or a map of query values.
 * @returns One entry per bad place, at most ten; empty when all is well.
 */
export function findUnstorable(root: unknown): ErrorDetail[] {
  const found: ErrorDetail[] = [];
  // A stack of our own, not recursion: the depth of the input must not become the depth of ours.
  const waiting: { value: unknown; path: string; depth: number }[] = [
    { value: root, path: "", depth: 0 },
  ];
  while (waiting.length > 0 && found.length < 10) {
    const { value, path, depth } = waiting.pop()!;
    const problem = problemOf(value, depth);
    if (problem !== null) {
      found.push({ path, message: problem });
    } else if (typeof value === "object" && value !== null) {
      for (const [key, child] of Object.entries(value)) {
        const keyProblem = problemOfKey(key);
        const shownKey = keyProblem === null ? key : cleanKey(key);
        const childPath = path === "" ? shownKey : `${path}.${shownKey}`;
        if (keyProblem !== null) found.push({ path: childPath, message: keyProblem });
        else waiting.push({ value: child, path: childPath, depth: depth + 1 });
      }
    }
  }
  return found.slice(0, 10);
}

function problemOf(value: unknown, depth: number): string | null {
  if (depth > MAX_DEPTH) return `is nested more than ${MAX_DEPTH} levels deep`;
  if (typeof value === "number" && !Number.isFinite(value)) return "is too large a number";
  return typeof value === "string" ? problemOfText(value) : null;
}

function problemOfText(text: string): string | null {
  if (text.includes("\u0000")) return "must not contain the character U+0000";
  return text.isWellFormed() ? null : "must be well-formed Unicode";
}

function problemOfKey(key: string): string | null {
  return key === "__proto__" ? "is not a known field" : problemOfText(key);
}

function cleanKey(key: string): string {
  return key.toWellFormed().replaceAll("\u0000", "\ufffd").slice(0, 100);
}
