/** What people see of live updates, told with supabase-js; runs in Deno and in a browser. */
import type { SupabaseClient } from "@supabase/supabase-js";

/** Where the story happens, as JSON. */
export interface RealtimePlace {
  url: string;
  key: string;
  /** An asset that an editor may rename. */
  assetId: string;
  users: Record<string, { email: string; password: string }>;
  /** Tokens that no project would accept, by what is wrong with them. */
  forged: Record<string, string>;
}

/** What each of them saw, by the protocol's version. */
export type RealtimeStory = Record<string, {
  /** `SUBSCRIBED`, or why not. */
  joined: Record<string, string>;
  /** Changes that came, each once: of one edit, not of what an editor tried to send before it. */
  received: Record<string, string[]>;
}>;

type CreateClient = (url: string, key: string, options: object) => SupabaseClient;
type Channel = ReturnType<SupabaseClient["channel"]>;

/** @param createClient That of supabase-js, by however the program got it. */
export async function tell(
  createClient: CreateClient,
  place: RealtimePlace,
): Promise<RealtimeStory> {
  const story: RealtimeStory = {};
  for (const version of ["1.0.0", "2.0.0"]) {
    story[version] = await once(createClient, place, version);
  }
  return story;
}

async function once(createClient: CreateClient, place: RealtimePlace, version: string) {
  const joined: Record<string, string> = {};
  const received: Record<string, string[]> = {};
  const clients: SupabaseClient[] = [];
  const channels: Record<string, Channel> = {};
  const updates: Promise<void>[] = [];

  const join = async (who: string, token?: string) => {
    const supabase = createClient(place.url, place.key, {
      auth: { persistSession: false, autoRefreshToken: false, storageKey: `${who} ${version}` },
      realtime: { vsn: version },
    });
    clients.push(supabase);
    const user = place.users[who];
    if (user) {
      const { error } = await supabase.auth.signInWithPassword(user);
      if (error) throw error;
    }
    // Called without a token it would ask for the session's, of which a forger has none.
    await (token === undefined ? supabase.realtime.setAuth() : supabase.realtime.setAuth(token));
    const channel = supabase.channel("media_assets", { config: { private: true } });
    const events: string[] = received[who] = [];
    const updated = Promise.withResolvers<void>();
    channel.on("broadcast", { event: "*" }, ({ event, payload }) => {
      const change = `${event} of ${payload.count}`;
      // The edit, and what the sync makes of it later.
      if (!events.includes(change)) events.push(change);
      if (event === "update") updated.resolve();
    });
    joined[who] = await new Promise((resolve) =>
      channel.subscribe((status, error) => resolve(error?.message ?? status))
    );
    if (joined[who] !== "SUBSCRIBED") return;
    channels[who] = channel;
    updates.push(updated.promise);
  };

  try {
    for (const who of ["viewer", "editor", "anonymous"]) await join(who);
    for (const [who, token] of Object.entries(place.forged)) await join(who, token);
    const editor = clients[1]!;
    await channels.editor!.send({ type: "broadcast", event: "update", payload: { count: 666 } });
    // Answered after what was sent before on the same channel: there is no Presence here.
    await channels.editor!.track({});
    const { error } = await editor.from("media_assets")
      .update({ display_name: `renamed by ${version} ${Math.random()}` }).eq("id", place.assetId);
    if (error) throw new Error(error.message);
    await Promise.all(updates);
  } finally {
    for (const supabase of clients) {
      await supabase.removeAllChannels();
      supabase.realtime.disconnect();
    }
  }
  return { joined, received };
}
