/** How long after the look-up that it rests on a write may still leave, in ms. Cloudinary has no conditional write. */
const FRESH_MS = 2_000;
/** The same where one call serves hundreds of assets, or an asset is very large: look-up and plan take longer. */
const FRESH_AT_MOST_MS = 5_000;
/** Assets from which on it is so. */
const TOGETHER = 200;
/** Characters of JSON from which on it is so. */
const LARGE = 1_000_000;

/** Whether what a look-up showed may still be built upon. */
export interface Freshness {
  /** True once the asset must be read again before anything is written. */
  expired(): boolean;
  /** Tells how many characters of JSON the look-up showed. */
  weigh(size: number): void;
}

/**
 * Begins with the look-up's request.
 *
 * @param assets How many are looked up.
 * @param monotonic A clock in ms that never goes back.
 */
export function startFreshness(
  assets: number,
  monotonic: () => number = () => performance.now(),
): Freshness {
  const begun = monotonic();
  let span = assets < TOGETHER ? FRESH_MS : FRESH_AT_MOST_MS;
  return {
    expired: () => monotonic() >= begun + span,
    weigh: (size) => {
      if (size >= LARGE) span = FRESH_AT_MOST_MS;
    },
  };
}
