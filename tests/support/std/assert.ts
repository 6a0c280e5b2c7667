/**
 * Deno's `@std/assert`, under that name in the import map.
 *
 * JSR, where the standard library is published, is not reachable everywhere this project is built; the
 * same code is republished on npm, as JavaScript without types. The declarations beside this file type it.
 */

// @ts-types="./assert.d.ts"
export * from "deno-std/assert/mod.js";
