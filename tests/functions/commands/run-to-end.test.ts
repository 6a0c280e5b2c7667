/** How `deno task sync` goes on with a run, call by call. */
import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { CommandError } from "../../../scripts/support/command-error.ts";
import type { ProjectAnswer, ProjectClient } from "../../../scripts/support/project-client.ts";
import { runToEnd } from "../../../scripts/sync/run-to-end.ts";

const RUN = "00000000-0000-4000-8000-000000000001";

function answer(status: number, runStatus: string, seen: number, message = ""): ProjectAnswer {
  const data = { run_id: RUN, status: runStatus, progress: { seen, expected: 100, percent: seen } };
  return { status, body: { message: message || "Sync is running: …", data } };
}

const failure = (status: number): ProjectAnswer => ({ status, body: { error: "Out of order." } });

/** A project that gives these answers to POST; runs that are looked at stand as `look` says. */
async function follow(
  posts: ProjectAnswer[],
  body: Record<string, string | boolean> = { full: true },
  look: ProjectAnswer = answer(200, "running", 0),
) {
  const bodies: unknown[] = [];
  const pauses: number[] = [];
  const notes: string[] = [];
  const client: ProjectClient = {
    authSettings: () => Promise.resolve(null),
    time: () => Promise.resolve(null),
    call: (_path, { method = "GET", json } = {}) => {
      if (method === "GET") return Promise.resolve(look);
      bodies.push(structuredClone(json));
      return Promise.resolve(posts[bodies.length - 1] ?? posts.at(-1)!);
    },
    rpc: () => Promise.reject(new Error("not called")),
  };
  const sleep = (milliseconds: number) => {
    pauses.push(milliseconds);
    return Promise.resolve();
  };
  const { signal } = new AbortController();
  const outcome = await runToEnd(client, body, { sleep, signal }, {
    onRun: () => {},
    onNote: (note) => notes.push(note),
  }).catch((error: unknown) => error as Error);
  return { outcome, bodies, pauses, notes };
}

Deno.test("202, 202, 200 → three calls with the same body, the last answer's run", async () => {
  const posts = [
    answer(202, "running", 10),
    answer(202, "running", 20),
    answer(200, "completed", 100),
  ];
  const { outcome, bodies, notes } = await follow(posts);
  assertEquals(bodies, [{ full: true }, { full: true }, { full: true }]);
  assertEquals((outcome as { data: { status: string } }).data.status, "completed");
  assertEquals(notes, []);
});

Deno.test("202, and a tick ends the run → no further call, which would begin another run", async () => {
  const { outcome, bodies } = await follow(
    [answer(202, "running", 10)],
    { full: true },
    answer(200, "completed", 100),
  );
  assertEquals(bodies.length, 1);
  assertEquals((outcome as { data: { status: string } }).data.status, "completed");
});

Deno.test("202 to an allowed deletion → it is asked for only once", async () => {
  const posts = [answer(202, "running", 10), answer(200, "completed", 10)];
  const { bodies } = await follow(posts, { allow_mass_delete: RUN });
  assertEquals(bodies, [{ allow_mass_delete: RUN }, {}]);
});

Deno.test("502 to an allowed deletion → it is asked for again", async () => {
  const posts = [failure(502), answer(200, "completed", 10)];
  const { bodies } = await follow(posts, { allow_mass_delete: RUN });
  assertEquals(bodies, [{ allow_mass_delete: RUN }, { allow_mass_delete: RUN }]);
});

Deno.test("202 again and again without progress → ever longer pauses, and the reason once", async () => {
  const waiting = answer(202, "running", 10, "Cloudinary takes no calls until 12:00.");
  const posts = [...Array(6).fill(waiting), answer(200, "completed", 10)];
  const { pauses, notes } = await follow(posts);
  assertEquals(pauses, [250, 500, 1_000, 2_000, 4_000, 8_000]);
  assertEquals(notes, ["Cloudinary takes no calls until 12:00."]);
});

Deno.test("four times 502, then 200 → completed", async () => {
  const posts = [...Array(4).fill(failure(502)), answer(200, "completed", 10)];
  const { outcome, bodies } = await follow(posts);
  assertEquals(bodies.length, 5);
  assertEquals((outcome as { data: { status: string } }).data.status, "completed");
});

Deno.test("502 five times in a row → sync_failed, with the reason and what to do", async () => {
  const { outcome, bodies } = await follow([failure(502)]);
  assertEquals(bodies.length, 5);
  const error = await assertRejects(() => Promise.reject(outcome), CommandError);
  assertEquals(error.code, "sync_failed");
  assertStringIncludes(error.message, "Out of order.");
  assertStringIncludes(error.message, "deno task doctor");
});

for (const status of [400, 401, 403, 404, 503]) {
  Deno.test(`${status} → sync_refused after one call`, async () => {
    const { outcome, bodies } = await follow([failure(status)]);
    assertEquals(bodies.length, 1);
    assertEquals((outcome as CommandError).code, "sync_refused");
  });
}
