/** The webhook function alone, before a database that only counts: what is refused must not reach it. */
import { createFunctionProcess } from "../../../scripts/local/function-process.ts";
import { createKeys, functionEnvironment } from "../../../scripts/local/keys.ts";
import { DATABASE_VERSION } from "../../../supabase/functions/_shared/media/database-version.ts";

/** A request that reached the database. */
export interface DatabaseRequest {
  path: string;
  // deno-lint-ignore no-explicit-any -- the arguments of any SQL function.
  body: any;
}

/** The function and the database before which it runs. */
export interface WebhookFunction {
  /** Where the function answers. */
  url: string;
  /** The secret of the account's API key. */
  secret: string;
  /** Everything that the function asked of the database, oldest first. */
  requests: DatabaseRequest[];
  /** The lines that the function has written. */
  lines: string[];
  /** Takes the database away: its port is closed from then on. */
  closeDatabase(): Promise<void>;
}

/** Runs `fn` with the function in a process of its own, as the platform gives it an isolate. */
export async function withWebhookFunction(
  environment: Record<string, string>,
  fn: (webhook: WebhookFunction) => Promise<void>,
): Promise<void> {
  const requests: DatabaseRequest[] = [];
  const lines: string[] = [];
  const database = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, answer);
  async function answer(request: Request): Promise<Response> {
    const text = await request.text();
    const path = new URL(request.url).pathname;
    // Asked once per isolate, not for a notification.
    if (path === "/rest/v1/rpc/media_sync_version") return Response.json(DATABASE_VERSION);
    requests.push({
      path,
      body: text === "" ? null : JSON.parse(text),
    });
    return Response.json({ result: "stored", refresh: false, event_id: 1 });
  }
  const secret = crypto.randomUUID();
  const webhook = createFunctionProcess({
    name: "webhook",
    functionsDirectory: new URL("../../../supabase/functions/", import.meta.url),
    environment: {
      ...functionEnvironment(`http://127.0.0.1:${database.addr.port}`, createKeys()),
      CLOUDINARY_URL: `cloudinary://key:${secret}@demo`,
      ...environment,
    },
    onLine: (line) => void lines.push(line),
  });
  let open = true;
  const closeDatabase = async () => {
    if (open) await database.shutdown();
    open = false;
  };
  try {
    const url = `http://127.0.0.1:${await webhook.port()}/webhook`;
    await fn({ url, secret, requests, lines, closeDatabase });
  } finally {
    await webhook.stop();
    await closeDatabase();
  }
}
