/** A database that is older than the functions: they say so and do nothing. */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { doctorCommand } from "../../scripts/doctor/doctor-command.ts";
import type { Stack } from "../../scripts/local/stack-options.ts";
import {
  DATABASE_VERSION,
  isAtLeast,
} from "../../supabase/functions/_shared/media/database-version.ts";
import { stackTests } from "../support/stack-test.ts";
import { postRaw, signedHeaders } from "./webhook/webhook-world.ts";
import { run, stackSurroundings } from "./commands/surroundings.ts";

const stackTest = stackTests({ apart: true });
const functions = ["media-list", "sync", "webhook"];

/** Makes the database tell what `body` selects, without a function that starts anew. */
async function setVersion(stack: Stack, body: string): Promise<void> {
  await stack.sql(`create or replace function media_sync.version() returns text language sql
    security definer set search_path = '' as $$ ${body} $$`);
}

/** In the place of the database's question: another with these parameters, or none. */
async function replaceQuestion(stack: Stack, parameters: string | null, body = ""): Promise<void> {
  await stack.sql("alter function public.media_sync_version(text, text) rename to another_name");
  if (parameters !== null) {
    const name = `public.media_sync_version${parameters}`;
    await stack.sql(`create function ${name} returns text language sql security definer
      set search_path = '' as $$ ${body} $$`);
    await stack.sql("revoke all on function public.media_sync_version from public");
    await stack.sql("grant execute on function public.media_sync_version to service_role");
  }
  await stack.sql("notify pgrst, 'reload schema'");
}

async function restoreQuestion(stack: Stack): Promise<void> {
  await stack.sql("drop function if exists public.media_sync_version");
  await stack.sql("alter function public.another_name rename to media_sync_version");
  await stack.sql("notify pgrst, 'reload schema'");
}

/** What health says of the versions. */
async function toldByHealth(stack: Stack): Promise<string> {
  const [check] = await stack.sql<{ told: string }>(
    "select status || ': ' || message as told from get_sync_health() where check_name = 'versions'",
  );
  return check!.told;
}

/** The next request of each function finds it new, as a cold isolate. */
async function restart(stack: Stack): Promise<void> {
  await Promise.all(functions.map((name) => stack.killFunction(name)));
}

async function answer(stack: Stack, body: string): Promise<void> {
  await setVersion(stack, body);
  await restart(stack);
}

/** Posts a notification of no importance; the status of the answer. */
async function sendNotification({ info }: Stack): Promise<number> {
  const body = JSON.stringify({ notification_type: "report" });
  const headers = signedHeaders(body, new URL(info.cloudinary_url).password);
  return (await postRaw(`${info.url}/functions/v1/webhook`, body, headers)).status;
}

stackTest("the schema → has the version that the functions need", async ({ stack }) => {
  assertEquals(await stack.sql("select media_sync.version()"), [{ version: DATABASE_VERSION }]);
});

for (
  const [version, needed, expected] of [
    ["0.1.0-dev", "0.1.0-dev", true],
    ["0.1.0", "0.1.0-dev", true],
    ["0.1.0-dev", "0.1.0", false],
    ["0.2.0-dev", "0.1.0", true],
    ["0.9.9", "0.10.0", false],
    ["1.0.0", "0.10.3", true],
  ] as const
) {
  Deno.test(`${version} where ${needed} is needed → ${expected ? "fine" : "older"}`, () => {
    assertEquals(isAtLeast(version, needed), expected);
  });
}

stackTest("an older database → 503 with the command; after the update → 200", async (world) => {
  const { stack, call } = world;
  await answer(stack, "select '0.0.9'");
  for (const name of functions) {
    const { status, body } = await call(name);
    assertEquals([name, status, body.code], [name, 503, "database_outdated"]);
    assertStringIncludes(body.error, "is at 0.0.9");
    assertStringIncludes(body.error, "npx -y deno task deploy");
  }
  assertEquals(await sendNotification(stack), 503);
  assertEquals((await call("sync", { as: "nobody" })).status, 401);
  // The answer that was not right is not kept: no function has started anew here.
  await setVersion(stack, `select '${DATABASE_VERSION}'`);
  for (const name of functions) assertEquals((await call(name)).status, 200, name);
  assertEquals(await sendNotification(stack), 200);
});

stackTest("a database that is ahead, as during a deployment → 200", async ({ stack, call }) => {
  await answer(stack, "select '9.0.0'");
  for (const name of functions) assertEquals((await call(name)).status, 200, name);
});

stackTest("each function → tells its version to health, where it differs", async (world) => {
  const { stack, call } = world;
  const functionsTold = async () =>
    (await stack.sql("select functions from media_sync.health_state"))[0]!.functions;
  await stack.sql("update media_sync.health_state set functions = '{}'");
  await answer(stack, "select '9.0.0'");
  for (const name of ["media-list", "sync"]) assertEquals((await call(name)).status, 200, name);
  // What Cloudinary sends tells it as well.
  assertEquals(await sendNotification(stack), 200);
  const note = { version: DATABASE_VERSION, database: "9.0.0" };
  assertEquals(await functionsTold(), { "media-list": note, sync: note, webhook: note });
  const told = functions.map((name) => `${name} (${DATABASE_VERSION})`).join(", ");
  assertStringIncludes(await toldByHealth(stack), `degraded: Of another version`);
  assertStringIncludes(await toldByHealth(stack), `which is 9.0.0: ${told}. Run`);
  // The functions that run told nothing since: that is no reason to blame them.
  await setVersion(stack, "select '9.0.1'");
  assertMatch(await toldByHealth(stack), /^ok: /);
});

stackTest("doctor with functions of another version → the problem once", async ({ stack }) => {
  await answer(stack, "select '9.0.0'");
  const { code, output } = await run(doctorCommand, ["--json"], stackSurroundings(stack));
  const { checks } = JSON.parse(output);
  const about = checks.filter(({ check }: { check: string }) => check.includes("versions"));
  assertEquals([code, about.length, about[0].check, about[0].status], [
    1,
    1,
    "versions",
    "problem",
  ]);
  for (const name of functions) {
    assertStringIncludes(about[0].message, `${name} (${DATABASE_VERSION})`);
  }
});

stackTest("three requests to a function → one question to the database", async (world) => {
  const { stack, call } = world;
  await answer(stack, `select '${DATABASE_VERSION}'`);
  await stack.sql("create table media_sync.asked ()");
  await replaceQuestion(
    stack,
    "(p_function text, p_version text)",
    `insert into media_sync.asked default values returning '${DATABASE_VERSION}'`,
  );
  // A page of the library asks for the version for its ETag as well.
  for (let n = 0; n < 3; n++) assertEquals((await call("sync")).status, 200);
  assertEquals(await stack.sql("select count(*)::int as times from media_sync.asked"), [
    { times: 1 },
  ]);
  await restoreQuestion(stack);
});

stackTest("doctor with an older database → a problem with the command", async ({ stack }) => {
  await answer(stack, "select '0.0.9'");
  const { code, output } = await run(doctorCommand, [], stackSurroundings(stack));
  assertEquals(code, 1);
  assertMatch(output, /PROBLEM {2}database .*holds 0\.0\.9, older than/);
  assertStringIncludes(output, "deno task deploy");
});

stackTest(
  "an older database that is told no version → 503 with its own; of the functions' own → 200",
  async ({ stack, call }) => {
    await restart(stack);
    for (const version of ["0.0.9", DATABASE_VERSION]) {
      await replaceQuestion(stack, "()", `select '${version}'`);
      const { status, body } = await call("sync");
      await restoreQuestion(stack);
      if (version === DATABASE_VERSION) assertEquals(status, 200);
      else {
        assertEquals([status, body.code], [503, "database_outdated"]);
        assertStringIncludes(body.error, "is at 0.0.9");
      }
    }
  },
);

stackTest("a database from before versions → 503 and a problem too", async ({ stack, call }) => {
  await restart(stack);
  await replaceQuestion(stack, null);
  const { status, body } = await call("sync");
  assertEquals([status, body.code], [503, "database_outdated"]);
  assertStringIncludes(body.error, "has no version yet");
  const { code, output } = await run(doctorCommand, [], stackSurroundings(stack));
  assertEquals(code, 1);
  assertMatch(output, /PROBLEM {2}database .*by older migrations/);
});
