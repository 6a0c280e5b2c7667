import type { Command } from "../support/command.ts";
import { gzipSize } from "../support/gzip-size.ts";
import { readFlags } from "../support/read-flags.ts";
import { writeConsole } from "./build/build-console.ts";

const usage = `Builds the web console into a folder that any static host can serve.

  --out DIR               where to, default dist/console
  --url URL               the project, such as https://<ref>.supabase.co
  --publishable-key KEY   its publishable key
  --help                  this text

URL and key stand in config.json beside the page; they may be filled in there as well. Prints what the folder holds, in
bytes and compressed by gzip.`;

/** `deno task console`: builds the web console. */
export const consoleCommand: Command = async (args, { print }) => {
  const flags = readFlags("console", args, {
    out: { type: "string", default: "dist/console" },
    url: { type: "string", default: "" },
    "publishable-key": { type: "string", default: "" },
    help: { type: "boolean" },
  });
  if (flags.help) {
    print(usage);
    return 0;
  }
  const files = await writeConsole(flags.out, {
    url: flags.url,
    publishable_key: flags["publishable-key"],
  });
  print(`${flags.out}:`);
  for (const { path, content } of files) {
    const gzip = await gzipSize(content);
    print(`  ${path.padEnd(20)} ${kilobytes(content.length)}, ${kilobytes(gzip)} gzip`);
  }
  if (flags.url === "") print("Name the project in config.json before you publish the folder.");
  return 0;
};

function kilobytes(bytes: number): string {
  return `${(bytes / 1_000).toFixed(1).padStart(6)} kB`;
}
