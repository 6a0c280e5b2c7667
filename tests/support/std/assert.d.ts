/** Types of the functions of `@std/assert` (the npm package that carries its code has none). */

// deno-lint-ignore no-explicit-any
type ErrorConstructorOf<E extends Error> = abstract new (...args: any[]) => E;
/** The array types that {@linkcode assertArrayIncludes} can search. */
type ArrayLikeArg<T> = ArrayLike<T> & object;
type InstanceOf<T extends abstract new (...args: never[]) => unknown> = T extends
  abstract new (...args: never[]) => infer Instance ? Instance : never;

/** Thrown by every assertion of this module. */
export class AssertionError extends Error {
  constructor(message: string, options?: ErrorOptions);
}

/** Throws unless `expr` is truthy; narrows it. */
export function assert(expr: unknown, msg?: string): asserts expr;
/** Throws unless `expr` is falsy. */
export function assertFalse(expr: unknown, msg?: string): asserts expr is false;
/** Throws unless both are deeply equal; the compiler holds `expected` to the type of `actual`. */
export function assertEquals<T>(actual: T, expected: NoInfer<T>, msg?: string): void;
/** Throws when both are deeply equal. */
export function assertNotEquals<T>(actual: T, expected: NoInfer<T>, msg?: string): void;
/** Throws unless `Object.is(actual, expected)`; narrows `actual`. */
export function assertStrictEquals<T>(
  actual: unknown,
  expected: T,
  msg?: string,
): asserts actual is T;
/** Throws when `actual` is null or undefined; narrows it. */
export function assertExists<T>(actual: T, msg?: string): asserts actual is NonNullable<T>;
/** Throws unless `actual > expected`. */
export function assertGreater<T>(actual: T, expected: NoInfer<T>, msg?: string): void;
/** Throws unless `actual >= expected`. */
export function assertGreaterOrEqual<T>(actual: T, expected: NoInfer<T>, msg?: string): void;
/** Throws unless `actual < expected`. */
export function assertLess<T>(actual: T, expected: NoInfer<T>, msg?: string): void;
/** Throws unless `actual <= expected`. */
export function assertLessOrEqual<T>(actual: T, expected: NoInfer<T>, msg?: string): void;
/** Throws unless `actual instanceof expectedType`; narrows it. */
export function assertInstanceOf<T extends abstract new (...args: never[]) => unknown>(
  actual: unknown,
  expectedType: T,
  msg?: string,
): asserts actual is InstanceOf<T>;
/** Throws unless `actual` matches `expected`. */
export function assertMatch(actual: string, expected: RegExp, msg?: string): void;
/** Throws unless `actual` contains `expected`. */
export function assertStringIncludes(actual: string, expected: string, msg?: string): void;
/** Throws unless every element of `expected` is (deeply) in `actual`, in any order. */
export function assertArrayIncludes<T>(
  actual: ArrayLikeArg<T>,
  expected: ArrayLikeArg<NoInfer<T>>,
  msg?: string,
): void;
/** Throws unless `expected` is a deep subset of `actual`. */
export function assertObjectMatch(
  // deno-lint-ignore no-explicit-any
  actual: Record<PropertyKey, any>,
  expected: Record<PropertyKey, unknown>,
  msg?: string,
): void;
/** Throws unless `fn` throws; returns what it threw. */
export function assertThrows(fn: () => unknown, msg?: string): unknown;
/** Throws unless `fn` throws an error of the class whose message includes the text; returns it. */
export function assertThrows<E extends Error = Error>(
  fn: () => unknown,
  ErrorClass: ErrorConstructorOf<E>,
  msgIncludes?: string,
  msg?: string,
): E;
/** Rejects unless the promise of `fn` rejects; resolves to the reason. */
export function assertRejects(fn: () => PromiseLike<unknown>, msg?: string): Promise<unknown>;
/** Rejects unless the promise of `fn` rejects with an error of the class; resolves to it. */
export function assertRejects<E extends Error = Error>(
  fn: () => PromiseLike<unknown>,
  ErrorClass: ErrorConstructorOf<E>,
  msgIncludes?: string,
  msg?: string,
): Promise<E>;
