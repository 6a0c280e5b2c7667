import type { BenchResult } from "../../tests/bench/bench-result.ts";

/** A benchmark, loaded when it is its turn. */
export interface Bench {
  name: string;
  run: () => Promise<BenchResult>;
  /** Figure → what it should be, for the table; figures without a goal are only told. */
  goals: Record<string, { compare: "at least" | "at most"; value: number }>;
}

const atLeast = (value: number) => ({ compare: "at least" as const, value });
const atMost = (value: number) => ({ compare: "at most" as const, value });

/** All benchmarks in the order they run. */
export const BENCHES: Bench[] = [
  {
    name: "emulator",
    run: async () => await (await import("../../tests/bench/emulator.bench.ts")).benchEmulator(),
    goals: {},
  },
  {
    name: "webhook",
    run: async () => await (await import("../../tests/bench/webhook.bench.ts")).benchWebhook(),
    goals: {},
  },
  {
    name: "wake",
    run: async () => await (await import("../../tests/bench/wake.bench.ts")).benchWake(),
    goals: {},
  },
  {
    name: "first-sync",
    run: async () => await (await import("../../tests/bench/first-sync.bench.ts")).benchFirstSync(),
    goals: {
      assets_per_cpu_s: atLeast(10_000),
      memory_mb: atMost(256),
      memory_growth_mb: atMost(50),
      efficiency: atLeast(0.7),
    },
  },
  {
    name: "shards",
    run: async () => await (await import("../../tests/bench/shards.bench.ts")).benchShards(),
    goals: { ratio: atMost(0.5) },
  },
];
