/** Hunts every mutant, each in a process of its own, and tells which was caught by what. */
import { type Mutant, readMutants } from "./apply.ts";
import type { Catch } from "./hunt.ts";

/** How to hunt. */
export interface HuntOptions {
  /** At most so many seeds for each. */
  seeds: number;
  operations: number;
  /** Only mutants with this in their name. */
  only: string;
  print: (line: string) => void;
}

/** @returns whether every mutant was caught. */
export async function checkMutants(options: HuntOptions): Promise<boolean> {
  const mutants = (await readMutants()).filter(({ name }) => name.includes(options.only));
  let caught = 0;
  for (const mutant of mutants) {
    const result = await huntInProcess(mutant, options);
    if (typeof result === "string") {
      options.print(`${mutant.name.padEnd(34)} STALE    ${result}`);
      continue;
    }
    if (result.by !== null) caught++;
    options.print(
      `${mutant.name.padEnd(34)} ${
        result.by === null ? `MISSED   in ${result.seeds} seeds` : result.by.padEnd(8)
      } ${result.complaint.slice(0, 140)}`,
    );
  }
  options.print(`${caught} of ${mutants.length} mutants caught`);
  return mutants.length > 0 && caught === mutants.length;
}

async function huntInProcess(mutant: Mutant, options: HuntOptions): Promise<Catch | string> {
  const { stdout, stderr, success } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--quiet",
      "--allow-all",
      `--config=${decodeURIComponent(new URL("../../../../deno.json", import.meta.url).pathname)}`,
      new URL("../command.ts", import.meta.url).href,
      `--mutant=${mutant.name}`,
      `--seeds=${options.seeds}`,
      `--ops=${options.operations}`,
    ],
  }).output();
  const said = new TextDecoder().decode(stdout).trim();
  return success ? JSON.parse(said) : `${said}${new TextDecoder().decode(stderr)}`.slice(0, 300);
}
