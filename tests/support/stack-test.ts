/**
 * Tests on a local stack. Starting one takes seconds, emptying it takes none: all tests of a worker share one, as far as
 * their options allow.
 */
import type { Stack, StackOptions } from "../../scripts/local/stack-options.ts";
import { emptyStack } from "./empty-stack.ts";
import { type Call, control, createClient, startTestStack } from "./stack.ts";

/** What tests on a stack work with. */
export interface StackWorld {
  stack: Stack;
  /** Calls a function; by default with a secret key. */
  call: Call;
}

/** Declares one test of a group. */
export type StackTest = (
  name: string,
  fn: (world: StackWorld, t: Deno.TestContext) => void | Promise<void>,
) => void;

/** The stack that groups share; each begins with an empty one. */
let shared: Promise<Stack> | undefined;
/** The stack of a group whose options need one of its own. */
let own: Stack | undefined;
/** The group that has a stack now. */
let holder: symbol | undefined;

Deno.test.afterAll(async () => {
  await own?.stop();
  await (await shared)?.stop();
});

/**
 * A group of tests that find what the tests before them left behind.
 *
 * @param options Those of the group's stack. With nothing but a library (`assets`, `seed`) it is the worker's shared one,
 *   unless the group wants one `apart`, because it changes what emptying leaves as it is.
 * @param prepare Called once before the group's first test that runs.
 * @returns Declares a test of the group.
 */
export function stackTests(
  { apart = false, ...options }: StackOptions & { apart?: boolean } = {},
  prepare: (world: StackWorld) => unknown = () => {},
): StackTest {
  const group = Symbol();
  let prepared: Promise<StackWorld> | undefined;
  const begin = async (): Promise<StackWorld> => {
    const stack = await takeStack(options, apart);
    const world = { stack, call: createClient(stack) };
    await prepare(world);
    return world;
  };
  return (name, fn) => {
    Deno.test({
      name,
      // The stack outlives every single test, and so do its timers and connections.
      sanitizeOps: false,
      sanitizeResources: false,
      async fn(t) {
        if (holder !== group) {
          holder = group;
          prepared = begin();
        }
        await fn(await prepared!, t);
      },
    });
  };
}

async function takeStack(options: StackOptions, apart: boolean): Promise<Stack> {
  await own?.stop();
  own = undefined;
  const { assets = 0, seed = 1, ...others } = options;
  if (apart || Object.keys(others).length > 0) return own = await startTestStack(options);
  const stack = await (shared ??= startTestStack());
  await emptyStack(stack);
  if (assets > 0) await control(stack, "POST /assets", { count: assets, seed });
  return stack;
}
