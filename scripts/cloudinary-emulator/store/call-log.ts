/** One call of the API, as the control surface tells it. */
export interface Call {
  readonly at: string;
  readonly method: string;
  readonly path: string;
  /** Method and route pattern, e.g. `GET /resources/:resource_type`. */
  readonly endpoint: string;
  readonly status: number;
  readonly api_key: string | null;
  /** Parameters without credentials, signatures and files. */
  readonly parameters: Readonly<Record<string, unknown>>;
  /** What the fault injection did to it, if anything. */
  readonly fault?: string | undefined;
  /** The message of an exception inside the emulator itself: always a defect of the emulator. */
  readonly defect?: string | undefined;
}

const KEPT_CALLS = 1000;

/** What is told of the calls so far. */
export interface CallReport {
  total: number;
  /** Calls in which the emulator itself failed. */
  defects: number;
  /** Answered calls by endpoint. */
  counts: Record<string, number>;
  /** Endpoints of the calls that wait for their answer. */
  open: string[];
  calls: Call[];
}

/** Counts calls by endpoint and remembers the last 1,000. */
export class CallLog {
  #counts = new Map<string, number>();
  #calls: Call[] = [];
  readonly #open = new Set<{ endpoint: string }>();
  #total = 0;
  #defects = 0;

  /** Notes that a call has come in, whose endpoint is not known yet; ends with {@linkcode record}. */
  begin(call: { endpoint: string }): void {
    this.#open.add(call);
  }

  /** Records a call that is answered. */
  record(begun: { endpoint: string }, call: Call): void {
    this.#open.delete(begun);
    this.#total++;
    if (call.defect !== undefined) this.#defects++;
    this.#counts.set(call.endpoint, (this.#counts.get(call.endpoint) ?? 0) + 1);
    this.#calls.push(call);
    if (this.#calls.length > 2 * KEPT_CALLS) this.#calls = this.#calls.slice(-KEPT_CALLS);
  }

  /** The record, as `GET /_emulator/calls` answers it. */
  report(): CallReport {
    return {
      total: this.#total,
      defects: this.#defects,
      counts: Object.fromEntries(this.#counts),
      open: Array.from(this.#open, ({ endpoint }) => endpoint),
      calls: this.#calls.slice(-KEPT_CALLS),
    };
  }

  /** Forgets everything. */
  clear(): void {
    this.#counts.clear();
    this.#calls = [];
    this.#total = 0;
    this.#defects = 0;
  }
}
