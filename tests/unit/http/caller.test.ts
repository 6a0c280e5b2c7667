import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { createClient } from "@supabase/supabase-js";
import { SignJWT } from "jose";
import { ApiError } from "../../../supabase/functions/_shared/http/api-error.ts";
import {
  type Caller,
  type Credential,
  identifyCaller,
  requireRole,
  type Role,
} from "../../../supabase/functions/_shared/http/caller.ts";

const signingKey = new TextEncoder().encode("a signing key made up for this test");
const keys = {
  publishable: "sb_publishable_default-of-this-test",
  mobile: "sb_publishable_mobile-of-this-test",
  secret: `sb_${"secret"}_default-of-this-test`,
  cron: `sb_${"secret"}_cron-of-this-test`,
};
const environment = {
  url: "http://127.0.0.1:1",
  publishableKeys: { default: keys.publishable, mobile: keys.mobile },
  secretKeys: { default: keys.secret, cron: keys.cron },
  jwks: {
    keys: [{
      kty: "oct",
      kid: "test",
      alg: "HS256",
      k: btoa(String.fromCharCode(...signingKey)).replaceAll("=", "").replaceAll("+", "-")
        .replaceAll("/", "_"),
    }],
  },
};
const everyone: Credential[] = ["anonymous", "user", "secret"];
const cronToo: Credential[] = [...everyone, "cron"];

function token(
  claims: Record<string, unknown> = {},
  { kid = "test", expires = "1h", key = signingKey } = {},
): Promise<string> {
  return new SignJWT({ role: "authenticated", aud: "authenticated", sub: "user-1", ...claims })
    .setProtectedHeader({ alg: "HS256", kid, typ: "JWT" })
    .setIssuedAt()
    .setExpirationTime(expires)
    .sign(key);
}

function identify(headers: Record<string, string>, allow = everyone, overrides = {}) {
  return identifyCaller(new Request("http://localhost/things?x=1", { headers }), {
    allow,
    environment: { ...environment, ...overrides },
  });
}

async function refusal(headers: Record<string, string>, allow = everyone, overrides = {}) {
  try {
    await identify(headers, allow, overrides);
  } catch (error) {
    assertInstanceOf(error, ApiError);
    for (const key of Object.values(keys)) assert(!error.message.includes(key));
    return error;
  }
  throw new Error("expected a refusal");
}

function facts({ kind, role, userId, keyName }: Caller) {
  return { kind, role, userId, keyName };
}

const anonymous = { kind: "anonymous", role: "anonymous", userId: null } as const;
const service = { kind: "service", role: "service", userId: null } as const;

Deno.test("a publishable key, any name → anonymous", async () => {
  const byDefault = await identify({ apikey: keys.publishable });
  assertEquals(facts(byDefault), { ...anonymous, keyName: "default" });
  const named = await identify({ apikey: keys.mobile });
  assertEquals(facts(named), { ...anonymous, keyName: "mobile" });
});

Deno.test("a secret key, any name → service", async () => {
  assertEquals(facts(await identify({ apikey: keys.secret })), { ...service, keyName: "default" });
  const cron = await identify({ apikey: keys.cron }, cronToo);
  assertEquals(facts(cron), { ...service, keyName: "cron" });
});

Deno.test("a key repeated as a bearer token → counts once", async () => {
  for (const [name, expected] of [["publishable", "anonymous"], ["secret", "service"]] as const) {
    const headers = { apikey: keys[name], authorization: `Bearer ${keys[name]}` };
    assertEquals((await identify(headers)).kind, expected);
  }
});

const roles: [unknown, Role][] = [
  ["editor", "editor"],
  ["admin", "admin"],
  ["viewer", "viewer"],
  ["service", "viewer"],
  ["ADMIN", "viewer"],
  [["admin"], "viewer"],
  [undefined, "viewer"],
];
for (const [mediaRole, role] of roles) {
  Deno.test(`a user whose media_role is ${JSON.stringify(mediaRole)} → ${role}`, async () => {
    const bearer = await token({ app_metadata: { media_role: mediaRole } });
    const caller = await identify({ apikey: keys.publishable, authorization: `Bearer ${bearer}` });
    assertEquals(facts(caller), { kind: "user", role, userId: "user-1", keyName: null });
  });
}

Deno.test("a role in user_metadata, which users edit themselves → viewer", async () => {
  const bearer = await token({ user_metadata: { media_role: "admin" } });
  assertEquals((await identify({ authorization: `Bearer ${bearer}` })).role, "viewer");
});

Deno.test("a user's token beside a secret key → the user, not the service", async () => {
  const headers = { apikey: keys.secret, authorization: `Bearer ${await token()}` };
  assertEquals((await identify(headers)).kind, "user");
});

Deno.test("no credential → 401 that says which headers to send", async () => {
  const error = await refusal({});
  assertEquals([error.status, error.code], [401, "unauthorized"]);
  assert(error.message.includes("apikey") && error.message.includes("Authorization"));
  const narrow = await refusal({}, ["secret"]);
  assert(!narrow.message.includes("Authorization"));
});

Deno.test("no credential where none is needed → anonymous; a bad one is still refused", async () => {
  const allow: Credential[] = ["none", ...everyone];
  assertEquals(facts(await identify({}, allow)), { ...anonymous, keyName: null });
  assertEquals((await refusal({ apikey: "sb_publishable_wrong" }, allow)).status, 401);
  assertEquals((await refusal({ authorization: "Bearer x.y.z" }, allow)).status, 401);
});

Deno.test("a bad token beside a good key → 401, never the key's role", async () => {
  const bad = {
    expired: await token({}, { expires: "-1h" }),
    "signed by another": await token({}, { key: new TextEncoder().encode("x".repeat(40)) }),
    "of an unknown key": await token({}, { kid: "another" }),
    "without a user": await token({ sub: undefined }),
    "of another role": await token({ role: "service_role" }),
    garbage: "garbage",
  };
  for (const bearer of Object.values(bad)) {
    for (const apikey of [keys.publishable, keys.secret]) {
      const error = await refusal({ apikey, authorization: `Bearer ${bearer}` });
      assertEquals([error.status, error.code], [401, "unauthorized"]);
    }
  }
});

Deno.test("a wrong key, two keys, a key as bearer only, another scheme → 401", async () => {
  for (
    const headers of [
      { apikey: "sb_secret_wrong" },
      { apikey: "anything" },
      { apikey: keys.publishable, authorization: `Bearer ${keys.secret}` },
      { authorization: `Bearer ${keys.secret}` },
      { apikey: keys.publishable, authorization: "Basic dXNlcjpwYXNz" },
      { authorization: "bearer lower" },
      { authorization: "bearer" },
      { authorization: "Bearer " },
    ]
  ) assertEquals((await refusal(headers as Record<string, string>)).status, 401);
});

Deno.test("a good credential of a kind that is not accepted → 401 naming the accepted ones", async () => {
  const bearer = { authorization: `Bearer ${await token()}` };
  assertEquals((await refusal({ apikey: keys.publishable }, ["user", "secret"])).status, 401);
  assertEquals((await refusal({ apikey: keys.secret }, ["user"])).status, 401);
  assert((await refusal(bearer, ["secret"])).message.includes("secret key"));
});

Deno.test("a platform variable missing → 503 that names it", async () => {
  const user = { authorization: `Bearer ${await token()}` };
  const cases: [Record<string, string>, Record<string, unknown>, string][] = [
    [{ apikey: keys.secret }, { url: "" }, "SUPABASE_URL"],
    [{ apikey: keys.secret }, { publishableKeys: {} }, "SUPABASE_PUBLISHABLE_KEYS"],
    [{ apikey: keys.publishable }, { secretKeys: {} }, "SUPABASE_SECRET_KEYS"],
    [user, { url: "http://internal:8000", jwks: undefined }, "SUPABASE_JWKS"],
  ];
  for (const [headers, overrides, name] of cases) {
    const error = await refusal(headers, everyone, overrides);
    assertEquals([error.status, error.code], [503, "not_configured"]);
    assert(error.message.includes(name), `${error.message} should name ${name}`);
  }
});

/** What each of a caller's two clients sends to the project. */
async function clientsOf(headers: Record<string, string>) {
  const sent: Record<string, string | null>[] = [];
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, (request) => {
    const header = (name: string) => request.headers.get(name);
    sent.push({ apikey: header("apikey"), authorization: header("authorization") });
    return Response.json([]);
  });
  try {
    const url = `http://127.0.0.1:${server.addr.port}`;
    const caller = await identify(headers, cronToo, { url });
    await caller.supabaseAdmin.from("x").select();
    await caller.supabase.from("x").select();
    return { supabaseAdmin: sent[0], supabase: sent[1] };
  } finally {
    await server.shutdown();
  }
}

Deno.test("a secret key's clients → both authenticate with that same key", async () => {
  const { supabaseAdmin, supabase } = await clientsOf({ apikey: keys.cron });
  assertEquals([supabaseAdmin?.apikey, supabase?.apikey], [keys.cron, keys.cron]);
});

Deno.test("a user's own client → carries the user's token and never a secret key", async () => {
  const authorization = `Bearer ${await token()}`;
  const { supabaseAdmin, supabase } = await clientsOf({ authorization });
  assertEquals(supabaseAdmin?.apikey, keys.secret);
  assertEquals(supabase, { apikey: keys.publishable, authorization });
});

Deno.test("a publishable key's own client → acts with that key", async () => {
  const { supabase } = await clientsOf({ apikey: keys.mobile });
  assertEquals(supabase?.apikey, keys.mobile);
});

Deno.test("supabase-js functions.invoke with a key or a session → recognised", async () => {
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, async (request) => {
    const { role } = await identifyCaller(request, { allow: everyone, environment });
    return Response.json({ role });
  });
  try {
    const url = `http://127.0.0.1:${server.addr.port}`;
    const roleOf = async (key: string, bearer?: string) => {
      const options = bearer === undefined
        ? {}
        : { headers: { Authorization: `Bearer ${bearer}` } };
      const client = createClient(url, key, {
        auth: { persistSession: false, autoRefreshToken: false },
        global: options,
      });
      return (await client.functions.invoke("things", { body: {} })).data?.role;
    };
    assertEquals(await roleOf(keys.publishable), "anonymous");
    assertEquals(await roleOf(keys.secret), "service");
    const bearer = await token({ app_metadata: { media_role: "editor" } });
    assertEquals(await roleOf(keys.publishable, bearer), "editor");
  } finally {
    await server.shutdown();
  }
});

Deno.test("requiring a role → all above it pass, all below get 403 naming it", () => {
  const ordered: Role[] = ["anonymous", "viewer", "editor", "admin", "service"];
  for (const needed of ordered.slice(1) as Exclude<Role, "anonymous">[]) {
    for (const role of ordered) {
      let refused: unknown;
      try {
        requireRole({ role } as Caller, needed);
      } catch (error) {
        refused = error;
      }
      const passes = ordered.indexOf(role) >= ordered.indexOf(needed);
      assertEquals(refused === undefined, passes, `${role} where ${needed} is needed`);
      if (refused instanceof ApiError) {
        assertEquals([refused.status, refused.code], [403, "forbidden"]);
        assert(refused.message.includes(needed));
      }
    }
  }
});

Deno.test("the key named cron anywhere but on its own address → 403", async () => {
  const error = await refusal({ apikey: keys.cron });
  assertEquals([error.status, error.code], [403, "forbidden"]);
});

Deno.test("a wrong apikey beside a good token → 401; a good one of any kind → the user", async () => {
  const authorization = `Bearer ${await token()}`;
  for (const apikey of ["sb_publishable_wrong", "sb_secret_wrong", "anything", "a.b.c"]) {
    assertEquals((await refusal({ apikey, authorization })).status, 401, apikey);
  }
  for (const apikey of [keys.publishable, keys.mobile, keys.secret]) {
    assertEquals((await identify({ apikey, authorization })).kind, "user");
  }
});

Deno.test("the scheme Bearer in any case → the user", async () => {
  const bearer = await token();
  for (const scheme of ["bearer", "BEARER", "bEaReR"]) {
    assertEquals((await identify({ authorization: `${scheme} ${bearer}` })).kind, "user", scheme);
  }
});

Deno.test("a token issued in the future → 401; one within a minute, as clocks differ → the user", async () => {
  const authorization = `Bearer ${await token()}`;
  const identifyAt = (now: number) =>
    identifyCaller(new Request("http://localhost/", { headers: { authorization } }), {
      allow: everyone,
      environment,
      now: () => now,
    });
  assertEquals((await identifyAt(Date.now() - 30_000)).kind, "user");
  const error = await identifyAt(Date.now() - 600_000).catch((refused) => refused);
  assertInstanceOf(error, ApiError);
  assertEquals([error.status, error.code], [401, "unauthorized"]);
});

Deno.test("an anonymous sign-in, whatever its media_role → a user with the role anonymous", async () => {
  for (const claims of [{}, { app_metadata: { media_role: "admin" } }]) {
    const bearer = await token({ is_anonymous: true, ...claims });
    const caller = await identify({ authorization: `Bearer ${bearer}` });
    assertEquals([caller.kind, caller.role], ["user", "anonymous"]);
    assertEquals(
      await token({ is_anonymous: false }).then(async (one) =>
        (await identify({ authorization: `Bearer ${one}` })).role
      ),
      "viewer",
    );
  }
});
