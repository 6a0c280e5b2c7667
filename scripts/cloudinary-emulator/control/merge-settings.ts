import { badRequest } from "../shapes/failure.ts";
import { type Behavior, FACTS } from "../store/behavior.ts";

/**
 * Changes some of a set of named settings.
 *
 * @param defaults names and types of the settings that exist
 * @throws Failure 400 when a name is unknown or a value has another type
 */
export function mergeSettings<T extends object>(
  defaults: T,
  current: T,
  change: Readonly<Record<string, unknown>>,
): T {
  for (const [name, value] of Object.entries(change)) {
    if (!Object.hasOwn(defaults, name)) throw badRequest(`Unknown setting ${name}`);
    const expected = defaults[name as keyof T];
    const fits = Array.isArray(expected)
      ? Array.isArray(value)
      : typeof value === typeof expected ||
        (name === "truncate_listing" && typeof value === "boolean");
    if (!fits) throw badRequest(`Setting ${name} must be like ${JSON.stringify(expected)}`);
  }
  return { ...current, ...change };
}

/**
 * Changes some facts.
 *
 * @throws Failure 400 when a name is unknown or a value is none of its variants
 */
export function mergeBehavior(
  current: Behavior,
  change: Readonly<Record<string, unknown>>,
): Behavior {
  for (const [name, value] of Object.entries(change)) {
    const fact = Object.hasOwn(FACTS, name) ? FACTS[name as keyof Behavior] : undefined;
    const variants = (fact?.variants ?? []) as readonly unknown[];
    if (typeof value === "string" && !variants.includes(value)) {
      throw badRequest(`Setting ${name} is one of ${variants.join(", ")}`);
    }
  }
  return mergeSettings(current, current, change);
}
