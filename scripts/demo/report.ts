/** The demo's result as text. */
import type { Verdict } from "./compare.ts";
import type { StepResult } from "./step.ts";

/** Lines that tell how the steps went. */
export function describeSteps(steps: StepResult[]): string[] {
  const width = Math.max(0, ...steps.map(({ name }) => name.length));
  return steps.map(({ name, holds, duration_ms, message }) =>
    `${holds ? "ok    " : "FAILED"} ${name.padEnd(width)}  ${seconds(duration_ms)}  ${message}`
  );
}

/** The table of counts and the verdict. */
export function describeVerdict(verdict: Verdict): string[] {
  const header = ["resource type", "Cloudinary", "database", "media-list"];
  const cells = verdict.counts.map(({ resource_type, cloudinary, database, media_list }) => [
    resource_type,
    ...[cloudinary, database, media_list].map((count) => count.toLocaleString("en-US")),
  ]);
  const untold = Object.entries(verdict.untold).map(([field, count]) => `${field} (${count})`);
  return [
    ...table([header, ...cells]),
    "",
    verdict.equal
      ? "Both sides are equal, in every field."
      : `Both sides differ: ${verdict.difference_count} differences.`,
    ...(untold.length === 0 ? [] : [`Empty in so many rows: ${untold.join(", ")}.`]),
    ...verdict.differences.map(({ public_id, field, cloudinary, database }) =>
      `  ${public_id}: ${field} is ${JSON.stringify(cloudinary)} in Cloudinary, ${
        JSON.stringify(database)
      } in the database`
    ),
  ];
}

/** Milliseconds as seconds, two digits. */
export function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(2)} s`;
}

function table(rows: string[][]): string[] {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0))
  );
  return rows.map((row) =>
    row.map((cell, column) =>
      column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)
    ).join("   ")
  );
}
