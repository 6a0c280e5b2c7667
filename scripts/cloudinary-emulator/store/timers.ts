/** Timers that all end when the emulator stops. */
export interface Timers {
  /** Aborted when the emulator stops. */
  readonly signal: AbortSignal;
  /** Runs an action after a wait (ms), unless the emulator stops first. */
  after(milliseconds: number, action: () => void): void;
  /** Waits (ms); ends early, without error, when the emulator or the other signal stops. */
  wait(milliseconds: number, other?: AbortSignal): Promise<void>;
  /** Waits until the emulator or the other signal stops. */
  forever(other: AbortSignal): Promise<void>;
  /** Ends every wait and drops every planned action. */
  stop(): void;
}

/** Makes a set of timers. */
export function createTimers(): Timers {
  const controller = new AbortController();
  const pending = new Set<ReturnType<typeof setTimeout>>();
  const { signal } = controller;
  const after = (milliseconds: number, action: () => void) => {
    if (signal.aborted) return;
    const id = setTimeout(() => {
      pending.delete(id);
      action();
    }, milliseconds);
    pending.add(id);
  };
  return {
    signal,
    after,
    wait: (milliseconds, other) =>
      new Promise((resolve) => {
        if (signal.aborted || other?.aborted) return resolve();
        const id = setTimeout(finish, milliseconds);
        pending.add(id);
        signal.addEventListener("abort", finish);
        other?.addEventListener("abort", finish);
        function finish() {
          clearTimeout(id);
          pending.delete(id);
          signal.removeEventListener("abort", finish);
          other?.removeEventListener("abort", finish);
          resolve();
        }
      }),
    forever: (other) =>
      new Promise((resolve) => {
        if (signal.aborted || other.aborted) return resolve();
        const finish = () => {
          signal.removeEventListener("abort", finish);
          other.removeEventListener("abort", finish);
          resolve();
        };
        signal.addEventListener("abort", finish);
        other.addEventListener("abort", finish);
      }),
    stop: () => {
      for (const id of pending) clearTimeout(id);
      pending.clear();
      controller.abort();
    },
  };
}
