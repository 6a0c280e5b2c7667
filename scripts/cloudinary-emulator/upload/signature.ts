import { createHash } from "node:crypto";
import { Parameters } from "../shapes/parameters.ts";

/** Parameters that are never signed. */
const UNSIGNED = new Set(["file", "cloud_name", "resource_type", "api_key", "signature"]);

/** Parameters of the endpoints that take few; the others take those of an upload. */
const KNOWN: Readonly<Record<string, readonly string[]>> = {
  destroy: ["public_id", "asset_id", "type", "invalidate", "notification_url", "timestamp"],
  rename: [
    ...["from_public_id", "to_public_id", "type", "to_type", "overwrite", "invalidate", "context"],
    ...["metadata", "notification_url", "timestamp"],
  ],
  tags: ["command", "tag", "public_ids", "type", "timestamp"],
  context: ["command", "context", "public_ids", "type", "timestamp"],
  metadata: ["metadata", "public_ids", "type", "clear_invalid", "timestamp"],
};

/** The parameters that an endpoint of the Upload API knows. */
export function knownParameters(parameters: Parameters, endpoint: string): Parameters {
  const known = Object.hasOwn(KNOWN, endpoint) ? KNOWN[endpoint] : undefined;
  if (known === undefined) return parameters;
  const kept = new Parameters();
  for (const name of parameters.names().filter((name) => known.includes(name))) {
    for (const value of parameters.all(name)) kept.add(name, value);
  }
  return kept;
}

/**
 * The text that an upload's signature covers: sorted `key=value` pairs. Version 2 writes `&` inside a
 * pair as `%26`, so that no parameter can be smuggled into another; version 1 does not.
 */
export function stringToSign(parameters: Parameters, version: 1 | 2): string {
  return parameters.names()
    .filter((name) => !UNSIGNED.has(name))
    .sort()
    .map((name) => [name, parameters.all(name).map(String).join(",")] as const)
    .filter(([, value]) => value !== "")
    .map(([name, value]) => `${name}=${value}`)
    .map((pair) => version === 2 ? pair.replaceAll("&", "%26") : pair)
    .join("&");
}

/** Tells whether a signature fits: versions 1 and 2, SHA-1 and SHA-256 are all accepted. */
export function isSigned(parameters: Parameters, signature: string, secret: string): boolean {
  const texts = [stringToSign(parameters, 1), stringToSign(parameters, 2)];
  return texts.some((text) =>
    ["sha1", "sha256"].some((algorithm) =>
      createHash(algorithm).update(text + secret).digest("hex") === signature
    )
  );
}
