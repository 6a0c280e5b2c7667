/** `/rest/v1` and `/auth/v1` of the local stack: `@supabase/lite`, with a project's keys and roles. */
import { App } from "@supabase/lite";
import { createAuthBridge } from "./auth-bridge.ts";
import { containConsole } from "./contained-console.ts";
import type { LocalDatabase } from "./database.ts";
import type { Keys } from "./keys.ts";

/**
 * @param url The stack's own URL.
 * @param log Gets one line for each statement that failed.
 * @returns a handler for requests whose path starts with `/rest/v1` or `/auth/v1`.
 */
export async function createDataApi(
  url: string,
  keys: Keys,
  database: LocalDatabase,
  log: (line: string) => void,
): Promise<(request: Request) => Promise<Response>> {
  const app = new App({
    connection: database.connection,
    auth: {
      enabled: true,
      jwt_secret: keys.jwtSecret,
      publishable_key: keys.publishable,
      secret_key: keys.secret,
      enable_signup: true,
    },
    api: { schemas: ["public"], max_rows: 1000 },
    options: {
      server: {
        disableStudio: true,
        apiKeys: {
          // Built in is one secret key; a project has several, and `cron` is one of ours.
          resolver: (key: string) => Promise.resolve(resolveKey(key, keys)),
        },
      },
    },
  });
  await database.exclusive(async () => {
    await app.init();
    // Takes a second on PGlite: better now, while functions start, than within the first request.
    await database.connection.introspect({ useCache: true });
  });
  const withMetadata = createAuthBridge(url, keys, database);

  return async (request) => {
    const body = request.body ? await request.arrayBuffer() : undefined;
    const copy = new Request(request.url, {
      method: request.method,
      headers: request.headers,
      ...(body ? { body } : {}),
    });
    const response = await database.exclusive(async () => {
      const answer = await containConsole(log, () => app.fetch(copy));
      // Read it all before the next request gets the session.
      const content = answer.body ? await answer.arrayBuffer() : null;
      return new Response(content, { status: answer.status, headers: answer.headers });
    });
    const isAuth = new URL(request.url).pathname.startsWith("/auth/v1/");
    return isAuth ? await withMetadata(response) : response;
  };
}

type ResolvedKey =
  | { type: "publishable"; claims: { role: string } }
  | { type: "secret"; claims: { role: string } };

function resolveKey(key: string, keys: Keys): ResolvedKey | null {
  if (key === keys.publishable) return { type: "publishable", claims: { role: "anon" } };
  if (key === keys.secret || key === keys.cron) {
    return { type: "secret", claims: { role: "service_role" } };
  }
  return null;
}
