const FORM = /^(\d{4}-\d\d-\d\d)([T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|([+-]\d\d)(:?\d\d)?)?)?$/;

/**
 * Whether a text is a date or time that JavaScript and Postgres read alike, as in RFC 3339.
 *
 * What only one of them refuses must be bad input here, not a failed cast in the database: JavaScript takes
 * 31 February for 3 March and knows a year 0, and Postgres knows no offset of 16 hours or more.
 */
export function isTime(value: string): boolean {
  const [, day = "", , , , , hours, minutes] = FORM.exec(value) ?? [];
  if (day < "0001-01-01" || Math.abs(Number(hours ?? 0)) > 15) return false;
  const midnight = new Date(`${day}T00:00:00Z`);
  if (
    Number.isNaN(midnight.getTime()) ||
    midnight.toISOString().slice(0, 10) !== day
  ) return false;
  // Postgres prints whole hours of offset without minutes, which JavaScript does not read.
  const readable = hours !== undefined && minutes === undefined ? `${value}:00` : value;
  return !Number.isNaN(Date.parse(readable.replace(" ", "T")));
}
