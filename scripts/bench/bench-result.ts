/** What a benchmark found. */
export interface BenchResult {
  readonly name: string;
  /** Figures by name, units in the names. */
  readonly figures: Readonly<Record<string, number | string>>;
}
