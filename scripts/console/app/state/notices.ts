import { type ReadonlySignal, signal } from "@preact/signals";

/** Something that is told at the edge of the page. */
export interface Notice {
  id: number;
  text: string;
  kind: "plain" | "error";
  action?: { label: string; run: () => void };
}

/** How long a notice stays: long enough to read, and with something to do longer. */
const STAYS_MS = 6_000;
const STAYS_WITH_ACTION_MS = 15_000;

/** What is told at the edge of the page, the latest last. */
export class Notices {
  readonly #all = signal<readonly Notice[]>([]);
  readonly all: ReadonlySignal<readonly Notice[]> = this.#all;
  #last = 0;

  /** @returns Its id, by which it can be replaced or taken away. */
  tell(text: string, options: Partial<Omit<Notice, "id" | "text">> = {}): number {
    const id = ++this.#last;
    this.#all.value = [...this.#all.value.slice(-2), { id, text, kind: "plain", ...options }];
    // Errors stay until they are read.
    if (options.kind !== "error") {
      setTimeout(() => this.dismiss(id), options.action ? STAYS_WITH_ACTION_MS : STAYS_MS);
    }
    return id;
  }

  /** Tells a failure: its message is a sentence for people. */
  fail(error: unknown): number {
    return this.tell(error instanceof Error ? error.message : String(error), { kind: "error" });
  }

  dismiss(id: number): void {
    this.#all.value = this.#all.value.filter((notice) => notice.id !== id);
  }
}
