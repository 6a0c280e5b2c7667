import type { HealthSummary, MediaClient, RunSummary, SyncStatus } from "./types.ts";
import { callFunction } from "./call-function.ts";
import { DatabaseError, type FailedCall } from "./database-error.ts";

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

const itemColumns =
  "id,asset_id,public_id,resource_type,type,format,version,bytes,width,height,duration,folder,display_name," +
  "original_filename,tags,context,url,secure_url,created_at,updated_at,deleted_at,metadata,sync_status,usage_count";

/** The library as its caller may see it: every query runs with the caller's rights. Methods throw `DatabaseError`. */
export class MediaLibrary {
  /** @param client supabase-js client that acts as the caller. */
  constructor(private readonly client: MediaClient) {}

  /** One page of assets. */
  list(query: LibraryQuery): Promise<LibraryPage> {
    return callFunction(this.client, "list_media_assets", { p_query: query });
  }

  /** The most frequent values among the matches. */
  facets(
    query: LibraryQuery,
  ): Promise<Record<string, { value: string; count: number }[]>> {
    return callFunction(this.client, "get_media_facets", { p_query: query });
  }

  /** Size and state of the library. Viewers. */
  async statistics(): Promise<MediaStatistics> {
    const rows = await callFunction<MediaStatistics[]>(
      this.client,
      "get_media_statistics",
      {},
    );
    return rows[0]!;
  }

  /** The state of the sync. Viewers. */
  syncStatus(): Promise<SyncStatus> {
    return callFunction(this.client, "get_sync_status", {});
  }

  /** The last ten runs and the quota. Admins. */
  overview(): Promise<
    {
      runs: RunSummary[];
      rate_limit: RateLimitState | null;
    }
  > {
    return callFunction(this.client, "get_sync_overview", {});
  }

  /** Whether all is well, and what to do where it is not. Admins. */
  health(): Promise<HealthSummary> {
    return callFunction(this.client, "get_sync_health_summary", {});
  }

  /** One run, or null. Admins. */
  run(runId: string): Promise<RunSummary | null> {
    return callFunction(this.client, "get_sync_run", { p_run_id: runId });
  }

  /**
   * One asset with where it is used and its collections; for editors with its open conflicts, last error and history.
   *
   * @returns null when the caller sees no such asset.
   */
  item(id: string): Promise<LibraryItemDetail | null> {
    return callFunction(this.client, "get_media_asset", { p_id: id });
  }

  /** The assets of these ids that the caller sees, in the order of the ids. */
  async items(ids: string[]): Promise<LibraryItem[]> {
    const rows: LibraryItem[] = [];
    // A URL holds some hundred ids.
    for (let start = 0; start < ids.length; start += 100) {
      rows.push(
        ...await rowsOf(
          "media_assets",
          this.client.from("media_assets").select(itemColumns).in(
            "id",
            ids.slice(start, start + 100),
          ),
        ) as LibraryItem[],
      );
    }
    const byId = new Map(rows.map((row) => [row.id, row]));
    return ids.flatMap((id) => byId.get(id) ?? []);
  }

  /** How far the deletion of assets got: not deleted, waiting for Cloudinary, or confirmed. */
  async deletionStates(ids: string[]): Promise<Map<string, "live" | "pending" | "final">> {
    const items = await this.items(ids);
    return new Map(items.map((item) => [
      item.id,
      item.deleted_at === null ? "live" : item.sync_status === "synced" ? "final" : "pending",
    ]));
  }
}

/** The rows of a query, or what went wrong as an error of ours. */
async function rowsOf(
  table: string,
  query: PromiseLike<
    { data: unknown[] | null; error: FailedCall | null; status: number }
  >,
): Promise<unknown[]> {
  const { data, error, status } = await query;
  if (error) throw new DatabaseError(table, error, status);
  return data ?? [];
}

/** The quota as last told. */
export interface RateLimitState {
  limit: number | null;
  remaining: number | null;
  reset_at: string | null;
}

/** An asset with what surrounds it. */
export interface LibraryItemDetail {
  item: LibraryItem;
  usage: unknown[];
  collections: unknown[];
  history: unknown[];
}
