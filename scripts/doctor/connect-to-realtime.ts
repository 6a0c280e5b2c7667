import { createClient } from "@supabase/supabase-js";
import { CommandError } from "../support/command-error.ts";

/** A connection that is not there by then does not come, in ms. */
const PATIENCE_MS = 20_000;

/**
 * Joins a channel once and leaves it: Realtime makes its tables and partitions when a client connects.
 *
 * @throws CommandError `realtime_unreachable`
 */
export async function connectToRealtime(url: string, secretKey: string): Promise<void> {
  const client = createClient(url, secretKey, { auth: { persistSession: false } });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const channel = client.channel("media_sync_doctor");
  channel.subscribe((status, error) => {
    if (status === "SUBSCRIBED") resolve();
    else if (status !== "CLOSED") reject(error ?? new Error(status));
  }, PATIENCE_MS);
  try {
    await promise;
  } catch (error) {
    throw new CommandError(
      "realtime_unreachable",
      `Realtime did not take the connection (${
        error instanceof Error ? error.message : String(error)
      }): see that it is enabled (dashboard, Realtime, Settings).`,
    );
  } finally {
    await client.removeAllChannels();
    await client.realtime.disconnect();
  }
}
