import { render } from "preact";
import {
  type AnySupabaseClient,
  createMediaClient,
  type MediaItem,
} from "../../../../supabase/client/mod.ts";
import { nameOf } from "../state/format.ts";
import { Library } from "../state/library.ts";
import { Session } from "../state/session.ts";
import { Uploads } from "../state/uploads.ts";
import { texts } from "../texts/mod.ts";
import { toQuery } from "./accepted.ts";
import { PickerDialog } from "./picker-dialog.tsx";
import type { MediaPicker, PickedAsset } from "./types.ts";

/** The stylesheet, put in when the package is built. */
declare const PICKER_STYLES: string;

/** What the dialog works with while it is open. */
interface Opened {
  library: Library;
  session: Session;
  uploads: Uploads;
}

/** The element; see its interface. */
class MediaPickerElement extends HTMLElement implements MediaPicker {
  static readonly observedAttributes = ["multiple", "accept", "label"];
  readonly #root = this.attachShadow({ mode: "open" });
  readonly #place = document.createElement("div");
  #client: AnySupabaseClient | null = null;
  #value: readonly PickedAsset[] = [];
  #session: Session | undefined;
  #opened: Opened | undefined;

  constructor() {
    super();
    const styles = document.createElement("style");
    styles.textContent = PICKER_STYLES;
    this.#root.append(styles, this.#place);
  }

  get client(): AnySupabaseClient | null {
    return this.#client;
  }

  set client(client: AnySupabaseClient | null) {
    this.close();
    this.#client = client;
    this.#session = client === null ? undefined : new Session(client);
    this.#draw();
  }

  get multiple(): boolean {
    return this.hasAttribute("multiple");
  }

  set multiple(isMultiple: boolean) {
    this.toggleAttribute("multiple", isMultiple);
  }

  get accept(): string {
    return this.getAttribute("accept") ?? "";
  }

  set accept(accept: string) {
    this.setAttribute("accept", accept);
  }

  get value(): readonly PickedAsset[] {
    return this.#value;
  }

  set value(value: readonly PickedAsset[]) {
    this.#value = value;
    this.#draw();
  }

  connectedCallback(): void {
    // Whoever set it before the element was defined set a property of its own.
    if (Object.hasOwn(this, "client")) {
      const { client } = this;
      delete (this as { client?: unknown }).client;
      this.client = client;
    }
    this.#draw();
  }

  disconnectedCallback(): void {
    this.close();
    render(null, this.#place);
  }

  attributeChangedCallback(): void {
    this.#draw();
  }

  show(): void {
    if (this.#client === null || this.#opened !== undefined) return;
    const media = createMediaClient(this.#client);
    const library = new Library(media, toQuery(this.accept));
    const uploads = new Uploads(media, (item) => {
      library.refreshSoon();
      if (this.multiple) library.selection.add([item]);
      else library.selection.only([item]);
    });
    library.open();
    this.#opened = { library, session: this.#session!, uploads };
    this.#draw();
  }

  close(): void {
    this.#opened?.library.close();
    this.#opened = undefined;
    this.#draw();
  }

  #choose(items: MediaItem[]): void {
    this.close();
    this.value = items.map(toPicked);
    this.dispatchEvent(
      new CustomEvent("change", { detail: this.#value, bubbles: true, composed: true }),
    );
  }

  #draw(): void {
    if (!this.isConnected) return;
    render(
      <>
        <button
          type="button"
          class="button"
          part="button"
          disabled={this.#client === null}
          onClick={() => this.show()}
        >
          {this.getAttribute("label") ?? texts.picker.open}
        </button>
        {this.#value.length > 0 && (
          <ul class="chips picker-value" part="value">
            {this.#value.map(({ id, name }) => <li class="chip" key={id}>{name}</li>)}
          </ul>
        )}
        {this.#opened && (
          <PickerDialog
            {...this.#opened}
            isMultiple={this.multiple}
            accept={this.accept}
            onClose={() => this.close()}
            onChoose={(items) => this.#choose(items)}
          />
        )}
      </>,
      this.#place,
    );
  }
}

function toPicked(item: MediaItem): PickedAsset {
  const { id, public_id, resource_type, url, secure_url, thumbnail_url, context } = item;
  const alt = context.alt ?? "";
  return { id, public_id, resource_type, url, secure_url, thumbnail_url, alt, name: nameOf(item) };
}

if (customElements.get("media-picker") === undefined) {
  customElements.define("media-picker", MediaPickerElement);
}
