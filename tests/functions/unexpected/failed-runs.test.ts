/** A run that ends in an exception says so on itself, in the log, in health and in GET sync; nobody else's words with it. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { control, syncUntilCompleted } from "../../support/stack.ts";
import { stackTests, type StackWorld } from "../../support/stack-test.ts";

const words = "the very words of a database";

/** Makes every insert into a table fail, while `work` is done. */
async function withRefusal({ stack }: StackWorld, table: string, work: () => Promise<void>) {
  await stack.sql(
    `create function public.refuse() returns trigger language plpgsql as
     $$ begin raise exception '${words}' using errcode = 'wrong_object_type'; end; $$`,
  );
  await stack.sql(
    `create trigger refuse before insert on ${table} for each row execute function public.refuse()`,
  );
  try {
    await work();
  } finally {
    await stack.sql(`drop trigger refuse on ${table}`);
    await stack.sql("drop function public.refuse()");
  }
}

const test = stackTests({ assets: 20 });

test("a full pull whose pages cannot be stored → failed with its reason, and told everywhere", async (world) => {
  const { stack, call } = world;
  await withRefusal(world, "media_sync.run_pages", async () => {
    const { status, body } = await call("sync", { method: "POST", json: { full: true } });
    assertEquals([status, body.code], [500, "internal_error"]);
    assert(!JSON.stringify(body).includes(words));
  });
  const [run] = await stack.sql<{ id: string; status: string; message: string }>(
    "select id, status, errors -> 0 ->> 'message' as message from media_sync.runs",
  );
  assertEquals(run!.status, "failed");
  assertMatch(run!.message, /^The database refused a step of the sync \(42809\); .*\.$/);

  const { body } = await call("sync");
  const check = body.health.checks.find(({ name }: { name: string }) => name === "runs");
  assertEquals(check.status, "degraded");
  assertMatch(check.message, /of kind full failed: The database refused/);
  assertEquals(body.sync_status.is_synced, false);
  assertEquals(
    body.sync_status.failed_runs.map(({ run_id }: { run_id: string }) => run_id),
    [run!.id],
  );
  const [row] = await stack.sql<{ status: string; error_code: string; error_message: string }>(
    "select status, error_code, error_message from public.media_sync_log where operation = 'run'",
  );
  assertEquals(row, {
    status: "error",
    error_code: "database_error",
    error_message: run!.message,
  });
  assert(!JSON.stringify(await stack.sql("select * from media_sync.runs")).includes(words));
  assert(stack.functionLog("sync").some((line) => line.includes(words)), "the log tells no more");
});

test("mended → the next full pull is completed, and nothing is told any more", async ({ call }) => {
  await syncUntilCompleted(call);
  const { body } = await call("sync");
  const check = body.health.checks.find(({ name }: { name: string }) => name === "runs");
  assertEquals([check.status, body.sync_status.failed_runs], ["ok", []]);
});

test("a push that cannot begin → a failed run says why, and the pull goes on", async (world) => {
  const { stack, call } = world;
  await stack.sql("update media_sync.settings set incremental_interval = '0'");
  await stack.sql(
    `create function public.refuse() returns trigger language plpgsql as
     $$ begin
       raise exception '${words}' using errcode = 'wrong_object_type';
     end; $$`,
  );
  await stack.sql(
    `create trigger refuse before insert on media_sync.push_leases
     for each row execute function public.refuse()`,
  );
  const [row] = await stack.sql<{ id: string }>(
    "update public.media_assets set display_name = 'New' where id = (select id from public.media_assets limit 1) returning id",
  );
  const created_at = (await control(stack, "GET /clock")).now;
  await control(stack, "POST /assets", { assets: [{ public_id: "new", created_at }] });
  const { status } = await call("sync", { method: "POST", json: {} });
  await stack.sql("drop trigger refuse on media_sync.push_leases");
  await stack.sql("drop function public.refuse()");
  assertEquals(status, 500);
  const runs = await stack.sql<{ status: string; code: string }>(
    "select status, errors -> 0 ->> 'code' as code from media_sync.runs where kind = 'push'",
  );
  assertEquals(runs[0], { status: "failed", code: "database_error" });
  assertEquals(
    (await stack.sql("select from public.media_assets where public_id = 'new'")).length,
    1,
  );
  await call("sync", { method: "POST", json: { direction: "push" } });
  const [after] = await stack.sql<{ sync_status: string }>(
    "select sync_status from public.media_assets where id = $1",
    [row!.id],
  );
  assertEquals(after!.sync_status, "synced");
});
