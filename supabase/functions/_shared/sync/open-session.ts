import { createCloudinaryClient } from "../cloudinary/client.ts";
import { requireCloudinary } from "../cloudinary/require-configuration.ts";
import type { Caller } from "../http/caller.ts";
import type { Logger } from "../http/log.ts";
import { createServiceClient } from "../media/create-service-client.ts";
import { SupabaseMediaService } from "../media/supabase-media-service.ts";
import type { Database } from "../media/database.types.ts";
import type { Source } from "../media/types.ts";
import { createDeadline } from "./deadline.ts";
import type { SyncSession } from "./sync-session.ts";
import { TrafficMeter } from "./traffic-meter.ts";

/** How long a call works before it leaves the rest to the next one, in ms. */
const WORKING_TIME_MS = 25_000;

/**
 * What the stages of a sync work with.
 *
 * @param caller Who asked; its secret-key client does the work. Null when a notification set the work off.
 * @param log The request's logger.
 * @throws {ApiError} 503 `not_configured` when Cloudinary is not configured.
 */
export function openSession(caller: Caller<Database> | null, log: Logger): SyncSession {
  const configuration = requireCloudinary();
  const client = caller === null ? createServiceClient() : caller.supabaseAdmin;
  const meter = new TrafficMeter();
  const cloudinary = createCloudinaryClient(configuration, {
    onCall: meter.observe,
    onBackups: meter.observeBackups,
  });
  return {
    media: new SupabaseMediaService(client, configuration.cloudName, {
      onLookUpCap: cloudinary.useLookUpCap,
    }),
    cloudinary,
    meter,
    worker: crypto.randomUUID(),
    source: caller === null ? "webhook" : sourceOf(caller),
    userId: caller?.userId ?? null,
    deadline: createDeadline(WORKING_TIME_MS),
    log,
  };
}

/** The cron jobs call with the secret key named `cron`. */
function sourceOf(caller: Caller<Database>): Source {
  if (caller.kind === "service") return caller.keyName === "cron" ? "cron" : "api";
  return "client";
}
