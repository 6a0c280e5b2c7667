import { readData, withSignal } from "./data-api.ts";
import { type BatchOptions, type Ids, listIds } from "./in-batches.ts";
import { createRemoteActs } from "./remote-acts.ts";
import type { RequestOptions } from "./request.ts";
import type { AnySupabaseClient } from "./supabase-client.ts";

/** Where assets are used: a field of a row of the app. */
export interface UsagePlace {
  /** Kind of use, in the app's own words: cover, gallery, … */
  usage_type: string;
  /** Table of the row that uses the asset. */
  reference_table: string;
  /** Key of that row. */
  reference_id: string;
  /** Column or path within that row. */
  field?: string;
}

/** A place, or all places of a row, whatever their kind and field. */
export type UsagePlaces =
  & Pick<UsagePlace, "reference_table" | "reference_id">
  & Partial<UsagePlace>;

/** Where assets are used. An asset in use is not deleted without force. Every method throws a {@link MediaError}. */
export interface Usage {
  /** The ids of the assets of a place, in their order. */
  list(place: UsagePlace, options?: RequestOptions): Promise<string[]>;
  /** To the end of a place. @returns The ids of them that are in use there now. */
  attach(ids: Ids, place: UsagePlace, options?: BatchOptions): Promise<string[]>;
  /** Ends uses; of `all`, those of every asset. @returns The ids whose use ended. */
  detach(ids: Ids | "all", place: UsagePlaces, options?: BatchOptions): Promise<string[]>;
  /** In the order in which they are named, before another asset, or to the end. @returns All of the place in its order. */
  reorder(
    ids: Ids,
    place: UsagePlace,
    options?: RequestOptions & { before?: string },
  ): Promise<string[]>;
  /** From one place to the end of another. @returns The ids that left the first. */
  move(
    ids: Ids,
    places: { from: UsagePlace; to: UsagePlace },
    options?: BatchOptions,
  ): Promise<string[]>;
}

/** The uses of a library's assets. */
export function createUsage(supabase: AnySupabaseClient): Usage {
  const { call, batched } = createRemoteActs(supabase);
  const reorder: Usage["reorder"] = (ids, place, { before, signal } = {}) =>
    call("reorder_media_usage", {
      p_ids: listIds(ids),
      p_place: place,
      ...(before === undefined ? {} : { p_before: before }),
    }, signal);
  return {
    list: (place, options) => listPlace(supabase, place, options),
    attach: (ids, place, options) =>
      batched("attach_media_assets", ids, { p_place: place }, options),
    detach: (ids, place, options) =>
      ids === "all"
        ? call("detach_media_assets", { p_ids: null, p_place: place }, options?.signal)
        : batched("detach_media_assets", ids, { p_place: place }, options),
    reorder,
    move: (ids, { from, to }, options) =>
      batched("move_media_usage", ids, { p_place: from, p_to: to }, options),
  };
}

const PAGE = 1_000;

async function listPlace(
  supabase: AnySupabaseClient,
  { usage_type, reference_table, reference_id, field = "" }: UsagePlace,
  { signal }: RequestOptions = {},
): Promise<string[]> {
  const ids: string[] = [];
  for (let from = 0, more = true; more; from += PAGE) {
    const asked = supabase.from("media_usage").select("media_asset_id")
      .match({ usage_type, reference_table, reference_id, field }).is("removed_at", null)
      .order("position").order("created_at").order("media_asset_id").range(from, from + PAGE - 1);
    const page = await readData<{ media_asset_id: string }[]>(
      withSignal(asked, signal),
      signal,
    );
    ids.push(...page.map((use) => use.media_asset_id));
    more = page.length === PAGE;
  }
  return ids;
}
