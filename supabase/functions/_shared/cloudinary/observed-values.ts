import { storableJson, storableText } from "./storable.ts";

/** Numbers that an asset is told with, and the largest that can be stored of each. */
export const LARGEST: Readonly<Record<string, number>> = {
  version: Number.MAX_SAFE_INTEGER,
  // Four terabytes: the sum of a library's must have room as well.
  bytes: 2 ** 42,
  width: 2_147_483_647,
  height: 2_147_483_647,
  pages: 2_147_483_647,
  duration: Number.MAX_VALUE,
};

/** The usual form of Cloudinary's times; a day beyond the 28th needs a calendar. */
const USUAL_TIME =
  /^(?!0000)\d{4}-(0[1-9]|1[0-2])-(0[1-9]|1\d|2[0-8])T([01]\d|2[0-3]):[0-5]\d:[0-5]\dZ$/;

type Fields = Record<string, unknown>;

/**
 * A number of an asset: whole but for the duration.
 *
 * @returns null for what is none, or cannot be stored.
 */
export function toFigure(name: string, value: unknown): number | null {
  const told = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  if (typeof told !== "number" || !Number.isFinite(told) || told < 0) return null;
  const figure = name === "duration" ? told : Math.round(told);
  return figure <= LARGEST[name]! ? figure : null;
}

/** A text of an asset; null for what is none. */
export function toText(value: unknown): string | null {
  if (typeof value === "string") return storableText(value);
  return typeof value === "number" || typeof value === "boolean" ? String(value) : null;
}

/**
 * A time in one form, so that the same moment compares equal as text: Cloudinary writes `…Z` or `…+00:00`.
 *
 * @returns null for what is no date of the calendar between the years 1 and 9999.
 */
export function toTime(value: unknown): string | null {
  if (typeof value !== "string") return null;
  // The usual form needs no Date, which is the dearest step of all here.
  if (USUAL_TIME.test(value)) return value;
  const day = /^(\d{4}-\d\d-\d\d)(?=$|[T ])/.exec(value)?.[1];
  if (day === undefined || !isDay(day)) return null;
  const time = new Date(value);
  if (Number.isNaN(time.getTime())) return null;
  const text = time.toISOString().replace(".000Z", "Z");
  return /^(?!0000)\d{4}-/.test(text) ? text : null;
}

/** `Date` takes the 30th of February for a day in March. */
function isDay(day: string): boolean {
  const date = new Date(`${day}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(day);
}

/** The times among Cloudinary's stamps. */
export function toTimes(stamps: Fields): Record<string, string> {
  return Object.fromEntries(
    Object.entries(stamps).flatMap(([name, value]) => {
      const time = toTime(value);
      return time === null ? [] : [[storableText(name), time] satisfies [string, string]];
    }),
  );
}

/** Tags, each once; what is no text, or none that can be stored, is left out. */
export function toTags(tags: unknown[]): string[] {
  const texts = tags.map(toText).filter((tag) => tag !== null && tag !== "") as string[];
  return [...new Set(texts)];
}

/** Accepts `{ custom: {…} }` (Admin, Upload), flat (Search) and `[{ key, value }]` (tolerated by SDKs). */
export function toContext(context: unknown): Record<string, string> {
  return Object.fromEntries(
    pairsOf(context).flatMap(([key, value]): [string, string][] =>
      value === null || value === undefined ? [] : [[
        storableText(key),
        typeof value === "object" ? JSON.stringify(storableJson(value)) : toText(value) ?? "",
      ]]
    ),
  );
}

function pairsOf(context: unknown): [string, unknown][] {
  if (Array.isArray(context)) {
    return context.flatMap((item): [string, unknown][] => {
      const name = isFields(item) ? item.key ?? item.name : undefined;
      return typeof name === "string" ? [[name, item.value ?? ""]] : [];
    });
  }
  if (!isFields(context)) return [];
  // A flat context may have a key called `custom`, whose value is text then.
  return Object.entries(isFields(context.custom) ? context.custom : context);
}

/** True for a JSON object. */
export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
