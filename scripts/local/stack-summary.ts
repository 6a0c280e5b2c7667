/** What a person reads of a stack that has just started. */
import type { StackInfo } from "../support/stack-info.ts";

/** What the summary tells beside the stack's own description. */
export interface SummaryOptions {
  /** `emulated` or `real` Cloudinary. */
  cloudinary: "emulated" | "real";
  /** Assets in the emulated library. */
  assets: number;
  /** PGlite's folder; undefined: in memory. */
  dataDirectory?: string;
  /** Whether jobs run. */
  cron: boolean;
  /** Path of the file that holds the description. */
  file: string;
}

/** @returns Lines: addresses, users, what to try. Each command in it works as it stands. */
export function describeStack(info: StackInfo, options: SummaryOptions): string[] {
  const { url, publishable_key, secret_key, users } = info;
  const emulated = options.cloudinary === "emulated";
  const places: [string, string, string][] = [
    ["API", url, "for supabase-js, with the publishable key"],
    ["Console", info.console_url, "the library in the browser"],
    ["SQL", `${url}/studio/`, "an SQL editor, as the owner of the database"],
    ["Cloudinary", info.cloudinary_http, cloudinaryNote(options)],
    ["Database", databaseOf(info), info.database_url === null ? databaseNote(options) : ""],
    ["Publishable key", publishable_key, ""],
    ["Secret key", secret_key, ""],
  ];
  return [
    "Media Sync runs on this machine.",
    "",
    ...table(places),
    "",
    "Sign in as",
    ...table(
      Object.entries(users).map(([role, { email, password }]) => [role, email, password]),
    ),
    "",
    "Try",
    ...(emulated
      ? [
        "  Three more assets in Cloudinary; they appear here by themselves:",
        `    curl -s ${info.cloudinary_http}/_emulator/assets -d '{"count": 3, "notify": true}'`,
      ]
      : []),
    "  The newest assets, and how the sync is:",
    `    curl -s '${url}/functions/v1/media-list?limit=3' -H 'apikey: ${secret_key}'`,
    `    curl -s ${url}/functions/v1/sync -H 'apikey: ${secret_key}'`,
    ...commands(options),
    "",
    `All of it as JSON: ${options.file}. Ctrl+C stops the stack.`,
  ];
}

/** The commands know of the clone's first stack only. */
function commands({ cron, file }: SummaryOptions): string[] {
  if (!file.endsWith("stack.json")) return [];
  return [
    `  A sync with a progress bar${cron ? "" : " (no jobs run here)"}, and a check of everything:`,
    "    npx -y deno task sync",
    "    npx -y deno task doctor",
  ];
}

function cloudinaryNote({ cloudinary, assets }: SummaryOptions): string {
  return cloudinary === "real"
    ? "the real one"
    : `emulated, ${assets.toLocaleString("en-US")} assets`;
}

function databaseNote({ dataDirectory }: SummaryOptions): string {
  return dataDirectory === undefined ? "in memory" : `in ${dataDirectory}`;
}

/** Without the password, which a terminal may show to others. */
function databaseOf({ database_url }: StackInfo): string {
  if (database_url === null) return "PGlite";
  const { hostname, port, pathname } = new URL(database_url);
  return `PostgreSQL ${hostname}:${port || 5432}${pathname}`;
}

function table(rows: [string, string, string][]): string[] {
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map(([first, second, third]) =>
    `  ${first.padEnd(widths[0]!)}  ${second.padEnd(widths[1]!)}  ${third}`.trimEnd()
  );
}
