/** A Realtime channel whose time, policies and client are the test's own. */
import { assertEquals } from "@std/assert";
import { SignJWT } from "jose";
import type { Clock } from "../../../scripts/local/clock.ts";
import { createKeys } from "../../../scripts/local/keys.ts";
import { type Caller, createCallers } from "../../../scripts/local/realtime/caller.ts";
import { type Channel, joinChannel } from "../../../scripts/local/realtime/channel.ts";
import { createTopics } from "../../../scripts/local/realtime/topics.ts";

const keys = createKeys();
const start = Date.parse("2026-01-01T00:00:00Z");

interface World {
  clock: Clock & { pass(milliseconds: number): void };
  /** Joins a topic; a text is the reason why not. */
  join(token?: unknown, config?: Record<string, unknown>): Promise<Channel | string>;
  /** A token that ends so many seconds after the start. */
  token(seconds: number, claims?: Record<string, unknown>): Promise<string>;
  /** Sends the channel one event. */
  say(channel: Channel | string, event: string, payload: Record<string, unknown>): Promise<void>;
  /** What the client was told since it was asked last. */
  told(): string[];
  /** A broadcast of the database. */
  publish(): void;
}

function channelTest(name: string, fn: (world: World) => Promise<void>): void {
  Deno.test(name, async () => {
    let now = start;
    const waits = new Set<{ at: number; run: () => void }>();
    const clock = {
      now: () => now,
      after: (milliseconds: number, run: () => void) => {
        const wait = { at: now + milliseconds, run };
        waits.add(wait);
        return () => waits.delete(wait);
      },
      pass: (milliseconds: number) => {
        now += milliseconds;
        for (const wait of [...waits].filter(({ at }) => at <= now)) {
          waits.delete(wait);
          wait.run();
        }
      },
    };
    const topics = createTopics();
    const callers = createCallers(keys, clock.now);
    const allows = ({ role, claims }: Caller) =>
      Promise.resolve(role === "authenticated" && claims.banned !== true);
    const told: string[] = [];
    const output = {
      deliver: ({ event }: { event: string }) => void told.push(`broadcast ${event}`),
      reply: (_ref: string | null, status: string) => void told.push(`reply ${status}`),
      push: (event: string, payload: Record<string, unknown>) =>
        void told.push(`${event} ${payload.status}: ${payload.message}`),
      ended: () => void told.push("closed"),
    };
    const message = (event: string, payload: Record<string, unknown>) => ({
      ...{ joinRef: "1", ref: "1", topic: "realtime:room", event, payload },
    });
    await fn({
      clock,
      token: (seconds, claims = {}) =>
        new SignJWT({ role: "authenticated", exp: start / 1_000 + seconds, ...claims })
          .setProtectedHeader({ alg: "HS256" })
          .sign(new TextEncoder().encode(keys.jwtSecret)),
      join: (token, config = { private: true }) =>
        joinChannel(
          {
            ...{ topics, callers, clock, unavailable: null },
            changes: {
              subscribe: () => Promise.resolve("no table"),
              unsubscribe: () => {},
              stop: () => Promise.resolve(),
            },
            policies: { mayReceive: allows, maySend: allows },
            ofConnection: callers.byKey(keys.publishable)!,
          },
          message("phx_join", { config, access_token: token }),
          output,
        ),
      say: async (channel, event, payload) =>
        await (channel as Channel).handle(message(event, payload)),
      told: () => told.splice(0),
      publish: () => topics.publish("room", true, { event: "note", payload: {} }),
    });
  });
}

const ended = (message: string) => [`system error: ${message}`, "closed"];

channelTest(
  "a token that ends while its user listens → told, closed, no message after it",
  async (world) => {
    await world.join(await world.token(3_600));
    world.clock.pass(3_599_000);
    world.publish();
    assertEquals(world.told(), ["broadcast note"]);
    world.clock.pass(1_000);
    assertEquals(world.told(), ended("Token has expired 0 seconds ago"));
    world.publish();
    assertEquals(world.told(), []);
  },
);

channelTest("a token renewed in time → goes on until the new one ends", async (world) => {
  const channel = await world.join(await world.token(60));
  world.clock.pass(30_000);
  await world.say(channel, "access_token", { access_token: await world.token(120) });
  world.clock.pass(60_000);
  world.publish();
  assertEquals(world.told(), ["broadcast note"]);
  world.clock.pass(30_000);
  assertEquals(world.told(), ended("Token has expired 0 seconds ago"));
});

channelTest("a renewal that is no token, a key, or the same token → passed over", async (world) => {
  const token = await world.token(60);
  const channel = await world.join(token);
  for (const access_token of [null, 7, keys.publishable, token]) {
    await world.say(channel, "access_token", { access_token });
  }
  world.publish();
  assertEquals(world.told(), ["broadcast note"]);
});

for (
  const [what, claims, message] of [
    [
      "of one who may not listen",
      { banned: true },
      "You do not have permissions to read from this Channel topic: room",
    ],
    [
      "of the role anon",
      { role: "anon" },
      "You do not have permissions to read from this Channel topic: room",
    ],
    ["without a role", { role: undefined }, "Fields `role` and `exp` are required in JWT"],
    ["that has ended", { exp: start / 1_000 - 5 }, "Token has expired 5 seconds ago"],
  ] as const
) {
  channelTest(`a token ${what} → no joining; as a renewal it ends the channel`, async (world) => {
    const token = await world.token(60, claims);
    const reason = await world.join(token);
    assertEquals(typeof reason === "string" && reason.endsWith(message), true, String(reason));
    const channel = await world.join(await world.token(60));
    await world.say(channel, "access_token", { access_token: token });
    assertEquals(world.told(), ended(message));
    world.publish();
    assertEquals(world.told(), []);
  });
}

channelTest("a foreign token as a renewal → ends the channel", async (world) => {
  const channel = await world.join(await world.token(60));
  await world.say(channel, "access_token", { access_token: `${await world.token(90)}x` });
  assertEquals(world.told(), ended("Failed to validate JWT signature"));
});

channelTest("a left channel → no message, and its token may end", async (world) => {
  const channel = await world.join(await world.token(60)) as Channel;
  channel.leave();
  world.publish();
  world.clock.pass(60_000);
  assertEquals(world.told(), []);
});

channelTest("nobody signed in → listens to public topics alone", async (world) => {
  assertEquals(typeof await world.join(undefined), "string");
  assertEquals(typeof await world.join(keys.publishable), "string");
  const channel = await world.join(undefined, { private: false });
  await world.say(channel, "broadcast", { event: "hello", payload: {} });
  assertEquals(world.told(), []);
  const echoing = await world.join(undefined, {
    private: "false",
    broadcast: { self: "true", ack: true },
  });
  await world.say(echoing, "broadcast", { event: "hello", payload: {} });
  assertEquals(world.told(), ["broadcast hello", "broadcast hello", "reply ok"]);
});

channelTest("a broadcast that is to be kept → refused, and nobody hears of it", async (world) => {
  const channel = await world.join(await world.token(60), {
    private: true,
    broadcast: { self: true },
  });
  await world.say(channel, "broadcast", { event: "hello", payload: {}, persist: true });
  assertEquals(world.told(), ["reply error"]);
});
