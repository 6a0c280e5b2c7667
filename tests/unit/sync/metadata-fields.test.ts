/** How long the account's metadata fields are remembered. */
import { assertEquals, assertRejects } from "@std/assert";
import { createMemory } from "../../../supabase/functions/_shared/sync/metadata-fields.ts";

/** A memory of ten ms by a clock of its own, and what it has looked for. */
function memoryAt() {
  let time = 0;
  const looked: string[] = [];
  const memory = createMemory<string>(10, () => time);
  return {
    looked,
    pass: (milliseconds: number) => time += milliseconds,
    recall: (key: string, answer: () => Promise<string> = () => Promise.resolve(key)) =>
      memory.recall(key, () => {
        looked.push(key);
        return answer();
      }),
  };
}

Deno.test("asked again before its time is over → not looked for; after it, looked for anew", async () => {
  const { looked, pass, recall } = memoryAt();
  await recall("a");
  pass(9);
  assertEquals(await recall("a"), "a");
  assertEquals(looked, ["a"]);
  pass(1);
  await recall("a");
  assertEquals(looked, ["a", "a"]);
});

Deno.test("another account → its own fields", async () => {
  const { looked, recall } = memoryAt();
  assertEquals([await recall("a"), await recall("b")], ["a", "b"]);
  assertEquals(looked, ["a", "b"]);
});

Deno.test("asked while another asks → both get the one answer", async () => {
  const { looked, recall } = memoryAt();
  const { promise, resolve } = Promise.withResolvers<string>();
  const both = [recall("a", () => promise), recall("a")];
  resolve("found");
  assertEquals([await Promise.all(both), looked], [["found", "found"], ["a"]]);
});

Deno.test("a failure → told to all who wait, and forgotten", async () => {
  const { looked, recall } = memoryAt();
  const { promise, reject } = Promise.withResolvers<string>();
  const both = [recall("a", () => promise), recall("a")];
  reject(new Error("away"));
  for (const one of both) await assertRejects(() => one, Error, "away");
  assertEquals(await recall("a"), "a");
  assertEquals(looked, ["a", "a"]);
});
