/**
 * Deno's `@std/async`, under that name in the import map. See `assert.ts` for why it is wrapped. File by
 * file, because the package's `mod.js` reaches for a folder that the package lacks.
 */

// @ts-types="./async.d.ts"
export { abortable } from "deno-std/async/abortable.js";
// @ts-types="./async.d.ts"
export { deadline } from "deno-std/async/deadline.js";
// @ts-types="./async.d.ts"
export { debounce } from "deno-std/async/debounce.js";
// @ts-types="./async.d.ts"
export { delay } from "deno-std/async/delay.js";
// @ts-types="./async.d.ts"
export { MuxAsyncIterator } from "deno-std/async/mux_async_iterator.js";
// @ts-types="./async.d.ts"
export { poll } from "deno-std/async/poll.js";
// @ts-types="./async.d.ts"
export { pooledMap } from "deno-std/async/pool.js";
// @ts-types="./async.d.ts"
export { retry, RetryError } from "deno-std/async/retry.js";
// @ts-types="./async.d.ts"
export { tee } from "deno-std/async/tee.js";
