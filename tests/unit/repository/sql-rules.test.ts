import { assertEquals } from "@std/assert";
import { readRepositoryFiles } from "../../../scripts/check/repository-files.ts";
import { checkSqlRules } from "../../../scripts/check/sql-rules.ts";

const root = new URL("../../../", import.meta.url).pathname;

/** A function with all that belongs to one. */
const whole = `create or replace function media_sync.twice(p_number integer)
returns integer
language sql
immutable
set search_path = ''
as $$
    select p_number * 2;
$$;
comment on function media_sync.twice(integer) is 'The number twice.';
revoke all on function media_sync.twice(integer) from public, anon, authenticated;
grant execute on function media_sync.twice(integer) to service_role;
`;

const table = `create table public.things (
    id bigint primary key,
    name text
);
comment on table public.things is 'Things.';
comment on column public.things.id is 'Key.';
comment on column public.things.name is 'Name.';
alter table public.things enable row level security;
revoke all on public.things from public, anon, authenticated, service_role;
grant select on public.things to authenticated;
create policy "Signed-in users read things"
    on public.things for select to authenticated
    using (true);
`;

/** A function of PL/pgSQL with this statement. */
function plpgsql(statement: string): string {
  return `create or replace function media_sync.act(p_number integer)
returns void
language plpgsql
set search_path = ''
as $$
declare
    v_now constant timestamptz := clock_timestamp();
begin
    ${statement}
end;
$$;
comment on function media_sync.act(integer) is 'Acts.';
revoke all on function media_sync.act(integer) from public, anon, authenticated;
`;
}

/** What is found in a schema file with this text, without where. */
function check(text: string, path = "supabase/schemas/10_tables/10_things.sql"): string[] {
  return checkSqlRules([{ path, text }]).map(({ message }) => message);
}

Deno.test("the repository's SQL → keeps its rules", async () => {
  assertEquals(checkSqlRules(await readRepositoryFiles(root)), []);
});

Deno.test("a function and a table with all that belongs to them → nothing to say", () => {
  assertEquals(check(whole), []);
  assertEquals(check(table), []);
  assertEquals(check(plpgsql("perform media_sync.twice(p_number);")), []);
});

for (
  const [title, text, message] of [
    [
      "an upper-case keyword",
      whole.replace("returns", "RETURNS"),
      "the keyword RETURNS is not lower case",
    ],
    [
      "an upper-case keyword in a body",
      whole.replace("select p", "SELECT p"),
      "the keyword SELECT is not lower case",
    ],
    [
      "an upper-case name in a body",
      whole.replace("select p_n", "select P_n"),
      "the name P_number is not lower case",
    ],
    [
      "two spaces",
      whole.replace("    select", "  select"),
      "is indented by 2, not by fours",
    ],
    [
      "eight spaces after none",
      whole.replace("    select", "        select"),
      "is indented by 8 after 0",
    ],
    ["a tab", whole.replace("    select", "\tselect"), "is indented by a tab"],
    ["a space at a line's end", whole.replace("sql\n", "sql \n"), "ends in a space"],
    ["no line break at the end", whole.trimEnd(), "the file does not end in one line break"],
    ["an empty line at the end", `${whole}\n`, "the file does not end in one line break"],
    [
      "a long line",
      whole.replace("* 2", `* 2${" + 10".repeat(30)}`),
      "174 characters, more than 140",
    ],
    [
      "a function that is not replaced",
      whole.replace("or replace ", ""),
      'media_sync.twice is made without "or replace"',
    ],
    [
      "a function with the caller's search_path",
      whole.replace("set search_path = ''\n", ""),
      "media_sync.twice does not set search_path = ''",
    ],
    [
      "a function with a schema in its search_path",
      whole.replace("set search_path = ''", "set search_path = public"),
      "media_sync.twice does not set search_path = ''",
    ],
    [
      "a function without a comment",
      whole.replace(/^comment.*\n/m, ""),
      "media_sync.twice has no comment",
    ],
    [
      "a function whose comment is another's with its name",
      whole.replace(
        "comment on function media_sync.twice(integer)",
        (all) => all.replace("integer", "bigint"),
      ),
      "media_sync.twice has no comment",
    ],
    [
      "a function that anon may still call",
      whole.replace("public, anon, ", "public, "),
      "media_sync.twice lacks: revoke all on … from public, anon, authenticated",
    ],
    [
      "a right before all are taken",
      whole.replace(/^(revoke.*\n)(grant.*\n)/m, "$2$1"),
      "a right on media_sync.twice(pg_catalog.int4) is given before all are taken",
    ],
    [
      "a function without its schema",
      whole.replaceAll("media_sync.", ""),
      "twice is made without naming its schema",
    ],
    [
      "a function of 101 lines",
      plpgsql("perform 1;\n    ".repeat(97) + "perform 1;"),
      "the body of media_sync.act has 102 lines, more than 100",
    ],
    [
      "a table without a comment",
      table.replace(/^comment on table.*\n/m, ""),
      "public.things has no comment",
    ],
    [
      "a column without a comment",
      table.replace(/^comment on column public.things.name.*\n/m, ""),
      "the column public.things.name has no comment",
    ],
    [
      "a table without row level security",
      table.replace(/^alter table.*\n/m, ""),
      "public.things has no row level security",
    ],
    [
      "a policy that is a word",
      table.replace("Signed-in users read things", "things_select"),
      'the policy "things_select" is not named as a sentence',
    ],
    [
      "the time in a condition",
      plpgsql("delete from public.things where made_at < clock_timestamp();"),
      "media_sync.act calls clock_timestamp() in a condition, for each row anew: take (select …)",
    ],
    [
      "chance in the condition of a join",
      plpgsql("perform 1 from public.things as a join public.things as b on a.id = random();"),
      "media_sync.act calls random() in a condition, for each row anew: take (select …)",
    ],
    [
      "our own volatile function in a condition",
      plpgsql("perform 1 from public.things where media_sync.act(id);"),
      "media_sync.act calls media_sync.act() in a condition, for each row anew: take (select …)",
    ],
    [
      "the time in a condition of a query that is executed",
      plpgsql(
        "execute format($query$delete from %I.a where at < clock_timestamp()$query$, 'net');",
      ),
      "media_sync.act calls clock_timestamp() in a condition, for each row anew: take (select …)",
    ],
    [
      "the time in the condition of a function in SQL",
      whole.replace("p_number * 2", "1 from public.things where made_at < clock_timestamp()"),
      "media_sync.twice calls clock_timestamp() in a condition, for each row anew: take (select …)",
    ],
  ] as const
) {
  Deno.test(`${title} → ${message}`, () => assertEquals(check(text), [message]));
}

for (
  const [title, statement] of [
    ["a constant in a condition", "delete from public.things where made_at < v_now;"],
    ["a select of its own", "delete from public.things where at < (select clock_timestamp());"],
    ["the time in what is written", "update public.things set at = clock_timestamp() where true;"],
    ["upper case in a text", "raise notice 'Not YET';"],
    ["a placeholder of format()", "execute format($query$select 1 from %I.a$query$, 'net');"],
    ["a text of more than 140 characters", `raise notice '${"long ".repeat(40)}';`],
  ] as const
) {
  Deno.test(`${title} → nothing to say`, () => assertEquals(check(plpgsql(statement)), []));
}

Deno.test("a statement, or a body, that PostgreSQL cannot read → its words and the line", () => {
  const path = "supabase/schemas/10_tables/10_things.sql";
  assertEquals(checkSqlRules([{ path, text: "select 1;\n\nselect from where;\n" }]), [
    { file: path, line: 3, message: 'syntax error at or near "where"' },
  ]);
  const body = "the body of media_sync.act: ";
  assertEquals(check(plpgsql("update things sett a = 1;")), [
    `${body}syntax error at or near "a"`,
  ]);
  assertEquals(check(plpgsql("if true them null; end if;")), [
    `${body}missing "THEN" at end of SQL expression`,
  ]);
  assertEquals(check(whole.replace("select p", "selekt p")), [
    'the body of media_sync.twice: syntax error at or near "selekt"',
  ]);
});

Deno.test("SQL outside the schemas → held to the look only; migrations, which are generated, to nothing", () => {
  const text = "CREATE table things (id int);\n";
  assertEquals(check(text, "supabase/tests/database/010-things.test.sql"), [
    "the keyword CREATE is not lower case",
  ]);
  assertEquals(check(`\\ir helpers.sql\n`, "supabase/tests/database/010-things.test.sql"), []);
  assertEquals(check(text, "supabase/migrations/20270101000000_things.sql"), []);
});
