/**
 * The stand-in of pg_net, with a clock and a network of the test's own. Each title is a behaviour of the real one, by
 * src/worker.c, src/core.c and sql/ of github.com/supabase/pg_net, 0.20.
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { type LocalDatabase, openDatabase } from "../../../scripts/local/database.ts";
import { type HttpWorker, startHttpWorker } from "../../../scripts/local/http-worker.ts";
import { preparePlatform } from "../../../scripts/local/platform.ts";
import { createClock, type TestClock } from "../../support/test-clock.ts";
import { waitUntil } from "../../support/wait-until.ts";

let database: LocalDatabase;
const lines: string[] = [];

Deno.test.beforeAll(async () => {
  database = await openDatabase();
  await preparePlatform(database);
});
Deno.test.afterAll(async () => await database?.close());

/** Requests that were sent, each with what answers it. */
interface Sent {
  method: string;
  url: string;
  answer(response: Response): void;
  refuse(error: Error): void;
}

/** What a test works with. */
interface World {
  sent: Sent[];
  clock: TestClock;
  worker: HttpWorker;
  /** Waits until so many requests have been sent in all. */
  until(count: number): Promise<void>;
}

function netTest(name: string, fn: (world: World) => Promise<void>): void {
  Deno.test({
    name,
    sanitizeOps: false,
    sanitizeResources: false,
    async fn() {
      const sent: Sent[] = [];
      const clock = createClock("2026-01-01T00:00:00Z");
      const worker = await startHttpWorker({
        database,
        clock,
        log: (line) => lines.push(line),
        fetch: (input, init) =>
          new Promise((resolve, reject) => {
            sent.push({
              method: init?.method ?? "GET",
              url: String(input),
              answer: resolve,
              refuse: reject,
            });
            init?.signal?.addEventListener("abort", () => reject(init.signal?.reason));
          }),
      });
      const until = async (count: number) =>
        void await waitUntil(() => sent.length >= count, { describe: `${count} requests` });
      try {
        await fn({ sent, clock, worker, until });
      } finally {
        await worker.stop();
        await database.exec("delete from net.http_request_queue; delete from net._http_response");
      }
      assertEquals(lines, []);
    },
  });
}

async function post(url: string, more = ""): Promise<number> {
  const [sent] = await database.query<{ id: number }>(
    `select net.http_post('${url}'${more}) as id`,
  );
  return sent!.id;
}
const responses = () =>
  database.query(
    "select id, status_code, timed_out, error_msg, content from net._http_response order by id",
  );
const queued = async () =>
  (await database.query<{ url: string }>("select url from net.http_request_queue order by id"))
    .map(({ url }) => url);

netTest(
  "a request behind one that hangs → leaves when that one's batch ends, not before (worker.c: the loop runs while handles run)",
  async ({ sent, clock, until }) => {
    await post("http://hangs.test/", ", timeout_milliseconds => 60000");
    await until(1);
    await post("http://wake.test/");
    clock.pass(59_000);
    assertEquals(sent.map(({ url }) => url), ["http://hangs.test/"]);
    assertEquals(await queued(), ["http://hangs.test/", "http://wake.test/"]);
    clock.pass(1_000);
    await until(2);
    assertEquals(sent[1]!.url, "http://wake.test/");
  },
);

netTest(
  "a batch of two, one answered → its answer appears with the other's, and both stand in the queue until then (worker.c: one transaction a batch)",
  async ({ sent, until }) => {
    await database.query(
      "select net.http_post(url) from unnest('{http://one.test/,http://two.test/}'::text[]) as url",
    );
    await until(2);
    sent[0]!.answer(new Response("first", { status: 202 }));
    await database.query("select 1");
    assertEquals(await responses(), []);
    assertEquals((await queued()).length, 2);
    sent[1]!.answer(new Response("second", { status: 500 }));
    const rows = await waitUntil(async () => {
      const found = await responses();
      return found.length > 0 && found;
    });
    assertEquals(rows.map(({ status_code, content }) => [status_code, content]), [
      [202, "first"],
      [500, "second"],
    ]);
    assertEquals(await queued(), []);
  },
);

netTest(
  "201 requests → 200 in the first batch (worker.c: pg_net.batch_size)",
  async ({ sent, until }) => {
    await database.query(
      "select net.http_get('http://many.test/' || place) from generate_series(1, 201) as place",
    );
    await until(200);
    await database.query("select 1");
    assertEquals(sent.length, 200);
    for (const { answer } of sent.slice(0, 200)) answer(new Response(null, { status: 204 }));
    await until(201);
    assertEquals(sent[200]!.url, "http://many.test/201");
  },
);

netTest(
  "a request that takes too long → timed_out after its own timeout, no status (core.c, insert_response)",
  async ({ sent, clock, until }) => {
    const [{ id } = { id: 0 }] = await database.query<{ id: number }>(
      `select net.http_get('http://slow.test/', '{"a": "b c"}', timeout_milliseconds => 700) as id`,
    );
    await until(1);
    assertEquals([sent[0]!.method, sent[0]!.url], ["GET", "http://slow.test/?a=b%20c"]);
    clock.pass(699);
    assertEquals(await responses(), []);
    clock.pass(1);
    const [row] = await waitUntil(async () => {
      const found = await responses();
      return found.length > 0 && found;
    });
    assertEquals(row, {
      id,
      status_code: null,
      timed_out: true,
      error_msg: "Timeout of 700 ms reached",
      content: null,
    });
  },
);

netTest(
  "no timeout named → five seconds (sql: timeout_milliseconds int default 5000)",
  async ({ clock, until }) => {
    await post("http://slow.test/");
    await until(1);
    clock.pass(5_000);
    await waitUntil(async () => (await responses())[0]?.timed_out === true);
  },
);

netTest(
  "a connection that is refused → an answer without status, not timed out, with the reason (core.c, insert_response)",
  async ({ sent, until }) => {
    await post("http://nobody.test/");
    await until(1);
    sent[0]!.refuse(new Error("Couldn't connect to server"));
    const [row] = await waitUntil(async () => {
      const found = await responses();
      return found.length > 0 && found;
    });
    assertEquals([row!.status_code, row!.timed_out, row!.error_msg], [
      null,
      false,
      "Couldn't connect to server",
    ]);
  },
);

netTest(
  "responses of six hours ago → go when the worker works, not before (worker.c: delete_expired_responses; pg_net.ttl)",
  async ({ sent, until }) => {
    await database.exec(
      `insert into net._http_response (id, status_code, created)
       values (-2, 200, now() - interval '6 hours 1 minute'), (-1, 200, now() - interval '5 hours 59 minutes')`,
    );
    assertEquals((await responses()).length, 2);
    await post("http://here.test/");
    await until(1);
    sent[0]!.answer(new Response("ok"));
    await waitUntil(async () => (await responses()).some(({ id }) => Number(id) > 0));
    assertEquals((await responses()).filter(({ id }) => Number(id) < 0).map(({ id }) => id), [-1]);
  },
);

netTest(
  "a transaction rolled back → nothing is sent (worker.c, wake_at_commit; the queue is a table)",
  async ({ sent, until }) => {
    await database.transaction(async (sql) => {
      await sql.query("select net.http_post('http://never.test/')");
      throw new Error("taken back");
    }).catch(() => {});
    await post("http://here.test/");
    await until(1);
    assertEquals(sent.map(({ url }) => url), ["http://here.test/"]);
  },
);

netTest(
  "a worker that ends within a batch → its requests are left to the next one (worker.c: the transaction is lost)",
  async ({ worker, until }) => {
    await post("http://hangs.test/");
    await until(1);
    await worker.stop();
    assertEquals(await queued(), ["http://hangs.test/"]);
    assertEquals(await responses(), []);
    const next = await startHttpWorker({
      database,
      log: (line) => lines.push(line),
      fetch: () => Promise.resolve(new Response("ok", { status: 200 })),
    });
    try {
      await waitUntil(async () => (await responses())[0]?.status_code === 200);
    } finally {
      await next.stop();
    }
  },
);

netTest(
  "a post with another content type → refused (sql: Content-Type header must be application/json)",
  async () => {
    const error = await post("http://here.test/", `, headers => '{"content-type": "text/plain"}'`)
      .then(() => null, (error: Error) => error.message);
    assertStringIncludes(error ?? "", "application/json");
  },
);

netTest(
  "net.worker_restart() → true (sql: returns bool)",
  async () => {
    const [row] = await database.query("select net.worker_restart() as restarted");
    assert(row?.restarted === true);
  },
);
