/** A key that the pipe format cannot carry. */
export interface ContextCodecError {
  code: "invalid_key";
  key: string;
  message: string;
}

/** Whether the pipe format can carry a key: Cloudinary knows escapes in values only. */
export function isPlainKey(key: string): boolean {
  return key !== "" && !/[=|]/.test(key);
}

export type EncodeResult =
  | { data: string; error?: undefined }
  | { data?: undefined; error: ContextCodecError };

/**
 * Encodes context or structured metadata as `key=value|key2=value2`.
 *
 * The SDK's own encoder loses the keys of floats and booleans, fails on null and leaves `\` alone; this one
 * turns everything into text and escapes `=`, `|` and `\` in it with a backslash, which is Cloudinary's rule.
 *
 * @param values Values by key. Text, figures and booleans become text, arrays JSON (metadata fields of type
 *   set), null and undefined the empty text, which clears a metadata field.
 * @returns The text, or an error for a key that is empty or contains `=` or `|`.
 */
export function encodeContext(values: Record<string, unknown>): EncodeResult {
  const pairs: string[] = [];
  for (const [key, value] of Object.entries(values)) {
    if (!isPlainKey(key)) {
      return {
        error: {
          code: "invalid_key",
          key,
          message: "A key must not be empty and must not contain the characters = and |.",
        },
      };
    }
    pairs.push(`${escape(key)}=${escape(toText(value))}`);
  }
  return { data: pairs.join("|") };
}

function escape(text: string): string {
  return text.replace(/[\\=|]/g, (character) => `\\${character}`);
}

function toText(value: unknown): string {
  if (value === null || value === undefined) return "";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
