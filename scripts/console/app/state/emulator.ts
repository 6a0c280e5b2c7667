import { signal } from "@preact/signals";

/** An asset as the emulated Cloudinary has it. */
export interface EmulatedAsset {
  asset_id: string;
  public_id: string;
  resource_type: string;
  type: string;
  display_name?: string;
  secure_url: string;
  tags?: string[];
}

/** A call of the emulated API. */
export interface EmulatedCall {
  at: string;
  method: string;
  endpoint: string;
  path: string;
  status: number;
  fault?: string;
}

/** A webhook on its way from it. */
export interface EmulatedDelivery {
  index: number;
  notification_type: string;
  attempts: { at: string; status: number | null }[];
  outcome: "pending" | "delivered" | "failed" | "dropped";
}

/** What can go wrong there, as far as the console has a switch for it. */
export interface EmulatedFaults {
  latency_ms: number;
  error_rate: number;
  webhook_drop_rate: number;
  webhook_delay_ms: number;
}

const NAMES = ["Meadow", "Harbour", "Skyline", "Orchard", "Lantern", "Bicycle"];
const SHOWN = 40;
/** It broadcasts nothing: it is asked so often while it is looked at. */
const POLL_MS = 700;

/** The emulated Cloudinary library beside the local stack, by its control surface. */
export class Emulator {
  readonly total = signal(0);
  readonly assets = signal<readonly EmulatedAsset[]>([]);
  readonly calls = signal<readonly EmulatedCall[]>([]);
  readonly deliveries = signal<readonly EmulatedDelivery[]>([]);
  readonly faults = signal<EmulatedFaults | undefined>(undefined);
  readonly error = signal<string | undefined>(undefined);
  readonly match = signal("");
  readonly #address: string;

  constructor(address: string) {
    this.#address = `${address}/_emulator`;
  }

  /** Reads everything again and again. @returns Ends it. */
  follow(): () => void {
    let timer: number | undefined;
    let isOver = false;
    const read = async () => {
      if (!document.hidden) await this.refresh();
      if (!isOver) timer = setTimeout(read, POLL_MS);
    };
    read();
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }

  async refresh(): Promise<void> {
    try {
      const match = encodeURIComponent(this.match.peek());
      const [library, calls, deliveries, faults] = await Promise.all([
        this.#ask(`/assets?limit=${SHOWN}&match=${match}`),
        this.#ask(`/calls?limit=${SHOWN}`),
        this.#ask(`/deliveries?limit=${SHOWN}`),
        this.#ask("/faults"),
      ]);
      this.total.value = library.total;
      this.assets.value = keepIfEqual(this.assets.peek(), library.assets);
      this.calls.value = keepIfEqual(this.calls.peek(), calls.calls.toReversed());
      this.deliveries.value = keepIfEqual(
        this.deliveries.peek(),
        deliveries.deliveries.toReversed(),
      );
      this.faults.value = faults;
      this.error.value = undefined;
    } catch (error) {
      this.error.value = error instanceof Error ? error.message : String(error);
    }
  }

  async setFaults(change: Partial<EmulatedFaults>): Promise<void> {
    this.faults.value = await this.#ask("/faults", "PUT", change);
  }

  /** New pictures, as if somebody had uploaded them there. */
  async add(count: number): Promise<void> {
    const assets = Array.from({ length: count }, () => {
      const mark = Math.random().toString(36).slice(2, 8);
      const name = NAMES[Math.floor(Math.random() * NAMES.length)]!;
      return {
        public_id: `${name.toLowerCase()}-${mark}`,
        display_name: `${name} ${mark}`,
        format: "jpg",
        width: 1_600,
        height: 1_200,
        bytes: 480_000,
      };
    });
    await this.#ask("/assets", "POST", { assets, notify: true });
    await this.refresh();
  }

  async rename({ asset_id }: EmulatedAsset, display_name: string): Promise<void> {
    await this.#act("PUT", `/resources/${asset_id}`, { display_name });
  }

  async remove({ resource_type, type, public_id }: EmulatedAsset): Promise<void> {
    await this.#act("DELETE", `/resources/${resource_type}/${type}`, { public_ids: [public_id] });
  }

  async #act(method: string, path: string, parameters: Record<string, unknown>): Promise<void> {
    await this.#ask("/ui", "POST", { method, path, parameters });
    await this.refresh();
  }

  // deno-lint-ignore no-explicit-any -- the emulator is a tool of this machine; its answers are not checked.
  async #ask(path: string, method = "GET", body?: unknown): Promise<any> {
    const response = await fetch(this.#address + path, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const answer = await response.json();
    if (!response.ok) throw new Error(answer.error?.message ?? `status ${response.status}`);
    return answer;
  }
}

/** What is equal stays the same, so that nothing is drawn anew. */
function keepIfEqual<Value>(before: readonly Value[], now: readonly Value[]): readonly Value[] {
  return JSON.stringify(before) === JSON.stringify(now) ? before : now;
}
