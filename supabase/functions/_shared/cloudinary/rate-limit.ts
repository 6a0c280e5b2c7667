import { isStorableTime } from "./storable.ts";

/** The Admin API's hourly budget, as told by the latest answer. */
export interface RateLimit {
  /** Calls allowed per hour. */
  limit: number;
  /** Calls left until `resetAt`. */
  remaining: number;
  resetAt: Date;
}

/**
 * Builds a rate limit from Cloudinary's three figures.
 *
 * @param limit `X-FeatureRateLimit-Limit`.
 * @param remaining `X-FeatureRateLimit-Remaining`.
 * @param reset `X-FeatureRateLimit-Reset`, an HTTP date, or the `Date` that the SDK made of it.
 * @returns null unless all three are there and can be stored: Upload API answers carry none.
 */
export function toRateLimit(limit: unknown, remaining: unknown, reset: unknown): RateLimit | null {
  if ([limit, remaining, reset].some((value) => value === null || value === undefined)) return null;
  const resetAt = reset instanceof Date ? reset : new Date(String(reset));
  const figures = { limit: Number(limit), remaining: Number(remaining), resetAt };
  const wellFormed = isCount(figures.limit) && isCount(figures.remaining) &&
    isStorableTime(resetAt);
  return wellFormed ? figures : null;
}

function isCount(figure: number): boolean {
  return Number.isInteger(figure) && figure >= 0 && figure <= 2_147_483_647;
}
