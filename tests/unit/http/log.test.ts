import { assert, assertEquals } from "@std/assert";
import {
  createLogger,
  redact,
  registerSecret,
} from "../../../supabase/functions/_shared/http/log.ts";

const MASK = "[redacted]";

Deno.test("fields with a credential's name → masked; their neighbours stay", () => {
  assertEquals(
    redact({
      api_secret: "x1",
      apiKey: "x2",
      authorization: "x3",
      request_options: { auth: "x4" },
      nested: [{ password: "x5", access_token: "x6", public_id: "cat" }],
      status: 200,
    }),
    {
      api_secret: MASK,
      apiKey: MASK,
      authorization: MASK,
      request_options: MASK,
      nested: [{ password: MASK, access_token: MASK, public_id: "cat" }],
      status: 200,
    },
  );
});

const texts: [string, string][] = [
  ["at cloudinary://key:value@demo?x=1 now", `at cloudinary://${MASK} now`],
  ["sent Basic a2V5OnZhbHVl to", `sent Basic ${MASK} to`],
  ["sent Bearer abc.def-ghi to", `sent Bearer ${MASK} to`],
  ["key sb_secret_abcDEF_1 used", `key ${MASK} used`],
  ["?api_key=12345&x=1", `?api_key=${MASK}&x=1`],
  [`postgres://user:${"hidden"}@host/db`, `postgres://user:${MASK}@host/db`],
  ["token eyJhbGciOi.eyJzdWIi.c2ln end", `token ${MASK} end`],
];
for (const [text, expected] of texts) {
  Deno.test(`the text "${expected}" → holds no credential any more`, () => {
    assertEquals(redact(text), expected);
  });
}

Deno.test("a registered secret → masked in texts, keys, errors and causes", () => {
  registerSecret("plain-words-secret");
  const error = new Error("it was plain-words-secret", {
    cause: new Error("because plain-words-secret"),
  });
  const shown = JSON.stringify(redact({ error, "plain-words-secret": ["a plain-words-secret b"] }));
  assert(!shown.includes("plain-words-secret"));
  assert(shown.includes("it was [redacted]") && shown.includes("because [redacted]"));
});

Deno.test("very short secrets → not registered, since they would mask ordinary words", () => {
  registerSecret("a");
  registerSecret("");
  registerSecret(undefined);
  assertEquals(redact("banana"), "banana");
});

Deno.test("cycles, depth, long lists and long texts → cut, never a crash", () => {
  const cycle: Record<string, unknown> = { name: "x" };
  cycle.self = cycle;
  assertEquals(redact(cycle), { name: "x", self: "[circular]" });
  const shared = { a: 1 };
  assertEquals(redact([shared, shared]), [shared, shared]);
  assertEquals((redact(Array.from({ length: 60 }, () => 0)) as unknown[]).length, 51);
  assert(JSON.stringify(redact("x".repeat(5_000))).length < 2_100);
});

Deno.test("a log line → one JSON object with level, message, repeated and own facts", () => {
  const lines: [string, unknown][] = [];
  const log = createLogger(
    { function: "sync" },
    (level, line) => lines.push([level, JSON.parse(line)]),
  );
  log.warn("slow", { duration_ms: 5, big: 10n });
  assertEquals(lines, [
    ["warn", { level: "warn", message: "slow", function: "sync", duration_ms: 5, big: "10" }],
  ]);
});

Deno.test("a huge log line → still valid JSON of less than 10,000 characters", () => {
  const lines: string[] = [];
  const log = createLogger({}, (_level, line) => lines.push(line));
  log.error("big", { list: Array.from({ length: 50 }, () => '"'.repeat(1_000)) });
  assert(lines[0]!.length < 10_000, `${lines[0]!.length} characters`);
  assertEquals(JSON.parse(lines[0]!).message, "big");
});
