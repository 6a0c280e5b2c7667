/** `/realtime/v1` of the local stack, with supabase-js as apps use it. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { createClient, type RealtimeChannel, type SupabaseClient } from "@supabase/supabase-js";
import type { Stack } from "../../../scripts/local/stack-options.ts";
import { stackTests } from "../../support/stack-test.ts";
import { waitUntil } from "../../support/wait-until.ts";
import { assertRealtimeStory, realtimePlace } from "./story-place.ts";
import { tell } from "./story.ts";

type Who = "viewer" | "editor" | "anonymous" | "service";

const opened: SupabaseClient[] = [];

async function clientOf(
  { info }: Stack,
  who: Who,
  version: "1.0.0" | "2.0.0" = "2.0.0",
): Promise<SupabaseClient> {
  const key = who === "service" ? info.secret_key : info.publishable_key;
  const supabase = createClient(info.url, key, {
    auth: { persistSession: false, autoRefreshToken: false },
    realtime: { vsn: version },
  });
  opened.push(supabase);
  if (who === "viewer" || who === "editor") {
    const { error } = await supabase.auth.signInWithPassword(info.users[who]);
    assertEquals(error, null);
  }
  await supabase.realtime.setAuth();
  return supabase;
}

interface Listening {
  channel: RealtimeChannel;
  /** `SUBSCRIBED`, or why not. */
  outcome: string;
  received: { event: string; payload: unknown; meta?: unknown }[];
}

async function listen(
  supabase: SupabaseClient,
  topic: string,
  config: Record<string, unknown> = { private: true },
): Promise<Listening> {
  const channel = supabase.channel(topic, { config } as never);
  const received: Listening["received"] = [];
  channel.on("broadcast", { event: "*" }, (message) => received.push(message as never));
  const outcome = await new Promise<string>((resolve) =>
    channel.subscribe((status, error) => resolve(error?.message ?? status))
  );
  return { channel, outcome, received };
}

async function arrived({ received }: Listening, count: number): Promise<Listening["received"]> {
  await waitUntil(() => received.length >= count, {
    deadlineMs: 20_000,
    describe: () => `${count} messages instead of ${JSON.stringify(received)}`,
  });
  return received;
}

const stackTest = stackTests({ assets: 3 }, async ({ stack }) => {
  await stack.sql('drop policy if exists "Signed-in people receive in rooms" on realtime.messages');
  await stack.sql(`create policy "Signed-in people receive in rooms" on realtime.messages
    for select to authenticated using (realtime.topic() like 'room:%' and extension = 'broadcast')`);
  await stack.sql('drop policy if exists "Editors send in rooms" on realtime.messages');
  await stack.sql(
    `create policy "Editors send in rooms" on realtime.messages for insert to authenticated
    with check (topic like 'room:%' and auth.jwt() -> 'app_metadata' ->> 'media_role' = 'editor')`,
  );
});

Deno.test.afterEach(async () => {
  for (const supabase of opened.splice(0)) {
    await supabase.removeAllChannels();
    await supabase.realtime.disconnect();
  }
});

stackTest(
  "viewer, editor, anonymous, forged tokens; both versions → who may, receives the edit and nothing else",
  async (world) => {
    assertRealtimeStory(await tell(createClient as never, await realtimePlace(world)));
  },
);

stackTest("a secret key → receives every topic, also one without a policy", async ({ stack }) => {
  const service = await listen(await clientOf(stack, "service"), "nobody's");
  assertEquals(service.outcome, "SUBSCRIBED");
  await stack.sql("select realtime.send('{\"text\": \"für Ärzte\"}', 'note', 'nobody''s', true)");
  const [message] = await arrived(service, 1);
  const { id } = message!.meta as { id: string };
  assertEquals(message, {
    type: "broadcast",
    event: "note",
    payload: { text: "für Ärzte", id },
    meta: { id },
  } as never);
});

for (const version of ["1.0.0", "2.0.0"] as const) {
  stackTest(
    `a room in version ${version} → editors send, viewers receive and send nothing`,
    async ({ stack }) => {
      const viewer = await listen(await clientOf(stack, "viewer", version), "room:one");
      const other = await listen(await clientOf(stack, "viewer", "2.0.0"), "room:one");
      const editor = await listen(await clientOf(stack, "editor", version), "room:one", {
        private: true,
        broadcast: { ack: true },
      });
      assertEquals([viewer.outcome, editor.outcome], ["SUBSCRIBED", "SUBSCRIBED"]);
      await viewer.channel.send({ type: "broadcast", event: "note", payload: { by: "viewer" } });
      assertEquals(await viewer.channel.track({}), "error");
      const payload = { text: "日本語 = | ", list: [1, { two: null }] };
      const sent = await editor.channel.send({ type: "broadcast", event: "note", payload });
      assertEquals(sent, "ok");
      for (const listening of [viewer, other]) {
        assertEquals(await arrived(listening, 1), [
          { type: "broadcast", event: "note", payload } as never,
        ]);
      }
      assertEquals(editor.received, []);
    },
  );
}

stackTest("bytes → the same bytes for version 2.0.0, nothing for 1.0.0", async ({ stack }) => {
  const old = await listen(await clientOf(stack, "viewer", "1.0.0"), "room:bytes");
  const now = await listen(await clientOf(stack, "viewer"), "room:bytes");
  const editor = await listen(await clientOf(stack, "editor"), "room:bytes", {
    private: true,
    broadcast: { self: true },
  });
  const payload = Uint8Array.of(0, 255, 7).buffer;
  await editor.channel.send({ type: "broadcast", event: "bytes", payload });
  await editor.channel.send({ type: "broadcast", event: "end", payload: {} });
  for (const listening of [now, editor]) {
    const [first] = await arrived(listening, 2);
    assertEquals(new Uint8Array(first!.payload as ArrayBuffer), Uint8Array.of(0, 255, 7));
  }
  assertEquals((await arrived(old, 1)).map(({ event }) => event), ["end"]);
});

stackTest("httpSend → an editor's arrives, a viewer's is refused", async ({ stack }) => {
  const listening = await listen(await clientOf(stack, "viewer"), "room:http");
  const config = { config: { private: true } };
  const viewer = (await clientOf(stack, "viewer")).channel("room:http", config);
  const editor = (await clientOf(stack, "editor")).channel("room:http", config);
  await assertRejects(() => viewer.httpSend("note", { by: "viewer" }), Error, "permissions");
  assertEquals(await editor.httpSend("note", { by: "editor" }), { success: true });
  assertEquals((await arrived(listening, 1)).map(({ payload }) => payload), [{ by: "editor" }]);
});

stackTest("a public topic → for everybody, and apart from the private one", async ({ stack }) => {
  const one = await listen(await clientOf(stack, "anonymous"), "room:open", { private: false });
  const two = await listen(await clientOf(stack, "anonymous"), "room:open", { private: false });
  const inside = await listen(await clientOf(stack, "viewer"), "room:open");
  await stack.sql("select realtime.send('{}', 'private', 'room:open', true)");
  await stack.sql("select realtime.send('{}', 'public', 'room:open', false)");
  await arrived(two, 1);
  await one.channel.send({ type: "broadcast", event: "hello", payload: {} });
  assertEquals((await arrived(two, 2)).map(({ event }) => event), ["public", "hello"]);
  assertEquals((await arrived(inside, 1)).map(({ event }) => event), ["private"]);
});

stackTest(
  "realtime.send → after the commit only, in its order, however long",
  async ({ stack }) => {
    const viewer = await listen(await clientOf(stack, "viewer"), "room:database");
    await stack.sql(`do $$ begin
    perform realtime.send('{}', 'undone', 'room:database', true);
    raise exception 'no';
  end $$`).catch(() => {});
    await stack.sql(`do $$ begin
    for number in 1..20 loop
      perform realtime.send(jsonb_build_object('text', repeat('ä', 20000)), 'n' || number, 'room:database', true);
    end loop;
  end $$`);
    const received = await arrived(viewer, 20);
    assertEquals(received.map(({ event }) => event), [...Array(20).keys()].map((n) => `n${n + 1}`));
    assert(received.every(({ payload }) => (payload as { text: string }).text.length === 20_000));
  },
);

stackTest(
  "realtime.broadcast_changes in a trigger → the row, before and after",
  async ({ stack }) => {
    await stack.sql("create table if not exists public.rooms (id int primary key, name text)");
    await stack.sql(
      `create or replace function public.tell_room() returns trigger language plpgsql as $$
    begin
      perform realtime.broadcast_changes('room:' || new.id, tg_op, tg_op, tg_table_name, tg_table_schema, new, old);
      return null;
    end $$`,
    );
    await stack.sql(`create or replace trigger tell_room after insert or update on public.rooms
    for each row execute function public.tell_room()`);
    const viewer = await listen(await clientOf(stack, "viewer"), "room:7");
    await stack.sql("insert into public.rooms values (7, 'before')");
    await stack.sql("update public.rooms set name = 'after' where id = 7");
    await stack.sql("drop table public.rooms");
    const [, { payload } = { payload: null }] = await arrived(viewer, 2);
    const { id: _, ...change } = payload as Record<string, unknown>;
    assertEquals(change, {
      operation: "UPDATE",
      schema: "public",
      table: "rooms",
      record: { id: 7, name: "after" },
      old_record: { id: 7, name: "before" },
    });
  },
);

stackTest("what the stack does not have → refused, and said so", async ({ stack }) => {
  const viewer = await clientOf(stack, "viewer");
  const presence = await listen(viewer, "room:a", { private: true, presence: { enabled: true } });
  assertEquals(presence.outcome.split(":")[0], "PresenceUnavailable");
  const replay = await listen(viewer, "room:b", {
    private: true,
    broadcast: { replay: { since: 0 } },
  });
  assertEquals(replay.outcome.split(":")[0], "UnableToReplayMessages");
});

stackTest("a topic that was left and joined again → its messages once", async ({ stack }) => {
  const supabase = await clientOf(stack, "viewer");
  const left = await listen(supabase, "room:again");
  await supabase.removeChannel(left.channel);
  const again = await listen(supabase, "room:again");
  await stack.sql("select realtime.send('{}', 'one', 'room:again', true)");
  await stack.sql("select realtime.send('{}', 'two', 'room:again', true)");
  assertEquals((await arrived(again, 2)).map(({ event }) => event), ["one", "two"]);
  assertEquals(left.received, []);
});

stackTest("a connection without a key, or of another protocol → refused", async ({ stack }) => {
  const { url, publishable_key } = stack.info;
  const upgrade = {
    connection: "Upgrade",
    upgrade: "websocket",
    "sec-websocket-version": "13",
    "sec-websocket-key": "AAAAAAAAAAAAAAAAAAAAAA==",
  };
  for (
    const [query, headers, status] of [
      ["", upgrade, 401],
      ["?apikey=sb_publishable_of_nobody", upgrade, 401],
      [`?apikey=${publishable_key}&vsn=3.0.0`, upgrade, 400],
      [`?apikey=${publishable_key}&vsn=2.0.0`, {}, 426],
    ] as const
  ) {
    const response = await fetch(`${url}/realtime/v1/websocket${query}`, { headers });
    await response.body?.cancel();
    assertEquals([response.status, response.headers.get("access-control-allow-origin")], [
      status,
      "*",
    ]);
  }
});

stackTest(
  "a socket that speaks something else → is closed, and the stack goes on",
  async ({ stack }) => {
    const { url, publishable_key } = stack.info;
    const address = `${url.replace("http", "ws")}/realtime/v1/websocket?apikey=${publishable_key}`;
    for (
      const data of [
        "no JSON",
        "[]",
        '{"topic": 1}',
        Uint8Array.of(3, 255, 255, 1),
        new Uint8Array(),
      ]
    ) {
      const socket = new WebSocket(`${address}&vsn=2.0.0`);
      await new Promise((resolve) => socket.onopen = resolve);
      const closed = new Promise<CloseEvent>((resolve) => socket.onclose = resolve);
      socket.send(data);
      assertEquals((await closed).code, 1003, String(data));
    }
    const viewer = await listen(await clientOf(stack, "viewer"), "media_assets");
    assertEquals(viewer.outcome, "SUBSCRIBED");
  },
);

for (const version of ["1.0.0", "2.0.0"] as const) {
  stackTest(
    `Phoenix as it is spoken in version ${version} → heartbeats, joins, leaves, strangers`,
    async ({ stack }) => {
      const { url, publishable_key } = stack.info;
      const socket = new WebSocket(
        `${
          url.replace("http", "ws")
        }/realtime/v1/websocket?apikey=${publishable_key}&vsn=${version}`,
      );
      await new Promise((resolve) => socket.onopen = resolve);
      const answers: unknown[] = [];
      socket.onmessage = ({ data }) => {
        const parsed = JSON.parse(data);
        const [joinRef, ref, topic, event, payload] = Array.isArray(parsed)
          ? parsed
          : [undefined, parsed.ref, parsed.topic, parsed.event, parsed.payload];
        answers.push([topic, joinRef ?? null, ref, event, payload]);
      };
      const ask = async (
        joinRef: string | null,
        ref: string,
        topic: string,
        event: string,
        payload = {},
      ) => {
        socket.send(JSON.stringify(
          version === "2.0.0"
            ? [joinRef, ref, topic, event, payload]
            : { join_ref: joinRef, ref, topic, event, payload },
        ));
        await waitUntil(() => answers.some((answer) => (answer as unknown[])[2] === ref), {
          deadlineMs: 20_000,
          describe: `an answer to ${event}`,
        });
        return answers.splice(0);
      };
      // Version 1.0.0 tells no join_ref.
      const one = version === "2.0.0" ? "1" : null;
      const four = version === "2.0.0" ? "4" : null;
      const ok = (response = {}) => ({ status: "ok", response });
      const unmatched = { status: "error", response: { reason: "unmatched topic" } };
      const none = { postgres_changes: [] };
      assertEquals(await ask(null, "0", "phoenix", "heartbeat"), [[
        "phoenix",
        null,
        "0",
        "phx_reply",
        ok(),
      ]]);
      assertEquals(await ask("1", "1", "realtime:a", "phx_join"), [[
        "realtime:a",
        one,
        "1",
        "phx_reply",
        ok(none),
      ]]);
      assertEquals(await ask("2", "2", "elsewhere:a", "phx_join"), [
        ["elsewhere:a", version === "2.0.0" ? "2" : null, "2", "phx_reply", unmatched],
      ]);
      assertEquals(await ask("3", "3", "realtime:b", "broadcast"), [
        ["realtime:b", version === "2.0.0" ? "3" : null, "3", "phx_reply", unmatched],
      ]);
      // A topic is joined once: the earlier channel ends.
      assertEquals(await ask("4", "4", "realtime:a", "phx_join"), [
        ["realtime:a", one, "1", "phx_close", {}],
        ["realtime:a", four, "4", "phx_reply", ok(none)],
      ]);
      const left = await ask("4", "5", "realtime:a", "phx_leave");
      assertEquals(left[0], ["realtime:a", four, "5", "phx_reply", ok()]);
      const closed = new Promise((resolve) => socket.onclose = resolve);
      socket.close();
      await closed;
    },
  );
}
