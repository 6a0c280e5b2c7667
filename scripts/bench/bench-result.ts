/** What a benchmark found. */
export interface BenchResult {
  readonly name: string;
  /** Figures by name, units in the names. */
  readonly figures: Readonly<Record<string, number | string>>;
  /** Lines that show more than the figures, to be printed as they are. */
  readonly table?: readonly string[];
}
