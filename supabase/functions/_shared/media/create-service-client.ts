import { createAdminClient } from "@supabase/server/core";
import { notConfigured } from "../http/api-error.ts";
import type { Database } from "./database.types.ts";
import type { MediaClient } from "./types.ts";

let client: MediaClient | undefined;

/**
 * The client with the project's default secret key, for requests that carry no key of ours, such as Cloudinary's.
 *
 * @throws {ApiError} 503 `not_configured` when the platform's variables are missing, with the mend.
 */
export function createServiceClient(): MediaClient {
  try {
    client ??= createAdminClient<Database>();
  } catch (cause) {
    throw notConfigured(["SUPABASE_SECRET_KEYS"], cause);
  }
  return client;
}
