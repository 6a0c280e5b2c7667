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
  deleted_assets: number;
  pending_deletions: number;
  out_of_scope_assets: number;
}

const publicColumns =
  "id,asset_id,public_id,resource_type,type,format,version,bytes,width,height,duration,folder,display_name," +
  "original_filename,tags,context,url,secure_url,created_at,updated_at,deleted_at";
const itemColumns = `${publicColumns},metadata,sync_status,usage_count`;

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

  /** Size and state of the library. Signed-in users. */
  async statistics(): Promise<MediaStatistics> {
    const rows = await callFunction<MediaStatistics[]>(
      this.client,
      "get_media_statistics",
      {},
    );
    return rows[0]!;
  }

  /** The state of the sync. Signed-in users. */
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
   * One asset with where it is used, its collections and, for admins, its history.
   *
   * @param publicOnly The caller is anonymous: may read only what a public page shows.
   * @returns null when the caller sees no such asset.
   */
  async item(
    id: string,
    publicOnly: boolean,
  ): Promise<LibraryItemDetail | null> {
    const item = await this.#asset(
      id,
      publicOnly ? publicColumns : itemColumns,
    );
    if (item === null) return null;
    const [usage, collections, history] = await Promise.all([
      publicOnly ? [] : rowsOf(
        "media_usage",
        this.client.from("media_usage")
          .select("id,usage_type,reference_table,reference_id,field,created_at")
          .eq("media_asset_id", id).is("removed_at", null).order("created_at")
          .limit(100),
      ),
      rowsOf(
        "media_collection_items",
        this.client.from("media_collection_items")
          .select(
            "position,collection:media_collections(id,slug,name,is_public)",
          )
          .eq("media_asset_id", id).limit(100),
      ),
      publicOnly ? [] : rowsOf(
        "media_sync_log",
        this.client.from("media_sync_log")
          .select(
            "id,operation,status,direction,source,changes,error_code,error_message,user_id,created_at",
          )
          .eq("asset_id", item.asset_id as string)
          .order("created_at", { ascending: false }).limit(50),
      ),
    ]);
    return { item, usage, collections, history };
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

  async #asset(id: string, columns: string): Promise<LibraryItem | null> {
    const { data, error, status } = await this.client.from("media_assets")
      .select(columns).eq("id", id).maybeSingle();
    if (error) throw new DatabaseError("media_assets", error, status);
    return data as unknown as LibraryItem | null;
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
