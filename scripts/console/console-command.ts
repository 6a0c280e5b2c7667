import type { Command } from "../support/command.ts";
import { gzipSize } from "../support/gzip-size.ts";
import { CommandError } from "../support/command-error.ts";
import { projectOrigin } from "../support/project.ts";
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
  const configuration = {
    url: flags.url === "" ? "" : projectOrigin(flags.url),
    publishable_key: readKey(flags["publishable-key"]),
  };
  const files = await writeConsole(flags.out, configuration);
  print(`${flags.out}:`);
  for (const { path, content } of files) {
    const gzip = await gzipSize(content);
    print(`  ${path.padEnd(20)} ${kilobytes(content.length)}, ${kilobytes(gzip)} gzip`);
  }
  const missing = Object.entries(configuration).filter(([, value]) => value === "");
  if (missing.length > 0) {
    const names = missing.map(([name]) => name).join(" and ");
    print(`Write ${names} into config.json before you publish the folder.`);
  }
  return 0;
};

/** Whatever stands in config.json everybody can read. */
function readKey(key: string): string {
  if (key === "" || key.startsWith("sb_publishable_")) return key;
  throw new CommandError(
    "key_not_publishable",
    "--publishable-key must look like sb_publishable_…: everybody can read it, so no secret key may stand there. " +
      "Take the publishable key of the dashboard (Settings, API Keys).",
    2,
  );
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1_000).toFixed(1).padStart(6)} kB`;
}
