import type { MediaEdit } from "../contract/edits.ts";
import type { MediaStatistics, SyncStatus } from "../contract/library-state.ts";
import type { EditableMediaItem, MediaItem, MediaItemAnswer } from "../contract/media-item.ts";
import type { MediaFacets } from "../contract/media-list.ts";

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
  /** Adds the library's version, as read before the rest. */
  version?: true;
}

/** An asset as the library shows it. */
export type LibraryItem = Omit<MediaItem, "thumbnail_url">;

/** One page of the library. */
export interface LibraryPage {
  items: LibraryItem[];
  total: number;
  total_is_exact: boolean;
  limit: number;
  has_next: boolean;
  next: LibraryPosition | null;
  version?: string;
}

/** What `read_media_library()` can tell beside the version. */
interface ReadableParts {
  page: LibraryPage;
  facets: MediaFacets;
  /** Absent for who is no viewer, also where asked for; so is `sync_status`. */
  stats: MediaStatistics;
  sync_status: SyncStatus;
}

/** What one call tells of the library: its version, and the parts that were asked for, `Present` ones surely. */
export type LibraryParts<Present extends keyof ReadableParts = never> =
  & { version: string }
  & Partial<ReadableParts>
  & Pick<ReadableParts, Present>;

/** An asset with what surrounds it. */
export interface LibraryItemDetail
  extends Pick<MediaItemAnswer, "usage" | "collections" | "history"> {
  item: Omit<EditableMediaItem, "thumbnail_url">;
}

/** A change of editable fields; null values in context and metadata remove keys. */
export type MediaPatch = Omit<MediaEdit, "resolve">;

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
