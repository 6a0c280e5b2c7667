import { z } from "zod";
import type { ErrorDetail } from "../contract/error.ts";
import { ApiError, badRequest, payloadTooLarge, unsupportedMediaType } from "./api-error.ts";
import { findUnstorable } from "./plain-json.ts";

/** Fits every request of the API except webhooks: 1,000 public ids of 255 characters, escaped. */
const DEFAULT_MAX_BYTES = 2 * 1024 * 1024;

/**
 * Reads and checks a URL's query. Use a strict schema (`z.strictObject`), so that a misspelt parameter
 * is refused instead of ignored.
 *
 * @param url The request's URL.
 * @param schema Gets a flat map of strings; coerce numbers and booleans there.
 * @throws ApiError 400 with one entry in `details` per bad parameter; a parameter given twice is bad.
 */
export function parseQuery<Schema extends z.ZodType>(url: URL, schema: Schema): z.output<Schema> {
  const values: Record<string, string> = {};
  const repeated = new Set<string>();
  for (const [key, value] of url.searchParams) {
    if (Object.hasOwn(values, key)) repeated.add(key);
    // Plain assignment to `__proto__` would vanish instead of being refused.
    Object.defineProperty(values, key, { value, enumerable: true, configurable: true });
  }
  const details = findUnstorable(values);
  for (const key of repeated) details.push({ path: key, message: "is given more than once" });
  if (details.length > 0) throw badRequest(onePerField(details));
  return validate(values, schema);
}

/**
 * Reads and checks a JSON body. No body at all counts as `{}`.
 *
 * @param request The request; its body is consumed.
 * @param schema Strict schema, as for {@link parseQuery}.
 * @param options `maxBytes`: largest body accepted, in bytes (default 2 MiB). `foreign`: the body is another system's,
 *   which may hold anything; the schema picks what is used, and that alone is looked at.
 * @throws ApiError 400 (`invalid_json`, or one entry in `details` per bad field), 413, 415.
 */
export async function parseBody<Schema extends z.ZodType>(
  request: Request,
  schema: Schema,
  options: { maxBytes?: number; foreign?: boolean } = {},
): Promise<z.output<Schema>> {
  const bytes = await readBody(request, options.maxBytes ?? DEFAULT_MAX_BYTES);
  if (bytes.length === 0) return validate({}, schema);
  if (!isJson(request.headers.get("content-type"))) throw unsupportedMediaType();
  const value = parseJson(bytes);
  if (options.foreign) {
    const picked = validate(value, schema);
    refuseUnstorable(picked);
    return picked;
  }
  refuseUnstorable(value);
  return validate(value, schema);
}

/**
 * Reads a JSON body that a strict schema may refuse for values that are only right where they stand already.
 *
 * @param strict What anything new must be like.
 * @param lenient What may be at all; its output has the same shape.
 * @returns The value, and the refusal of the strict schema, for whoever knows what stands already to throw or to drop.
 * @throws ApiError As {@link parseBody}; with all that the strict schema names where the lenient one refuses as well.
 */
export async function parseDoubtfulBody<Output>(
  request: Request,
  strict: z.ZodType<Output>,
  lenient: z.ZodType<Output>,
): Promise<{ value: Output; doubts: ApiError | null }> {
  const body = await parseBody(request, z.unknown());
  try {
    return { value: validate(body, strict), doubts: null };
  } catch (error) {
    const read = lenient.safeParse(body);
    if (!(error instanceof ApiError) || !read.success) throw error;
    return { value: read.data, doubts: error };
  }
}

function refuseUnstorable(value: unknown): void {
  const details = findUnstorable(value);
  if (details.length > 0) throw badRequest(onePerField(details));
}

/**
 * Reads a body without trusting its `content-length`.
 *
 * @param request The request; its body is consumed.
 * @param maxBytes Largest body accepted, in bytes.
 * @throws ApiError 413 as soon as the limit is passed; 400 when the client broke off.
 */
export async function readBody(request: Request, maxBytes: number): Promise<Uint8Array> {
  if (Number(request.headers.get("content-length") ?? 0) > maxBytes) {
    await request.body?.cancel();
    throw payloadTooLarge(maxBytes);
  }
  if (request.body === null) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  let length = 0;
  const reader = request.body.getReader();
  try {
    while (true) {
      const { done, value } = await reader.read();
      if (done) break;
      length += value.length;
      if (length > maxBytes) throw payloadTooLarge(maxBytes);
      chunks.push(value);
    }
  } catch (error) {
    // Whatever cancelling reports adds nothing: the request is refused either way.
    await reader.cancel().catch(() => undefined);
    if (error instanceof ApiError) throw error;
    throw badRequest([], { code: "incomplete_body", message: "The body ended too early." });
  }
  const bytes = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.length;
  }
  return bytes;
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    throw badRequest([], { code: "invalid_json", message: "The body is not valid JSON." });
  }
}

function isJson(contentType: string | null): boolean {
  const type = contentType?.split(";", 1)[0]?.trim().toLowerCase();
  return type !== undefined && /^application\/(json|[a-z0-9.+-]+\+json)$/.test(type);
}

function validate<Schema extends z.ZodType>(value: unknown, schema: Schema): z.output<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw badRequest(onePerField(result.error.issues.flatMap(toDetails)));
}

function toDetails(issue: z.core.$ZodIssue): ErrorDetail[] {
  const path = issue.path.map((key) => shorten(String(key)));
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({
      path: [...path, shorten(key)].join("."),
      message: "is not a known field",
    }));
  }
  // zod's own words for a bad key say nothing of what is wrong with it.
  const message = issue.code === "invalid_key" ? issue.issues[0]?.message : undefined;
  return [{ path: path.join("."), message: message ?? issue.message }];
}

/** A key as answers name it: what a client sent may be megabytes long. */
function shorten(key: string): string {
  return key.length > 100 ? `${key.slice(0, 100)}…` : key;
}

function onePerField(details: ErrorDetail[]): ErrorDetail[] {
  const byPath = new Map<string, ErrorDetail>();
  for (const detail of details) {
    if (!byPath.has(detail.path)) byPath.set(detail.path, detail);
  }
  return [...byPath.values()];
}
