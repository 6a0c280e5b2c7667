/** Calls of the database that are worth another try get one, a bounded number of times, with waiting that tests own. */
import { assertEquals, assertRejects } from "@std/assert";
import { callFunction } from "../../../supabase/functions/_shared/media/call-function.ts";
import { DatabaseError } from "../../../supabase/functions/_shared/media/database-error.ts";
import type { MediaClient } from "../../../supabase/functions/_shared/media/types.ts";

/** A client whose calls fail with these codes, one after the other, and then succeed. */
function failing(codes: string[], status = 500) {
  const waits: number[] = [];
  let calls = 0;
  const client = {
    rpc: () => {
      const code = codes[calls++];
      return Promise.resolve(
        code === undefined
          ? { data: ["done"], error: null, status: 200 }
          : { data: null, error: { code, message: "it failed" }, status },
      );
    },
  } as unknown as MediaClient;
  const policy = {
    retries: 5,
    sleep: (ms: number) => Promise.resolve(void waits.push(ms)),
    random: () => 1,
  };
  return {
    waits,
    calls: () => calls,
    result: () =>
      callFunction(client, "edit_media_assets", { p_ids: [], p_patch: { tags: [] } }, policy),
  };
}

for (
  const [code, what] of [
    ["40P01", "a deadlock"],
    ["55P03", "a lock that was not to be had"],
    ["40001", "a failure of serialisation"],
  ] as const
) {
  Deno.test(`${what}, twice → the third call succeeds, after growing waits`, async () => {
    const { result, waits } = failing([code, code]);
    assertEquals(await result(), ["done"]);
    assertEquals(waits, [100, 200]);
  });
}

Deno.test("a deadlock without end → given up after six calls, with its code", async () => {
  const { result, calls } = failing(Array.from({ length: 99 }, () => "40P01"));
  const error = await assertRejects(result, DatabaseError);
  assertEquals([error.code, calls()], ["40P01", 6]);
});

Deno.test("a refusal → no second call", async () => {
  const { result, calls } = failing(["23514"], 400);
  await assertRejects(result, DatabaseError);
  assertEquals(calls(), 1);
});
