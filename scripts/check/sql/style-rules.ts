import type { Finding } from "../finding.ts";
import type { SqlFile } from "./sql-file.ts";

/**
 * How SQL looks: lower case, indented by 4 spaces, no stray space.
 *
 * @param options `maxLine`: longest line, in characters without those of texts in quotes.
 */
export function checkStyle(
  { path, lines, tokens }: SqlFile,
  { maxLine }: { maxLine: number },
): Finding[] {
  const findings: Finding[] = [];
  const report = (line: number, message: string) => findings.push({ file: path, line, message });

  for (const { text, line, isKeyword, isLiteral } of tokens) {
    if (isLiteral || text === text.toLowerCase() || text.startsWith('"')) continue;
    report(line, `${isKeyword ? "the keyword" : "the name"} ${text} is not lower case`);
  }
  const literals = linesInLiterals(tokens);
  let before = 0;
  lines.forEach((content, index) => {
    const line = index + 1;
    if (/[ \t\r]$/.test(content)) report(line, "ends in a space");
    if (literals.inside.has(line)) return;
    const indent = /^\s*/.exec(content)![0];
    if (indent.includes("\t")) report(line, "is indented by a tab");
    else if (indent.length % 4 !== 0) report(line, `is indented by ${indent.length}, not by fours`);
    else if (content !== "" && indent.length > before + 4) {
      report(line, `is indented by ${indent.length} after ${before}`);
    }
    if (content !== "") before = indent.length;
    const length = content.length - (literals.lengths.get(line) ?? 0);
    if (length > maxLine) report(line, `${length} characters, more than ${maxLine}`);
  });
  if (!lines.at(-2)?.trim() || lines.at(-1) !== "") {
    report(lines.length, "the file does not end in one line break");
  }
  return findings;
}

/** Lines that begin inside a quoted text or comment, and how much of a line such text takes. */
function linesInLiterals(tokens: SqlFile["tokens"]) {
  const inside = new Set<number>();
  const lengths = new Map<number, number>();
  for (const { text, line, isLiteral } of tokens) {
    if (!isLiteral || text.startsWith("--")) continue;
    text.split("\n").forEach((part, index) => {
      if (index > 0) inside.add(line + index);
      lengths.set(line + index, (lengths.get(line + index) ?? 0) + part.length);
    });
  }
  return { inside, lengths };
}
