/** Types of the functions of `@std/async` that tests and scripts use. Times are in milliseconds. */

/** Options of {@linkcode delay}. */
export interface DelayOptions {
  /** Rejects the wait with the signal's reason. */
  signal?: AbortSignal;
  /** `false` lets the process end before the time is up. Default `true`. */
  persistent?: boolean;
}
/** Resolves after `ms`. */
export function delay(ms: number, options?: DelayOptions): Promise<void>;

/** Settles as `p` does, or rejects with a `TimeoutError` DOMException after `ms`. */
export function deadline<T>(
  p: Promise<T>,
  ms: number,
  options?: { signal?: AbortSignal },
): Promise<T>;

/** Settles as `p` does, or rejects with the signal's reason. */
export function abortable<T>(p: Promise<T>, signal: AbortSignal): Promise<T>;
/** Yields as `p` does, until the signal ends it with its reason. */
export function abortable<T>(p: AsyncIterable<T>, signal: AbortSignal): AsyncGenerator<T>;

/** Options of {@linkcode retry}. */
export interface RetryOptions {
  /** Factor between two waits. Default 2. */
  multiplier?: number;
  /** Longest wait. Default 60 000. */
  maxTimeout?: number;
  /** Attempts in all. Default 5. */
  maxAttempts?: number;
  /** First wait. Default 1 000. */
  minTimeout?: number;
  /** 0 (none) to 1 (full). Default 1. */
  jitter?: number;
  /** Whether an error is worth another attempt. Default: every one is. */
  isRetriable?: (error: unknown) => boolean;
  /** Ends the retrying with the signal's reason. */
  signal?: AbortSignal;
}
/** Thrown by {@linkcode retry} after the last attempt; its `cause` is that attempt's error. */
export class RetryError extends Error {
  constructor(cause: unknown, attempts: number);
}
/** Calls `fn` until it does not throw, with exponential backoff between the attempts. */
export function retry<T>(fn: () => Promise<T> | T, options?: RetryOptions): Promise<T>;

/** Calls `fn` every `interval` (default 1 000) until `isDone` accepts its result. */
export function poll<T>(
  fn: () => Promise<T> | T,
  isDone: (result: T) => boolean,
  options?: { interval?: number; signal?: AbortSignal },
): Promise<T>;

/** Maps with at most `poolLimit` calls at once; results keep the order of the input. */
export function pooledMap<T, R>(
  poolLimit: number,
  array: Iterable<T> | AsyncIterable<T>,
  iteratorFn: (data: T) => Promise<R>,
): AsyncIterableIterator<R>;

/** Options of {@linkcode debounce}. */
// deno-lint-ignore no-explicit-any
export interface DebouncedFunction<T extends any[]> {
  (...args: T): void;
  /** Drops the pending call. */
  clear(): void;
  /** Makes the pending call now. */
  flush(): void;
  /** Whether a call is pending. */
  readonly pending: boolean;
}
/** Delays calls of `fn` until none came for `wait`. */
// deno-lint-ignore no-explicit-any
export function debounce<T extends any[]>(
  fn: (this: DebouncedFunction<T>, ...args: T) => void,
  wait: number,
): DebouncedFunction<T>;

/** Merges several async iterables into one. */
export class MuxAsyncIterator<T> implements AsyncIterable<T> {
  add(iterable: AsyncIterable<T>): void;
  iterate(): AsyncIterableIterator<T>;
  [Symbol.asyncIterator](): AsyncIterator<T>;
}

/** Splits an async iterable into `n` (default 2) that can be read independently. */
export function tee<T>(iterable: AsyncIterable<T>, n?: number): AsyncIterable<T>[];
