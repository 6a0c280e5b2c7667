/** Keeps a library's own console output out of the terminal. */
import { AsyncLocalStorage } from "node:async_hooks";

const containers = new AsyncLocalStorage<(line: string) => void>();
let installed = false;

/**
 * Runs `work`; what it (or anything it awaits) writes with `console.error` goes to `log`, one line each:
 * an error's name, code and message, never its parameters, which may hold what users sent. The data API
 * writes every error of a statement there, also those that are the caller's and that the caller is told.
 */
export function containConsole<Result>(
  log: (line: string) => void,
  work: () => Promise<Result>,
): Promise<Result> {
  install();
  return containers.run(log, work);
}

function install(): void {
  if (installed) return;
  installed = true;
  const { console } = globalThis;
  const original = console.error.bind(console);
  console.error = (...values: unknown[]) => {
    const log = containers.getStore();
    if (log) log(values.map(describe).join(" "));
    else original(...values);
  };
}

function describe(value: unknown): string {
  if (!(value instanceof Error)) return String(value);
  const code = "code" in value ? ` ${value.code}` : "";
  return `${value.name}${code}: ${value.message}`;
}
