/** A benchmark: the program `tests/bench/<name>.bench.ts`. */
export interface Bench {
  name: string;
  /** Figure → what it should be, for the table; figures without a goal are only told. */
  goals: Record<string, { compare: "at least" | "at most"; value: number }>;
  /** Options of the command that its program takes. */
  options?: ("assets" | "passes" | "rounds")[];
}

const atLeast = (value: number) => ({ compare: "at least" as const, value });
const atMost = (value: number) => ({ compare: "at most" as const, value });

/** All benchmarks in the order they run. */
export const BENCHES: Bench[] = [
  { name: "emulator", goals: {} },
  {
    name: "webhook",
    goals: { share_of_floor: atLeast(0.5), share_of_floor_never_analyzed: atLeast(0.5) },
  },
  { name: "wake", goals: {} },
  {
    name: "first-sync",
    goals: {
      assets_per_cpu_s: atLeast(10_000),
      memory_mb: atMost(256),
      heap_growth_mb: atMost(20),
      efficiency: atLeast(0.7),
    },
  },
  {
    name: "statements",
    goals: {
      insert_share: atLeast(0.85),
      reconcile_ratio: atMost(3),
      event_ratio: atMost(2.5),
      event_ratio_never_analyzed: atMost(2.5),
    },
    options: ["assets"],
  },
  {
    name: "costs",
    goals: {
      "a idle hour": atMost(60),
      "a hour after them": atMost(60),
      "b idle hour": atMost(60),
      "b hour after them": atMost(60),
    },
  },
  { name: "shards", goals: { ratio: atMost(0.5) } },
  {
    name: "growth",
    goals: {
      health_ms: atMost(5),
      due_ms: atMost(5),
      claim_ms: atMost(50),
      sweep_ms: atMost(500),
      verified_per_s: atLeast(5_000),
    },
    options: ["assets"],
  },
  {
    name: "library",
    goals: {
      lists_beyond_empty_p95_ms: atMost(25),
      searches_and_facets_beyond_empty_p95_ms: atMost(50),
      lists_growth: atMost(1.5),
      slowest_p95_ms: atMost(100),
      paths_that_miss: atMost(0),
    },
    options: ["assets", "passes", "rounds"],
  },
  {
    name: "console",
    goals: {
      bundle_gzip_bytes: atMost(250_000),
      first_assets_ms: atMost(1_000),
      typing_median_ms: atMost(300),
      longest_task_ms: atMost(100),
    },
  },
];
