import { assertEquals } from "@std/assert";
import {
  readEnvironment,
  runInBackground,
} from "../../../supabase/functions/_shared/http/runtime.ts";

Deno.test("a variable that is unset or blank → undefined", () => {
  const name = "MEDIA_SYNC_TEST_VARIABLE";
  try {
    assertEquals(readEnvironment(name), undefined);
    Deno.env.set(name, "  ");
    assertEquals(readEnvironment(name), undefined);
    Deno.env.set(name, "value");
    assertEquals(readEnvironment(name), "value");
  } finally {
    Deno.env.delete(name);
  }
});

Deno.test("background work that fails → told to onError, not unhandled", async () => {
  const failed = new Promise((resolve) => {
    runInBackground(Promise.reject(new Error("late")), resolve);
  });
  assertEquals(String(await failed), "Error: late");
});

Deno.test("on the Edge Runtime → waitUntil keeps the worker, and its promise never rejects", async () => {
  const kept: Promise<unknown>[] = [];
  const scope = globalThis as { EdgeRuntime?: unknown };
  scope.EdgeRuntime = { waitUntil: (promise: Promise<unknown>) => kept.push(promise) };
  try {
    runInBackground(Promise.resolve(1), () => {});
    runInBackground(Promise.reject(new Error("late")), () => {});
    assertEquals(await Promise.all(kept), [undefined, undefined]);
  } finally {
    delete scope.EdgeRuntime;
  }
});
