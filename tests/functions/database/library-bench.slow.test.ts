/** The benchmark of the library, small: that it still asks every path, and that what it tells holds together. */
import { assert, assertEquals } from "@std/assert";
import { benchLibrary } from "../../bench/library.bench.ts";
import { missedTargets } from "../../bench/library/report.ts";
import { postgresTest } from "../../support/postgres/postgres-test.ts";

postgresTest("3,000 assets, one pass → every path is answered, with its figures", async () => {
  const { measurement, figures, table } = await benchLibrary({
    assets: 3_000,
    passes: 1,
    rounds: 1,
  });
  assertEquals(measurement.sizes, [300, 3_000]);
  assertEquals(figures.assets, 3_000);
  for (const { name, role, http, sql, naive } of measurement.paths) {
    const times = [...http, ...sql].flatMap(({ p50, p95 }) => [p50, p95]);
    assertEquals(times.length, 8);
    assert([...times, ...naive].every((time) => time > 0), `${role} ${name} was not timed`);
  }
  assertEquals(table?.length, 1 + 3 + measurement.paths.length);
});

const empty = {
  viewer: { p50: 10, p95: 12 },
  editor: { p50: 10, p95: 12 },
  anonymous: { p50: 5, p95: 6 },
};
const path = { role: "viewer" } as const;
const times = (...p95s: number[]) => p95s.map((p95) => ({ p50: 1, p95 }));

Deno.test("a list 25 ms over the empty request and 1.5 times the small library's → targets hold", () => {
  assertEquals(missedTargets({ ...path, kind: "list", http: times(25, 37) }, empty), []);
});

Deno.test("a list beyond either → says so; a search may take 50 ms over it", () => {
  assertEquals(missedTargets({ ...path, kind: "list", http: times(10, 38) }, empty), [
    "over 37 ms",
    "3.8 times the small library's",
  ]);
  assertEquals(missedTargets({ ...path, kind: "search", http: times(10, 62) }, empty), []);
});

Deno.test("anything over 100 ms → says so", () => {
  assertEquals(missedTargets({ ...path, kind: "facets", http: times(101, 101) }, empty), [
    "over 62 ms",
    "over 100 ms",
  ]);
});
