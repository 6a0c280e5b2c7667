/** How long after the look-up that it rests on a write may still leave, in ms. Cloudinary has no conditional write. */
const FRESH_MS = 2_000;

/** Whether what a look-up showed may still be built upon. */
export interface Freshness {
  /** True once the asset must be read again before anything is written. */
  expired(): boolean;
}

/**
 * Begins with the look-up's request.
 *
 * @param monotonic A clock in ms that never goes back.
 */
export function startFreshness(monotonic: () => number = () => performance.now()): Freshness {
  const end = monotonic() + FRESH_MS;
  return { expired: () => monotonic() >= end };
}
