/**
 * Makes the local data API's user tokens into what Supabase Auth issues: with a key id, an issuer and the
 * user's metadata. Without them `@supabase/server` refuses the token, and no policy sees a role.
 */
import { jwtVerify, SignJWT } from "jose";
import type { LocalDatabase } from "./database.ts";
import type { Keys } from "./keys.ts";

interface Metadata {
  raw_app_meta_data: Record<string, unknown> | null;
  raw_user_meta_data: Record<string, unknown> | null;
}

/**
 * @param url The stack's own URL: the issuer is `<url>/auth/v1`.
 * @returns a function that replaces `access_token` in an answer of `/auth/v1/…`; answers without one pass
 * unchanged.
 */
export function createAuthBridge(
  url: string,
  keys: Keys,
  database: LocalDatabase,
): (response: Response) => Promise<Response> {
  const secret = new TextEncoder().encode(keys.jwtSecret);

  const resign = async (token: string): Promise<string> => {
    const { payload } = await jwtVerify(token, secret, { algorithms: ["HS256"] });
    const [user] = await database.query<Metadata>(
      "select raw_app_meta_data, raw_user_meta_data from auth.users where id = $1",
      [payload.sub],
    );
    return await new SignJWT({
      ...payload,
      iss: `${url}/auth/v1`,
      aal: "aal1",
      is_anonymous: false,
      phone: "",
      app_metadata: user?.raw_app_meta_data ?? {},
      user_metadata: user?.raw_user_meta_data ?? {},
    }).setProtectedHeader({ alg: "HS256", kid: keys.jwtKeyId, typ: "JWT" }).sign(secret);
  };

  return async (response) => {
    const isJson = response.headers.get("content-type")?.includes("application/json");
    if (!response.ok || !isJson) return response;
    const text = await response.text();
    const answer = text === "" ? null : JSON.parse(text);
    const headers = new Headers(response.headers);
    headers.delete("content-length");
    const replaced = typeof answer?.access_token === "string"
      ? JSON.stringify({ ...answer, access_token: await resign(answer.access_token) })
      : text;
    const empty = response.status === 204 || response.status === 304;
    return new Response(empty ? null : replaced, { status: response.status, headers });
  };
}
