/**
 * PostgreSQL's text of a `timestamptz` or `timestamp`, in the form in which PostgREST's JSON has it:
 * `2026-11-22 19:24:32.6+00` → `2026-11-22T19:24:32.6+00:00`. `infinity` stays as it is.
 */
export function isoTimestamp(text: string): string {
  return text.replace(/^(\S+) (\S+?)(?:([+-]\d\d)(:\d\d)?)?$/, (_, date, time, hours, minutes) => {
    return `${date}T${time}${hours ? `${hours}${minutes ?? ":00"}` : ""}`;
  });
}
