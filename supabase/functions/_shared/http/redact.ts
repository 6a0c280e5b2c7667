const MASK = "[redacted]";
const MAX_DEPTH = 6;
const MAX_ITEMS = 50;
const MAX_TEXT = 2_000;

/** Names of fields that hold a credential, whatever their value looks like. */
const SECRET_KEY =
  /secret|password|passwd|token|authorization|^auth$|cookie|api_?key|^apikey$|credential|private_?key|request_options|^signature$/i;

const SECRET_TEXT: readonly [RegExp, string][] = [
  [/cloudinary:\/\/[^\s"'<>]*/gi, `cloudinary://${MASK}`],
  [/\b(Basic|Bearer)\s+[A-Za-z0-9+/=._~-]{4,}/gi, `$1 ${MASK}`],
  [/\bsb_(secret|publishable)_[A-Za-z0-9_-]+/g, MASK],
  [/\beyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*/g, MASK],
  [/\b(api_secret|api_key|apikey|signature|token|password)=[^\s&"'|]+/gi, `$1=${MASK}`],
  [/(postgres(?:ql)?:\/\/[^\s:/@]+:)[^\s@]+@/gi, `$1${MASK}@`],
];

const registered = new Set<string>();

/**
 * Makes every later {@link redact} mask this very value, wherever it stands.
 *
 * @param value A secret. Shorter than 4 characters it is ignored: masking it would mask ordinary words.
 */
export function registerSecret(value: string | undefined | null): void {
  if (typeof value === "string" && value.length >= 4) registered.add(value);
}

/**
 * A copy of a value that is safe to log: registered secrets, fields with a credential's name and text
 * that looks like one are masked; long text, long lists and deep nesting are cut, since a log line on
 * Supabase holds 10,000 characters.
 *
 * @param value Anything; errors become `{ name, message, code?, status?, stack?, cause? }`.
 * @returns A value that `JSON.stringify` accepts.
 */
export function redact(value: unknown): unknown {
  return copy(value, 0, new Set());
}

function copy(value: unknown, depth: number, parents: Set<object>): unknown {
  if (typeof value === "string") return redactText(value);
  if (typeof value === "bigint") return value.toString();
  if (typeof value === "function" || typeof value === "symbol") return undefined;
  if (value === null || typeof value !== "object") return value;
  if (parents.has(value)) return "[circular]";
  if (depth >= MAX_DEPTH) return "[deep]";
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  parents.add(value);
  try {
    if (Array.isArray(value)) {
      const items = value.slice(0, MAX_ITEMS).map((item) => copy(item, depth + 1, parents));
      if (value.length > MAX_ITEMS) items.push(`… ${value.length - MAX_ITEMS} more`);
      return items;
    }
    return value instanceof Error
      ? copyError(value, depth, parents)
      : copyFields(value, depth, parents);
  } finally {
    parents.delete(value);
  }
}

function copyError(error: Error, depth: number, parents: Set<object>): unknown {
  const fields: Record<string, unknown> = { name: error.name, message: redactText(error.message) };
  for (const key of ["code", "status", "hint", "details", "retryable"]) {
    const value = (error as unknown as Record<string, unknown>)[key];
    if (value !== undefined) fields[key] = copy(value, depth + 1, parents);
  }
  if (error.stack !== undefined) fields.stack = redactText(error.stack);
  if (error.cause !== undefined) fields.cause = copy(error.cause, depth + 1, parents);
  return fields;
}

function copyFields(value: object, depth: number, parents: Set<object>): unknown {
  const fields: Record<string, unknown> = {};
  for (const [key, field] of Object.entries(value).slice(0, MAX_ITEMS)) {
    const masked = SECRET_KEY.test(key) && field !== null && field !== undefined &&
      typeof field !== "boolean";
    // A key may be a secret too (a map of keys by value), hence both sides are treated.
    fields[redactText(key)] = masked ? MASK : copy(field, depth + 1, parents);
  }
  return fields;
}

/** Masks what looks like a credential in a text, and every registered secret. */
export function redactText(text: string): string {
  let result = text;
  for (const secret of registered) {
    if (result.includes(secret)) result = result.replaceAll(secret, MASK);
  }
  for (const [pattern, replacement] of SECRET_TEXT) result = result.replace(pattern, replacement);
  return result.length > MAX_TEXT ? `${result.slice(0, MAX_TEXT)}…` : result;
}
