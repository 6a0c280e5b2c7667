let contained = false;

/**
 * Keeps one known defect of the `postgres` driver (porsager/postgres, issue 1208) from ending the process: when the
 * database restarts, a write that was put off may find its connection closed and throws where nobody can catch it. The
 * requests concerned fail by themselves, and the next ones find a new connection. Every other error ends the process.
 */
export function containDriverError(): void {
  if (contained) return;
  contained = true;
  addEventListener("error", (event) => {
    const stack = event.error instanceof Error ? event.error.stack ?? "" : "";
    if (/reading 'write'/.test(stack) && /nextWrite/.test(stack)) event.preventDefault();
  });
}
