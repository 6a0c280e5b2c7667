/** One scripted answer: used once, for the first API call that it matches. */
export interface ScriptedFailure {
  /** `METHOD /path-part` or a part of the path. */
  readonly match: string;
  readonly status: number;
  /** JSON, or a string that is sent as HTML. */
  readonly body?: unknown;
}

/** What goes wrong at the moment; everything off by default. Rates are probabilities from 0 to 1. */
export interface Faults {
  /** Wait before each API answer, ms. */
  latency_ms: number;
  /** Calls answered with 500, 502 or 503, without effect. */
  error_rate: number;
  /** Calls whose connection breaks, without effect. */
  reset_rate: number;
  /** Calls whose connection breaks after they took effect. */
  lost_answer_rate: number;
  /** Calls that are never answered. */
  hang_rate: number;
  /** Admin calls an hour; 0 = the account's normal limit. */
  rate_limit: number;
  /** Notifications that are never sent. */
  webhook_drop_rate: number;
  /** Notifications that are sent twice. */
  webhook_duplicate_rate: number;
  /** Sends notifications in another order than they happened. */
  webhook_reorder: boolean;
  /** Wait before a notification is sent, ms. */
  webhook_delay_ms: number;
  /** Signs notifications with a secret that is not the account's. */
  webhook_wrong_key: boolean;
  /** Time that a change takes to reach the search index, ms. */
  search_lag_ms: number;
  /** Listings claim to end after this many resources (true = after one page); 0 = off. */
  truncate_listing: number | boolean;
  /** Listings answer with no resource at all. */
  empty_listing: boolean;
  /** Scripted answers, each used once. */
  fail_next: ScriptedFailure[];
  /** Seed of everything above that is random. */
  seed: number;
}

/** No faults. */
export function noFaults(): Faults {
  return {
    latency_ms: 0,
    error_rate: 0,
    reset_rate: 0,
    lost_answer_rate: 0,
    hang_rate: 0,
    rate_limit: 0,
    webhook_drop_rate: 0,
    webhook_duplicate_rate: 0,
    webhook_reorder: false,
    webhook_delay_ms: 0,
    webhook_wrong_key: false,
    search_lag_ms: 0,
    truncate_listing: 0,
    empty_listing: false,
    fail_next: [],
    seed: 1,
  };
}
