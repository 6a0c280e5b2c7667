/** A seeded source of pseudo-random values. */
export interface Random {
  /** A number in [0, 1). */
  next(): number;
  /** An integer in [0, limit). */
  integer(limit: number): number;
  /** One element of a non-empty list. */
  pick<T>(values: readonly T[]): T;
  /** Lower-case hexadecimal characters. */
  hexadecimal(length: number): string;
  /** True with the given probability. */
  chance(probability: number): boolean;
  /** Begins the sequence of another seed. */
  restart(seed: number): void;
}

/**
 * Makes a deterministic generator (mulberry32) from a seed.
 *
 * @param seed any integer; the same seed gives the same sequence
 */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const next32 = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  const next = () => next32() / 4294967296;
  return {
    next,
    integer: (limit) => Math.floor(next() * limit),
    pick: (values) => values[Math.floor(next() * values.length)]!,
    hexadecimal: (length) => {
      let text = "";
      while (text.length < length) text += next32().toString(16).padStart(8, "0");
      return text.slice(0, length);
    },
    chance: (probability) => next() < probability,
    restart: (other) => {
      state = other >>> 0;
    },
  };
}
