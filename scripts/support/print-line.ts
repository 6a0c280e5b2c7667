const encoder = new TextEncoder();

/**
 * Writes one line to standard output. What a command prints is its product, so it does not go through
 * `console`, which stays forbidden (stray debugging output would look the same).
 */
export function printLine(line = ""): void {
  const bytes = encoder.encode(`${line}\n`);
  let written = 0;
  while (written < bytes.length) written += Deno.stdout.writeSync(bytes.subarray(written));
}
