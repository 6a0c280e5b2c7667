import type { CloudinaryConfiguration } from "./configuration.ts";
import { algorithmOf, equalSignatures, type HashAlgorithm, hashHex } from "./hash.ts";

/** Parameters of an upload, by Cloudinary's names. */
export type UploadParameters = Record<
  string,
  string | number | boolean | readonly string[] | null | undefined
>;

/** Everything a browser posts next to its `file`. */
export interface SignedUpload {
  uploadUrl: string;
  fields: Record<string, string>;
}

/** Never part of what is signed. */
const UNSIGNED = new Set(["file", "cloud_name", "resource_type", "api_key", "signature"]);

/**
 * Signs parameters as the Upload API wants it: sorted `key=value` pairs joined by `&`, followed by the
 * secret, hashed. A plain hash, not an HMAC.
 *
 * @param parameters Empty values are left out; lists are joined by commas.
 * @param apiSecret The secret of the API key that is sent along.
 * @param options `version` 2 (default) encodes `&` within a pair, 1 does not; `algorithm` default SHA-1.
 * @returns Lower-case hexadecimal signature.
 */
export function signParameters(
  parameters: UploadParameters,
  apiSecret: string,
  options: { version?: 1 | 2; algorithm?: HashAlgorithm } = {},
): Promise<string> {
  const pairs = Object.entries(parameters)
    .filter(([key]) => !UNSIGNED.has(key))
    .map(([key, value]): [string, string] => [key.replace(/\[\]$/, ""), toText(value)])
    .filter(([, value]) => value !== "")
    .sort(([left], [right]) => left < right ? -1 : 1)
    .map(([key, value]) => `${key}=${value}`)
    .map((pair) => options.version === 1 ? pair : pair.replaceAll("&", "%26"));
  return hashHex(options.algorithm ?? "sha1", pairs.join("&") + apiSecret);
}

/**
 * Signed fields with which a browser posts a file straight to Cloudinary. The signature holds for an hour.
 *
 * @param configuration Whose secret signs; it is not among the fields.
 * @param parameters Upload parameters, such as `folder`, `tags`, `context` (already encoded).
 * @param timestamp Unix seconds.
 * @param resourceType `auto` (default), `image`, `video` or `raw`.
 */
export async function signUpload(
  configuration: CloudinaryConfiguration,
  parameters: UploadParameters,
  timestamp: number,
  resourceType = "auto",
): Promise<SignedUpload> {
  const fields: Record<string, string> = {};
  for (const [key, value] of Object.entries({ ...parameters, timestamp })) {
    // Browsers send a form's line breaks as CRLF, whatever they were: what is signed must be what arrives.
    const text = toText(value).replace(/\r\n?|\n/g, "\r\n");
    if (text !== "" && !UNSIGNED.has(key)) fields[key] = text;
  }
  const { apiKey, apiSecret, cloudName, uploadPrefix } = configuration;
  fields.signature = await signParameters(fields, apiSecret);
  fields.api_key = apiKey;
  const path = ["v1_1", cloudName, resourceType, "upload"].map(encodeURIComponent).join("/");
  return { uploadUrl: `${uploadPrefix}/${path}`, fields };
}

/**
 * Whether an upload's answer, handed over by a browser, really comes from Cloudinary. Its signature covers
 * `public_id` and `version` only: everything else in the answer is the browser's word.
 *
 * @param response Cloudinary's answer as the browser got it.
 * @param apiSecret The secret that signed the upload.
 */
export async function verifyUploadResponse(
  response: { public_id?: unknown; version?: unknown; signature?: unknown },
  apiSecret: string,
): Promise<boolean> {
  const { public_id, version, signature } = response;
  if (typeof public_id !== "string" || public_id === "" || typeof signature !== "string") {
    return false;
  }
  if (typeof version !== "number" && typeof version !== "string") return false;
  const algorithm = algorithmOf(signature);
  if (algorithm === null) return false;
  const expected = await signParameters({ public_id, version }, apiSecret, {
    version: 1,
    algorithm,
  });
  return equalSignatures(expected, signature);
}

function toText(value: UploadParameters[string]): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "boolean") return value ? "1" : "0";
  return typeof value === "object" ? value.join(",") : String(value);
}
