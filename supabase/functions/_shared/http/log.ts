import { redact } from "./redact.ts";

export { redact, registerSecret } from "./redact.ts";

/** Facts of one log line; snake_case keys, any JSON-like values. */
export type LogFields = Record<string, unknown>;

/** Writes structured log lines. */
export interface Logger {
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

type Level = "info" | "warn" | "error";

const MAX_LINE = 9_500;

/**
 * A logger that writes one JSON object per line to the console, redacted.
 *
 * @param fields Facts repeated on every line, such as the function's name.
 * @param write Where lines go; the console by default.
 */
export function createLogger(
  fields: LogFields = {},
  write: (level: Level, line: string) => void = writeToConsole,
): Logger {
  const log = (level: Level) => (message: string, more: LogFields = {}) => {
    const entry = redact({ level, message, ...fields, ...more });
    let line = JSON.stringify(entry);
    // Supabase cuts a line at 10,000 characters, which would leave broken JSON behind.
    if (line.length > MAX_LINE) {
      line = JSON.stringify({ level, message: redact(message), cut: line.slice(0, MAX_LINE / 2) });
    }
    write(level, line);
  };
  return { info: log("info"), warn: log("warn"), error: log("error") };
}

function writeToConsole(level: Level, line: string): void {
  // deno-lint-ignore no-console -- the console is the platform's log.
  console[level](line);
}
