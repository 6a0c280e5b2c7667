import { MediaError } from "./media-error.ts";
import type { AnySupabaseClient } from "./supabase-client.ts";

/** What a statement in the database changed. It does not tell what the assets hold: read that again, with your rights. */
export interface MediaChange {
  /** `missed`: the connection was gone for a while, so that anything may have changed. */
  operation: "insert" | "update" | "delete" | "missed";
  /** Ids of the assets, the first 100. */
  ids: string[];
  /** How many assets it were; null where it is not known. */
  count: number | null;
  /** Whether there were more than `ids` names. */
  truncated: boolean;
}

/** How live updates are received. */
export interface SubscribeOptions {
  /** Told once they come, and after each interruption. */
  onReady?: () => void;
  /** Told when they stop coming; supabase-js goes on trying. */
  onError?: (error: MediaError) => void;
}

/** Ends a subscription. */
export type Unsubscribe = () => Promise<void>;

/** The private topic to which the database sends. */
const TOPIC = "media_assets";
const OPERATIONS = ["insert", "update", "delete"] as const;

type Channel = ReturnType<AnySupabaseClient["channel"]>;

interface Listener extends SubscribeOptions {
  onChange: (change: MediaChange) => void;
}

/** Shares one channel among all listeners of a client: a topic is joined once. */
export class LiveUpdates {
  readonly #supabase: AnySupabaseClient;
  readonly #listeners = new Set<Listener>();
  #channel: Channel | undefined;
  #isReady = false;
  #wasReady = false;

  constructor(supabase: AnySupabaseClient) {
    this.#supabase = supabase;
  }

  /**
   * @param onChange Called for each change from now on.
   * @returns Ends it; the channel is left with the last listener.
   */
  subscribe(onChange: (change: MediaChange) => void, options: SubscribeOptions = {}): Unsubscribe {
    const listener = { onChange, ...options };
    this.#listeners.add(listener);
    if (this.#channel === undefined) this.#join();
    else if (this.#isReady) queueMicrotask(() => listener.onReady?.());
    return async () => {
      if (!this.#listeners.delete(listener) || this.#listeners.size > 0) return;
      const channel = this.#channel;
      this.#channel = undefined;
      this.#isReady = this.#wasReady = false;
      if (channel !== undefined) await this.#supabase.removeChannel(channel);
    };
  }

  #join(): void {
    const channel = this.#supabase.channel(TOPIC, { config: { private: true } });
    this.#channel = channel;
    for (const operation of OPERATIONS) {
      channel.on("broadcast", { event: operation }, ({ payload }) => {
        if (channel === this.#channel) this.#tell(readChange(operation, payload));
      });
    }
    // A private channel is joined with the session's token, which may not have been handed over yet. Without one the
    // server refuses, and supabase-js tries again.
    this.#supabase.realtime.setAuth().catch((error: unknown) => this.#fail(error)).then(() => {
      if (channel !== this.#channel) return;
      channel.subscribe((status, error) => {
        if (channel === this.#channel) this.#follow(status, error);
      });
    });
  }

  #follow(status: string, error: unknown): void {
    if (status !== "SUBSCRIBED") {
      this.#fail(error);
      return;
    }
    if (this.#wasReady && !this.#isReady) {
      this.#tell({ operation: "missed", ids: [], count: null, truncated: true });
    }
    this.#isReady = this.#wasReady = true;
    for (const { onReady } of this.#listeners) onReady?.();
  }

  #fail(cause: unknown): void {
    this.#isReady = false;
    const error = new MediaError(
      "Live updates do not come at the moment. They go on by themselves once the connection is back and the session is accepted.",
      { code: "live_updates", cause },
    );
    for (const { onError } of this.#listeners) onError?.(error);
  }

  #tell(change: MediaChange): void {
    for (const { onChange } of this.#listeners) onChange(change);
  }
}

function readChange(
  operation: MediaChange["operation"],
  payload: Record<string, unknown> | undefined,
): MediaChange {
  const ids = Array.isArray(payload?.ids)
    ? payload.ids.filter((id): id is string => typeof id === "string")
    : [];
  const count = typeof payload?.count === "number" ? payload.count : ids.length;
  return { operation, ids, count, truncated: payload?.truncated === true };
}
