import type {
  MediaFacets,
  MediaItem,
  MediaItemAnswer,
  MetadataField,
  MetadataFieldsAnswer,
  RestoreAnswer,
  SyncOverviewAnswer,
} from "./contract.ts";
import { type Collections, createCollections } from "./collections.ts";
import { type Deletion, removeAssets, type RemoveOptions, restoreAsset } from "./deletions.ts";
import { type DeliverableAsset, type DeliveryOptions, deliveryUrl } from "./delivery-url.ts";
import { type Edit, editAsset, editAssets, type EditOfMany } from "./edits.ts";
import type { BatchOptions, Ids } from "./in-batches.ts";
import {
  listAssets,
  type MediaList,
  type MediaQuery,
  type PageOptions,
  readFacets,
} from "./list.ts";
import {
  LiveUpdates,
  type MediaChange,
  type SubscribeOptions,
  type Unsubscribe,
} from "./live-updates.ts";
import { callFunction, type RequestOptions } from "./request.ts";
import type { AnySupabaseClient } from "./supabase-client.ts";
import { runSync, type SyncRequest, type SyncResult } from "./sync.ts";
import { uploadFile, type UploadOptions } from "./upload.ts";
import { createUsage, type Usage } from "./usage.ts";

/** The library, with the rights of the session. Every method throws a {@link MediaError}. */
export interface MediaClient {
  /** Assets that match, page by page as they are asked for: `for await (const asset of media.list({ … }))`. */
  list(query?: MediaQuery, options?: Pick<PageOptions, "signal" | "limit">): MediaList;
  /** One asset with where it is used, its collections and, for editors, its conflicts and history. */
  get(id: string, options?: RequestOptions): Promise<MediaItemAnswer>;
  /** The most frequent values among the assets that match. */
  facets(query?: MediaQuery, options?: RequestOptions): Promise<MediaFacets>;
  /** The fields of structured metadata, by which values are edited. Editors. */
  metadataFields(options?: RequestOptions): Promise<MetadataField[]>;
  /** Uploads a file from here straight to Cloudinary. Editors. */
  upload(file: Blob & { name?: string }, options?: UploadOptions): Promise<MediaItem>;
  /** Edits one asset; Cloudinary follows by itself. Editors. */
  edit(id: string, edit: Edit, options?: RequestOptions): Promise<MediaItem>;
  /** The same edit of any number of assets, 1,000 a request; those that are gone are left out. Editors. */
  editMany(ids: Ids, edit: EditOfMany, options?: BatchOptions): Promise<MediaItem[]>;
  /** Deletes any number of assets on both sides; the result's `undo()` restores them. Editors. */
  remove(ids: Ids, options?: RemoveOptions): Promise<Deletion>;
  /** Undoes the deletion of one asset. Editors. */
  restore(id: string, options?: RequestOptions): Promise<RestoreAnswer>;
  /** Restores what one {@link remove} deleted. Editors. */
  undo(deletion: Deletion, options?: RequestOptions): Promise<RestoreAnswer[]>;
  /** Ends open conflicts: the values of one side are kept. Editors. */
  resolve(ids: Ids, keep: "cloudinary" | "database", options?: BatchOptions): Promise<MediaItem[]>;
  readonly collections: Collections;
  readonly usage: Usage;
  /** Calls the listener for each change in the library, until the function that it returns is called. Viewers. */
  subscribe(onChange: (change: MediaChange) => void, options?: SubscribeOptions): Unsubscribe;
  /** Runs what is due, or what is asked for. Admins. */
  sync(request?: SyncRequest, options?: RequestOptions): Promise<SyncResult>;
  /** How the sync is doing. Admins. */
  status(options?: RequestOptions): Promise<SyncOverviewAnswer>;
  /** The address of an asset in the size and format that a page needs; null where it would have to be signed. */
  url(asset: DeliverableAsset, options?: DeliveryOptions): string | null;
}

/**
 * The media library of a project in which Media Sync is installed.
 *
 * @param supabase A client of supabase-js; its session decides what is allowed.
 */
export function createMediaClient(supabase: AnySupabaseClient): MediaClient {
  const live = new LiveUpdates(supabase);
  return {
    list: (query = {}, options = {}) => listAssets(supabase, query, options),
    get: (id, { signal } = {}) =>
      callFunction(supabase, `media-list/${encodeURIComponent(id)}`, { signal }),
    facets: (query = {}, options = {}) => readFacets(supabase, query, options),
    metadataFields: async ({ signal } = {}) =>
      (await callFunction<MetadataFieldsAnswer>(supabase, "media-list/metadata-fields", { signal }))
        .metadata_fields,
    upload: (file, options = {}) => uploadFile(supabase, file, options),
    edit: (id, edit, options = {}) => editAsset(supabase, id, edit, options),
    editMany: (ids, edit, options = {}) => editAssets(supabase, ids, edit, options),
    remove: (ids, options = {}) => removeAssets(supabase, ids, options),
    restore: (id, options = {}) => restoreAsset(supabase, id, options),
    undo: (deletion, options) => deletion.undo(options),
    resolve: (ids, keep, options = {}) => editAssets(supabase, ids, { resolve: keep }, options),
    collections: createCollections(supabase),
    usage: createUsage(supabase),
    subscribe: (onChange, options) => live.subscribe(onChange, options),
    sync: (request = {}, options = {}) => runSync(supabase, request, options),
    status: ({ signal } = {}) => callFunction(supabase, "sync", { signal }),
    url: deliveryUrl,
  };
}
