import { type ReadonlySignal, signal } from "@preact/signals";
import type { MediaClient, MediaStatistics, SyncStatus } from "../../../../supabase/client/mod.ts";

/** Changes come in swarms; the figures follow at this pace. */
const PACE_MS = 400;

/** Size and state of the library, for the figures beside the views' names. */
export class LibraryState {
  readonly #statistics = signal<MediaStatistics | undefined>(undefined);
  readonly #sync = signal<SyncStatus | undefined>(undefined);
  readonly statistics: ReadonlySignal<MediaStatistics | undefined> = this.#statistics;
  readonly sync: ReadonlySignal<SyncStatus | undefined> = this.#sync;
  readonly #media: MediaClient;
  #timer: number | undefined;

  constructor(media: MediaClient) {
    this.#media = media;
  }

  refreshSoon(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#read();
    }, PACE_MS);
  }

  async #read(): Promise<void> {
    try {
      const { stats, sync_status } = await this.#media.list().page({ limit: 1 });
      this.#statistics.value = stats;
      this.#sync.value = sync_status;
    } catch {
      // Figures beside names: the view itself tells what fails, and the next change asks again.
    }
  }
}
