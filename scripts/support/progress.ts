/** How far a run is: a bar on a terminal, a few lines elsewhere. */
// @ts-types="@types/cli-progress"
import cliProgress from "cli-progress";
import process from "node:process";
import { printLine } from "./print-line.ts";

/** Shows how far something is. */
export interface ProgressDisplay {
  /** Whether asking for the figures is worth the while. */
  readonly wanted: boolean;
  start(total: number): void;
  update(seen: number): void;
  /** The last call; may be made again. */
  finish(): void;
}

/** Shows nothing. */
export const silentProgress: ProgressDisplay = {
  wanted: false,
  start: () => {},
  update: () => {},
  finish: () => {},
};

/** A bar for a terminal. */
export function createProgressBar(label: string): ProgressDisplay {
  const bar = new cliProgress.SingleBar({
    format: `${label} {bar} {percentage}% | {value}/{total} assets | {duration_formatted}`,
    stream: process.stdout,
    hideCursor: true,
    // A key pressed meanwhile must not be echoed into the bar, but Ctrl+C is ours to handle.
    gracefulExit: false,
  }, cliProgress.Presets.shades_classic);
  return {
    wanted: true,
    start: (total) => bar.start(total, 0),
    update: (seen) => bar.update(seen),
    finish: () => bar.stop(),
  };
}

/**
 * Lines for a pipe or a file: one each time that another quarter is done.
 *
 * @param print Writes a line; to standard output by default.
 */
export function createProgressLines(
  label: string,
  print: (line: string) => void = printLine,
): ProgressDisplay {
  let total = 0;
  let quarters = -1;
  return {
    wanted: true,
    start: (all) => {
      total = all;
      quarters = -1;
    },
    update: (seen) => {
      const done = total === 0 ? 4 : Math.floor((4 * Math.min(seen, total)) / total);
      if (done <= quarters) return;
      quarters = done;
      print(
        `${label} ${
          Math.floor((100 * Math.min(seen, total)) / Math.max(total, 1))
        }%, ${seen} of ${total} assets`,
      );
    },
    finish: () => {},
  };
}
