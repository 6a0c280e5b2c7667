/** Weak entity tags and conditional requests, as in RFC 9110 §8.8.3 and §13.1.2. */
import { corsHeaders } from "./respond.ts";

/** What a cache may do with a tagged answer: keep it for this caller, and ask each time whether it still holds. */
const CACHE_HEADERS = {
  "cache-control": "private, no-cache",
  vary: "authorization, apikey",
};

/**
 * A weak entity tag of all that decides an answer.
 *
 * @param parts Anything `JSON.stringify` accepts; the same parts give the same tag.
 */
export async function entityTag(...parts: unknown[]): Promise<string> {
  const bytes = new TextEncoder().encode(JSON.stringify(parts));
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return `W/"${btoa(String.fromCharCode(...digest.slice(0, 18)))}"`;
}

/** The headers of an answer that carries the tag, be it 200 or 304. */
export function tagHeaders(tag: string): Record<string, string> {
  return { ...CACHE_HEADERS, etag: tag };
}

/**
 * Whether the caller has the answer of this tag already: If-None-Match names it or `*`. Tags are compared weakly.
 *
 * @param header The header `if-none-match`.
 */
export function isKnownTag(header: string | null, tag: string): boolean {
  if (header === null) return false;
  const opaque = (text: string) => text.replace(/^W\//, "");
  return header.trim() === "*" ||
    (header.match(/(W\/)?"[^"]*"/g) ?? []).some((known) => opaque(known) === opaque(tag));
}

/** 304: what the caller has still holds. */
export function notModified(tag: string): Response {
  return new Response(null, { status: 304, headers: { ...corsHeaders, ...tagHeaders(tag) } });
}
