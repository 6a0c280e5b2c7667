import { createSupabaseContext, type SupabaseEnv } from "@supabase/server";
import type { SupabaseClient } from "@supabase/supabase-js";
import { type ApiError, forbidden, notConfigured, unauthorized } from "./api-error.ts";
import { readEnvironment } from "./runtime.ts";

/** What a caller may do; each role may do all that those before it may. */
export type Role = "anonymous" | "viewer" | "editor" | "admin" | "service";

/** Who makes a request; `Database` types the clients. */
export interface Caller<Database = unknown> {
  kind: "anonymous" | "user" | "service";
  role: Role;
  /** The signed-in user's id; null for the others. */
  userId: string | null;
  /** Name of the publishable or secret key that was sent; null for users and for no credential. */
  keyName: string | null;
  /** Acts as the caller: row level security applies. */
  supabase: SupabaseClient<Database>;
  /** Passes row level security; authenticates with the caller's own secret key when there is one. */
  supabaseAdmin: SupabaseClient<Database>;
}

/**
 * Which credentials an endpoint takes: `anonymous` = a publishable key, `user` = a signed-in user's
 * JWT, `secret` = a secret key, `cron` = the secret key of that name too, which lies in the database's Vault,
 * `none` = also a request without any credential (then `anonymous`).
 */
export type Credential = "none" | "anonymous" | "user" | "secret" | "cron";

/** How far an issuer's clock may be ahead of ours, in seconds. */
const CLOCK_LEEWAY = 60;

const RANK: Record<Role, number> = { anonymous: 0, viewer: 1, editor: 2, admin: 3, service: 4 };

type ServerAuth = NonNullable<Parameters<typeof createSupabaseContext>[1]>["auth"];

/**
 * Finds out who calls. Strict: a credential that is present but bad is refused, never downgraded, and
 * a user's token takes precedence over the key sent with it.
 *
 * @param request The request; only its headers are read.
 * @param options `allow`: accepted credentials. `environment`: overrides of what the platform injects.
 * @param options `now`: milliseconds since 1970.
 * @throws ApiError 401 (no, bad or unaccepted credential), 403 (the cron key elsewhere than on its address), 503
 * `not_configured` naming the variables.
 */
export async function identifyCaller<Database = unknown>(
  request: Request,
  options: { allow: Credential[]; environment?: Partial<SupabaseEnv>; now?: () => number },
): Promise<Caller<Database>> {
  const { allow, now = Date.now } = options;
  const { headers, bearer, apikey } = readCredentials(request);
  const auth = chooseModes(bearer, apikey, allow);
  const { data, error } = await createSupabaseContext<Database>(
    new Request(request.url, { headers }),
    { auth, env: options.environment },
  );
  if (error !== null) throw toApiError(error, allow);

  const clients = { supabase: data.supabase, supabaseAdmin: data.supabaseAdmin };
  if (data.authMode === "user") {
    if (data.userClaims?.role !== "authenticated") throw unauthorized("The token is not a user's.");
    if (!allow.includes("user")) throw unauthorized(whatToSend(allow));
    const issuedAt = data.jwtClaims?.iat;
    if (typeof issuedAt === "number" && issuedAt > now() / 1_000 + CLOCK_LEEWAY) {
      throw unauthorized("The token was issued in the future.");
    }
    if (apikey !== null) await checkKey(request.url, apikey, options.environment);
    const role = roleOf(data.userClaims.appMetadata, data.jwtClaims?.is_anonymous);
    return { kind: "user", role, userId: data.userClaims.id, keyName: null, ...clients };
  }
  const keyName = data.authKeyName ?? null;
  if (data.authMode === "secret") {
    if (keyName === "cron" && !allow.includes("cron")) {
      throw forbidden("The key named cron may call POST sync and nothing else.");
    }
    if (keyName !== "cron" && !allow.includes("secret")) throw unauthorized(whatToSend(allow));
    // A secret key stands for no user: what it may see is what the service may see.
    const service = { supabase: data.supabaseAdmin, supabaseAdmin: data.supabaseAdmin };
    return { kind: "service", role: "service", userId: null, keyName, ...service };
  }
  if (data.authMode === "publishable" && !allow.includes("anonymous")) {
    throw unauthorized(whatToSend(allow));
  }
  return { kind: "anonymous", role: "anonymous", userId: null, keyName, ...clients };
}

/**
 * Refuses callers below a role: `service` > `admin` > `editor` > `viewer` > `anonymous`.
 *
 * @throws ApiError 403 naming the role that is needed.
 */
export function requireRole(caller: { role: Role }, needed: Exclude<Role, "anonymous">): void {
  if (RANK[caller.role] >= RANK[needed]) return;
  throw forbidden(`This needs the role ${needed}; you are ${caller.role}.`);
}

function readCredentials(request: Request) {
  const headers = new Headers();
  const apikey = request.headers.get("apikey");
  const authorization = request.headers.get("authorization");
  if (apikey !== null) headers.set("apikey", apikey);
  // The scheme's case makes no difference (RFC 9110 §11.1).
  const bearer = authorization === null
    ? null
    : /^bearer +(\S.*)$/i.exec(authorization)?.[1]?.trim();
  if (authorization !== null && !bearer) {
    throw unauthorized("The Authorization header must be `Bearer <token>`.");
  }
  // supabase-js repeats its key as a bearer token while nobody is signed in: that is no second credential.
  if (bearer && bearer !== apikey) {
    if (bearer.startsWith("sb_") && apikey !== null) {
      throw unauthorized("The apikey and Authorization headers carry different keys.");
    }
    headers.set("authorization", `Bearer ${bearer}`);
    return { headers, bearer, apikey };
  }
  return { headers, bearer: null, apikey };
}

function chooseModes(
  bearer: string | null,
  apikey: string | null,
  allow: Credential[],
): ServerAuth {
  if (bearer !== null) return bearer.startsWith("sb_") ? ["secret:*", "publishable:*"] : "user";
  if (apikey !== null) return ["secret:*", "publishable:*"];
  if (allow.includes("none")) return "none";
  throw unauthorized(whatToSend(allow));
}

/** A key beside a user's token decides nothing, but a wrong one is refused all the same. */
async function checkKey(
  url: string,
  apikey: string,
  environment?: Partial<SupabaseEnv>,
): Promise<void> {
  // Projects that have not left the legacy keys behind send this one.
  if (apikey === readEnvironment("SUPABASE_ANON_KEY")) return;
  const { error } = await createSupabaseContext(
    new Request(url, { headers: { apikey } }),
    { auth: ["secret:*", "publishable:*"], env: environment },
  );
  if (error !== null) {
    throw MISSING_VARIABLES[error.code] === undefined
      ? unauthorized("The apikey is not valid.", error)
      : toApiError(error, []);
  }
}

/** An anonymous sign-in has a token, but is nobody in particular: it counts as no viewer. */
function roleOf(appMetadata: Record<string, unknown> | undefined, isAnonymous: unknown): Role {
  if (isAnonymous !== undefined && isAnonymous !== null && isAnonymous !== false) {
    return "anonymous";
  }
  const role = appMetadata?.media_role;
  return role === "editor" || role === "admin" ? role : "viewer";
}

function whatToSend(allow: Credential[]): string {
  const ways: string[] = [];
  if (allow.includes("user")) {
    ways.push("a signed-in user's token as Authorization: Bearer <token>");
  }
  if (allow.includes("secret")) ways.push("a secret key in the apikey header");
  if (allow.includes("anonymous")) ways.push("a publishable key in the apikey header");
  return `Send ${ways.join(", or ") || "a credential this address accepts"}.`;
}

/** Codes of @supabase/server that mean "the platform's variables are missing", and which ones. */
const MISSING_VARIABLES: Record<string, string[]> = {
  MISSING_SUPABASE_URL: ["SUPABASE_URL"],
  MISSING_PUBLISHABLE_KEY: ["SUPABASE_PUBLISHABLE_KEYS"],
  MISSING_DEFAULT_PUBLISHABLE_KEY: ["SUPABASE_PUBLISHABLE_KEYS"],
  MISSING_SECRET_KEY: ["SUPABASE_SECRET_KEYS"],
  MISSING_DEFAULT_SECRET_KEY: ["SUPABASE_SECRET_KEYS"],
  NO_KEYS_CONFIGURED: ["SUPABASE_PUBLISHABLE_KEYS", "SUPABASE_SECRET_KEYS"],
  JWKS_NOT_CONFIGURED: ["SUPABASE_JWKS"],
  JWKS_FETCH_FAILED: ["SUPABASE_JWKS"],
  CREATE_SUPABASE_CLIENT_ERROR: ["SUPABASE_URL"],
};

function toApiError(
  error: { status: number; code: string; message: string },
  allow: Credential[],
): ApiError {
  const variables = MISSING_VARIABLES[error.code];
  if (variables !== undefined) return notConfigured(variables, error);
  if (error.code === "INVALID_JWT") {
    return unauthorized("The token is malformed, expired or not this project's.", error);
  }
  if (error.code === "INVALID_API_KEY") return unauthorized("The apikey is not valid.", error);
  return unauthorized(whatToSend(allow), error);
}
