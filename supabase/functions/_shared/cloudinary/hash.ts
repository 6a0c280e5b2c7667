/** Hash functions that Cloudinary signs with; an account uses one of them. */
export type HashAlgorithm = "sha1" | "sha256";

const NAMES = { sha1: "SHA-1", sha256: "SHA-256" } as const;

/** Lower-case hexadecimal hash of the parts, one after the other. Text counts as UTF-8. */
export async function hashHex(
  algorithm: HashAlgorithm,
  ...parts: (string | Uint8Array)[]
): Promise<string> {
  const encoder = new TextEncoder();
  const chunks = parts.map((part) => typeof part === "string" ? encoder.encode(part) : part);
  const bytes = new Uint8Array(chunks.reduce((length, chunk) => length + chunk.length, 0));
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.length;
  }
  const digest = new Uint8Array(await crypto.subtle.digest(NAMES[algorithm], bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The algorithm that a hexadecimal signature's length tells: 40 digits SHA-1, 64 SHA-256. */
export function algorithmOf(signature: string): HashAlgorithm | null {
  if (/^[0-9a-f]{40}$/i.test(signature)) return "sha1";
  return /^[0-9a-f]{64}$/i.test(signature) ? "sha256" : null;
}

/** Compares hexadecimal signatures in a time that does not depend on where they differ. */
export function equalSignatures(one: string, other: string): boolean {
  if (one.length !== other.length) return false;
  const left = one.toLowerCase();
  const right = other.toLowerCase();
  let difference = 0;
  for (let index = 0; index < left.length; index++) {
    difference |= left.charCodeAt(index) ^ right.charCodeAt(index);
  }
  return difference === 0;
}
