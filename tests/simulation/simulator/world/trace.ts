/** The trace of a run: one line for each message. */
import { EPOCH, virtual } from "../engine/machine.ts";

/** Collects lines. */
export interface Trace {
  /** Adds `<seconds since the start> <actor> <what happened>`. */
  add(actor: string, text: string): void;
  readonly lines: readonly string[];
}

/** Makes an empty trace. */
export function createTrace(): Trace {
  const lines: string[] = [];
  return {
    lines,
    add: (actor, text) => {
      const seconds = ((virtual.now - EPOCH) / 1000).toFixed(3).padStart(9);
      lines.push(`${seconds}  ${actor.padEnd(12)} ${text}`);
    },
  };
}

/** Text in one line, not too long. */
export function brief(text: string, most = 200): string {
  const line = text.replace(/\s+/g, " ");
  return line.length > most ? `${line.slice(0, most - 1)}…` : line;
}
