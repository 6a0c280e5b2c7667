import { readObject } from "../http/read-object.ts";
import type { Parts } from "../http/route.ts";
import { badRequest } from "../shapes/failure.ts";
import { oldestKey, oldestSecret } from "../store/account.ts";
import { serveApi } from "./serve-api.ts";

/**
 * Makes a call of the API as a person in Cloudinary's own console does, for pages that hold no secret: the control surface
 * is open to this machine anyway.
 *
 * @param request its body is `{ method, path, parameters? }`, the path below the cloud's name, such as `/resources/<asset_id>`
 * @returns the API's answer
 * @throws Failure 400
 */
export async function callAsPerson(parts: Parts, request: Request): Promise<Response> {
  const { method, path, parameters = {} } = await readObject(request);
  if (typeof method !== "string" || !/^(GET|POST|PUT|DELETE)$/.test(method)) {
    throw badRequest("method must be GET, POST, PUT or DELETE");
  }
  if (typeof path !== "string" || !path.startsWith("/")) {
    throw badRequest("path must begin with a slash");
  }
  if (typeof parameters !== "object" || parameters === null) {
    throw badRequest("parameters must be an object");
  }
  const { account } = parts;
  const form = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (Array.isArray(value)) value.forEach((one) => form.append(`${name}[]`, String(one)));
    else form.append(name, String(value));
  }
  const hasBody = method !== "GET" && method !== "DELETE";
  const url = new URL(
    `http://emulator/v1_1/${account.cloudName}${path}${hasBody ? "" : `?${form}`}`,
  );
  const call = new Request(url, {
    method,
    headers: {
      authorization: `Basic ${btoa(`${oldestKey(account)}:${oldestSecret(account)}`)}`,
      "x-emulator-source": "ui",
    },
    ...(hasBody ? { body: form } : {}),
  });
  const segments = decodeURIComponent(url.pathname).split("/").slice(2);
  return await serveApi(parts, call, url, segments);
}
