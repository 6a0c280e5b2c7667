/** Shows how far a run is while a call works on it. */
import {
  createProgressBar,
  createProgressLines,
  type ProgressDisplay,
  silentProgress,
} from "../support/progress.ts";
import type { Surroundings } from "../support/command.ts";
import { CommandError } from "../support/command-error.ts";
import type { ProjectClient } from "../support/project-client.ts";
import type { Run } from "./answer.ts";

/** Pause between two looks at the progress, in ms. */
const LOOK_INTERVAL_MS = 500;

/** A display that waits for the total to be known. */
export interface RunProgress {
  update(run: Run): void;
  finish(): void;
  readonly wanted: boolean;
}

/** A bar on a terminal, lines elsewhere, nothing where JSON is wanted. */
export function createRunProgress(
  { isTerminal, print }: Pick<Surroundings, "isTerminal" | "print">,
  json: boolean,
): RunProgress {
  const display: ProgressDisplay = json
    ? silentProgress
    : isTerminal
    ? createProgressBar("Sync")
    : createProgressLines("Sync", print);
  let started = false;
  return {
    wanted: display.wanted,
    update: ({ progress }) => {
      if (progress.expected === null || progress.expected === 0) return;
      if (!started) display.start(progress.expected);
      started = true;
      display.update(progress.seen);
    },
    finish: () => {
      if (started) display.finish();
      started = false;
    },
  };
}

/** Looks at the open run until told to stop. Failing looks are not worth a word: the run itself tells. */
export async function watchRun(
  client: ProjectClient,
  progress: RunProgress,
  sleep: Surroundings["sleep"],
  stop: AbortSignal,
): Promise<void> {
  while (!stop.aborted) {
    try {
      const { body } = await client.call("sync", { signal: stop });
      const runs = (body?.runs ?? []) as Run[];
      const open = runs.find(({ status }) => status === "running");
      if (open && !stop.aborted) progress.update(open);
      await sleep(LOOK_INTERVAL_MS, stop);
    } catch (error) {
      if (stop.aborted) return;
      if (!(error instanceof CommandError)) throw error;
      return;
    }
  }
}
