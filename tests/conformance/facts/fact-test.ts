/** Tests of uncertain facts: each of them under every variant. */
import {
  type Behavior,
  type Conformance,
  type EmulatorOptions,
  FACTS,
  withEmulator,
} from "../support.ts";

type Name = keyof Behavior;

/** Variants that a test has been declared for, by fact. */
export const tested = new Map<string, unknown[]>();

/**
 * Declares the tests of one fact, one for each of its variants.
 *
 * @param title request → outcome, whatever the variant
 * @param test gets the variant that the emulator is set to
 * @param options how the emulator starts besides
 */
export function factTest<Fact extends Name>(
  name: Fact,
  title: string,
  test: (conformance: Conformance, variant: Behavior[Fact]) => Promise<void>,
  options: EmulatorOptions = {},
): void {
  for (
    const variant of new Set(
      FACTS[name].variants as readonly unknown[] as readonly Behavior[Fact][],
    )
  ) {
    tested.set(name, [...tested.get(name) ?? [], variant]);
    Deno.test(`${name} ${JSON.stringify(variant)}: ${title}`, () =>
      withEmulator(
        { ...options, behavior: { ...options.behavior, [name]: variant } },
        (conformance) => test(conformance, variant),
      ));
  }
}
