import { registerSecret } from "../http/log.ts";

/** Where a Cloudinary product environment is, and the credentials for it. */
export interface CloudinaryConfiguration {
  cloudName: string;
  apiKey: string;
  apiSecret: string;
  /** Origin of the API, without a trailing slash; `https://api.cloudinary.com` by default. */
  uploadPrefix: string;
  /** Secrets of notifications signed with another key: `signature_key` → secret. */
  webhookKeys: Record<string, string>;
}

/** Why there is no configuration: names of variables, never their values. */
export interface ConfigurationError {
  code: "not_configured";
  missing: string[];
  message: string;
}

export type ConfigurationResult =
  | { data: CloudinaryConfiguration; error?: undefined }
  | { data?: undefined; error: ConfigurationError };

const DEFAULT_UPLOAD_PREFIX = "https://api.cloudinary.com";

/**
 * Reads `CLOUDINARY_URL`, or `CLOUDINARY_CLOUD_NAME` + `CLOUDINARY_API_KEY` + `CLOUDINARY_API_SECRET`,
 * and the optional `CLOUDINARY_UPLOAD_PREFIX` and `CLOUDINARY_WEBHOOK_KEYS`. Single variables win over
 * the parts of the URL. Every secret found is registered with the log's redactor.
 *
 * @param read Gives a variable's value, or `undefined`.
 * @returns `{ data }`, or `{ error }` with the names of the variables to mend.
 */
export function readCloudinaryConfiguration(
  read: (name: string) => string | undefined,
): ConfigurationResult {
  const url = text(read("CLOUDINARY_URL"));
  const parsed: UrlParts | null = url === undefined ? {} : parseUrl(url);
  if (parsed === null) {
    return failure(
      ["CLOUDINARY_URL"],
      "CLOUDINARY_URL must look like cloudinary://key:secret@cloud.",
    );
  }
  registerSecret(url);
  const cloudName = text(read("CLOUDINARY_CLOUD_NAME")) ?? parsed.cloudName;
  const apiKey = text(read("CLOUDINARY_API_KEY")) ?? parsed.apiKey;
  const apiSecret = text(read("CLOUDINARY_API_SECRET")) ?? parsed.apiSecret;
  registerSecret(apiSecret);
  if (cloudName === undefined || apiKey === undefined || apiSecret === undefined) {
    const missing = [
      cloudName === undefined ? "CLOUDINARY_CLOUD_NAME" : "",
      apiKey === undefined ? "CLOUDINARY_API_KEY" : "",
      apiSecret === undefined ? "CLOUDINARY_API_SECRET" : "",
    ].filter((name) => name !== "");
    const all = missing.length === 3 ? " (or CLOUDINARY_URL)" : "";
    return failure(missing, `Cloudinary is not configured: set ${missing.join(", ")}${all}.`);
  }

  const malformed = [
    isCredential(cloudName) ? "" : "CLOUDINARY_CLOUD_NAME",
    isCredential(apiKey) ? "" : "CLOUDINARY_API_KEY",
    isCredential(apiSecret) ? "" : "CLOUDINARY_API_SECRET",
  ].filter((name) => name !== "");
  if (malformed.length > 0) {
    return failure(
      malformed,
      `${
        malformed.join(", ")
      } must be the bare value: no quotes, no <placeholder>, no blank within.`,
    );
  }

  const prefix = text(read("CLOUDINARY_UPLOAD_PREFIX")) ?? parsed.uploadPrefix;
  const uploadPrefix = prefix === undefined ? DEFAULT_UPLOAD_PREFIX : toOrigin(prefix);
  if (uploadPrefix === null) {
    return failure(
      ["CLOUDINARY_UPLOAD_PREFIX"],
      "CLOUDINARY_UPLOAD_PREFIX must be an https address; http is accepted on loopback only.",
    );
  }
  const webhookKeys = parseWebhookKeys(text(read("CLOUDINARY_WEBHOOK_KEYS")));
  if (webhookKeys === null) {
    return failure(
      ["CLOUDINARY_WEBHOOK_KEYS"],
      'CLOUDINARY_WEBHOOK_KEYS must be JSON of the form { "<signature_key>": "<secret>" }.',
    );
  }
  for (const secret of Object.values(webhookKeys)) registerSecret(secret);
  return { data: { cloudName, apiKey, apiSecret, uploadPrefix, webhookKeys } };
}

function failure(missing: string[], message: string): ConfigurationResult {
  return { error: { code: "not_configured", missing, message } };
}

function text(value: string | undefined): string | undefined {
  const trimmed = value?.trim();
  return trimmed === undefined || trimmed === "" ? undefined : trimmed;
}

interface UrlParts {
  cloudName?: string;
  apiKey?: string;
  apiSecret?: string;
  uploadPrefix?: string;
}

function parseUrl(url: string): UrlParts | null {
  try {
    const { protocol, username, password, hostname, searchParams } = new URL(url);
    const apiKey = decodeURIComponent(username);
    const apiSecret = decodeURIComponent(password);
    // Cloudinary's console shows `cloudinary://<your_api_key>:…`; a copied placeholder is no value.
    const bad = [apiKey, apiSecret, hostname].some((part) => !isCredential(part));
    if (protocol !== "cloudinary:" || bad) return null;
    const uploadPrefix = text(searchParams.get("upload_prefix") ?? undefined);
    return { cloudName: hostname, apiKey, apiSecret, uploadPrefix };
  } catch {
    return null;
  }
}

/** Quotes, backticks and angle brackets come from copying a shell line or a placeholder, and belong to no credential. */
function isCredential(value: string): boolean {
  return value !== "" && !/[\s<>"'`“”‘’{}]/.test(value);
}

function toOrigin(prefix: string): string | null {
  try {
    const url = new URL(prefix);
    const loopback = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(url.hostname);
    const allowed = url.protocol === "https:" || (url.protocol === "http:" && loopback);
    if (!allowed || url.username !== "" || url.password !== "") return null;
    return url.origin + url.pathname.replace(/\/+$/, "");
  } catch {
    return null;
  }
}

function parseWebhookKeys(json: string | undefined): Record<string, string> | null {
  if (json === undefined) return {};
  try {
    const value: unknown = JSON.parse(json);
    if (typeof value !== "object" || value === null || Array.isArray(value)) return null;
    const entries = Object.entries(value);
    const wellFormed = entries.every(([, secret]) =>
      typeof secret === "string" && isCredential(secret)
    );
    return wellFormed ? Object.fromEntries(entries) : null;
  } catch {
    return null;
  }
}
