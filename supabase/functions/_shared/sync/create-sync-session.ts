import { createCloudinaryClient } from "../cloudinary/client.ts";
import {
  type CloudinaryConfiguration,
  readCloudinaryConfiguration,
} from "../cloudinary/configuration.ts";
import { notConfigured } from "../http/api-error.ts";
import type { Caller } from "../http/caller.ts";
import { type Logger, registerSecret } from "../http/log.ts";
import { readEnvironment } from "../http/runtime.ts";
import { SupabaseMediaService } from "../media/supabase-media-service.ts";
import type { MediaClient, Source } from "../media/types.ts";
import { createDeadline } from "./deadline.ts";
import type { SyncSession } from "./sync-session.ts";
import { TrafficMeter } from "./traffic-meter.ts";

/** How long a call works before it leaves the rest to the next one, in ms. */
const WORKING_TIME_MS = 25_000;

/**
 * The Cloudinary configuration from the environment.
 *
 * @throws {ApiError} 503 `not_configured`, naming the variables that are missing or malformed.
 */
export function requireCloudinary(): CloudinaryConfiguration {
  const { data, error } = readCloudinaryConfiguration(readEnvironment);
  if (!data) throw notConfigured(error.missing, error);
  registerSecret(data.apiSecret);
  return data;
}

/**
 * Does a piece of sync for one call of a person, a program or the cron jobs.
 *
 * @param caller Who asked; its secret-key client does the work.
 * @param log The request's logger.
 * @param work Gets what the stages work with; Cloudinary's connections are closed when it ends.
 * @throws {ApiError} As {@link requireCloudinary}, and whatever the work throws.
 */
export async function withSyncSession<Result>(
  caller: Caller,
  log: Logger,
  work: (session: SyncSession) => Promise<Result>,
): Promise<Result> {
  const session = createSession(caller.supabaseAdmin as MediaClient, requireCloudinary(), log, {
    source: sourceOf(caller),
    userId: caller.userId,
  });
  try {
    return await work(session);
  } finally {
    session.cloudinary.close();
  }
}

/**
 * What the stages of a sync work with when a notification set them off.
 *
 * @param client Client with a secret key.
 */
export function createEventSession(
  client: MediaClient,
  configuration: CloudinaryConfiguration,
  log: Logger,
): SyncSession {
  return createSession(client, configuration, log, { source: "webhook", userId: null });
}

function createSession(
  client: MediaClient,
  configuration: CloudinaryConfiguration,
  log: Logger,
  origin: { source: Source; userId: string | null },
): SyncSession {
  const meter = new TrafficMeter();
  return {
    media: new SupabaseMediaService(client, configuration.cloudName),
    cloudinary: createCloudinaryClient(configuration, { onCall: meter.observe }),
    meter,
    worker: crypto.randomUUID(),
    ...origin,
    deadline: createDeadline(WORKING_TIME_MS),
    log,
  };
}

/** The cron jobs call with the secret key named `cron`. */
function sourceOf(caller: Caller): Source {
  if (caller.kind === "service") return caller.keyName === "cron" ? "cron" : "api";
  return "client";
}
