import type { Command } from "../support/command.ts";
import { readFlags } from "../support/read-flags.ts";
import { bundleFunctions } from "./bundle-functions.ts";
import { measureStarts, type Starts } from "./measure-starts.ts";
import { writeDeployment } from "./write-deployment.ts";

const usage = `Makes one file of each function, as setup and deploy hand them to the platform.

  --out DIR   where to, default dist/functions: a folder that the Supabase CLI deploys as it is
  --measure   starts each in the local function host, from its source and as one file, and tells how long that takes
  --json      prints one JSON object and nothing else
  --help      this text`;

/** `deno task bundle`: bundles the functions, tells their sizes, and measures their cold starts. */
export const bundleCommand: Command = async (args, surroundings) => {
  const { print } = surroundings;
  const flags = readFlags("bundle", args, {
    out: { type: "string", default: "dist/functions" },
    measure: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  });
  if (flags.help) {
    print(usage);
    return 0;
  }
  const bundles = await (surroundings.bundleFunctions ?? bundleFunctions)();
  await writeDeployment(flags.out, bundles);
  const results: { name: string; bytes: number; gzip: number; starts?: Starts }[] = [];
  for (const { name, bytes, gzip } of bundles) {
    const starts = flags.measure ? await measureStarts(name, flags.out) : undefined;
    results.push({ name, bytes, gzip, ...(starts && { starts }) });
  }
  if (flags.json) {
    print(JSON.stringify({ success: true, folder: flags.out, functions: results }));
    return 0;
  }
  print(`${flags.out}/supabase/functions:`);
  for (const { name, bytes, gzip, starts } of results) {
    const times = starts
      ? `; starts in ${starts.bundle} ms as one file, ${starts.source} ms from source`
      : "";
    print(`  ${name.padEnd(11)} ${kilobytes(bytes)}, ${kilobytes(gzip)} gzip${times}`);
  }
  return 0;
};

function kilobytes(bytes: number): string {
  return `${Math.round(bytes / 1_000)} kB`;
}
