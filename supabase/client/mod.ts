/**
 * The typed client of Media Sync for apps, over supabase-js.
 *
 * @module
 */
export * from "./contract.ts";
export { createMediaClient, type MediaClient } from "./create-media-client.ts";
export { type ClientErrorCode, MediaError } from "./media-error.ts";
export type {
  CollectionFields,
  CollectionItem,
  Collections,
  MediaCollection,
} from "./collections.ts";
export type { Deletion, RemoveOptions } from "./deletions.ts";
export type { DeliverableAsset, DeliveryOptions } from "./delivery-url.ts";
export type { Edit, EditOfMany } from "./edits.ts";
export type { BatchOptions, BatchProgress, Ids } from "./in-batches.ts";
export type { MediaList, MediaQuery, PageOptions } from "./list.ts";
export type { MediaChange, SubscribeOptions, Unsubscribe } from "./live-updates.ts";
export type { RequestOptions } from "./request.ts";
export type { UploadProgress } from "./send-file.ts";
export type { SyncRequest, SyncResult } from "./sync.ts";
export type { UploadOptions } from "./upload.ts";
export type { Usage, UsagePlace, UsagePlaces } from "./usage.ts";
export type { AnySupabaseClient } from "./supabase-client.ts";
