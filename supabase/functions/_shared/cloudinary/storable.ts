/** Deeper values than any that Cloudinary is known to send; Postgres has an end of its own further down. */
const MOST_LEVELS = 64;

/** True when a text can be stored as it is: Postgres refuses the character NUL and halves of a surrogate pair. */
export function isStorableText(text: string): boolean {
  return !text.includes("\u0000") && text.isWellFormed();
}

/** The end of the year 9999, in ms. */
const LATEST = Date.UTC(10_000, 0);

/** True for a time that a database can hold; not for an invalid Date. */
export function isStorableTime(time: Date): boolean {
  return time.getTime() > 0 && time.getTime() < LATEST;
}

/** A text without what Postgres refuses; the same text makes the same text every time. */
export function storableText(text: string): string {
  return isStorableText(text) ? text : text.replaceAll("\u0000", "").replace(/\p{Surrogate}/gu, "");
}

/**
 * A JSON value as it can be stored: texts and keys without what Postgres refuses, null for what is no number, or lies
 * deeper than any answer of Cloudinary's needs.
 *
 * @param value What `JSON.parse` made.
 * @returns The very value where nothing had to change.
 */
export function storableJson(value: unknown, level = 0): unknown {
  if (typeof value === "string") return storableText(value);
  if (typeof value === "number") return Number.isFinite(value) ? value : null;
  if (typeof value !== "object" || value === null) return value;
  if (level >= MOST_LEVELS) return null;
  let changed = false;
  const storable = (child: unknown) => {
    const kept = storableJson(child, level + 1);
    changed ||= kept !== child;
    return kept;
  };
  if (Array.isArray(value)) {
    const items = value.map(storable);
    return changed ? items : value;
  }
  const entries = Object.entries(value).map(([key, child]): [string, unknown] => {
    const name = storableText(key);
    changed ||= name !== key;
    return [name, storable(child)];
  });
  // Not by assignment, to which a key called __proto__ would be lost.
  return changed ? Object.fromEntries(entries) : value;
}
