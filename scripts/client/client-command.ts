import type { Command } from "../support/command.ts";
import { readFlags } from "../support/read-flags.ts";
import { buildPackage } from "./build-package.ts";

const usage =
  `Builds supabase/client as an npm package: an ES module, its types, README and LICENSE.

  --out DIR   where to, default dist/client; what is there is replaced
  --help      this text

Prints what is in it, in bytes and compressed by gzip. Install it in an app with: npm install <DIR>`;

/** `deno task client`: builds the client for apps as an npm package. */
export const clientCommand: Command = async (args, { print }) => {
  const flags = readFlags("client", args, {
    out: { type: "string", default: "dist/client" },
    help: { type: "boolean" },
  });
  if (flags.help) {
    print(usage);
    return 0;
  }
  const { folder, files } = await buildPackage(flags.out);
  print(`${folder}:`);
  for (const { path, bytes, gzip } of files) {
    print(`  ${path.padEnd(28)} ${kilobytes(bytes)}, ${kilobytes(gzip)} gzip`);
  }
  return 0;
};

function kilobytes(bytes: number): string {
  return `${(bytes / 1_000).toFixed(1).padStart(6)} kB`;
}
