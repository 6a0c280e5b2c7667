/** Advice about what the platform brings: Realtime, pg_net. */
import { assertEquals, assertMatch } from "@std/assert";
import { type AdviceCase, adviceOf, callByTick, statementsIn } from "../../support/advice.ts";

export const platform: AdviceCase[] = [
  {
    check: "live_updates",
    title: "the policies are gone → makes them anew",
    play: async ({ stack, run }) => {
      await stack.sql(
        'drop policy "Viewers receive changes of media assets" on realtime.messages',
      );
      await run(...statementsIn(await adviceOf(stack, "live_updates")));
    },
  },
  {
    check: "requests",
    title: "somebody's request hangs → tells whose it is, and is over when that ends",
    play: async ({ stack, pass, run }) => {
      const asked = Promise.withResolvers<void>();
      const ends = Promise.withResolvers<Response>();
      const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, () => {
        asked.resolve();
        return ends.promise;
      });
      const url = `http://127.0.0.1:${server.addr.port}/`;
      try {
        await stack.sql("select net.http_get($1, timeout_milliseconds => 600000)", [url]);
        await asked.promise;
        const answered = callByTick(stack);
        await stack.sql("select 1");
        await pass(20_000);
        const advice = await adviceOf(stack, "requests");
        assertMatch(advice, /^In pg_net 2 requests wait/);
        const [whose] = statementsIn(advice);
        assertEquals((await stack.sql<{ url: string }>(whose!))[0]?.url, url);
        ends.resolve(new Response("at last"));
        await answered;
        await run(...statementsIn(advice));
      } finally {
        ends.resolve(new Response("at last"));
        await server.shutdown();
      }
    },
  },
];
