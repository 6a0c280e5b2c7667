/**
 * Splits an SQL file into its statements, without their semicolons, as the CLI records them. Quotes,
 * dollar quotes, comments and parentheses keep a semicolon from ending a statement; so does the body of a
 * SQL-standard function (`begin atomic … end`).
 *
 * @param text Any number of statements.
 * @returns the statements, trimmed; comments stay with the statement they precede.
 */
export function splitStatements(text: string): string[] {
  const statements: string[] = [];
  let start = 0;
  let depth = 0;
  let atomic = 0;
  // One token that matters at a time; everything between them is plain text.
  const token =
    /--[^\n]*|\/\*|\$([A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$|[eE]?'|"|[();]|[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*/g;
  let previous = "";

  const end = (position: number) => {
    const statement = text.slice(start, position).trim();
    if (withoutComments(statement) !== "") statements.push(statement);
    start = position + 1;
    depth = 0;
    atomic = 0;
  };

  for (let match = token.exec(text); match !== null; match = token.exec(text)) {
    const found = match[0];
    const after = match.index + found.length;
    if (found === "/*") token.lastIndex = endOfComment(text, after);
    else if (found.startsWith("$")) token.lastIndex = endOf(text, found, after);
    else if (found.endsWith("'")) token.lastIndex = endOfString(text, after, found.length > 1);
    else if (found === '"') token.lastIndex = endOf(text, '"', after);
    else if (found === "(") depth++;
    else if (found === ")") depth--;
    else if (found === ";") {
      if (depth <= 0 && atomic === 0) end(match.index);
    } else if (!found.startsWith("--")) {
      const word = found.toLowerCase();
      if (word === "atomic" && previous === "begin") atomic++;
      else if (word === "case" && atomic > 0) atomic++;
      else if (word === "end" && atomic > 0) atomic--;
      previous = word;
    }
  }
  end(text.length);
  return statements;
}

function withoutComments(statement: string): string {
  return statement.replace(/--[^\n]*/g, "").replace(/\/\*[\s\S]*?\*\//g, "").trim();
}

function endOf(text: string, delimiter: string, from: number): number {
  const found = text.indexOf(delimiter, from);
  return found < 0 ? text.length : found + delimiter.length;
}

function endOfString(text: string, from: number, escapes: boolean): number {
  for (let position = from; position < text.length; position++) {
    if (escapes && text[position] === "\\") position++;
    else if (text[position] === "'") {
      if (text[position + 1] !== "'") return position + 1;
      position++;
    }
  }
  return text.length;
}

function endOfComment(text: string, from: number): number {
  let depth = 1;
  for (let position = from; position < text.length; position++) {
    const pair = text.slice(position, position + 2);
    if (pair === "/*") depth++, position++;
    else if (pair === "*/") {
      position++;
      if (--depth === 0) return position + 1;
    }
  }
  return text.length;
}
