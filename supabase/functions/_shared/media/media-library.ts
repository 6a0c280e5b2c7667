import { callFunction } from "./call-function.ts";
import { DatabaseError } from "./database-error.ts";
import type { MediaStatistics } from "../contract/library-state.ts";
import type { LibraryItem } from "./library-types.ts";
import type { MediaClient } from "./types.ts";

const itemColumns =
  "id,asset_id,public_id,resource_type,type,format,version,bytes,width,height,duration,folder,display_name," +
  "original_filename,tags,context,url,secure_url,created_at,updated_at,deleted_at,metadata,sync_status,usage_count";

/** A URL holds some hundred ids. */
const IDS_A_REQUEST = 100;

/**
 * Size and state of the library. Viewers.
 *
 * @param client supabase-js client that acts as the caller.
 * @throws {DatabaseError}
 */
export async function readStatistics(client: MediaClient): Promise<MediaStatistics> {
  const [statistics] = await callFunction(client, "get_media_statistics", {});
  return statistics!;
}

/**
 * The assets of these ids that the caller sees, in the order of the ids.
 *
 * @param client supabase-js client that acts as the caller.
 * @throws {DatabaseError}
 */
export async function readItems(client: MediaClient, ids: string[]): Promise<LibraryItem[]> {
  const byId = new Map<string, LibraryItem>();
  for (let start = 0; start < ids.length; start += IDS_A_REQUEST) {
    const { data, error, status } = await client.from("media_assets").select(itemColumns)
      .in("id", ids.slice(start, start + IDS_A_REQUEST)).overrideTypes<
      LibraryItem[],
      { merge: false }
    >();
    if (error) throw new DatabaseError("media_assets", error, status);
    for (const item of data) byId.set(item.id, item);
  }
  return ids.flatMap((id) => byId.get(id) ?? []);
}

/**
 * How far the deletion of assets got: not deleted, waiting for Cloudinary, or confirmed.
 *
 * @param client supabase-js client that acts as the caller.
 * @throws {DatabaseError}
 */
export async function readDeletionStates(
  client: MediaClient,
  ids: string[],
): Promise<Map<string, "live" | "pending" | "final">> {
  const items = await readItems(client, ids);
  return new Map(items.map((item) => [
    item.id,
    item.deleted_at === null ? "live" : item.sync_status === "synced" ? "final" : "pending",
  ]));
}
