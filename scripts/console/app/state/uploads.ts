import { computed, type ReadonlySignal, signal } from "@preact/signals";
import type { MediaClient, MediaItem, UploadOptions } from "../../../../supabase/client/mod.ts";

/** A file on its way to the library. */
export interface Upload {
  id: number;
  name: string;
  size: number;
  percent: number;
  state: "waiting" | "sending" | "done" | "failed";
  error?: string;
  item?: MediaItem;
}

/** Files that go out at the same time. */
const AT_ONCE = 3;

/** Files on their way, a few at a time. */
export class Uploads {
  readonly #all = signal<readonly Upload[]>([]);
  readonly all: ReadonlySignal<readonly Upload[]> = this.#all;
  readonly isBusy = computed(() =>
    this.#all.value.some(({ state }) => state === "waiting" || state === "sending")
  );
  readonly #media: MediaClient;
  readonly #onDone: (item: MediaItem) => void;
  readonly #files = new Map<
    number,
    { file: File; options: UploadOptions; abort: AbortController }
  >();
  #last = 0;

  constructor(media: MediaClient, onDone: (item: MediaItem) => void) {
    this.#media = media;
    this.#onDone = onDone;
  }

  add(files: Iterable<File>, options: UploadOptions = {}): void {
    for (const file of files) {
      const id = ++this.#last;
      this.#files.set(id, { file, options, abort: new AbortController() });
      const { name, size } = file;
      this.#all.value = [...this.#all.value, { id, name, size, percent: 0, state: "waiting" }];
    }
    this.#begin();
  }

  retry(id: number): void {
    const known = this.#files.get(id);
    if (known === undefined) return;
    known.abort = new AbortController();
    this.#change(id, { state: "waiting", percent: 0, error: undefined });
    this.#begin();
  }

  /** Ends one that is on its way, or takes one that is over off the list. */
  dismiss(id: number): void {
    this.#files.get(id)?.abort.abort();
    this.#files.delete(id);
    this.#all.value = this.#all.value.filter((upload) => upload.id !== id);
    this.#begin();
  }

  clearDone(): void {
    for (const { id, state } of this.#all.value) if (state === "done") this.#files.delete(id);
    this.#all.value = this.#all.value.filter(({ state }) => state !== "done");
  }

  #begin(): void {
    const sending = this.#all.value.filter(({ state }) => state === "sending").length;
    const next = this.#all.value.filter(({ state }) => state === "waiting");
    for (const { id } of next.slice(0, Math.max(0, AT_ONCE - sending))) this.#send(id);
  }

  async #send(id: number): Promise<void> {
    const { file, options, abort } = this.#files.get(id)!;
    this.#change(id, { state: "sending" });
    try {
      const item = await this.#media.upload(file, {
        ...options,
        signal: abort.signal,
        onProgress: ({ percent }) => this.#change(id, { percent }),
      });
      this.#files.delete(id);
      this.#change(id, { state: "done", percent: 100, item });
      this.#onDone(item);
    } catch (error) {
      if (abort.signal.aborted) return;
      const message = error instanceof Error ? error.message : String(error);
      this.#change(id, { state: "failed", error: message });
    } finally {
      this.#begin();
    }
  }

  #change(id: number, change: Partial<Upload>): void {
    this.#all.value = this.#all.value.map((upload) =>
      upload.id === id ? { ...upload, ...change } : upload
    );
  }
}
