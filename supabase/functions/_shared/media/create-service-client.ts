import { createAdminClient } from "@supabase/server/core";
import type { Database } from "./database.types.ts";
import type { MediaClient } from "./types.ts";

let client: MediaClient | undefined;

/**
 * The client with the project's default secret key, for requests that carry no key of ours, such as Cloudinary's.
 *
 * @throws When the platform's variables are missing; the error names them.
 */
export function createServiceClient(): MediaClient {
  client ??= createAdminClient<Database>();
  return client;
}
