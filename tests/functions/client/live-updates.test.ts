/** The client's live updates, over the local stack's Realtime. */
import { assert, assertEquals } from "@std/assert";
import { createClient, type SupabaseClient } from "@supabase/supabase-js";
import { createMediaClient } from "../../../supabase/client/mod.ts";
import type { MediaChange, MediaClient, MediaError } from "../../../supabase/client/mod.ts";
import type { Stack } from "../../../scripts/local/stack-options.ts";
import { syncUntilCompleted } from "../../support/stack.ts";
import { stackTests } from "../../support/stack-test.ts";
import { waitUntil } from "../../support/wait-until.ts";

/** A socket that a test can break, and that tells what went out. */
class BreakableSocket extends WebSocket {
  static readonly opened: BreakableSocket[] = [];
  readonly sent: string[] = [];
  readonly received: string[] = [];

  constructor(url: string | URL, protocols?: string | string[]) {
    super(url, protocols);
    BreakableSocket.opened.push(this);
    this.addEventListener("message", ({ data }) => {
      if (typeof data === "string") this.received.push(data);
    });
  }

  override send(data: string): void {
    this.sent.push(data);
    super.send(data);
  }
}

function count(messages: string[], event: string): number {
  return messages.filter((data) => data.includes(`"${event}"`)).length;
}

interface World {
  stack: Stack;
  media: MediaClient;
  changes: MediaChange[];
  errors: MediaError[];
  ready: number;
  /** Listens until the returned function is called. */
  subscribe(): () => Promise<void>;
  /** As `subscribe`; resolves when changes come. */
  listen(): Promise<() => Promise<void>>;
  /** What the database would say of a statement. */
  send(event: string, payload: unknown): Promise<void>;
  received(count: number): Promise<MediaChange[]>;
}

const stackTest = stackTests({ assets: 150 }, async ({ call }) => await syncUntilCompleted(call));

function liveTest(
  name: string,
  fn: (world: World) => Promise<void>,
  who: "viewer" | "nobody" = "viewer",
): void {
  stackTest(name, async ({ stack }) => {
    BreakableSocket.opened.length = 0;
    const supabase: SupabaseClient = createClient(stack.info.url, stack.info.publishable_key, {
      auth: { persistSession: false, autoRefreshToken: false },
      realtime: { transport: BreakableSocket, reconnectAfterMs: () => 50 },
    });
    if (who === "viewer") await supabase.auth.signInWithPassword(stack.info.users.viewer);
    const media = createMediaClient(supabase);
    const world: World = {
      ...{ stack, media, changes: [], errors: [], ready: 0 },
      subscribe: () =>
        media.subscribe((change) => world.changes.push(change), {
          onReady: () => world.ready++,
          onError: (error) => world.errors.push(error),
        }),
      listen: async () => {
        const before = world.ready;
        const stop = world.subscribe();
        await waitUntil(() => world.ready > before, { describe: "the subscription" });
        return stop;
      },
      send: async (event, payload) => {
        await stack.sql("select realtime.send($1::text::jsonb, $2, 'media_assets', true)", [
          JSON.stringify(payload),
          event,
        ]);
      },
      received: async (count) => {
        await waitUntil(() => world.changes.length >= count, {
          describe: () => `${count} changes instead of ${JSON.stringify(world.changes)}`,
        });
        return world.changes;
      },
    };
    try {
      await fn(world);
    } finally {
      await supabase.removeAllChannels();
      await supabase.realtime.disconnect();
    }
  });
}

liveTest(
  "an edit of one asset, and of all → what changed, and that it is more than was named",
  async (world) => {
    await world.listen();
    const { sql } = world.stack;
    const [asset] = await sql<{ id: string }>(
      `update public.media_assets set usage_count = usage_count + 1
     where id = (select id from public.media_assets order by id limit 1) returning id`,
    );
    await sql("update public.media_assets set usage_count = usage_count + 1");
    const [one, all] = await world.received(2);
    assertEquals(one, { operation: "update", ids: [asset!.id], count: 1, truncated: false });
    assertEquals([all!.ids.length, all!.count, all!.truncated], [100, 150, true]);
  },
);

liveTest("messages of the database → changes, each once to each listener", async (world) => {
  await world.listen();
  const others: MediaChange[] = [];
  world.media.subscribe((change) => others.push(change));
  const payload = { operation: "update", ids: ["a", "b"], count: 2, truncated: false };
  await world.send("update", payload);
  await world.send("something_new", payload);
  await world.send("delete", {});
  await world.send("insert", { ids: ["c", 7], count: 500, truncated: true });
  assertEquals(await world.received(3), [
    { operation: "update", ids: ["a", "b"], count: 2, truncated: false },
    { operation: "delete", ids: [], count: 0, truncated: false },
    { operation: "insert", ids: ["c"], count: 500, truncated: true },
  ]);
  assertEquals(others, world.changes);
  assertEquals(BreakableSocket.opened.map(({ sent }) => count(sent, "phx_join")), [1]);
});

liveTest("an interrupted connection → onError, then missed, once it is back", async (world) => {
  await world.listen();
  BreakableSocket.opened[0]!.close(4000);
  await waitUntil(() => world.errors.length > 0, { describe: "the error" });
  assertEquals(world.errors[0]!.code, "live_updates");
  await waitUntil(() => world.ready === 2, { describe: "the next connection" });
  assertEquals(world.changes, [{ operation: "missed", ids: [], count: null, truncated: true }]);
  await world.send("update", { ids: ["a"], count: 1 });
  assertEquals((await world.received(2))[1]!.ids, ["a"]);
});

liveTest("nobody signed in → onError with a sentence of ours, and no change", async (world) => {
  world.subscribe();
  await waitUntil(() => world.errors.length > 0, { describe: "the refusal" });
  const [error] = world.errors;
  assert(error!.message.startsWith("Live updates do not come"), error!.message);
  assert(!error!.message.includes("permissions"), error!.message);
  await world.send("update", { ids: ["a"], count: 1 });
  // He comes after what was sent before; the one who is refused is told neither.
  const trusted = createClient(world.stack.info.url, world.stack.info.secret_key, {
    auth: { persistSession: false, autoRefreshToken: false },
  });
  const heard: string[] = [];
  const stop = createMediaClient(trusted).subscribe(({ ids }) => heard.push(...ids), {
    onReady: () => void world.send("update", { ids: ["b"], count: 1 }),
  });
  await waitUntil(() => heard.length > 0);
  assertEquals([heard, world.changes, world.ready], [["b"], [], 0]);
  await stop();
  await trusted.realtime.disconnect();
}, "nobody");

liveTest(
  "the last listener gone → the topic is left, and a later one joins again",
  async (world) => {
    const stop = await world.listen();
    const stopOther = world.media.subscribe(() => {});
    const [socket] = BreakableSocket.opened as [BreakableSocket];
    await stop();
    assertEquals(count(socket.sent, "phx_leave"), 0);
    await stopOther();
    assertEquals(count(socket.sent, "phx_leave"), 1);
    await stop();
    // supabase-js does not wait for the server, which would tell the next channel of the same topic.
    await waitUntil(() => count(socket.received, "phx_close") === 1, { describe: "the farewell" });
    await world.send("update", { ids: ["a"], count: 1 });
    await world.listen();
    await world.send("update", { ids: ["b"], count: 1 });
    assertEquals((await world.received(1)).map(({ ids }) => ids), [["b"]]);
  },
);
