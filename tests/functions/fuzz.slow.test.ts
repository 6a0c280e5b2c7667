/** 1,000 random requests of every role; `deno task fuzz` sends 20,000. */
import { assert, assertEquals } from "@std/assert";
import { prepareLibrary } from "../../scripts/fuzz/prepare-library.ts";
import { runFuzz } from "../../scripts/fuzz/run-fuzz.ts";
import { control, randomSeed, withStack } from "../support/stack.ts";

const seed = randomSeed();
Deno.test(`1,000 random requests of every role, seed ${seed} → no 5xx, nothing that is not the caller's`, async () => {
  await withStack({}, async (stack) => {
    const known = await prepareLibrary(stack);
    const report = await runFuzz(stack, { runs: 1_000, seed, known });
    assertEquals(report.findings, []);
    // Requests that are all refused alike would prove nothing.
    for (const status of [200, 400, 401, 403, 404, 405]) {
      assert(
        (report.statuses[status] ?? 0) > 0,
        `no ${status}: ${JSON.stringify(report.statuses)}`,
      );
    }
    const { defects } = await control(stack, "GET /calls");
    assertEquals(defects, 0, "the emulator itself failed");
  });
});
