/** Who speaks on a Realtime channel: by the key of the connection, or by a user's token. */
import { errors, type JWTPayload, jwtVerify } from "jose";
import type { Keys } from "../keys.ts";

/** A caller whose credential holds. */
export interface Caller {
  role: string;
  claims: JWTPayload;
  /** When the token ends, in ms since the epoch; null for a key. */
  expiresAt: number | null;
}

/** Why a credential does not hold: Realtime's own code and sentence. */
export interface Refusal {
  code: string;
  message: string;
}

/** Finds callers by their credentials. */
export interface Callers {
  /** Null for a key that is none of the stack's. */
  byKey(key: string | null): Caller | null;
  /** A token that is a key (supabase-js sends it where nobody is signed in) is the connection's own. */
  byToken(token: unknown, ofConnection: Caller): Promise<Caller | Refusal>;
}

/** @param now Milliseconds since the epoch. */
export function createCallers(keys: Keys, now: () => number): Callers {
  const secret = new TextEncoder().encode(keys.jwtSecret);
  const byRole = (role: string): Caller => ({ role, claims: { role }, expiresAt: null });
  return {
    byKey: (key) => {
      if (key === keys.publishable) return byRole("anon");
      return key === keys.secret || key === keys.cron ? byRole("service_role") : null;
    },
    byToken: async (token, ofConnection) => {
      if (typeof token !== "string" || token === "" || token.startsWith("sb_")) {
        return ofConnection;
      }
      try {
        const { payload } = await jwtVerify(token, secret, {
          algorithms: ["HS256"],
          currentDate: new Date(now()),
        });
        const { role, exp } = payload;
        if (typeof role !== "string" || typeof exp !== "number") {
          return refuse("InvalidJWTToken", "Fields `role` and `exp` are required in JWT");
        }
        return { role, claims: payload, expiresAt: exp * 1_000 };
      } catch (error) {
        return explain(error, now());
      }
    },
  };
}

/** Whether a credential was refused. */
export function isRefusal(result: Caller | Refusal): result is Refusal {
  return "code" in result;
}

function explain(error: unknown, now: number): Refusal {
  if (error instanceof errors.JWTExpired) {
    const seconds = Math.max(0, Math.floor(now / 1_000 - (error.payload.exp ?? 0)));
    return refuse("InvalidJWTToken", `Token has expired ${seconds} seconds ago`);
  }
  if (
    error instanceof errors.JWSSignatureVerificationFailed ||
    error instanceof errors.JOSEAlgNotAllowed
  ) {
    return refuse("JwtSignatureError", "Failed to validate JWT signature");
  }
  if (error instanceof errors.JWTClaimValidationFailed) {
    return refuse("InvalidJWTToken", error.message);
  }
  return refuse("MalformedJWT", "The token provided is not a valid JWT");
}

function refuse(code: string, message: string): Refusal {
  return { code, message };
}
