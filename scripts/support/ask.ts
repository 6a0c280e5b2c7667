/** Questions on a terminal that Ctrl+C ends: Deno's own `confirm` blocks the process, and a signal waits for the answer. */

/**
 * Asks for a yes. Everything but `y` and `yes` is a no, as is the end of the input.
 *
 * @param signal Aborted by Ctrl+C.
 * @throws What the signal was aborted with.
 */
export async function askForYes(question: string, signal: AbortSignal): Promise<boolean> {
  Deno.stdout.writeSync(new TextEncoder().encode(`${question} [y/N] `));
  const line = await orAborted(readLine(), signal);
  return /^\s*y(es)?\s*$/i.test(line);
}

/**
 * Resolves as the promise does, or rejects as soon as the signal is aborted; what the promise does by then is nobody's
 * business any more.
 */
export async function orAborted<Result>(
  promise: Promise<Result>,
  signal: AbortSignal,
): Promise<Result> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(signal.reason);
  if (signal.aborted) onAbort();
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener("abort", onAbort);
    promise.catch(() => {});
  }
}

/** A terminal gives a line at a time; nothing after it is taken from whoever reads next. */
async function readLine(): Promise<string> {
  const decoder = new TextDecoder();
  const byte = new Uint8Array(1);
  let line = "";
  while (true) {
    const read = await Deno.stdin.read(byte);
    if (read === null) return line;
    const character = decoder.decode(byte, { stream: true });
    if (character === "\n") return line;
    line += character;
  }
}
