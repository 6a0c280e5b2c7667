/** Which notifications are believed. The database counts requests: nothing refused may reach it. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { postRaw, signedHeaders, type Signing, type WebhookAnswer } from "./webhook-world.ts";
import { type WebhookFunction, withWebhookFunction } from "./webhook-function.ts";

const notification = {
  notification_type: "resource_tags_changed",
  source: "ui",
  resources: [{ asset_id: "a0000000000000000000000000000001", added: ["x"], removed: [] }],
};
const text = JSON.stringify(notification);
const MEBIBYTE = 1024 * 1024;

/** What an answer says for each reason. */
const REASONS = {
  missing: /are needed/,
  malformed: /malformed/,
  stale: /too old/,
  future: /future/,
  mismatch: /does not fit/,
  payload_too_large: /at most 1048576 bytes/,
  invalid_json: /./,
  bad_request: /./,
};

type Headers = Record<string, string>;

/** A request that is genuine but for what the attempt changes. */
interface Attempt {
  title: string;
  signing?: Signing;
  /** What is signed. */
  body?: string | Uint8Array<ArrayBuffer>;
  /** What is sent instead of what was signed. */
  sent?: (body: string) => string;
  headers?: (headers: Headers) => Headers;
  status: number;
  code: keyof typeof REASONS;
}

const now = () => Math.floor(Date.now() / 1000);
const MINUTE = 60;
const HOUR = 60 * MINUTE;

/** Dated when they are made: tests may wait long for their turn. */
const refused = (): Attempt[] => [
  {
    title: "signed with a key that is not ours",
    signing: { secret: "not the account's" },
    status: 401,
    code: "mismatch",
  },
  {
    title: "a body of a forger under a genuine signature",
    sent: (body) => body.replace('"x"', '"forged"'),
    status: 401,
    code: "mismatch",
  },
  { title: "truncated", sent: (body) => body.slice(0, -1), status: 401, code: "mismatch" },
  { title: "empty, under another body's signature", sent: () => "", status: 401, code: "mismatch" },
  {
    title: "the same JSON with other whitespace",
    sent: (body) => JSON.stringify(JSON.parse(body), null, 1),
    status: 401,
    code: "mismatch",
  },
  {
    title: "the same JSON with its keys in another order",
    sent: (body) => JSON.stringify(Object.fromEntries(Object.entries(JSON.parse(body)).reverse())),
    status: 401,
    code: "mismatch",
  },
  {
    title: "replayed after more than 2 h",
    signing: { timestamp: now() - 2 * HOUR - MINUTE },
    status: 401,
    code: "stale",
  },
  {
    title: "dated more than 5 min ahead",
    signing: { timestamp: now() + 6 * MINUTE },
    status: 401,
    code: "future",
  },
  {
    title: "dated in milliseconds",
    signing: { timestamp: Date.now() },
    status: 401,
    code: "future",
  },
  {
    title: "a genuine signature under another time",
    headers: (headers) => ({ ...headers, "x-cld-timestamp": String(now() - MINUTE) }),
    status: 401,
    code: "mismatch",
  },
  { title: "no signature", headers: without("x-cld-signature"), status: 401, code: "missing" },
  { title: "no timestamp", headers: without("x-cld-timestamp"), status: 401, code: "missing" },
  { title: "neither header", headers: () => ({}), status: 401, code: "missing" },
  ...["", "abc", "g".repeat(40), "0".repeat(41), "0".repeat(128)].map((signature): Attempt => ({
    title: `a signature of ${signature.length} characters "${signature.slice(0, 3)}…"`,
    headers: (headers) => ({ ...headers, "x-cld-signature": signature }),
    status: 401,
    code: signature === "" ? "missing" : "malformed",
  })),
  ...["soon", "-1", "1e9", "1700000000.5", "0x10"].map((timestamp): Attempt => ({
    title: `the timestamp "${timestamp}"`,
    headers: (headers) => ({ ...headers, "x-cld-timestamp": timestamp }),
    status: 401,
    code: "malformed",
  })),
  {
    title: "a newer kind of signature alone",
    headers: (headers) => ({
      "x-cld-timestamp": headers["x-cld-timestamp"]!,
      "x-cld-signature_v2": headers["x-cld-signature"]!,
    }),
    status: 401,
    code: "missing",
  },
  {
    title: "one byte over 1 MiB, genuinely signed",
    body: filledTo(MEBIBYTE + 1),
    status: 413,
    code: "payload_too_large",
  },
  { title: "no JSON, genuinely signed", body: "not JSON", status: 400, code: "invalid_json" },
  { title: "nothing, genuinely signed", body: "", status: 400, code: "invalid_json" },
  {
    title: "no UTF-8, genuinely signed",
    body: new Uint8Array([123, 34, 255, 34, 58, 49, 125]),
    status: 400,
    code: "invalid_json",
  },
];

const accepted = (): Omit<Attempt, "status" | "code">[] => [
  { title: "SHA-1", signing: { algorithm: "sha1" } },
  { title: "SHA-256", signing: { algorithm: "sha256" } },
  { title: "a signature in upper-case digits", headers: upperCase },
  { title: "almost 2 h old", signing: { timestamp: now() - 2 * HOUR + 5 * MINUTE } },
  { title: "almost 5 min ahead", signing: { timestamp: now() + 4 * MINUTE } },
  { title: "exactly 1 MiB", body: filledTo(MEBIBYTE) },
  { title: "no content-type", headers: without("content-type") },
  { title: "a JSON list", body: "[]" },
  { title: "a JSON number", body: "1e400" },
  { title: "text that no database holds", body: '{"public_id":"a\\u0000b","tags":["\\ud800"]}' },
  { title: "a key called __proto__", body: '{"__proto__":{"a":1},"context":{"__proto__":"x"}}' },
  { title: "values nested 2,000 deep", body: `{"a":${"[".repeat(2_000)}${"]".repeat(2_000)}}` },
  { title: "an asset_id of 100 kB", body: `{"asset_id":"${"f".repeat(100_000)}"}` },
  { title: "a time that is none", body: '{"notification_context":{"triggered_at":"5"}}' },
  { title: "a time of the year 275760", body: '{"timestamp":"+275760-09-13T00:00:00Z"}' },
  { title: "both kinds of signatures", headers: (all) => ({ ...all, "x-cld-signature_v2": "1" }) },
];

Deno.test("requests that are not genuine → refused, and the database hears of none", async (t) => {
  await withWebhookFunction({}, async (webhook) => {
    for (const attempt of refused()) {
      await t.step(`${attempt.title} → ${attempt.status} ${attempt.code}`, async () => {
        const { status, body } = await send(webhook, attempt);
        assertEquals({ status, success: body.success }, { status: attempt.status, success: false });
        assertMatch(body.error, REASONS[attempt.code]);
        assertEquals(body.code, status === 401 ? "unauthorized" : attempt.code);
        assert(body.request_id);
        assert(!JSON.stringify(body).includes(webhook.secret));
      });
    }
    assertEquals(webhook.requests, []);
    assert(!webhook.lines.join("\n").includes(webhook.secret), "the log holds the secret");
  });
});

Deno.test("genuine requests → 200, each stored byte for byte", async (t) => {
  await withWebhookFunction({}, async (webhook) => {
    for (const attempt of accepted()) {
      await t.step(attempt.title, async () => {
        webhook.requests.length = 0;
        assertEquals(await send(webhook, attempt), {
          status: 200,
          body: { success: true, result: "stored" },
        });
        assertEquals(webhook.requests.map(({ path }) => path), [
          "/rest/v1/rpc/media_sync_receive_event",
        ]);
        assertEquals(webhook.requests[0]?.body.p_event.body, attempt.body ?? text);
      });
    }
  });
});

Deno.test("several keys → each notification is believed with the secret of the key it names", async (t) => {
  const keys = { console: "console-secret", "42": "numbered-secret" };
  await withWebhookFunction({ CLOUDINARY_WEBHOOK_KEYS: JSON.stringify(keys) }, async (webhook) => {
    const cases: [title: string, named: string | number | undefined, secret: string, number][] = [
      ["names a webhook key, signed with its secret", "console", keys.console, 200],
      ["names another webhook key, signed with its secret", "42", keys["42"], 200],
      ["names one webhook key, signed with another's secret", "console", keys["42"], 401],
      ["names a webhook key, signed with the account's secret", "console", webhook.secret, 401],
      ["names the account's key, signed with its secret", "key", webhook.secret, 200],
      ["names no key, signed with the account's secret", undefined, webhook.secret, 200],
      ["names no key, signed with a webhook key's secret", undefined, keys.console, 200],
      ["names an unknown key, signed with an unknown secret", "else", "else", 401],
      ["names a member that every object has", "constructor", "function Object()", 401],
      ["names a key by number instead of text", 42, "numbered", 401],
    ];
    for (const [title, signature_key, secret, status] of cases) {
      await t.step(`${title} → ${status}`, async () => {
        const body = JSON.stringify({ ...notification, signature_key });
        assertEquals((await send(webhook, { title, body, signing: { secret } })).status, status);
      });
    }
    assertEquals(webhook.requests.length, cases.filter(([, , , status]) => status === 200).length);
    const written = webhook.lines.join("\n");
    for (const secret of [webhook.secret, ...Object.values(keys)]) {
      assert(!written.includes(secret));
    }
  });
});

Deno.test("database out of reach → 5xx for the genuine, so that Cloudinary tries again; 401 for the forged", async () => {
  await withWebhookFunction({}, async (webhook) => {
    await webhook.closeDatabase();
    const forged = await send(webhook, { title: "forged", signing: { secret: "another" } });
    assertEquals(forged.status, 401);
    const genuine = await send(webhook, { title: "genuine" });
    assert(genuine.status >= 500, String(genuine.status));
    assertEquals(genuine.body.success, false);
  });
});

Deno.test("other methods → 405 with Allow; the configuration missing → 503 naming it", async () => {
  await withWebhookFunction({ CLOUDINARY_URL: "" }, async (webhook) => {
    for (const method of ["PUT", "DELETE", "PATCH"]) {
      const response = await fetch(webhook.url, { method });
      await response.body?.cancel();
      assertEquals(response.status, 405, method);
      assert(response.headers.get("allow")?.includes("POST"));
    }
    const { status, body } = await send(webhook, { title: "genuine" });
    assertEquals({ status, code: body.code }, { status: 503, code: "not_configured" });
    assert(body.error.includes("CLOUDINARY_API_SECRET"), body.error);
    assertEquals(webhook.requests, []);
  });
});

function send(
  { url, secret }: WebhookFunction,
  attempt: Omit<Attempt, "status" | "code">,
): Promise<WebhookAnswer> {
  const { body = text, signing = {}, sent, headers = (all) => all } = attempt;
  const signed = signedHeaders(body, signing.secret ?? secret, signing);
  return postRaw(url, sent && typeof body === "string" ? sent(body) : body, headers(signed));
}

function without(name: string): (headers: Headers) => Headers {
  return (headers) => Object.fromEntries(Object.entries(headers).filter(([key]) => key !== name));
}

function upperCase(headers: Headers): Headers {
  return { ...headers, "x-cld-signature": headers["x-cld-signature"]!.toUpperCase() };
}

/** A notification of exactly so many bytes. */
function filledTo(bytes: number): string {
  const empty = JSON.stringify({ ...notification, padding: "" });
  return JSON.stringify({ ...notification, padding: "-".repeat(bytes - empty.length) });
}
