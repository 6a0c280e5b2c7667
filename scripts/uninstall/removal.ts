/** The parts of an installation, in the order in which they are taken away: the database's notes are needed to the last. */
export const PARTS = ["webhook", "functions", "secrets", "database"] as const;
export type Part = typeof PARTS[number];

/** One part that is taken away. Both methods throw CommandError where that is not possible. */
export interface Removal {
  part: Part;
  /** One sentence about its absence. */
  gone: string;
  /** Looks only: what there is, or null. */
  look(): Promise<string | null>;
  /** Takes it away; resolves to what was done, one sentence. */
  apply(): Promise<string>;
}
