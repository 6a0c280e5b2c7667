/** Timers that all end when the emulator stops. */
export interface Timers {
  /** Aborted when the emulator stops. */
  readonly signal: AbortSignal;
  /** Runs an action after a wait (ms), unless the emulator stops first. */
  after(milliseconds: number, action: () => void): void;
  /** Waits (ms, or for ever); ends early, without error, when the emulator or the other signal stops. */
  wait(milliseconds: number, other?: AbortSignal): Promise<void>;
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
        const id = milliseconds === Infinity ? undefined : setTimeout(finish, milliseconds);
        if (id !== undefined) pending.add(id);
        signal.addEventListener("abort", finish);
        other?.addEventListener("abort", finish);
        function finish() {
          if (id !== undefined) pending.delete(id);
          clearTimeout(id);
          signal.removeEventListener("abort", finish);
          other?.removeEventListener("abort", finish);
          resolve();
        }
      }),
    stop: () => {
      for (const id of pending) clearTimeout(id);
      pending.clear();
      controller.abort();
    },
  };
}
