import { aborted, MediaError, withDone } from "./media-error.ts";

/** How many assets one request may name. */
export const BATCH = 1_000;

/** One id or several. */
export type Ids = string | readonly string[];

/** Ids without repetition. */
export function listIds(ids: Ids): string[] {
  return [...new Set(typeof ids === "string" ? [ids] : ids)];
}

/** What is told while a call goes out in several requests. */
export interface BatchProgress {
  /** Assets done so far. */
  done: number;
  /** Assets in all. */
  total: number;
}

/** How a call that goes out in several requests is done. */
export interface BatchOptions {
  signal?: AbortSignal;
  onProgress?: (progress: BatchProgress) => void;
}

/**
 * Does something to any number of assets, so many a request, one after the other.
 *
 * @param act Does it to one batch.
 * @returns What each batch gave.
 * @throws {MediaError} Of the batch that failed; `done` names the ids of those before it.
 */
export async function inBatches<Result>(
  ids: readonly string[],
  act: (batch: string[]) => Promise<Result>,
  { signal, onProgress }: BatchOptions = {},
): Promise<Result[]> {
  const results: Result[] = [];
  for (let start = 0; start < ids.length; start += BATCH) {
    const batch = ids.slice(start, start + BATCH);
    try {
      if (signal?.aborted) throw aborted(signal.reason);
      results.push(await act(batch));
    } catch (error) {
      throw error instanceof MediaError ? withDone(error, ids.slice(0, start)) : error;
    }
    onProgress?.({ done: start + batch.length, total: ids.length });
  }
  return results;
}
