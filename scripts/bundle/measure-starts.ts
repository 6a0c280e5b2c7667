import { resolve } from "node:path";
import { BUNDLE_FILE } from "./write-deployment.ts";

const root = new URL("../../", import.meta.url);
const HOST = new URL("scripts/local/function-host.ts", root);

/** Milliseconds from the start of a process until it serves, the medians of a few starts. */
export interface Starts {
  source: number;
  bundle: number;
}

/**
 * Starts a function in the local function host, turn by turn from its source and as one file, so that both meet the same
 * machine.
 *
 * @param folder What `writeDeployment` wrote.
 * @param rounds Starts of each; one more comes first and does not count, since it fills Deno's caches.
 */
export async function measureStarts(name: string, folder: string, rounds = 3): Promise<Starts> {
  const source = new URL(`supabase/functions/${name}/`, root).pathname;
  const bundle = `${resolve(folder)}/supabase/functions/${name}/`;
  const [fromSource, fromBundle]: [number[], number[]] = [[], []];
  for (let round = 0; round <= rounds; round++) {
    const times = [
      await startOnce(`${source}deno.json`, `${source}index.ts`),
      await startOnce(`${bundle}deno.json`, `${bundle}${BUNDLE_FILE}`),
    ] as const;
    if (round === 0) continue;
    fromSource.push(times[0]);
    fromBundle.push(times[1]);
  }
  return { source: median(fromSource), bundle: median(fromBundle) };
}

async function startOnce(config: string, entrypoint: string): Promise<number> {
  const begun = performance.now();
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--quiet", "--no-lock", "--no-prompt"],
      ...["--allow-net", "--allow-env", "--allow-read", `--config=${config}`],
      ...[HOST.href, `file://${entrypoint}`],
    ],
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  let [said, ready]: [string, number | null] = ["", null];
  for await (const chunk of child.stdout.pipeThrough(new TextDecoderStream())) {
    said += chunk;
    if (ready !== null || !said.includes("READY ")) continue;
    ready = performance.now() - begun;
    // The host ends with its input.
    await child.stdin.close();
  }
  await child.status;
  if (ready === null) throw new Error(`${entrypoint} did not start.`);
  return ready;
}

function median(times: number[]): number {
  return Math.round(times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)]!);
}
