import type { MediaEdit, MediaEditAnswer, MediaEdits, MediaItem } from "./contract.ts";
import { type BatchOptions, type Ids, inBatches, listIds } from "./in-batches.ts";
import { MediaError } from "./media-error.ts";
import { callFunction, type RequestOptions } from "./request.ts";
import type { AnySupabaseClient } from "./supabase-client.ts";

/** An edit of one asset. */
export type Edit = Omit<MediaEdit, "resolve">;
/** An edit that serves many assets alike. */
export type EditOfMany = Omit<MediaEdits, "ids" | "resolve">;

/** Edits one asset; Cloudinary follows by itself. @throws {MediaError} */
export async function editAsset(
  supabase: AnySupabaseClient,
  id: string,
  edit: MediaEdit,
  { signal }: RequestOptions,
): Promise<MediaItem> {
  const { items } = await callFunction<MediaEditAnswer>(
    supabase,
    `media-list/${encodeURIComponent(id)}`,
    { method: "PATCH", body: edit, signal },
  );
  const [item] = items;
  if (item === undefined) throw notThere();
  return item;
}

/**
 * The same edit of any number of assets, 1,000 a request. Assets that are gone are left out.
 *
 * @throws {MediaError} `done` names the ids of the requests before the one that failed.
 */
export async function editAssets(
  supabase: AnySupabaseClient,
  ids: Ids,
  edit: Omit<MediaEdits, "ids">,
  options: BatchOptions,
): Promise<MediaItem[]> {
  const wanted = listIds(ids);
  let absent: MediaError | undefined;
  const answers = await inBatches(wanted, async (batch) => {
    try {
      return (await callFunction<MediaEditAnswer>(supabase, "media-list", {
        method: "PATCH",
        body: { ...edit, ids: batch },
        signal: options.signal,
      })).items;
    } catch (error) {
      // None of this batch is there: the others may be.
      if (!(error instanceof MediaError) || error.code !== "not_found") throw error;
      absent = error;
      return [];
    }
  }, options);
  const items = answers.flat();
  if (items.length === 0 && absent !== undefined) throw absent;
  return items;
}

function notThere(): MediaError {
  return new MediaError("The asset is gone.", { code: "not_found", status: 404 });
}
