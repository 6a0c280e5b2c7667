/** Asks everything in turns, so that what else the machine does meets all alike. */
import { median } from "../bench-result.ts";
import { type Kind, type Role, ROLES } from "./paths.ts";
import type { Site } from "./site.ts";

/** Times of one way of asking, in ms: medians over the passes. */
export interface Times {
  p50: number;
  p95: number;
}

/** What one path cost one role. */
export interface Measured {
  name: string;
  kind: Kind;
  role: Role;
  /** By size of library, in the order of the sites. */
  http: Times[];
  sql: Times[];
  /** The naive peer's time, once. */
  naive: number[];
}

/** All that was measured. */
export interface Measurement {
  /** Assets of each site. */
  sizes: number[];
  /** The empty request, by role. */
  empty: Record<Role, Times>;
  paths: Measured[];
}

/**
 * @param sites Libraries of several sizes, with the same paths in the same order.
 * @param options `passes`: whose medians are told; `rounds`: in each, every path is asked so often by everybody;
 * `tell`: gets a line now and then, since all of it takes a while.
 */
export async function measureSites(
  sites: Site[],
  { passes, rounds, tell }: { passes: number; rounds: number; tell: (line: string) => void },
): Promise<Measurement> {
  const recorder = createRecorder();
  // Once for the caches, and nobody times it.
  await askAll(sites, 0, () => {});
  for (let pass = 0; pass < passes; pass++) {
    for (let round = 0; round < rounds; round++) await askAll(sites, round, recorder.note);
    recorder.endPass();
    tell(`pass ${pass + 1} of ${passes}`);
  }
  tell("the naive peer");
  const naive = sites.map(() => [] as number[]);
  for (const [index, site] of sites.entries()) {
    for (const path of site.paths) naive[index]!.push(await site.naively(path));
  }
  const empty = Object.fromEntries(
    ROLES.map((role) => [role, recorder.times(`${role} empty`)]),
  ) as Record<Role, Times>;
  return {
    sizes: sites.map(({ assets }) => assets),
    empty,
    paths: sites[0]!.paths.flatMap(({ name, kind, roles = ROLES }, place) =>
      roles.map((role) => ({
        name,
        kind,
        role,
        http: sites.map(({ assets }) => recorder.times(`${role} http ${name} ${assets}`)),
        sql: sites.map(({ assets }) => recorder.times(`${role} sql ${name} ${assets}`)),
        naive: naive.map((times) => times[place]!),
      }))
    ),
  };
}

async function askAll(
  sites: Site[],
  round: number,
  note: (what: string, time: number) => void,
): Promise<void> {
  for (const [place, { name }] of sites[0]!.paths.entries()) {
    for (const role of sites[0]!.paths[place]!.roles ?? ROLES) {
      for (const site of sites) {
        const path = site.paths[place]!;
        note(`${role} http ${name} ${site.assets}`, await site.overHttp(path, role, round));
        note(`${role} sql ${name} ${site.assets}`, await site.bySql(path, role, round));
      }
    }
    // As often as any path, and between them.
    const role = ROLES[(place + round) % ROLES.length]!;
    note(`${role} empty`, await sites.at(-1)!.empty(role));
  }
}

function createRecorder() {
  let current = new Map<string, number[]>();
  const passes = new Map<string, Times[]>();
  return {
    note(what: string, time: number) {
      const times = current.get(what);
      if (times === undefined) current.set(what, [time]);
      else times.push(time);
    },
    endPass() {
      for (const [what, times] of current) {
        const one = { p50: percentile(times, 0.5), p95: percentile(times, 0.95) };
        passes.set(what, [...passes.get(what) ?? [], one]);
      }
      current = new Map();
    },
    times(what: string): Times {
      const all = passes.get(what) ?? [];
      return {
        p50: median(all.map(({ p50 }) => p50)),
        p95: median(all.map(({ p95 }) => p95)),
      };
    },
  };
}

/** The smallest of some figures that this share of them does not exceed. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((left, right) => left - right);
  return sorted[Math.max(Math.ceil(sorted.length * share) - 1, 0)] ?? NaN;
}
