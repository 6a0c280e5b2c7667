/** Whose doing something was, by the names of activities and sides. */
import type { Held, Side } from "./model.ts";

/** Whether a person in Cloudinary brought a value, not a function. */
export function isPersons({ by }: Pick<Held, "by">): boolean {
  return by.startsWith("act ");
}

/** The database that a function works for, `a` of `a/sync#1`; empty where there is one only. */
export function databaseOf(activity: string): string {
  return activity.split("/").slice(0, -1).join();
}

/** The database at which somebody edits, `a` of `here a`. */
export function databaseAt(side: Side): string {
  return side.replace("here ", "");
}

/** Whether a function of that database brought it. */
export function isBy(database: string, held: Held): boolean {
  return !isPersons(held) && held.by !== "beginning" &&
    ["", database].includes(databaseOf(held.by));
}
