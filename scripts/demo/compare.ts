/** Whether both sides are equal: counts by resource type, then field by field. */
import type { Stack } from "../local/stack-options.ts";
import { compareAssets, type Difference } from "../support/compare-sides.ts";
import { readSides } from "../support/read-sides.ts";
import { DemoError } from "./step.ts";

/** One line of the table. */
export interface Counts {
  resource_type: string;
  /** In the emulated library. */
  cloudinary: number;
  /** Live rows of media_assets. */
  database: number;
  /** What `GET media-list` tells in its statistics. */
  media_list: number;
}

/** Both sides, compared. */
export interface Verdict {
  equal: boolean;
  counts: Counts[];
  difference_count: number;
  /** The first twenty. */
  differences: Difference[];
  /** Field → rows that do not know it although Cloudinary does; equal sides have none. */
  untold: Record<string, number>;
}

/**
 * Compares both sides of the stack.
 *
 * @throws DemoError when `media-list` does not answer.
 */
export async function compareStack(stack: Stack): Promise<Verdict> {
  const { resources, rows } = await readSides(stack);
  const stats = await readStatistics(stack);
  const count = (items: Record<string, unknown>[], type: string) =>
    items.filter(({ resource_type }) => resource_type === type).length;
  const types = [["image", "total_images"], ["video", "total_videos"], ["raw", "total_raw"]];
  const counts: Counts[] = types.map(([type = "", total = ""]) => ({
    resource_type: type,
    cloudinary: count(resources, type),
    database: count(rows, type),
    media_list: stats[total] ?? NaN,
  }));
  counts.push({
    resource_type: "all",
    cloudinary: resources.length,
    database: rows.length,
    media_list: stats.total_assets ?? NaN,
  });
  const { differences, untold } = compareAssets(resources, rows);
  const same = counts.every(({ cloudinary, database, media_list }) =>
    cloudinary === database && cloudinary === media_list
  );
  return {
    equal: same && differences.length === 0 && Object.keys(untold).length === 0,
    counts,
    difference_count: differences.length,
    differences: differences.slice(0, 20),
    untold,
  };
}

async function readStatistics({ info, functionLog }: Stack): Promise<Record<string, number>> {
  const response = await fetch(`${info.url}/functions/v1/media-list?limit=1&include=stats`, {
    headers: { apikey: info.secret_key },
  });
  const { stats, error } = await response.json();
  if (response.ok && stats) return stats;
  throw new DemoError(
    [
      `media-list failed with status ${response.status}: ${error ?? "no reason"}`,
      "What the function wrote last; mend what it names and run the demo again:",
      ...functionLog("media-list").slice(-10),
    ].join("\n"),
  );
}
