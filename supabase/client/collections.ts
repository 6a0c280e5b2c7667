import { readData, withSignal } from "./data-api.ts";
import { type BatchOptions, type Ids, listIds } from "./in-batches.ts";
import type { MediaItem } from "./contract.ts";
import { MediaError } from "./media-error.ts";
import { createRemoteActs } from "./remote-acts.ts";
import type { RequestOptions } from "./request.ts";
import type { AnySupabaseClient } from "./supabase-client.ts";

/** A collection. */
export interface MediaCollection {
  id: string;
  slug: string;
  name: string;
  /** Order among its siblings. */
  position: number;
  /** Whether anyone may see it. */
  is_public: boolean;
  /** Absent for callers without a session. */
  description?: string | null;
  /** The collection that it stands in; null at the top, absent for callers without a session. */
  parent_id?: string | null;
}

/** What may be said of a collection. */
export interface CollectionFields {
  /** Name in addresses: lower-case letters, digits and hyphens. */
  slug: string;
  name: string;
  description?: string | null;
  /** The collection that it stands in; null at the top. */
  parent_id?: string | null;
  is_public?: boolean;
  position?: number;
}

/** An asset of a collection, as anyone may see it. */
export type CollectionItem =
  & Omit<MediaItem, "metadata" | "sync_status" | "usage_count" | "thumbnail_url">
  & { position: number };

/** What anyone may read, and what takes a session. */
const PUBLIC_COLUMNS = "id,slug,name,position,is_public";
const COLUMNS = `${PUBLIC_COLUMNS},description,parent_id`;
const ITEM_COLUMNS =
  "id,asset_id,public_id,resource_type,type,format,version,bytes,width,height,duration,folder,display_name," +
  "original_filename,tags,context,url,secure_url,created_at,updated_at,deleted_at";
/** Rows a request; an address holds some hundred ids. */
const PAGE = 100;

/** Collections and their assets. Every method throws a {@link MediaError}. */
export interface Collections {
  /** All that the caller sees, in their order. */
  list(options?: RequestOptions): Promise<MediaCollection[]>;
  /** One, by its slug. */
  get(slug: string, options?: RequestOptions): Promise<MediaCollection>;
  create(fields: CollectionFields, options?: RequestOptions): Promise<MediaCollection>;
  update(
    id: string,
    fields: Partial<CollectionFields>,
    options?: RequestOptions,
  ): Promise<MediaCollection>;
  /** The assets stay; collections within it move to the top. */
  delete(id: string, options?: RequestOptions): Promise<void>;
  /** Its assets in their order, read page by page as they are asked for. */
  items(id: string, options?: RequestOptions): AsyncIterable<CollectionItem>;
  /** To its end. @returns The ids of them that stand in it now. */
  add(id: string, ids: Ids, options?: BatchOptions): Promise<string[]>;
  /** @returns The ids that stood in it. */
  remove(id: string, ids: Ids, options?: BatchOptions): Promise<string[]>;
  /** In the order in which they are named, before another asset, or to its end. @returns All of it in its order. */
  reorder(
    id: string,
    ids: Ids,
    options?: RequestOptions & { before?: string },
  ): Promise<string[]>;
  /** From one to the end of another. @returns The ids that moved. */
  move(ids: Ids, places: { from: string; to: string }, options?: BatchOptions): Promise<string[]>;
}

/** The collections of a library. */
export function createCollections(supabase: AnySupabaseClient): Collections {
  const table = () => supabase.from("media_collections");
  const { call, batched } = createRemoteActs(supabase);
  return {
    list: ({ signal } = {}) =>
      withColumns(async (columns) => {
        const all: MediaCollection[] = [];
        for (let from = 0, more = true; more; from += PAGE) {
          const asked = table().select(columns).order("position").order("slug")
            .range(from, from + PAGE - 1);
          const page = await readData<MediaCollection[]>(withSignal(asked, signal), signal);
          all.push(...page);
          more = page.length === PAGE;
        }
        return all;
      }),
    get: (slug, { signal } = {}) =>
      withColumns((columns) =>
        readData(withSignal(table().select(columns).eq("slug", slug), signal).single(), signal)
      ),
    create: (fields, { signal } = {}) =>
      readData(withSignal(table().insert(fields).select(COLUMNS), signal).single(), signal),
    update: (id, fields, { signal } = {}) =>
      readData(
        withSignal(table().update(fields).eq("id", id).select(COLUMNS), signal).single(),
        signal,
      ),
    async delete(id, { signal } = {}) {
      const asked = table().delete().eq("id", id).select("id");
      await readData(withSignal(asked, signal).single(), signal);
    },
    items: (id, { signal } = {}) => readItems(supabase, id, signal),
    add: (id, ids, options) =>
      batched("add_to_media_collection", ids, { p_collection_id: id }, options),
    remove: (id, ids, options) =>
      batched("remove_from_media_collection", ids, { p_collection_id: id }, options),
    reorder: (id, ids, { before, signal } = {}) =>
      call("reorder_media_collection", {
        p_collection_id: id,
        p_ids: listIds(ids),
        ...(before === undefined ? {} : { p_before: before }),
      }, signal),
    move: (ids, { from, to }, options) =>
      batched(
        "move_between_media_collections",
        ids,
        { p_collection_id: from, p_to: to },
        options,
      ),
  };
}

/** Reads all that the caller's role may: who asks, the session does not tell. */
async function withColumns<Data>(read: (columns: string) => Promise<Data>): Promise<Data> {
  try {
    return await read(COLUMNS);
  } catch (error) {
    if (!(error instanceof MediaError) || error.code !== "forbidden") throw error;
    return await read(PUBLIC_COLUMNS);
  }
}

async function* readItems(
  supabase: AnySupabaseClient,
  id: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<CollectionItem> {
  for (let from = 0;; from += PAGE) {
    const asked = supabase.from("media_collection_items").select("media_asset_id,position")
      .eq("collection_id", id).order("position").order("media_asset_id").range(
        from,
        from + PAGE - 1,
      );
    const places = await readData<{ media_asset_id: string; position: number }[]>(
      withSignal(asked, signal),
      signal,
    );
    if (places.length === 0) return;
    const assets = supabase.from("media_assets").select(ITEM_COLUMNS)
      .in("id", places.map((place) => place.media_asset_id)).is("deleted_at", null);
    const found = await readData<CollectionItem[]>(withSignal(assets, signal), signal);
    const byId = new Map(found.map((asset) => [asset.id, asset]));
    for (const { media_asset_id, position } of places) {
      const asset = byId.get(media_asset_id);
      if (asset !== undefined) yield { ...asset, position };
    }
    if (places.length < PAGE) return;
  }
}
