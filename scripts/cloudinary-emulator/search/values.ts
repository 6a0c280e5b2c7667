import { badRequest } from "../shapes/failure.ts";

const UNIT_MS: Readonly<Record<string, number>> = {
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
  m: 2_592_000_000,
  y: 31_536_000_000,
};

const UNIT_BYTES: Readonly<Record<string, number>> = { kb: 1024, mb: 1_048_576, gb: 1_073_741_824 };

/** Tells whether a date literal is relative to now, e.g. `1d` or `4w`. */
export function isRelativeDate(literal: string): boolean {
  return /^\d{1,6}[hdwmy]$/.test(literal);
}

/**
 * Reads a date literal as ms since the epoch: relative (`1d` = a day ago), a year, a date, or a date
 * with a time (UTC when it names no zone).
 *
 * @throws Failure 400 when it is no date
 */
export function readDate(literal: string, now: number): number {
  if (isRelativeDate(literal)) {
    return now - Number(literal.slice(0, -1)) * UNIT_MS[literal.at(-1)!]!;
  }
  const zoned = /T\d{2}:\d{2}/.test(literal) && !/(Z|[+-]\d{2}:?\d{2})$/i.test(literal)
    ? `${literal}Z`
    : literal;
  const time = Date.parse(zoned);
  if (!/^\d{4}/.test(literal) || Number.isNaN(time)) {
    throw badRequest(`Error parsing expression: invalid date ${literal}`);
  }
  return time;
}

/** The length of the unit that a date literal names: a date without a time is a whole day. */
export function datePrecision(literal: string): number {
  if (/^\d{4}$/.test(literal)) return UNIT_MS.y!;
  if (/^\d{4}-\d{2}-\d{2}$/.test(literal)) return UNIT_MS.d!;
  return 1000;
}

/** Reads a number literal, with `kb`, `mb` or `gb`, or a ratio such as `16:9`; NaN when it is none. */
export function readNumber(literal: string): number {
  const sized = /^(\d+(?:\.\d+)?)(kb|mb|gb)$/i.exec(literal);
  if (sized) return Number(sized[1]) * UNIT_BYTES[sized[2]!.toLowerCase()]!;
  const ratio = /^(\d+):(\d+)$/.exec(literal);
  if (ratio) return Number(ratio[1]) / Number(ratio[2]);
  return literal.trim() === "" ? NaN : Number(literal);
}

/** The words of a text, lower-cased: what `:` compares. */
export function tokenize(text: string): string[] {
  return text.toLowerCase().split(/[^\p{L}\p{N}]+/u).filter((token) => token !== "");
}

/** Turns a value with `*` into a pattern for the whole text, ignoring case. */
export function wildcardPattern(value: string): RegExp {
  const parts = value.split("*").map((part) => part.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`, "isu");
}
