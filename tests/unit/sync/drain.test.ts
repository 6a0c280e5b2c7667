/** Slices of a push side by side: what is begun is ended, what is added is done, and one is planned at a time. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { drain } from "../../../supabase/functions/_shared/sync/push/drain.ts";
import { createTurns } from "../../../supabase/functions/_shared/sync/push/turns.ts";

const always = { expired: () => false };

Deno.test("five items, two at a time → each once, never three at once", async () => {
  const done: number[] = [];
  let [running, most] = [0, 0];
  await drain([1, 2, 3, 4, 5], 2, always, async (item) => {
    most = Math.max(most, ++running);
    await Promise.resolve();
    running--;
    done.push(item);
  });
  assertEquals([done.sort(), most], [[1, 2, 3, 4, 5], 2]);
});

Deno.test("items added meanwhile, by the last one too → done as well", async () => {
  const done: string[] = [];
  await drain(["a", "b"], 2, always, async (item, rest) => {
    await Promise.resolve();
    done.push(item);
    if (item.length === 1) rest.add([`${item}1`, `${item}2`]);
  });
  assertEquals(done.sort(), ["a", "a1", "a2", "b", "b1", "b2"]);
});

Deno.test("isLast → true only for what is alone and has nothing after it", async () => {
  const told: [number, boolean][] = [];
  await drain([1, 2, 3], 1, always, (item, rest) => {
    told.push([item, rest.isLast()]);
    return Promise.resolve();
  });
  assertEquals(told, [[1, false], [2, false], [3, true]]);
});

Deno.test("one fails → what was begun is ended, nothing new is begun, and the failure is thrown", async () => {
  const ended: number[] = [];
  const slow = Promise.withResolvers<void>();
  const work = drain([1, 2, 3, 4], 2, always, async (item) => {
    if (item === 1) throw new Error("one failed");
    await slow.promise;
    ended.push(item);
  });
  slow.resolve();
  await assertRejects(() => work, Error, "one failed");
  assertEquals(ended, [2]);
});

Deno.test("the time is up → nothing new is begun", async () => {
  let left = 2;
  const done: number[] = [];
  await drain([1, 2, 3], 1, { expired: () => left-- <= 0 }, (item) => {
    done.push(item);
    return Promise.resolve();
  });
  assertEquals(done, [1, 2]);
});

Deno.test("turns → one at a time in their order, whatever becomes of those before", async () => {
  const inTurn = createTurns();
  const seen: string[] = [];
  let busy = false;
  const turn = (name: string, fails = false) =>
    inTurn(async () => {
      assert(!busy);
      busy = true;
      await Promise.resolve();
      busy = false;
      seen.push(name);
      if (fails) throw new Error(name);
      return name;
    });
  const results = await Promise.allSettled([turn("a"), turn("b", true), turn("c")]);
  assertEquals(seen, ["a", "b", "c"]);
  assertEquals(results.map(({ status }) => status), ["fulfilled", "rejected", "fulfilled"]);
});

Deno.test("turns with two places → two at a time, the others in their order as places become free", async () => {
  const inTurn = createTurns(2);
  const begun: number[] = [];
  const ends = [1, 2, 3, 4].map((number) => {
    const end = Promise.withResolvers<void>();
    void inTurn(() => {
      begun.push(number);
      return end.promise;
    });
    return end;
  });
  const settled = () => new Promise((resolve) => setTimeout(resolve));
  await settled();
  assertEquals(begun, [1, 2]);
  ends[1]!.resolve();
  await settled();
  assertEquals(begun, [1, 2, 3]);
  for (const end of ends) end.resolve();
  await settled();
  assertEquals(begun, [1, 2, 3, 4]);
});
