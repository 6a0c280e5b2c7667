import { type ReadonlySignal, signal } from "@preact/signals";
import type { MediaClient, MetadataField } from "../../../../supabase/client/mod.ts";

/** Fields are read again when they are needed and so old, in ms: as long as the server remembers them. */
const OLD_MS = 5 * 60_000;

/** The account's fields of structured metadata; read when somebody first needs them. */
export class MetadataFields {
  readonly #fields = signal<readonly MetadataField[] | undefined>(undefined);
  readonly #error = signal<unknown>(undefined);
  /** Undefined until they are here. */
  readonly fields: ReadonlySignal<readonly MetadataField[] | undefined> = this.#fields;
  readonly error: ReadonlySignal<unknown> = this.#error;
  readonly #media: MediaClient;
  #readAt = -Infinity;
  #isReading = false;

  constructor(media: MediaClient) {
    this.#media = media;
  }

  /** Reads them where they are missing or old; what is here is shown until then. */
  async need(now = performance.now()): Promise<void> {
    if (this.#isReading || now - this.#readAt < OLD_MS) return;
    this.#isReading = true;
    try {
      this.#fields.value = await this.#media.metadataFields();
      this.#readAt = now;
      this.#error.value = undefined;
    } catch (error) {
      this.#error.value = error;
    } finally {
      this.#isReading = false;
    }
  }
}
