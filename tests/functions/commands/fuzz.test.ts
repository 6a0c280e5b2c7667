/** `deno task fuzz` with a wrong command line: a run of no requests would find nothing, and prove nothing. */
import { assertEquals, assertMatch } from "@std/assert";
import { fuzzCommand } from "../../../scripts/fuzz/fuzz-command.ts";
import { run } from "./surroundings.ts";

for (
  const [flag, said] of [
    ["--runs=many", /--runs takes a whole number from 1 to /],
    ["--runs=0", /--runs takes a whole number from 1 to /],
    ["--seed=-1", /--seed takes a whole number from 0 to /],
    ["--wat", /--wat/],
  ] as const
) {
  Deno.test(`fuzz ${flag} → exit 2, what it takes, and where the flags are told`, async () => {
    const { code, output, errors } = await run(fuzzCommand, [flag]);
    assertEquals([code, output], [2, ""]);
    assertMatch(errors, said);
    assertMatch(errors, /deno task fuzz --help/);
  });
}
