import { assertEquals } from "@std/assert";
import { isoTimestamp } from "../../../scripts/local/iso-timestamp.ts";
import { splitStatements } from "../../../scripts/local/split-statements.ts";

const cases: [name: string, text: string, statements: string[]][] = [
  ["two statements", "select 1;\nselect 2;\n", ["select 1", "select 2"]],
  ["no last semicolon", "select 1; select 2", ["select 1", "select 2"]],
  ["nothing but comments", "-- a;\n/* b; */\n;", []],
  ["quotes", `select ';''', ";"; select E'\\';'`, [`select ';''', ";"`, `select E'\\';'`]],
  ["comments within", "select 1 -- a; b\n, 2 /* c; /* d; */ */;", [
    "select 1 -- a; b\n, 2 /* c; /* d; */ */",
  ]],
  ["dollar quotes", "do $$ begin null; end $$; select $a$;$$;$a$", [
    "do $$ begin null; end $$",
    "select $a$;$$;$a$",
  ]],
  ["parameters are no dollar quotes", "select $1; select $2", ["select $1", "select $2"]],
  [
    "a standard function body",
    "create function f() begin atomic select 1; select 2; end; select 3",
    [
      "create function f() begin atomic select 1; select 2; end",
      "select 3",
    ],
  ],
];

for (const [name, text, statements] of cases) {
  Deno.test(`an SQL file with ${name} → ${statements.length} statements`, () => {
    assertEquals(splitStatements(text), statements);
  });
}

Deno.test("PostgreSQL's times → ISO 8601, as PostgREST writes them", () => {
  assertEquals(isoTimestamp("2026-11-22 19:24:32.6+00"), "2026-11-22T19:24:32.6+00:00");
  assertEquals(isoTimestamp("2026-11-22 19:24:32-03:30"), "2026-11-22T19:24:32-03:30");
  assertEquals(isoTimestamp("2026-11-22 19:24:32"), "2026-11-22T19:24:32");
  assertEquals(isoTimestamp("infinity"), "infinity");
});
