/** The credentials of one run of the local stack. */
import { base64url } from "jose";

/** Random for every run. */
export interface Keys {
  publishable: string;
  secret: string;
  /** The secret key named `cron`. */
  cron: string;
  /** Signs user tokens (HS256). */
  jwtSecret: string;
  /** The `kid` of user tokens. */
  jwtKeyId: string;
}

/** Makes keys that look like a project's. */
export function createKeys(
  random: (bytes: number) => Uint8Array = (bytes) => crypto.getRandomValues(new Uint8Array(bytes)),
): Keys {
  const key = (kind: string) =>
    `sb_${kind}_${base64url.encode(random(17)).slice(0, 22)}_${
      base64url.encode(random(6)).slice(0, 8)
    }`;
  return {
    publishable: key("publishable"),
    secret: key("secret"),
    cron: key("secret"),
    jwtSecret: base64url.encode(random(48)),
    jwtKeyId: "local-hs256",
  };
}

/** The environment that the platform injects into every function. */
export function functionEnvironment(url: string, keys: Keys): Record<string, string> {
  const k = base64url.encode(new TextEncoder().encode(keys.jwtSecret));
  return {
    SUPABASE_URL: url,
    SUPABASE_PUBLISHABLE_KEYS: JSON.stringify({ default: keys.publishable }),
    SUPABASE_SECRET_KEYS: JSON.stringify({ default: keys.secret, cron: keys.cron }),
    SUPABASE_JWKS: JSON.stringify({
      keys: [{ kty: "oct", kid: keys.jwtKeyId, alg: "HS256", k }],
    }),
  };
}
