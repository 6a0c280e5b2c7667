/** The three kinds of resource that Cloudinary stores (audio is `video`). */
export type ResourceType = "image" | "video" | "raw";

/** The resource types, in the order in which Cloudinary names them. */
export const RESOURCE_TYPES: readonly ResourceType[] = ["image", "video", "raw"];

/** A structured metadata value as the API reads it back. */
export type MetadataValue = string | number | readonly string[];

/** One moderation entry of an asset. */
export interface Moderation {
  readonly kind: string;
  readonly status: string;
  readonly updated_at?: string;
}

/** One derived version of an asset. */
export interface Derived {
  readonly id: string;
  readonly transformation: string;
  readonly format: string;
  readonly bytes: number;
}

/** When each editable dimension last changed, in ms since the epoch; absent = never changed. */
export interface LastUpdated {
  readonly access_control_updated_at?: number;
  readonly context_updated_at?: number;
  readonly metadata_updated_at?: number;
  readonly public_id_updated_at?: number;
  readonly tags_updated_at?: number;
  readonly updated_at: number;
}

/**
 * One asset. Immutable: every change makes a new value, so that the lagging search index and the
 * backups can hold old states for free. Times are ms since the epoch, sizes are bytes.
 */
export interface Asset {
  readonly asset_id: string;
  readonly public_id: string;
  readonly resource_type: ResourceType;
  readonly type: string;
  readonly format?: string | undefined;
  readonly version: number;
  readonly version_id: string;
  readonly bytes: number;
  readonly width?: number | undefined;
  readonly height?: number | undefined;
  readonly duration?: number | undefined;
  readonly pages?: number | undefined;
  readonly etag: string;
  readonly original_filename: string;
  readonly original_extension?: string | undefined;
  /** Dynamic folder mode: the asset's folder. Fixed mode: the path part of `public_id`. */
  readonly asset_folder: string;
  readonly display_name: string;
  readonly tags: readonly string[];
  readonly context: Readonly<Record<string, string>>;
  readonly metadata: Readonly<Record<string, MetadataValue>>;
  readonly access_mode: string;
  readonly access_control?: readonly unknown[] | undefined;
  readonly moderation: readonly Moderation[];
  readonly created_at: number;
  readonly uploaded_at: number;
  readonly last_updated: LastUpdated;
  readonly created_by: string;
  readonly derived: readonly Derived[];
  readonly related: readonly string[];
  /** Stands for a deleted asset of which a backup is kept; assets of the library are none. */
  readonly placeholder?: true;
}

/** The triple that names an asset in most calls; unique, but it can change. */
export interface AssetName {
  readonly resource_type: ResourceType;
  readonly type: string;
  readonly public_id: string;
}

/** Tells whether a string names a resource type. */
export function isResourceType(value: unknown): value is ResourceType {
  return value === "image" || value === "video" || value === "raw";
}
