/** `/studio/` of the local stack: SQL typed in a browser, also on PGlite. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import type { Stack } from "../../scripts/local/stack-options.ts";
import { stackTests } from "../support/stack-test.ts";

const stackTest = stackTests();

async function run(
  { info }: Stack,
  text: unknown,
  headers: Record<string, string> = { apikey: info.secret_key },
) {
  const response = await fetch(`${info.url}/studio/query`, {
    method: "POST",
    headers,
    body: JSON.stringify({ text }),
  });
  return { status: response.status, body: await response.json(), headers: response.headers };
}

stackTest("what operators type → rows as a table", async ({ stack }) => {
  const { status, body } = await run(
    stack,
    `select 1 as number, null as nothing, '{"a": [1]}'::jsonb as json, 9007199254740993 as big,
       '\\x00ff'::bytea as bytes, timestamptz '2026-01-02 03:04:05.678901+00' as moment;`,
  );
  assertEquals([status, body.columns, body.rows], [
    200,
    ["number", "nothing", "json", "big", "bytes", "moment"],
    [[1, null, { a: [1] }, "9007199254740993", "\\x00ff", "2026-01-02T03:04:05.678901+00:00"]],
  ]);
  assertMatch(body.message, /^1 row, \d+ ms$/);
  for (
    const text of [
      "select * from media_sync_log order by created_at desc limit 20;",
      "select * from get_media_statistics();",
      "select * from get_sync_health();",
      "update media_assets set sync_status = 'pending' where sync_status = 'error'; -- retries them all",
      "select cleanup_old_sync_logs();",
      "vacuum media_assets;",
    ]
  ) {
    const answer = await run(stack, text);
    assertEquals([answer.status, answer.body.error], [200, undefined], text);
  }
});

stackTest(
  "several statements → the last one's rows; one that fails → nothing is kept",
  async ({ stack }) => {
    const made = await run(
      stack,
      "create table public.typed (id int); insert into public.typed values (1), (2); table public.typed;",
    );
    assertEquals(made.body.rows, [[1], [2]]);
    const failed = await run(stack, "insert into public.typed values (3); select 1 / 0;");
    assertEquals(failed.status, 400);
    assertMatch(failed.body.error, /division by zero \(22012\)/);
    const unknown = await run(stack, "select * from public.type");
    assertStringIncludes(unknown.body.error, '"public.type" does not exist');
    assertEquals((await run(stack, "table public.typed; drop table public.typed;")).status, 200);
    assertEquals(await stack.sql("select to_regclass('public.typed')::text as found"), [{
      found: null,
    }]);
  },
);

stackTest(
  "set, begin, a role → last as long as the statements; the stack goes on",
  async ({ stack, call }) => {
    const settings = `select current_user::text as who, current_setting('search_path') as path,
    current_setting('statement_timeout') as timeout, current_setting('TimeZone') as zone`;
    const before = await stack.sql(settings);
    for (
      const text of [
        "set role anon; set search_path = ''; set statement_timeout = 1000; set timezone = 'Asia/Tokyo'; select 1;",
        "begin;",
        "begin; set role anon; commit; set statement_timeout = 1000;",
        "set role authenticated; select * from media_sync.settings;",
        "rollback; set role anon;",
      ]
    ) {
      await run(stack, text);
      assertEquals(await stack.sql(settings), before, text);
    }
    assertEquals((await call("media-list", { as: "viewer" })).status, 200);
  },
);

stackTest("more rows than a page shows → the first thousand, and said so", async ({ stack }) => {
  const { body } = await run(stack, "select generate_series(1, 1500)");
  assertEquals([body.rows.length, body.message.split(",")[0]], [
    1000,
    "The first 1000 of 1500 rows",
  ]);
});

stackTest(
  "nothing to run, no JSON, another method → refused with what to send",
  async ({ stack }) => {
    assertEquals((await run(stack, "  ")).status, 400);
    assertEquals((await run(stack, 7)).status, 400);
    const response = await fetch(`${stack.info.url}/studio/query`);
    assertEquals([response.status, (await response.json()).error], [405, "Send SQL with POST"]);
  },
);

stackTest(
  "a page of another origin, another name, another key → no SQL and no key",
  async ({ stack }) => {
    const { url, publishable_key, secret_key } = stack.info;
    const origin = "http://localhost:3000";
    for (const headers of [{}, { apikey: publishable_key }, { apikey: "" }]) {
      assertEquals((await run(stack, "select 1", headers as Record<string, string>)).status, 401);
    }
    const preflight = await fetch(`${url}/studio/query`, {
      method: "OPTIONS",
      headers: { origin, "access-control-request-method": "POST" },
    });
    await preflight.body?.cancel();
    const page = await fetch(`${url}/studio/`, { headers: { origin } });
    assertStringIncludes(await page.text(), secret_key);
    for (const { headers } of [preflight, page, await run(stack, "select 1")]) {
      assertEquals(headers.get("access-control-allow-origin"), null);
    }
    assertEquals(page.headers.get("cross-origin-resource-policy"), "same-origin");

    const { port } = new URL(url);
    const connection = await Deno.connect({ hostname: "127.0.0.1", port: Number(port) });
    await connection.write(
      new TextEncoder().encode(
        `GET /studio/ HTTP/1.1\r\nhost: rebound.example:${port}\r\nconnection: close\r\n\r\n`,
      ),
    );
    const answer = await new Response(connection.readable).text();
    assertMatch(answer, /^HTTP\/1.1 403 /);
    assert(!answer.includes(secret_key));
  },
);
