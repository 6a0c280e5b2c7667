/** The moment at which a call stops taking on work, so that the platform never has to stop it. */
export interface Deadline {
  /** True once no new page or batch may be begun. */
  expired(): boolean;
}

/**
 * A deadline so many milliseconds from now.
 *
 * @param budgetMs Working time in ms. Supabase ends a worker after 150 s on the free plan; a call of ours works 25 s.
 * @param monotonic A clock in ms that never goes back.
 */
export function createDeadline(
  budgetMs: number,
  monotonic: () => number = () => performance.now(),
): Deadline {
  const end = monotonic() + budgetMs;
  return { expired: () => monotonic() >= end };
}
