import type { MediaDeletionAnswer, MediaDeletionFailure, RestoreAnswer } from "./contract.ts";
import { type BatchOptions, type Ids, inBatches, listIds } from "./in-batches.ts";
import { MediaError, withDone } from "./media-error.ts";
import { callFunction, type RequestOptions } from "./request.ts";
import type { AnySupabaseClient } from "./supabase-client.ts";

/** How assets are deleted. */
export interface RemoveOptions extends BatchOptions {
  /** Deletes what is in use all the same. */
  force?: boolean;
}

/** What became of a deletion, and its way back. */
export interface Deletion {
  /** The assets that this call deleted: what {@link undo} restores. */
  ids: string[];
  /** public_ids that both sides let go of. */
  deleted: string[];
  /** public_ids that are deleted here and not yet in Cloudinary. */
  pending: string[];
  /** Assets that were not deleted. */
  failed: MediaDeletionFailure[];
  /** Restores what this call deleted. @throws {MediaError} `done` names what was restored before. */
  undo(options?: RequestOptions): Promise<RestoreAnswer[]>;
}

/** How many restores wait for Cloudinary at once. */
const AT_ONCE = 5;

/**
 * Deletes any number of assets on both sides, 1,000 a request.
 *
 * @throws {MediaError} Where nothing was deleted, with the code of the first failure and a detail for each.
 */
export async function removeAssets(
  supabase: AnySupabaseClient,
  ids: Ids,
  { force, ...options }: RemoveOptions,
): Promise<Deletion> {
  const wanted = listIds(ids);
  const answers = await inBatches(
    wanted,
    (batch) =>
      callFunction<MediaDeletionAnswer>(supabase, "media-list", {
        method: "DELETE",
        body: { ids: batch, ...(force ? { force } : {}) },
        signal: options.signal,
      }),
    options,
  );
  const failed = answers.flatMap((answer) => answer.failed);
  const [first] = failed;
  if (first !== undefined && failed.length === wanted.length) {
    throw new MediaError(first.error, {
      code: first.code as MediaError["code"],
      status: 200,
      details: failed.map(({ id, error }) => ({ path: id ?? "", message: error })),
    });
  }
  const deletedIds = answers.flatMap((answer) => answer.ids);
  return {
    ids: deletedIds,
    deleted: answers.flatMap(({ deleted }) => deleted),
    pending: answers.flatMap(({ pending }) => pending),
    failed,
    undo: (more = {}) => restoreAssets(supabase, deletedIds, more),
  };
}

/** Undoes the deletion of one asset. @throws {MediaError} `content_gone`, `name_taken`, … */
export async function restoreAsset(
  supabase: AnySupabaseClient,
  id: string,
  { signal }: RequestOptions,
): Promise<RestoreAnswer> {
  const path = `media-list/${encodeURIComponent(id)}/restore`;
  return await callFunction(supabase, path, { method: "POST", signal });
}

/** Restores assets, a few at once. Tries all of them, then throws what the first that failed told. */
async function restoreAssets(
  supabase: AnySupabaseClient,
  ids: readonly string[],
  options: RequestOptions,
): Promise<RestoreAnswer[]> {
  const answers = new Map<string, RestoreAnswer>();
  const failures: MediaError[] = [];
  const waiting = [...ids];
  const work = async () => {
    for (let id = waiting.shift(); id !== undefined; id = waiting.shift()) {
      try {
        answers.set(id, await restoreAsset(supabase, id, options));
      } catch (error) {
        if (!(error instanceof MediaError)) throw error;
        failures.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  const [failure] = failures;
  if (failure !== undefined) throw withDone(failure, [...answers.keys()]);
  return ids.map((id) => answers.get(id)!);
}
