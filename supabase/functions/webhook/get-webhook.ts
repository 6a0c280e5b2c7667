import { readCloudinaryConfiguration } from "../_shared/cloudinary/configuration.ts";
import { webhookQuery, type WebhookStatusAnswer } from "../_shared/contract/webhook.ts";
import type { RouteContext } from "../_shared/http/handler.ts";
import { parseQuery } from "../_shared/http/parse.ts";
import { jsonResponse } from "../_shared/http/respond.ts";
import { readEnvironment } from "../_shared/http/runtime.ts";
import { callFunction } from "../_shared/media/call-function.ts";
import type { Database } from "../_shared/media/database.types.ts";

/**
 * `GET webhook`: whether notifications can be received, for everybody; for admins and secret keys also where, which are
 * registered, and when the last one came and failed.
 */
export async function getWebhook(
  { url, identify }: RouteContext<Database>,
): Promise<Response> {
  const caller = await identify(["none", "anonymous", "user", "secret"]);
  parseQuery(url, webhookQuery);
  const configuration = readCloudinaryConfiguration(readEnvironment);
  const answer = { success: true as const, configured: configuration.data !== undefined };
  if (caller.role !== "admin" && caller.role !== "service") {
    return jsonResponse<WebhookStatusAnswer>(answer);
  }

  const status = await callFunction(caller.supabaseAdmin, "media_sync_webhook_status", {});
  return jsonResponse<WebhookStatusAnswer>({
    ...answer,
    // Only names of variables: what is missing, never what is there.
    ...(configuration.error === undefined ? {} : { missing: configuration.error.missing }),
    url: `${readEnvironment("SUPABASE_URL") ?? url.origin}/functions/v1/webhook`,
    events: status.events,
    last_received_at: status.last_received_at,
    last_error: status.last_error,
  });
}
