/**
 * Deno's `@std/async`, under that name in the import map. See `assert.ts` for why it is wrapped. File by
 * file, because the package's `mod.js` reaches for a folder that the package lacks.
 */

// @ts-types="./async.d.ts"
export { delay } from "deno-std/async/delay.js";
// @ts-types="./async.d.ts"
export { pooledMap } from "deno-std/async/pool.js";
