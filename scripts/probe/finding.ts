import type { Behavior } from "./facts.ts";

/** What was found out about one fact. */
export interface Finding {
  name: keyof Behavior;
  /** Undefined: it could not be found out. */
  value?: Behavior[keyof Behavior];
  /** What was seen, or why nothing was. */
  seen: string;
}

/** A fact that was found out. */
export function found<Name extends keyof Behavior>(
  name: Name,
  value: Behavior[Name],
  seen: string,
): Finding {
  return { name, value, seen };
}

/** A fact that was not. */
export function unknown(name: keyof Behavior, seen: string): Finding {
  return { name, seen };
}
