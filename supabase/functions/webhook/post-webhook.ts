import { readNotification } from "../_shared/cloudinary/notification.ts";
import { verifyNotificationSignature } from "../_shared/cloudinary/notification-signature.ts";
import { requireCloudinary } from "../_shared/cloudinary/require-configuration.ts";
import type { EventAnswer } from "../_shared/contract/webhook.ts";
import { badRequest, unauthorized } from "../_shared/http/api-error.ts";
import type { RouteContext } from "../_shared/http/handler.ts";
import { readBody } from "../_shared/http/parse.ts";
import { jsonResponse } from "../_shared/http/respond.ts";
import { runInBackground } from "../_shared/http/runtime.ts";
import { createServiceClient } from "../_shared/media/create-service-client.ts";
import type { Database } from "../_shared/media/database.types.ts";
import { requireDatabaseVersion } from "../_shared/media/database-version.ts";
import { BidirectionalSyncService } from "../_shared/sync/bidirectional-sync-service.ts";

/** Largest notification accepted, in bytes. */
const MAX_BYTES = 1024 * 1024;

/**
 * `POST webhook`: verifies the signature over the raw body, stores and applies the notification in one SQL call, and
 * answers. Cloudinary is called only after that, in the background, where the notification told too little.
 *
 * Nothing of the body is believed, and the database is not called, before the signature fits. Exactly 200 is what
 * Cloudinary takes for received; anything else makes it try again.
 */
export async function postWebhook({ request, log }: RouteContext<Database>): Promise<Response> {
  const configuration = requireCloudinary();
  const raw = await readBody(request, MAX_BYTES);
  const json = parse(raw);
  const signatureKey = (json?.value as { signature_key?: unknown } | null | undefined)
    ?.signature_key;
  const { error } = await verifyNotificationSignature(
    {
      body: raw,
      signature: request.headers.get("x-cld-signature"),
      timestamp: request.headers.get("x-cld-timestamp"),
      ...(typeof signatureKey === "string" ? { signatureKey } : {}),
    },
    configuration,
    { now: Date.now() },
  );
  if (error !== undefined) throw unauthorized(error.message, error);
  if (json === null) {
    throw badRequest([{ path: "", message: "must be JSON" }], { code: "invalid_json" });
  }

  await requireDatabaseVersion(createServiceClient(), "webhook");
  const service = BidirectionalSyncService.forNotification(log);
  const notification = readNotification(json.value);
  const { result, refresh: wanted } = await service.receiveEvent({
    dedup_key: await sha256(raw),
    notification_type: notification.type,
    body: json.text,
    triggered_at: notification.triggeredAt,
    signature_key: notification.signatureKey,
    effects: notification.effects,
  });
  if (wanted) {
    runInBackground(
      service.refreshQueued(),
      (failure) => log.warn("the look-up waits for the next tick", { error: failure }),
    );
  }
  return jsonResponse<EventAnswer>({ success: true, result });
}

/** The body as text, which any database can store, since JSON holds the odd characters as escapes; and what it says. */
function parse(raw: Uint8Array): { text: string; value: unknown } | null {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(raw);
    return { text, value: JSON.parse(text) };
  } catch {
    // Not UTF-8 or not JSON; told to the sender once the signature has shown who that is.
    return null;
  }
}

async function sha256(raw: Uint8Array): Promise<string> {
  // A copy, whose type every TypeScript takes: in the platform's Uint8Array is no generic yet.
  const digest = await crypto.subtle.digest("SHA-256", new Uint8Array(raw));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
