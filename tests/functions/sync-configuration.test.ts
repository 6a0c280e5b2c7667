/** `sync` with Cloudinary credentials that are wrong, missing or malformed. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { createFunctionProcess } from "../../scripts/local/function-process.ts";
import type { Stack } from "../../scripts/local/stack-options.ts";
import { stackTests } from "../support/stack-test.ts";
import { signedHeaders } from "./webhook/webhook-world.ts";

let stack: Stack;

const configurationTest = stackTests({ assets: 20 }, (world) => ({ stack } = world));

const functionsDirectory = new URL("../../supabase/functions/", import.meta.url);

/** Runs `POST sync` in a process that has just these Cloudinary variables; gives all that it let out. */
async function postSync(cloudinary: Record<string, string>) {
  const { url, publishable_key, secret_key } = stack.info;
  const lines: string[] = [];
  const sync = createFunctionProcess({
    name: "sync",
    functionsDirectory,
    environment: {
      SUPABASE_URL: url,
      SUPABASE_PUBLISHABLE_KEYS: JSON.stringify({ default: publishable_key }),
      SUPABASE_SECRET_KEYS: JSON.stringify({ default: secret_key }),
      ...cloudinary,
    },
    onLine: (line) => lines.push(line),
  });
  try {
    const response = await fetch(`http://127.0.0.1:${await sync.port()}/sync`, {
      method: "POST",
      headers: { apikey: secret_key, "content-type": "application/json" },
      body: JSON.stringify({ full: true }),
    });
    const text = await response.text();
    return { status: response.status, body: JSON.parse(text), text, lines };
  } finally {
    await sync.stop();
  }
}

/** Every text that the sync keeps in the database. */
async function storedText(): Promise<string> {
  const rows = await stack.sql(
    `select to_jsonb(run)::text as text from media_sync.runs as run
     union all select to_jsonb(log)::text from public.media_sync_log as log`,
  );
  return JSON.stringify(rows);
}

configurationTest(
  "a wrong secret → 502 that names the variable, and no secret anywhere",
  async () => {
    const right = new URL(stack.info.cloudinary_url);
    const wrongSecret = `wrong${crypto.randomUUID().replaceAll("-", "")}`;
    const wrong = new URL(right);
    wrong.password = wrongSecret;
    const { status, body, text, lines } = await postSync({ CLOUDINARY_URL: wrong.href });
    assertEquals(status, 502);
    assertEquals([body.success, body.code], [false, "cloudinary_unauthorized"]);
    assertStringIncludes(body.error, "CLOUDINARY_URL");

    const stored = await storedText();
    assertStringIncludes(stored, "cloudinary_unauthorized");
    assert(lines.length > 0);
    const everything = [text, ...lines, stored].join("\n");
    const secrets = [wrongSecret, right.password, stack.info.secret_key];
    // Basic authentication is the key and the secret in base64.
    secrets.push(btoa(`${right.username}:${wrongSecret}`));
    for (const secret of secrets) assert(!everything.includes(secret), "a secret was let out");
    assertEquals(await stack.sql("select id from public.media_assets"), []);
  },
);

configurationTest("no Cloudinary variable at all → 503 that names all of them", async () => {
  const { status, body } = await postSync({});
  assertEquals([status, body.code], [503, "not_configured"]);
  for (const name of ["CLOUD_NAME", "API_KEY", "API_SECRET"]) {
    assertStringIncludes(body.error, `CLOUDINARY_${name}`);
  }
});

configurationTest("one of three variables missing → 503 that names this one alone", async () => {
  const { username, password, hostname } = new URL(stack.info.cloudinary_url);
  const all: Record<string, string> = {
    CLOUDINARY_CLOUD_NAME: hostname,
    CLOUDINARY_API_KEY: username,
    CLOUDINARY_API_SECRET: password,
  };
  for (const missing of Object.keys(all)) {
    const { [missing]: _, ...others } = all;
    const { status, body, text, lines } = await postSync(others);
    assertEquals([status, body.code], [503, "not_configured"]);
    assertEquals(Object.keys(all).filter((name) => body.error.includes(name)), [missing]);
    assert(![text, ...lines].join("\n").includes(password), "the secret was let out");
  }
});

for (
  const [what, url] of [
    ["of another scheme", "https://key:hidden-value@demo"],
    ["without a secret", "cloudinary://key@demo"],
    ["with the console's placeholders", "cloudinary://<your_api_key>:<your_api_secret>@demo"],
    ["that is no URL", "hidden-value"],
  ] as const
) {
  configurationTest(`a CLOUDINARY_URL ${what} → 503 that names it, not its value`, async () => {
    const { status, body, text, lines } = await postSync({ CLOUDINARY_URL: url });
    assertEquals([status, body.code], [503, "not_configured"]);
    assertStringIncludes(body.error, "CLOUDINARY_URL");
    const everything = [text, ...lines].join("\n");
    assert(!everything.includes(url) && !everything.includes("hidden-value"));
  });
}

/** What a function answers in a project that has legacy keys only. */
async function answerOf(name: string, init: (service: string) => RequestInit) {
  const service = ["eyJ", "legacy"].join("");
  const process = createFunctionProcess({
    name,
    functionsDirectory,
    environment: {
      SUPABASE_URL: stack.info.url,
      SUPABASE_ANON_KEY: ["eyJ", "anon"].join(""),
      SUPABASE_SERVICE_ROLE_KEY: service,
      CLOUDINARY_URL: stack.info.cloudinary_url,
    },
    onLine: () => {},
  });
  try {
    const response = await fetch(`http://127.0.0.1:${await process.port()}/${name}`, init(service));
    return { status: response.status, body: await response.json() };
  } finally {
    await process.stop();
  }
}

configurationTest(
  "a project with legacy keys only → 503 that says which keys to make",
  async () => {
    const body = JSON.stringify({ notification_type: "upload" });
    const signed = signedHeaders(body, new URL(stack.info.cloudinary_url).password);
    const answers = await Promise.all([
      answerOf("sync", (apikey) => ({ headers: { apikey } })),
      answerOf("media-list", (apikey) => ({ headers: { apikey } })),
      answerOf("webhook", () => ({ method: "POST", body, headers: signed })),
    ]);
    for (const { status, body } of answers) {
      assertEquals([status, body.code], [503, "not_configured"], JSON.stringify(body));
      assertStringIncludes(body.error, "Create new API keys");
    }
  },
);
