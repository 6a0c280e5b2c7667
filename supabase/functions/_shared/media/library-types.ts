/** A place in an ordered list of assets: the sort key and id of its last item. */
export interface LibraryPosition {
  value: string;
  id: string;
}

/** What `list_media_assets()` takes; absent means unrestricted. */
export interface LibraryQuery {
  page?: number;
  limit?: number;
  cursor?: LibraryPosition;
  search?: string;
  folder?: string;
  recursive?: boolean;
  tags?: string[];
  resource_type?: string;
  type?: string;
  format?: string;
  sync_status?: string;
  collection?: string;
  quarantined?: boolean;
  used?: boolean;
  deleted?: boolean;
  created_after?: string;
  created_before?: string;
  sort_by?: string;
  sort_order?: string;
}

/** An asset as the library shows it. */
export interface LibraryItem {
  id: string;
  public_id: string;
  resource_type: "image" | "video" | "raw";
  type: string;
  format: string | null;
  secure_url: string | null;
  [field: string]: unknown;
}

/** One page of the library. */
export interface LibraryPage {
  items: LibraryItem[];
  total: number;
  total_is_exact: boolean;
  limit: number;
  has_next: boolean;
  next: LibraryPosition | null;
}

/** An asset with what surrounds it. */
export interface LibraryItemDetail {
  item: LibraryItem;
  usage: unknown[];
  collections: unknown[];
  history: unknown[];
}

/** Counters of the library. */
export interface MediaStatistics {
  total_assets: number;
  total_images: number;
  total_videos: number;
  total_raw: number;
  total_size: number;
  synced_assets: number;
  pending_assets: number;
  error_assets: number;
  conflict_assets: number;
  /** Null but for editors. */
  deleted_assets: number | null;
  /** Null but for editors. */
  pending_deletions: number | null;
  /** Null but for admins. */
  out_of_scope_assets: number | null;
}

/** The quota as last told. */
export interface RateLimitState {
  limit: number | null;
  remaining: number | null;
  reset_at: string | null;
}

/** A change of editable fields; null values in context and metadata remove keys. */
export interface MediaPatch {
  tags?: string[];
  add_tags?: string[];
  remove_tags?: string[];
  context?: Record<string, string | null>;
  metadata?: Record<string, unknown>;
  display_name?: string;
  folder?: string;
  public_id?: string;
}

/** What became of one asset that was to be deleted. */
export interface DeleteOutcome {
  id: string;
  public_id: string;
  outcome: "deleted" | "already_deleted" | "in_use";
}

/** A live asset by name. */
export interface NamedAsset {
  id: string;
  public_id: string;
  resource_type: string;
  type: string;
}

/** Where assets are used: a field of a row of the app. To end uses, a kind or field left out means any. */
export interface UsagePlace {
  usage_type?: string;
  reference_table: string;
  reference_id: string;
  field?: string;
}
