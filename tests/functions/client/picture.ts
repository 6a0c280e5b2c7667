import { encode } from "fast-png";

/** A real picture, of so many pixels a side, of noise: it does not compress. */
export function picture(side = 64): Uint8Array<ArrayBuffer> {
  let state = 1;
  const data = Uint8Array.from({ length: side * side * 3 }, () => {
    // The numbers of Numerical Recipes; only the upper bits look random.
    state = Math.imul(state, 1_664_525) + 1_013_904_223 | 0;
    return state >>> 24;
  });
  return new Uint8Array(encode({ width: side, height: side, data, channels: 3 }));
}
