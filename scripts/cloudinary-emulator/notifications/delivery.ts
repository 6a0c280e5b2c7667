/** One attempt to deliver a notification. */
export interface Attempt {
  readonly at: string;
  /** Null when there was no answer. */
  readonly status: number | null;
  readonly error?: string;
}

/** A notification for one URL, as `GET /_emulator/deliveries` tells it. */
export interface Delivery {
  readonly index: number;
  readonly notification_type: string;
  readonly url: string;
  readonly payload: Record<string, unknown>;
  /** The exact text that is sent and signed. */
  readonly body: string;
  headers: Record<string, string>;
  readonly attempts: Attempt[];
  response: { status: number; body: string } | null;
  outcome: "pending" | "delivered" | "failed" | "dropped";
}
