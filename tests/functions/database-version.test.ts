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
  // A stable function may not call one that writes.
  await stack.sql("alter function public.media_sync_version() volatile");
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

stackTest("three requests to a function → one question to the database", async (world) => {
  const { stack, call } = world;
  await stack.sql("create table media_sync.asked ()");
  await answer(
    stack,
    `insert into media_sync.asked default values returning '${DATABASE_VERSION}'`,
  );
  // A page of the library asks for the version for its ETag as well.
  for (let n = 0; n < 3; n++) assertEquals((await call("sync")).status, 200);
  assertEquals(await stack.sql("select count(*)::int as times from media_sync.asked"), [
    { times: 1 },
  ]);
});

stackTest("doctor with an older database → a problem with the command", async ({ stack }) => {
  await answer(stack, "select '0.0.9'");
  const { code, output } = await run(doctorCommand, [], stackSurroundings(stack));
  assertEquals(code, 1);
  assertMatch(output, /PROBLEM {2}database .*holds 0\.0\.9, older than/);
  assertStringIncludes(output, "deno task deploy");
});

stackTest("a database from before versions → 503 and a problem too", async ({ stack, call }) => {
  await restart(stack);
  await stack.sql("alter function public.media_sync_version() rename to another_name");
  await stack.sql("notify pgrst, 'reload schema'");
  const { status, body } = await call("sync");
  assertEquals([status, body.code], [503, "database_outdated"]);
  assertStringIncludes(body.error, "has no version yet");
  const { code, output } = await run(doctorCommand, [], stackSurroundings(stack));
  assertEquals(code, 1);
  assertMatch(output, /PROBLEM {2}database .*by older migrations/);
});
