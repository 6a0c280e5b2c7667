/** Live updates on a real PostgreSQL. */
import { assertEquals } from "@std/assert";
import { createClient } from "@supabase/supabase-js";
import { createClient as createCall, startTestStack } from "../../support/stack.ts";
import { postgresTest } from "../../support/postgres/postgres-test.ts";
import { assertRealtimeStory, realtimePlace } from "../realtime/story-place.ts";
import { tell } from "../realtime/story.ts";

postgresTest(
  "a database that was migrated without Realtime → the stack brings it, and people see edits as their rights are",
  async (postgres) => {
    const stack = await startTestStack({ database: await postgres.createDatabase(), assets: 2 });
    try {
      const place = await realtimePlace({ stack, call: createCall(stack) });
      assertRealtimeStory(await tell(createClient as never, place));
      const [kept] = await stack.sql<{ messages: number }>(
        "select count(*)::int as messages from realtime.messages where event = 'update'",
      );
      assertEquals(
        kept!.messages >= 2,
        true,
        "the trials of the policies left nothing, the edits did",
      );
      assertEquals(
        await stack.sql("select from realtime.messages where event is null"),
        [],
      );

      await stack.sql("alter publication supabase_realtime add table public.media_assets");
      const supabase = createClient(place.url, place.key, {
        auth: { persistSession: false, autoRefreshToken: false },
      });
      await supabase.auth.signInWithPassword(stack.info.users.viewer);
      await supabase.realtime.setAuth();
      const told = Promise.withResolvers<Record<string, unknown>>();
      const joined = Promise.withResolvers<string>();
      supabase.channel("rows").on(
        "postgres_changes",
        {
          event: "UPDATE",
          schema: "public",
          table: "media_assets",
          filter: `id=eq.${place.assetId}`,
        },
        ({ new: row }) => told.resolve(row),
      ).subscribe((status, error) => joined.resolve(error?.message ?? status));
      assertEquals(await joined.promise, "SUBSCRIBED");
      await stack.sql("update public.media_assets set display_name = 'told by row'");
      const { id, display_name } = await told.promise;
      assertEquals([id, display_name], [place.assetId, "told by row"]);
      await supabase.removeAllChannels();
      await supabase.realtime.disconnect();
    } finally {
      await stack.stop();
    }
  },
);
