import { type ReadonlySignal, signal } from "@preact/signals";
import type { MediaChange, MediaClient } from "../../../../supabase/client/mod.ts";

/** Without live updates one asks again so often while the page is seen. */
const POLL_MS = 4_000;

/** Tells listeners of changes in the library: live, and where that is not to be had by asking now and then. */
export class Live {
  readonly #isLive = signal(false);
  readonly isLive: ReadonlySignal<boolean> = this.#isLive;
  readonly #listeners = new Set<(change: MediaChange) => void>();
  readonly #media: MediaClient;
  #end: (() => void) | undefined;

  constructor(media: MediaClient) {
    this.#media = media;
  }

  /** @returns Takes the listener away. */
  listen(listener: (change: MediaChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  start(): void {
    if (this.#end !== undefined) return;
    const stop = this.#media.subscribe((change) => this.#tell(change), {
      onReady: () => this.#isLive.value = true,
      onError: () => this.#isLive.value = false,
    });
    const missed = () => {
      if (this.#isLive.value || document.hidden) return;
      this.#tell({ operation: "missed", ids: [], count: null, truncated: true });
    };
    const timer = setInterval(missed, POLL_MS);
    document.addEventListener("visibilitychange", missed);
    this.#end = () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", missed);
      this.#isLive.value = false;
      stop();
    };
  }

  stop(): void {
    this.#end?.();
    this.#end = undefined;
  }

  #tell(change: MediaChange): void {
    for (const listener of this.#listeners) listener(change);
  }
}
