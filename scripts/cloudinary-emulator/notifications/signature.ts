import { createHash } from "node:crypto";

/** The hashes that Cloudinary signs with. */
export type SignatureAlgorithm = "sha1" | "sha256";

/**
 * Signs a notification: the plain hash of body, timestamp and secret, as lower-case hexadecimal.
 *
 * @param timestamp unix seconds
 */
export function signNotification(
  body: string,
  timestamp: number,
  secret: string,
  algorithm: SignatureAlgorithm,
): string {
  return createHash(algorithm).update(`${body}${timestamp}${secret}`).digest("hex");
}
