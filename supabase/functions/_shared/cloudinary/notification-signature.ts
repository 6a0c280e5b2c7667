import type { CloudinaryConfiguration } from "./configuration.ts";
import { algorithmOf, equalSignatures, hashHex } from "./hash.ts";

/** Why a notification is not believed. */
export interface NotificationSignatureError {
  code: "missing" | "malformed" | "stale" | "future" | "mismatch";
  message: string;
}

export type NotificationSignatureResult =
  | { data: { timestamp: number }; error?: undefined }
  | { data?: undefined; error: NotificationSignatureError };

/** A notification as it arrived. */
export interface SignedNotification {
  /** The raw body, byte for byte. */
  body: Uint8Array | string;
  /** `X-Cld-Signature`. */
  signature: string | null;
  /** `X-Cld-Timestamp`, Unix seconds. */
  timestamp: string | null;
  /** `signature_key` of the body, if it could be read: the API key whose secret signed. */
  signatureKey?: string;
}

/** How old and how far ahead a signature may be, in seconds, and what time it is, in ms. */
export interface SignatureWindow {
  now: number;
  /** Default 7,200: Cloudinary's own libraries accept two hours. */
  maxAgeSeconds?: number;
  /** Default 300, for clocks that differ. */
  maxAheadSeconds?: number;
}

/**
 * Checks a notification's signature: hash of raw body, timestamp and secret; SHA-1 or SHA-256, told by its
 * length. Which secret signed is Cloudinary's choice: a webhook key, or the account's oldest API key.
 *
 * @param notification Headers and raw body.
 * @param configuration Its `apiSecret` and `webhookKeys` are the secrets that count.
 * @param window Current time and accepted skew.
 */
export async function verifyNotificationSignature(
  notification: SignedNotification,
  configuration: Pick<CloudinaryConfiguration, "apiSecret" | "webhookKeys">,
  window: SignatureWindow,
): Promise<NotificationSignatureResult> {
  const { body, signature, timestamp } = notification;
  if (!signature || !timestamp) {
    return refuse("missing", "The headers x-cld-signature and x-cld-timestamp are needed.");
  }
  const algorithm = algorithmOf(signature);
  if (algorithm === null || !/^\d{1,15}$/.test(timestamp)) {
    return refuse("malformed", "The signature or its timestamp is malformed.");
  }
  const seconds = Number(timestamp);
  const now = window.now / 1000;
  if (seconds < now - (window.maxAgeSeconds ?? 7_200)) {
    return refuse("stale", "The signature is too old.");
  }
  if (seconds > now + (window.maxAheadSeconds ?? 300)) {
    return refuse("future", "The signature's time lies in the future.");
  }
  let valid = false;
  for (const secret of candidates(notification.signatureKey, configuration)) {
    const expected = await hashHex(algorithm, body, timestamp, secret);
    if (equalSignatures(expected, signature)) valid = true;
  }
  return valid
    ? { data: { timestamp: seconds } }
    : refuse("mismatch", "The signature does not fit the body.");
}

/** The secret that the body names; else every secret we have, since older notifications name none. */
function candidates(
  signatureKey: string | undefined,
  { apiSecret, webhookKeys }: Pick<CloudinaryConfiguration, "apiSecret" | "webhookKeys">,
): string[] {
  if (signatureKey !== undefined && Object.hasOwn(webhookKeys, signatureKey)) {
    return [webhookKeys[signatureKey]!];
  }
  return [apiSecret, ...Object.values(webhookKeys)];
}

function refuse(
  code: NotificationSignatureError["code"],
  message: string,
): NotificationSignatureResult {
  return { error: { code, message } };
}
