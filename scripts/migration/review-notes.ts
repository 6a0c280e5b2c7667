/** What a person must look at in a generated migration. */
const NOTES: [pattern: RegExp, note: string][] = [
  [/^\s*DROP (TABLE|COLUMN|TYPE|SCHEMA|VIEW|SEQUENCE)\b/i, "loses what it holds"],
  [/^\s*(DROP FUNCTION|DROP TRIGGER|DROP POLICY|DROP INDEX|DROP CONSTRAINT)\b/i, "is it meant?"],
  [/\bTYPE\b.*\bUSING\b|ALTER COLUMN .* TYPE\b/i, "rewrites the table, and may lose digits"],
  [/\bSET NOT NULL\b|ADD COLUMN .* NOT NULL(?!.*DEFAULT)/i, "fails where rows have no value"],
  [/\bADD CONSTRAINT\b/i, "fails where rows break it"],
  [/^\s*CREATE (UNIQUE )?INDEX\b/i, "keeps writers waiting while it is built"],
];

/**
 * Lines that need a second look, for a person who reviews a generated migration.
 *
 * @param sql The migration's text.
 * @returns `line N: <the line> (why)`, in order; empty where nothing stands out.
 */
export function reviewNotes(sql: string): string[] {
  return sql.split("\n").flatMap((line, index) => {
    const note = NOTES.find(([pattern]) => pattern.test(line))?.[1];
    return note === undefined ? [] : [`line ${index + 1}: ${line.trim()} (${note})`];
  });
}
