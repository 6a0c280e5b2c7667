import {
  assert,
  assertArrayIncludes,
  assertEquals,
  assertExists,
  AssertionError,
  assertRejects,
  assertThrows,
} from "@std/assert";
import { pooledMap } from "@std/async";

Deno.test("assertEquals on unequal values → AssertionError", () => {
  const error = assertThrows(() => assertEquals([1, 2], [1, 3]), AssertionError);
  assertEquals(error.name, "AssertionError");
});

Deno.test("assertEquals with an expected value of another type → does not compile", () => {
  // @ts-expect-error a number is never compared with a string
  assertThrows(() => assertEquals(1, "1"), AssertionError);
  // @ts-expect-error nor an object with one that has another field
  assertThrows(() => assertEquals({ a: 1 }, { b: 1 }), AssertionError);
  // @ts-expect-error nor an array with a different element type
  assertThrows(() => assertArrayIncludes([1], ["1"]), AssertionError);
});

Deno.test("assertions narrow what they assert", () => {
  const value: string | undefined = ["text"].at(0);
  assertExists(value);
  assertEquals(value.length, 4);
  const other: number | null = [1].at(0) ?? null;
  assert(other !== null);
  assertEquals(other.toFixed(0), "1");
});

Deno.test("assertRejects → resolves to the typed error", async () => {
  const error = await assertRejects(() => Promise.reject(new RangeError("out")), RangeError, "out");
  const typed: RangeError = error;
  assertEquals(typed.message, "out");
});

Deno.test("@std/async → pooledMap works, typed", async () => {
  const lengths = await Array.fromAsync(
    pooledMap(2, ["a", "bb"], (s) => Promise.resolve(s.length)),
  );
  assertEquals(lengths, [1, 2]);
});
