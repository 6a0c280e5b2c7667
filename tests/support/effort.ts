/**
 * How much a test that could go on for long does: little on every push, all of it each night or by hand with
 * `TEST_EFFORT=full`.
 *
 * @param quick What every push plays.
 * @param full What is played with `TEST_EFFORT=full`.
 */
export function effort<Amount>(quick: Amount, full: Amount): Amount {
  return Deno.env.get("TEST_EFFORT") === "full" ? full : quick;
}
