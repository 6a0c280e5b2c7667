/** The access matrix over HTTP, endpoint by endpoint and role by role, and in SQL on PGlite. */
import { assert, assertEquals } from "@std/assert";
import { openPreparedPglite } from "../../scripts/local/prepared-pglite.ts";
import type { AccessMatrix } from "../../scripts/access-matrix/render.ts";
import { type AccessCheck, accessSql, broken } from "../support/access-checks.ts";
import { type As, control, syncUntilCompleted } from "../support/stack.ts";
import { stackTests } from "../support/stack-test.ts";
import matrix from "../../supabase/tests/access-matrix.json" with { type: "json" };

const stackTest = stackTests({});

Deno.test("the access matrix on PGlite → every cell holds, and nothing is missing in it", async () => {
  const { database } = await openPreparedPglite(() => {});
  try {
    await database.exec("begin");
    await database.exec(await accessSql());
    const checks = await database.query<AccessCheck>("select * from tests.access_checks()");
    assert(checks.length > 1_000, `${checks.length} checks`);
    assertEquals(broken(checks), []);
    assertEquals(await database.query("select * from tests.access_gaps()"), []);
  } finally {
    await database.close();
  }
});

stackTest("the access matrix over HTTP → every cell holds", async ({ stack, call }) => {
  await control(stack, "POST /assets", { count: 3 });
  await syncUntilCompleted(call);
  const rows = await stack.sql<{ id: string }>("select id from public.media_assets order by id");
  const [id, other] = rows.map((row) => row.id);
  const wrong: string[] = [];
  for (const { method, path, body, rights } of (matrix as unknown as AccessMatrix).endpoints) {
    for (const [role, cell] of Object.entries(rights)) {
      // A user without media_role is a guest where viewers are assigned.
      const viewers = role === "guest" ? "assigned" : "authenticated";
      await stack.sql("update media_sync.settings set viewers = $1 where viewers <> $1", [viewers]);
      const as = (role === "guest" ? "viewer" : role === "cron" ? "nobody" : role) as As;
      const filled = JSON.stringify(body)?.replace("<id>", id!).replace("<other>", other!);
      const answer = await call(path.replace(":id", id!), {
        as,
        method,
        ...(filled === undefined
          ? {}
          : { body: filled, headers: { "content-type": "application/json" } }),
        ...(role === "cron"
          ? { headers: { apikey: stack.info.cron_key, "content-type": "application/json" } }
          : {}),
      });
      const found = answer.status === 401 || answer.status === 403 || answer.status >= 500
        ? String(answer.status)
        : "yes";
      if (found !== cell) wrong.push(`${role}, ${method} ${path}: expected ${cell}, got ${found}`);
    }
  }
  assertEquals(wrong, []);
});

stackTest(
  "a guest, GET media-list → what anyone sees, without statistics",
  async ({ stack, call }) => {
    await stack.sql("update media_sync.settings set viewers = 'assigned'");
    const { status, body } = await call("media-list", { as: "viewer" });
    assertEquals([status, body.items, body.stats, body.sync_status], [
      200,
      [],
      undefined,
      undefined,
    ]);
    await stack.sql("update media_sync.settings set viewers = 'authenticated'");
    assertEquals((await call("media-list", { as: "viewer" })).body.items.length > 0, true);
  },
);
