import { assert, assertEquals, assertMatch } from "@std/assert";
import type { Answer } from "./stack.ts";

/**
 * Fails unless an answer is an error in the one shape that every function gives it.
 *
 * @param expected The status it must have; any error without it.
 */
export function assertError({ status, headers, body }: Answer, expected?: number): void {
  const text = JSON.stringify(body);
  if (expected !== undefined) assertEquals(status, expected, text);
  assert(status >= 400, text);
  assertMatch(headers.get("x-request-id") ?? "", /./);
  assertEquals([body.success, body.request_id], [false, headers.get("x-request-id")], text);
  assertMatch(body.error, /\S.*[.!?]$/, text);
  assertMatch(body.code, /^[a-z]+(_[a-z]+)*$/, text);
  for (const detail of body.details ?? []) {
    assertEquals(Object.keys(detail).sort(), ["message", "path"], text);
    assertEquals([typeof detail.path, typeof detail.message], ["string", "string"], text);
  }
}
