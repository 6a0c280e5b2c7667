/** Live updates over supabase-js and a socket in whose place the test sits. */
import { assert, assertEquals } from "@std/assert";
import { createClient } from "@supabase/supabase-js";
import { createMediaClient } from "../../../supabase/client/mod.ts";
import type { MediaChange, MediaClient, MediaError } from "../../../supabase/client/mod.ts";
import { waitUntil } from "../../support/wait-until.ts";
import { FakeSocket } from "./fake-socket.ts";

const TOPIC = "realtime:media_assets";
const TOKEN = "the.session.token";

interface World {
  media: MediaClient;
  changes: MediaChange[];
  errors: MediaError[];
  ready: number;
  /** The socket that is open, once it has joined the topic. */
  joined(): Promise<FakeSocket>;
}

function liveTest(name: string, fn: (world: World) => Promise<void>): void {
  Deno.test({
    name,
    // supabase-js keeps timers of its own.
    sanitizeOps: false,
    sanitizeResources: false,
    async fn() {
      FakeSocket.opened.length = 0;
      const supabase = createClient("http://127.0.0.1:1", "sb_publishable_x", {
        accessToken: () => Promise.resolve(TOKEN),
        realtime: { transport: FakeSocket as never, reconnectAfterMs: () => 1 },
      });
      const world: World = {
        media: createMediaClient(supabase),
        changes: [],
        errors: [],
        ready: 0,
        joined: () =>
          waitUntil(() => {
            const socket = FakeSocket.opened.at(-1);
            return socket?.readyState === 1 && socket.last("phx_join") !== undefined && socket;
          }, { describe: "the join", deadlineMs: 10_000 }) as Promise<FakeSocket>,
      };
      try {
        await fn(world);
      } finally {
        await supabase.realtime.disconnect();
      }
    },
  });
}

function listen({ media, changes, errors }: World, world: World) {
  return media.subscribe((change) => changes.push(change), {
    onReady: () => world.ready++,
    onError: (error) => errors.push(error),
  });
}

async function begin(world: World) {
  const stop = listen(world, world);
  const socket = await world.joined();
  socket.reply(socket.last("phx_join")!, "ok", { postgres_changes: [] });
  await waitUntil(() => world.ready > 0, { deadlineMs: 10_000 });
  return { socket, stop };
}

liveTest("subscribe → joins the private topic with the session's token", async (world) => {
  const { socket } = await begin(world);
  const { topic, payload } = socket.last("phx_join")!;
  assertEquals([topic, payload.config.private, payload.access_token], [TOPIC, true, TOKEN]);
});

liveTest("messages of the database → changes, each once to each listener", async (world) => {
  const { socket } = await begin(world);
  const others: MediaChange[] = [];
  world.media.subscribe((change) => others.push(change));
  const payload = { operation: "update", ids: ["a", "b"], count: 2, truncated: false };
  socket.broadcast(TOPIC, "update", payload);
  socket.broadcast(TOPIC, "insert", {
    operation: "insert",
    ids: ["c"],
    count: 500,
    truncated: true,
  });
  socket.broadcast(TOPIC, "delete", {});
  socket.broadcast(TOPIC, "something_new", payload);
  await waitUntil(() => world.changes.length === 3, { deadlineMs: 10_000 });
  assertEquals(world.changes, [
    { operation: "update", ids: ["a", "b"], count: 2, truncated: false },
    { operation: "insert", ids: ["c"], count: 500, truncated: true },
    { operation: "delete", ids: [], count: 0, truncated: false },
  ]);
  assertEquals(others, world.changes);
  assertEquals(FakeSocket.opened.length, 1);
  assertEquals(socket.sent.filter(({ event }) => event === "phx_join").length, 1);
});

liveTest("an interrupted connection → onError, then missed, once it is back", async (world) => {
  const { socket } = await begin(world);
  socket.close(1006);
  await waitUntil(() => world.errors.length > 0, { deadlineMs: 10_000 });
  assertEquals(world.errors[0]!.code, "live_updates");
  const again = await waitUntil(async () => {
    const next = await world.joined();
    return next !== socket && next;
  }, { deadlineMs: 10_000, describe: "the next connection" }) as FakeSocket;
  again.reply(again.last("phx_join")!, "ok", { postgres_changes: [] });
  await waitUntil(() => world.ready === 2, { deadlineMs: 10_000 });
  assertEquals(world.changes, [{ operation: "missed", ids: [], count: null, truncated: true }]);
  again.broadcast(TOPIC, "update", { ids: ["a"], count: 1, truncated: false });
  await waitUntil(() => world.changes.length === 2, { deadlineMs: 10_000 });
});

liveTest("a join that is refused → onError with a sentence of ours", async (world) => {
  listen(world, world);
  const socket = await world.joined();
  socket.reply(socket.last("phx_join")!, "error", { reason: "Unauthorized: no policy" });
  await waitUntil(() => world.errors.length > 0, { deadlineMs: 10_000 });
  const [error] = world.errors;
  assert(error!.message.startsWith("Live updates do not come"), error!.message);
  assert(!error!.message.includes("policy"));
  assertEquals([world.changes, world.ready], [[], 0]);
});

liveTest(
  "the last listener gone → the topic is left, and a later one joins again",
  async (world) => {
    const { socket, stop } = await begin(world);
    const stopOther = world.media.subscribe(() => {});
    await stop();
    assertEquals(socket.last("phx_leave"), undefined);
    const left = stopOther();
    const leave = await waitUntil(() => socket.last("phx_leave"), { deadlineMs: 10_000 });
    socket.reply(leave, "ok");
    await left;
    await stop();
    socket.broadcast(TOPIC, "update", { ids: ["a"], count: 1 });
    assertEquals(world.changes, []);

    world.ready = 0;
    listen(world, world);
    const next = await waitUntil(() => {
      const open = FakeSocket.opened.at(-1)!;
      const join = open.last("phx_join");
      return open.readyState === 1 && join !== undefined && join.ref !== socket.sent[0]!.ref &&
        { open, join };
    }, { deadlineMs: 10_000, describe: "the second join" });
    next.open.reply(next.join, "ok", { postgres_changes: [] });
    await waitUntil(() => world.ready === 1, { deadlineMs: 10_000 });
    assertEquals(world.changes, []);
  },
);
