import { authenticateAdmin, callSource } from "../http/authenticate.ts";
import type { Caller } from "../notifications/cause.ts";
import { badRequest, Failure } from "../shapes/failure.ts";
import type { Parameters } from "../shapes/parameters.ts";
import { oldestKey } from "../store/account.ts";
import type { State } from "../store/state.ts";
import { isSigned, knownParameters, stringToSign } from "./signature.ts";

/** How long a signed call stays valid, seconds. */
const VALID_SECONDS = 3600;

/**
 * Checks who makes an Upload API call: a signature over its parameters, Basic credentials, or an
 * upload preset that allows unsigned uploads.
 *
 * @param endpoint the last part of the path, e.g. `destroy`
 * @throws Failure 401 for wrong credentials, 400 or 401 for a stale call, 400 for an unsigned call
 *   without a preset
 */
export function authenticateUpload(
  { account, behavior, clock, presets }: Pick<
    State,
    "account" | "behavior" | "clock" | "presets"
  >,
  request: Request,
  cloudName: string,
  parameters: Parameters,
  endpoint: string,
): Caller {
  if (/^(basic|bearer) /i.test(request.headers.get("authorization") ?? "")) {
    return authenticateAdmin(account, request, cloudName);
  }
  if (cloudName !== account.cloudName) throw new Failure(401, "Invalid cloud_name");
  const source = callSource(request);
  const signature = parameters.text("signature");
  if (signature === undefined) {
    const preset = parameters.text("upload_preset");
    if (preset === undefined) {
      throw badRequest("Upload preset must be specified when using unsigned upload");
    }
    const found = presets.get(preset);
    if (found === undefined) throw badRequest("Upload preset not found");
    if (!found.unsigned) {
      throw badRequest("Upload preset must be whitelisted for unsigned uploads");
    }
    return { api_key: oldestKey(account), source };
  }
  const api_key = parameters.text("api_key") ?? "";
  const secret = account.secrets.get(api_key);
  if (secret === undefined) throw new Failure(401, `Unknown API key ${api_key}`);
  const timestamp = Number(parameters.text("timestamp") ?? NaN);
  if (!Number.isFinite(timestamp)) throw badRequest("Missing required parameter - timestamp");
  const covered = behavior.upload_signature_elsewhere === "refused"
    ? knownParameters(parameters, endpoint)
    : parameters;
  if (!isSigned(covered, signature, secret)) {
    const text = stringToSign(covered, 2);
    throw new Failure(401, `Invalid Signature ${signature}. String to sign - '${text}'.`);
  }
  if (timestamp < clock.now() / 1000 - VALID_SECONDS) {
    const time = new Date(timestamp * 1000).toISOString().slice(0, 19).replace("T", " ");
    throw new Failure(
      behavior.stale_status,
      `Stale request - reported time is ${time} +0000 which is more than 1 hour ago`,
    );
  }
  return { api_key, source };
}
