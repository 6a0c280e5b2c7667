/** The local stack on PGlite, over HTTP and SQL. */
import { assert, assertEquals, assertNotEquals, assertStringIncludes } from "@std/assert";
import { createFixture, type Fixture, signIn } from "./local-stack.fixture.ts";
import type { Stack } from "../../scripts/local/stack-options.ts";
import { waitUntil } from "../support/wait-until.ts";

let fixture: Fixture;
let stack: Stack;

Deno.test.beforeAll(async () => {
  fixture = await createFixture();
  stack = await fixture.start();
});

Deno.test.afterAll(async () => {
  await stack?.stop();
  await fixture?.remove();
});

/** The stack outlives every single test, and so do its timers and connections. */
function stackTest(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, fn, sanitizeOps: false, sanitizeResources: false });
}

const rest = (path: string, init: RequestInit & { key?: string; token?: string } = {}) =>
  fetch(`${stack.info.url}/rest/v1/${path}`, {
    ...init,
    headers: {
      "content-type": "application/json",
      ...(init.key ? { apikey: init.key } : {}),
      ...(init.token ? { authorization: `Bearer ${init.token}` } : {}),
    },
  });
const call = (name: string, init: RequestInit = {}) =>
  fetch(`${stack.info.url}/functions/v1/${name}`, init);
const tokenOf = async (name: "viewer" | "editor" | "admin"): Promise<string> =>
  (await (await signIn(stack, name)).json()).access_token;

for (
  const [name, role] of [["viewer", null], ["editor", "editor"], ["admin", "admin"]] as const
) {
  stackTest(
    `${name} signs in → function sees a user, policies see media_role ${role}`,
    async () => {
      const response = await call("whoami/some/path", {
        headers: {
          apikey: stack.info.publishable_key,
          authorization: `Bearer ${await tokenOf(name)}`,
        },
      });
      assertEquals(response.status, 200);
      assertEquals(await response.json(), {
        mode: "user",
        media_role: role,
        database_role: role,
        pathname: "/whoami/some/path",
      });
    },
  );
}

stackTest("refresh token → a new token with the same role", async () => {
  const { refresh_token } = await (await signIn(stack, "editor")).json();
  const response = await fetch(`${stack.info.url}/auth/v1/token?grant_type=refresh_token`, {
    method: "POST",
    headers: { apikey: stack.info.publishable_key, "content-type": "application/json" },
    body: JSON.stringify({ refresh_token }),
  });
  assertEquals(response.status, 200);
  const { access_token: token } = await response.json();
  const caller = await rest("rpc/caller", {
    method: "POST",
    key: stack.info.publishable_key,
    token,
    body: "{}",
  });
  const answer = await caller.json();
  assertEquals(answer.media_role, "editor");
  assertEquals(answer.role, "authenticated");
  const [user] = await stack.sql<{ id: string }>("select id from auth.users where email = $1", [
    stack.info.users.editor.email,
  ]);
  assertEquals(answer.user_id, user?.id);
});

stackTest("wrong password → 400", async () => {
  const response = await signIn(stack, "admin", "not the password");
  assertEquals(response.status, 400);
  assertEquals((await response.json()).error_code, "invalid_credentials");
});

stackTest("the secret key named cron → function in mode secret:cron", async () => {
  const response = await call("whoami", { headers: { apikey: stack.info.cron_key } });
  assertEquals((await response.json()).mode, "secret");
});

stackTest("no credential → function refuses with 401", async () => {
  const response = await call("whoami");
  assertEquals(response.status, 401);
  await response.body?.cancel();
});

stackTest("/rest/v1 without a key, or with a wrong one → 401", async () => {
  for (const key of [undefined, "sb_publishable_wrong"]) {
    const response = await rest("notes", { key });
    assertEquals(response.status, 401);
    await response.body?.cancel();
  }
});

stackTest(
  "a table without grants → 42501 for every key: nothing is exposed by default",
  async () => {
    for (const key of [stack.info.publishable_key, stack.info.secret_key]) {
      const response = await rest("hidden", { key });
      assertEquals((await response.json()).code, "42501");
    }
    const granted = await stack.sql(
      `select grantee from information_schema.role_table_grants
     where table_schema = 'public' and table_name = 'hidden'
       and grantee in ('anon', 'authenticated', 'service_role', 'PUBLIC')`,
    );
    assertEquals(granted, []);
  },
);

stackTest("rows with JSON and times → stored as JSON, answered as PostgREST does", async () => {
  const row = { id: 1, text: "ü", at: "2026-11-22T10:00:00.5+00:00", extra: [{ a: 1 }, null] };
  const inserted = await fetch(`${stack.info.url}/rest/v1/notes`, {
    method: "POST",
    headers: {
      apikey: stack.info.secret_key,
      "content-type": "application/json",
      prefer: "return=representation",
    },
    body: JSON.stringify([row]),
  });
  assertEquals(inserted.status, 201);
  assertEquals(await inserted.json(), [row]);
  const counted = await rest("rpc/count_items", {
    method: "POST",
    key: stack.info.secret_key,
    body: JSON.stringify({ items: [1, { two: [3] }] }),
  });
  assertEquals(await counted.json(), 2);
});

stackTest(
  "a statement's error → PostgREST's error with status, code, details and hint",
  async () => {
    const response = await rest("rpc/refuse", {
      method: "POST",
      key: stack.info.secret_key,
      body: "{}",
    });
    assertEquals(response.status, 409);
    assertEquals(await response.json(), {
      code: "PT409",
      message: "already there",
      details: "the detail",
      hint: "the hint",
    });
  },
);

stackTest(
  "DDL, then notify pgrst 'reload schema' → the data API serves the new table",
  async () => {
    await stack.sql("create table public.later (id int primary key)");
    await stack.sql("grant select on public.later to service_role");
    await stack.sql("notify pgrst, 'reload schema'");
    await waitUntil(async () => {
      const response = await rest("later", { key: stack.info.secret_key });
      await response.body?.cancel();
      return response.status === 200;
    }, { describe: "the new table" });
  },
);

stackTest("many requests at once with two keys → each runs as its own role", async () => {
  const keys = [stack.info.publishable_key, stack.info.secret_key];
  const roles = await Promise.all(Array.from({ length: 40 }, async (_, index) => {
    const key = keys[index % 2];
    const response = await rest("rpc/caller", { method: "POST", key, body: "{}" });
    return `${index % 2} ${(await response.json()).role}`;
  }));
  assertEquals([...new Set(roles)].sort(), ["0 anon", "1 service_role"]);
});

stackTest(
  "a call of a function → method, path, query, header and raw body arrive as sent",
  async () => {
    const bytes = [0, 255, 10, 195, 188];
    const response = await call("echo/deep/path?a=1&b=%20", {
      method: "PUT",
      headers: { "x-cld-signature": "abc" },
      body: new Uint8Array(bytes),
    });
    assertEquals(response.status, 202);
    const { pid: _pid, environment, ...seen } = await response.json();
    assertEquals(seen, {
      method: "PUT",
      pathname: "/echo/deep/path",
      search: "?a=1&b=%20",
      header: "abc",
      bytes,
    });
    assert(environment.includes("SUPABASE_SECRET_KEYS"));
    assert(environment.includes("CLOUDINARY_URL"));
    assertEquals(environment.filter((name: string) => name.startsWith("EMULATOR_")), []);
  },
);

stackTest("a background promise that rejects → logged, and the process lives", async () => {
  const first = await (await call("echo")).json();
  await waitUntil(
    () => stack.functionLog("echo").some((line) => line.includes("background failure")),
    { describe: "the rejection in the function's log" },
  );
  assertEquals((await (await call("echo")).json()).pid, first.pid);
});

stackTest("a function that does not start → 503, and its error in its log", async () => {
  const response = await call("broken");
  assertEquals(response.status, 503);
  assertEquals((await response.json()).code, "BOOT_ERROR");
  assertStringIncludes(stack.functionLog("broken").join("\n"), "does not start");
});

stackTest("a function that does not exist → 404", async () => {
  const response = await call("nobody");
  assertEquals(response.status, 404);
  await response.body?.cancel();
});

stackTest("a killed function → the next request is answered by a new process", async () => {
  const { pid } = await (await call("echo")).json();
  assertEquals(stack.functionPid("echo"), pid);
  await stack.killFunction("echo");
  assertEquals(stack.functionPid("echo"), null);
  const next = await (await call("echo")).json();
  assertNotEquals(next.pid, pid);
  assertEquals(await stack.restartFunction("echo"), stack.functionPid("echo"));
  assertNotEquals(stack.functionPid("echo"), next.pid);
});

stackTest("net.http_post in a rolled back transaction → not sent", async () => {
  await stack.sql(`do $$ begin
    perform net.http_post('${stack.info.url}/functions/v1/echo');
    raise exception 'no';
  end $$`).catch(() => {});
  assertEquals(await stack.sql("select id from net.http_request_queue"), []);
});

stackTest(
  "net.http_post to an address where nobody listens → a response row with the reason",
  async () => {
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const url = `http://127.0.0.1:${listener.addr.port}/`;
    listener.close();
    const [sent] = await stack.sql<{ id: number }>("select net.http_post($1) as id", [url]);
    const row = await waitUntil(async () =>
      (await stack.sql<
        { status_code: number | null; timed_out: boolean; error_msg: string | null }
      >(
        "select status_code, timed_out, error_msg from net._http_response where id = $1",
        [sent?.id],
      ))[0]
    );
    assertEquals([row.status_code, row.timed_out], [null, false]);
    assert(row.error_msg);
  },
);

stackTest(
  "a job that calls a function with Vault's secrets → runs, and its response is stored",
  async () => {
    await stack.sql(
      `select cron.schedule('every-second', '1 second', $$
       select net.http_post(
         url => (select decrypted_secret from vault.decrypted_secrets
                 where name = 'media_sync_project_url') || '/functions/v1/whoami',
         headers => jsonb_build_object('apikey', (select decrypted_secret
                 from vault.decrypted_secrets where name = 'media_sync_cron_key')),
         timeout_milliseconds => 5000)
     $$)`,
    );
    const response = await waitUntil(async () =>
      (await stack.sql<{ content: string }>(
        "select content from net._http_response where status_code = 200 and content like '%\"mode\"%'",
      ))[0], { describe: "the response of the job's request" });
    assertEquals(JSON.parse(response.content).mode, "secret");
    const [run] = await stack.sql(
      "select status, end_time >= start_time as timed from cron.job_run_details order by runid limit 1",
    );
    assertEquals(run, { status: "succeeded", timed: true });

    await stack.sql("select cron.schedule('every-second', '1 second', 'select 1 / 0')");
    await waitUntil(async () =>
      (await stack.sql(
        `select from cron.job_run_details where status = 'failed'
       and return_message like '%division by zero%'`,
      ))[0], { describe: "the failed run of the changed job" });
    await stack.sql("select cron.unschedule('every-second')");
  },
);

stackTest("the gateway's root → names what is served; unknown paths → 404", async () => {
  const root = await (await fetch(stack.info.url)).json();
  assert(root.functions.includes("/functions/v1/echo"));
  for (const path of ["/introspect", "/config", "/console/../local/stack.ts", "/nothing"]) {
    const response = await fetch(stack.info.url + path);
    assertEquals(response.status, 404, path);
    await response.body?.cancel();
  }
});

for (
  const path of [
    "/rest/v1/notes",
    "/rest/v1/rpc/caller",
    "/auth/v1/token?grant_type=password",
    "/auth/v1/user",
    "/functions/v1/nobody",
    "/realtime/v1/api/broadcast",
    "/console/stack.json",
    "/",
  ]
) {
  stackTest(`a browser's preflight of ${path} → whatever it asks for is allowed`, async () => {
    const response = await fetch(stack.info.url + path, {
      method: "OPTIONS",
      headers: {
        origin: "http://localhost:3000",
        "access-control-request-method": "PATCH",
        "access-control-request-headers": "apikey,authorization,content-profile,x-of-our-own",
      },
    });
    assertEquals([response.status, await response.text()], [204, ""]);
    assertEquals(response.headers.get("access-control-allow-origin"), "*");
    assertEquals(
      response.headers.get("access-control-allow-headers"),
      "apikey,authorization,content-profile,x-of-our-own",
    );
    assertStringIncludes(response.headers.get("access-control-allow-methods") ?? "", "PATCH");
  });
}

stackTest(
  "a page's request to any part, also a refused one → the page may read it",
  async () => {
    const origin = "http://localhost:3000";
    for (
      const [path, status] of [
        ["/rest/v1/notes", 401],
        ["/auth/v1/user", 401],
        [
          "/functions/v1/nobody",
          404,
        ],
        ["/realtime/v1/websocket", 401],
        ["/nothing", 404],
        ["/", 200],
      ] as const
    ) {
      const response = await fetch(stack.info.url + path, { headers: { origin } });
      await response.body?.cancel();
      assertEquals([response.status, response.headers.get("access-control-allow-origin")], [
        status,
        "*",
      ]);
    }
    const counted = await fetch(`${stack.info.url}/rest/v1/notes?select=id`, {
      headers: { origin, apikey: stack.info.secret_key, prefer: "count=exact" },
    });
    await counted.body?.cancel();
    assertEquals(counted.headers.get("access-control-allow-origin"), "*");
    assertStringIncludes(
      counted.headers.get("access-control-expose-headers") ?? "",
      "Content-Range",
    );
  },
);
