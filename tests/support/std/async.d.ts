/** Types of the functions of `@std/async` that tests and scripts use. Times are in milliseconds. */

/** Resolves after `ms`; rejects with the signal's reason. */
export function delay(ms: number, options?: { signal?: AbortSignal }): Promise<void>;

/** Maps with at most `poolLimit` calls at once; results keep the order of the input. */
export function pooledMap<T, R>(
  poolLimit: number,
  array: Iterable<T> | AsyncIterable<T>,
  iteratorFn: (data: T) => Promise<R>,
): AsyncIterableIterator<R>;
