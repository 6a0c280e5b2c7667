/** How long every way of asking the library takes, at 10,000 and at a million assets in one run. */
import { parseArgs } from "node:util";
import { startPostgres } from "../../scripts/support/postgres/start-postgres.ts";
import { type BenchResult, runAsProcess } from "./bench-result.ts";
import { functionsBeside } from "./functions-beside.ts";
import { type Measurement, measureSites } from "./library/measure.ts";
import { measurementTable, summarize } from "./library/report.ts";
import { EMPTY_FUNCTION, openSite, type Site } from "./library/site.ts";

const SMALL = 10_000;

/** What is measured, and how often. */
export interface LibraryOptions {
  /** Size of the large library; the small one has 10,000 assets, or a tenth of it where that is less. */
  assets: number;
  /** The medians of so many are told. */
  passes: number;
  /** In each, everybody asks everything so often. */
  rounds: number;
  /** Gets a line now and then. */
  tell?: (line: string) => void;
}

/**
 * Makes both libraries on PostgreSQL and asks all paths of `library/paths.ts` in turns, as viewer, editor and anyone:
 * over HTTP of the local stack and as bare SQL, beside an empty request and, once, beside a naive peer on the same rows.
 */
export async function benchLibrary(
  { assets, passes, rounds, tell = () => {} }: LibraryOptions,
): Promise<BenchResult & { measurement: Measurement }> {
  const server = await startPostgres();
  const functions = await functionsBeside("empty", EMPTY_FUNCTION, "media-list");
  const sites: Site[] = [];
  try {
    for (const size of [Math.min(SMALL, Math.ceil(assets / 10)), assets]) {
      tell(`${size} assets are made`);
      sites.push(await openSite(server, size, functions.directory));
    }
    const measurement = await measureSites(sites, { passes, rounds, tell });
    return {
      name: "library",
      figures: { assets, filled_s: sites.at(-1)!.filled_s, ...summarize(measurement) },
      table: measurementTable(measurement),
      measurement,
    };
  } finally {
    for (const site of sites) await site.stop();
    await server.stop();
    await Deno.remove(functions.root, { recursive: true });
  }
}

if (import.meta.main) {
  const { values } = parseArgs({
    args: Deno.args,
    options: {
      assets: { type: "string", default: "1000000" },
      passes: { type: "string", default: "3" },
      rounds: { type: "string", default: "20" },
    },
  });
  await runAsProcess(() =>
    benchLibrary({
      assets: Number(values.assets),
      passes: Number(values.passes),
      rounds: Number(values.rounds),
      tell: (line) => void Deno.stderr.writeSync(new TextEncoder().encode(`${line}\n`)),
    })
  );
}
