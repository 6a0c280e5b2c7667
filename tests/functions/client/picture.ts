import { encode } from "fast-png";

/** A real picture, of so many pixels a side, no two of which are alike: it does not compress. */
export function picture(side = 64): Uint8Array<ArrayBuffer> {
  let state = 1;
  const data = Uint8Array.from({ length: side * side * 3 }, () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return state >> 16;
  });
  return new Uint8Array(encode({ width: side, height: side, data, channels: 3 }));
}
