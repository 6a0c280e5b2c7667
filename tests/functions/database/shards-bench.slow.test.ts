/** The benchmark of several invocations, small: that it still runs to its end. */
import { assert, assertEquals } from "@std/assert";
import { benchShards } from "../../bench/shards.bench.ts";
import { postgresTest } from "../../support/postgres/postgres-test.ts";

postgresTest(
  "1,200 assets, one invocation and four at once → one run each, with its time",
  async () => {
    const { figures } = await benchShards(1_200);
    assertEquals(figures.assets, 1_200);
    for (const name of ["one_s", "four_s", "ratio", "least_ratio"]) {
      assert(Number(figures[name]) > 0, name);
    }
  },
);
