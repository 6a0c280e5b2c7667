/** Many runs, shared among processes: one slows down with every run that it has played. */
import { TextLineStream } from "../../../scripts/local/text-lines.ts";

/**
 * Plays shares in processes side by side.
 *
 * @param jobs Processes at once.
 * @param nextShare The flags of the next share; `undefined` when there is none.
 * @param told What a line of a process tells; `undefined` where that is not yet the end of its share.
 * @param add Takes the last that a process told.
 * @throws Error when a process ends without having told anything.
 */
export async function playInParallel<Told>(
  jobs: number,
  nextShare: () => string[] | undefined,
  told: (line: string) => Told | undefined,
  add: (played: Told) => void,
): Promise<void> {
  const work = async () => {
    for (let flags = nextShare(); flags !== undefined; flags = nextShare()) {
      const played = await playShare(flags, told);
      if (played === undefined) {
        throw new Error(`The process of ${flags.join(" ")} ended before it had played its share.`);
      }
      add(played);
    }
  };
  await Promise.all(Array.from({ length: jobs }, work));
}

async function playShare<Told>(
  flags: string[],
  told: (line: string) => Told | undefined,
): Promise<Told | undefined> {
  const root = new URL("../../../", import.meta.url);
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--quiet",
      "--allow-all",
      `--config=${decodeURIComponent(new URL("deno.json", root).pathname)}`,
      new URL("./command.ts", import.meta.url).href,
      ...flags,
    ],
    stdin: "null",
    stdout: "piped",
  }).spawn();
  const lines = child.stdout.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream());
  let last: Told | undefined;
  for await (const line of lines) last = told(line) ?? last;
  await child.status;
  return last;
}
