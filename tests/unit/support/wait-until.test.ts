import { assertEquals, assertRejects } from "@std/assert";
import { waitUntil } from "../../support/wait-until.ts";

Deno.test("waitUntil on a condition that comes true → its result", async () => {
  let calls = 0;
  assertEquals(await waitUntil(() => ++calls === 3 ? "done" : null, { intervalMs: 1 }), "done");
  assertEquals(calls, 3);
});

Deno.test("waitUntil on 0 or an empty text → results like others", async () => {
  assertEquals(await waitUntil(() => 0), 0);
  assertEquals(await waitUntil(() => ""), "");
});

Deno.test("waitUntil on a condition that throws at first → goes on", async () => {
  let calls = 0;
  const condition = () => {
    if (++calls < 2) throw new Error("not yet");
    return true;
  };
  assertEquals(await waitUntil(condition, { intervalMs: 1 }), true);
});

Deno.test("waitUntil past its deadline → an error that says for what, and why", async () => {
  const refused = new Error("refused");
  const options = { deadlineMs: 5, intervalMs: 1, describe: () => "the row" };
  const error = await assertRejects(
    () => waitUntil(() => Promise.reject(refused), options),
    Error,
    "Waited 5 ms in vain for the row",
  );
  assertEquals(error.cause, refused);
});
