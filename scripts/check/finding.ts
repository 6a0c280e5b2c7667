/** Something that breaks a rule of the repository. */
export interface Finding {
  /** Path relative to the project's folder. */
  file: string;
  /** Counted from 1; absent where the file as a whole is meant. */
  line?: number;
  message: string;
}

/** One line a person can click: `file:line: message`. */
export function formatFinding({ file, line, message }: Finding): string {
  return `${file}${line === undefined ? "" : `:${line}`}: ${message}`;
}
