/** Time that passes at once, on both sides of a local stack. */
import type { Stack } from "../../scripts/local/stack-options.ts";
import { control } from "./stack.ts";

/** Lets time pass for the database and for Cloudinary. */
export type Pass = (milliseconds: number) => Promise<void>;

/**
 * Runs `fn` with a clock that it moves: PGlite lives in this process and reads its clock, the emulator has its own. The
 * functions' processes keep theirs, by which nothing is decided.
 */
export async function withMovedTime(
  stack: Stack,
  fn: (pass: Pass) => Promise<void>,
): Promise<void> {
  const real = Date.now;
  let moved = 0;
  Date.now = () => real() + moved;
  try {
    await fn(async (milliseconds) => {
      moved += milliseconds;
      await control(stack, "PUT /clock", { advance_ms: milliseconds });
    });
  } finally {
    Date.now = real;
    await control(stack, "PUT /clock", { advance_ms: -moved });
  }
}
