import { assertEquals, assertMatch } from "@std/assert";
import { readChangeFilter } from "../../../scripts/local/realtime/change-filter.ts";

const conditionsOf = (filter: string) => {
  const read = readChangeFilter({ schema: "public", table: "notes", filter });
  return typeof read === "string" ? read : read.conditions.map((
    { column, operator, value, negate },
  ) => [column, negate ? `not ${operator}` : operator, value]);
};

for (
  const [filter, conditions] of [
    ["", []],
    ["   ", []],
    ["subject=eq.hey", [["subject", "eq", "hey"]]],
    ["subject=eq.a.b=c", [["subject", "eq", "a.b=c"]]],
    ["subject=not.like.hey%", [["subject", "not like", "hey%"]]],
    ["id=gt.0, id=lt.100", [["id", "gt", "0"], ["id", "lt", "100"]]],
    ["subject=in.(hidee,ho)", [["subject", "in", "{hidee,ho}"]]],
    ['subject=in.("a,b",c),id=eq.1', [["subject", "in", '{"a,b",c}'], ["id", "eq", "1"]]],
    ['subject=eq."a, \\"b\\"",id=eq.1', [["subject", "eq", 'a, "b"'], ["id", "eq", "1"]]],
    ['subject=eq.5" screen,id=eq.1', [["subject", "eq", '5" screen'], ["id", "eq", "1"]]],
  ] as const
) {
  Deno.test(`filter ${JSON.stringify(filter)} → ${conditions.length} conditions`, () => {
    assertEquals(conditionsOf(filter), conditions as never);
  });
}

for (const filter of ["undefined", "subject=foo.hey", "id=eq.1,", "id=in.1", "=eq.1"]) {
  Deno.test(`filter ${JSON.stringify(filter)} → an error`, () => {
    assertMatch(conditionsOf(filter) as string, /^Error parsing `filter` params: /);
  });
}

Deno.test("schema or table alone → the rest is meant whole; neither → an error", () => {
  const places = [{ schema: "public" }, { table: "notes" }].map((params) => {
    const read = readChangeFilter({ ...params, event: "insert" });
    return typeof read === "string" ? read : [read.event, read.schema, read.table, read.select];
  });
  assertEquals(places, [["INSERT", "public", "*", null], ["INSERT", "public", "notes", null]]);
  assertMatch(readChangeFilter({ event: "*" }) as string, /^No subscription params provided/);
});
