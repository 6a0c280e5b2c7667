/** What PostgREST or the network answered when a database call failed. */
export interface FailedCall {
  code?: string;
  message: string;
  details?: string | null;
  hint?: string | null;
}

/**
 * A database call that failed.
 *
 * `code` is the SQLSTATE or PostgREST code, or `network` when no answer came. `retryable` is true where the same call
 * may succeed a moment later: no answer, too many connections, a restart, a deadlock.
 */
export class DatabaseError extends Error {
  override readonly name = "DatabaseError";
  readonly code: string;
  readonly status: number;
  readonly retryable: boolean;
  /** What the database or the network said, for the log; never for a client. */
  readonly said: string;

  /**
   * @param operation Name of the function or table that was called.
   * @param failed The error as supabase-js returned it.
   * @param status HTTP status of the answer; 0 when none came.
   */
  constructor(operation: string, failed: FailedCall, status: number) {
    super(`${operation}: ${failed.message}`);
    this.code = failed.code || (status === 0 ? "network" : `http_${status}`);
    this.status = status;
    this.said = failed.message;
    this.retryable = status === 0 || status === 502 || status === 503 ||
      status === 504 ||
      isTransient(this.code);
  }
}

/**
 * SQLSTATE classes that pass by themselves: 08 connection, 53 resources, 57P0x shutdown, 40P01 deadlock, 40001
 * serialisation, 55P03 lock; PGRST00x is PostgREST without a database.
 */
function isTransient(code: string): boolean {
  return /^(08|53|57P0|40P01|55P03|40001|PGRST00)/.test(code);
}
