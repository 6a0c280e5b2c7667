/** Whether the library keeps its targets, and the table that shows it. */
import type { Kind, Role } from "./paths.ts";
import type { Measured, Measurement } from "./measure.ts";

/** What the 95th of a hundred answers may take beyond the empty request, in ms. */
const BEYOND_EMPTY_MS: Record<Kind, number> = { list: 25, search: 50, facets: 50 };
/** How much longer a list of the large library may take than one of the small. */
const GROWTH = 1.5;
/** What no answer may take, in ms. */
const MOST_MS = 100;

/** The targets that a path misses, in words; none where all hold. */
export function missedTargets(
  path: Pick<Measured, "kind" | "role" | "http">,
  empty: Measurement["empty"],
): string[] {
  const large = path.http.at(-1)!.p95;
  const small = path.http[0]!.p95;
  const most = empty[path.role].p95 + BEYOND_EMPTY_MS[path.kind];
  return [
    ...(large > most ? [`over ${most.toFixed(0)} ms`] : []),
    ...(path.kind === "list" && large > small * GROWTH
      ? [`${(large / small).toFixed(1)} times the small library's`]
      : []),
    ...(large > MOST_MS ? [`over ${MOST_MS} ms`] : []),
  ];
}

/** The figures that goals are set for. */
export function summarize({ paths, empty }: Measurement): Record<string, number> {
  const beyond = (kinds: Kind[]) =>
    Math.max(
      ...paths.filter(({ kind }) => kinds.includes(kind))
        .map(({ http, role }) => http.at(-1)!.p95 - empty[role].p95),
    );
  const growth = paths.filter(({ kind }) => kind === "list")
    .map(({ http }) => http.at(-1)!.p95 / http[0]!.p95);
  return {
    empty_request_p95_ms: Math.max(...Object.values(empty).map(({ p95 }) => p95)),
    lists_beyond_empty_p95_ms: beyond(["list"]),
    searches_and_facets_beyond_empty_p95_ms: beyond(["search", "facets"]),
    lists_growth: Math.max(...growth),
    slowest_p95_ms: Math.max(...paths.map(({ http }) => http.at(-1)!.p95)),
    slowest_sql_p95_ms: Math.max(...paths.map(({ sql }) => sql.at(-1)!.p95)),
    paths: paths.length,
    paths_that_miss: paths.filter((path) => missedTargets(path, empty).length > 0).length,
  };
}

/** One line a path and role: p50 and p95 over HTTP and of the bare SQL at each size, the naive peer, and what is missed. */
export function measurementTable(measurement: Measurement): string[] {
  const { paths, empty, sizes } = measurement;
  const head = [
    "path",
    "role",
    ...sizes.flatMap((size) => [`http ${size}`, `sql ${size}`, `naive ${size}`]),
    "targets",
  ];
  const lines = paths.map((path) => [
    `${path.kind}: ${path.name}`,
    path.role,
    ...sizes.flatMap((_, place) => [
      both(path.http[place]!),
      both(path.sql[place]!),
      path.naive[place]!.toFixed(0),
    ]),
    missedTargets(path, empty).join(", ") || "hold",
  ]);
  const emptyLines = Object.entries(empty).map(([role, times]) => [
    "empty request",
    role satisfies string as Role,
    ...sizes.flatMap((_, place) => [place === sizes.length - 1 ? both(times) : "", "", ""]),
    "",
  ]);
  const table = [head, ...emptyLines, ...lines];
  const widths = head.map((_, column) => Math.max(...table.map((line) => line[column]!.length)));
  return table.map((line) =>
    line.map((cell, column) =>
      column < 2 || column === head.length - 1
        ? cell.padEnd(widths[column]!)
        : cell.padStart(widths[column]!)
    ).join("  ").trimEnd()
  );
}

function both({ p50, p95 }: { p50: number; p95: number }): string {
  return `${p50.toFixed(1)} / ${p95.toFixed(1)}`;
}
