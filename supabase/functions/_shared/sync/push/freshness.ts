/** How long after the look-up that it rests on a write may still leave, in ms. Cloudinary has no conditional write. */
const FRESH_MS = 2_000;
/** The same where one call serves hundreds of assets, whose look-ups and plan take longer. */
const FRESH_TOGETHER_MS = 5_000;
/** Assets from which on it is so. */
const TOGETHER = 200;

/** Whether what a look-up showed may still be built upon. */
export interface Freshness {
  /** True once the asset must be read again before anything is written. */
  expired(): boolean;
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
  const end = monotonic() + (assets < TOGETHER ? FRESH_MS : FRESH_TOGETHER_MS);
  return { expired: () => monotonic() >= end };
}
