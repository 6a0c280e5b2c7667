import { readData, withSignal } from "./data-api.ts";
import { type BatchOptions, type Ids, inBatches, listIds } from "./in-batches.ts";
import type { AnySupabaseClient } from "./supabase-client.ts";

/** Functions of the database that act on lists of assets and answer ids. Both throw a {@link MediaError}. */
export interface RemoteActs {
  /** One call. */
  call(name: string, args: Record<string, unknown>, signal?: AbortSignal): Promise<string[]>;
  /** A call a batch of the ids, which go as `p_ids`. */
  batched(
    name: string,
    ids: Ids,
    args: Record<string, unknown>,
    options?: BatchOptions,
  ): Promise<string[]>;
}

/** Calls such functions as the client's user. */
export function createRemoteActs(supabase: AnySupabaseClient): RemoteActs {
  const call: RemoteActs["call"] = (name, args, signal) =>
    readData(withSignal(supabase.rpc(name, args), signal), signal);
  return {
    call,
    batched: async (name, ids, args, options = {}) => {
      const act = (batch: string[]) => call(name, { ...args, p_ids: batch }, options.signal);
      return (await inBatches(listIds(ids), act, options)).flat();
    },
  };
}
