/** A WebSocket in whose place a test sits: it sees what supabase-js sends and says what the server would. */

/** One message of Phoenix' protocol. */
export interface Frame {
  joinRef: string | null;
  ref: string | null;
  topic: string;
  event: string;
  // deno-lint-ignore no-explicit-any -- as the protocol carries it.
  payload: any;
}

export class FakeSocket {
  static readonly opened: FakeSocket[] = [];
  static readonly CONNECTING = 0;
  static readonly OPEN = 1;
  static readonly CLOSING = 2;
  static readonly CLOSED = 3;

  readonly sent: Frame[] = [];
  readyState = 0;
  binaryType = "blob";
  bufferedAmount = 0;
  onopen: ((event: unknown) => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: ((event: unknown) => void) | null = null;
  onerror: ((event: unknown) => void) | null = null;

  constructor(readonly url: string) {
    FakeSocket.opened.push(this);
    queueMicrotask(() => {
      this.readyState = 1;
      this.onopen?.({});
    });
  }

  send(data: string): void {
    const [joinRef, ref, topic, event, payload] = JSON.parse(data);
    this.sent.push({ joinRef, ref, topic, event, payload });
  }

  close(code = 1000, reason = ""): void {
    if (this.readyState === 3) return;
    this.readyState = 3;
    this.onclose?.({ code, reason, wasClean: code === 1000 });
  }

  addEventListener(): void {}
  removeEventListener(): void {}

  /** The message of that name that was sent last. */
  last(event: string): Frame | undefined {
    return this.sent.findLast((frame) => frame.event === event);
  }

  /** Answers a message of the client. */
  reply({ joinRef, ref, topic }: Frame, status: "ok" | "error", response: unknown = {}): void {
    this.#receive([joinRef, ref, topic, "phx_reply", { status, response }]);
  }

  /** A broadcast of the database. */
  broadcast(topic: string, event: string, payload: unknown): void {
    this.#receive([null, null, topic, "broadcast", { type: "broadcast", event, payload }]);
  }

  #receive(frame: unknown[]): void {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }
}
