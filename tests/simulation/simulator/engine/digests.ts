/**
 * Digests and signatures of the run, computed at once: the platform computes them on threads, which end in any order.
 */
import { createHash, createHmac } from "node:crypto";
import { replace, track } from "./machine.ts";

type HmacKey = CryptoKey & { raw?: Uint8Array; hash?: string };
const subtle = crypto.subtle;
const realSubtle = {
  digest: subtle.digest.bind(subtle),
  importKey: subtle.importKey.bind(subtle),
  sign: subtle.sign.bind(subtle),
  verify: subtle.verify.bind(subtle),
};
const bytesOf = (data: BufferSource): Uint8Array =>
  data instanceof ArrayBuffer
    ? new Uint8Array(data)
    : new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength);
const nodeHash = (name: string): string => name.toLowerCase().replace("-", "");
const hmac = (key: HmacKey, data: BufferSource): Uint8Array =>
  new Uint8Array(createHmac(nodeHash(key.hash!), key.raw!).update(bytesOf(data)).digest());
const toBuffer = (bytes: Uint8Array): ArrayBuffer =>
  bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;

replace(subtle, "digest", (algorithm: AlgorithmIdentifier, data: BufferSource) => {
  const name = typeof algorithm === "string" ? algorithm : algorithm.name;
  return Promise.resolve(
    toBuffer(new Uint8Array(createHash(nodeHash(name)).update(bytesOf(data)).digest())),
  );
});
replace(subtle, "importKey", async (
  format: string,
  data: BufferSource | JsonWebKey,
  algorithm: HmacImportParams,
  ...rest: unknown[]
) => {
  const key = await track(
    (realSubtle.importKey as (...values: unknown[]) => Promise<CryptoKey>)(
      format,
      data,
      algorithm,
      ...rest,
    ),
  ) as HmacKey;
  if (algorithm?.name === "HMAC" && (format === "raw" || format === "jwk")) {
    const raw = format === "raw" ? bytesOf(data as BufferSource) : Uint8Array.from(
      atob((data as JsonWebKey).k!.replaceAll("-", "+").replaceAll("_", "/")),
      (letter) => letter.charCodeAt(0),
    );
    const hashName = typeof algorithm.hash === "string" ? algorithm.hash : algorithm.hash.name;
    Object.defineProperty(key, "raw", { value: raw });
    Object.defineProperty(key, "hash", { value: hashName });
  }
  return key;
});
replace(
  subtle,
  "sign",
  (algorithm: AlgorithmIdentifier, key: HmacKey, data: BufferSource) =>
    key.raw
      ? Promise.resolve(toBuffer(hmac(key, data)))
      : track(realSubtle.sign(algorithm, key, data)),
);
replace(
  subtle,
  "verify",
  (algorithm: AlgorithmIdentifier, key: HmacKey, signature: BufferSource, data: BufferSource) => {
    if (!key.raw) return track(realSubtle.verify(algorithm, key, signature, data));
    const [wanted, given] = [hmac(key, data), bytesOf(signature)];
    return Promise.resolve(
      wanted.length === given.length && wanted.every((byte, index) => byte === given[index]),
    );
  },
);
