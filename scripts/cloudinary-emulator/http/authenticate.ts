import type { Caller } from "../notifications/cause.ts";
import { Failure } from "../shapes/failure.ts";
import type { Account } from "../store/account.ts";

/** Header with which a test makes a call on behalf of a person in the console: its value is `ui`. */
const SOURCE_HEADER = "x-emulator-source";

/** The source that a request claims. */
export function callSource(request: Request): "api" | "ui" {
  return request.headers.get(SOURCE_HEADER) === "ui" ? "ui" : "api";
}

/**
 * Checks the Basic credentials of an Admin call.
 *
 * @throws Failure 401 when they are missing or wrong
 */
export function authenticateAdmin(account: Account, request: Request, cloudName: string): Caller {
  const header = request.headers.get("authorization") ?? "";
  // No token is ever given out here, so that each is a bad one.
  if (/^bearer /i.test(header)) throw new Failure(401, "Invalid token");
  if (!/^basic /i.test(header)) throw new Failure(401, "Must provide API key and secret");
  let decoded: string;
  try {
    decoded = atob(header.slice(6).trim());
  } catch {
    throw new Failure(401, "Invalid credentials");
  }
  const colon = decoded.indexOf(":");
  const key = decoded.slice(0, Math.max(colon, 0));
  if (cloudName !== account.cloudName) throw new Failure(401, "cloud_name mismatch");
  const secret = account.secrets.get(key);
  if (secret === undefined) throw new Failure(401, "unknown api_key");
  if (secret !== decoded.slice(colon + 1)) throw new Failure(401, "api_secret mismatch");
  return { api_key: key, source: callSource(request) };
}
