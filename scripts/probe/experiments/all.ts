import { FACTS } from "../facts.ts";
import { answers } from "./answers.ts";
import { deletions } from "./deletions.ts";
import { contextLength, overwrites, refusals, updates } from "./edits.ts";
import type { Experiment } from "./experiment.ts";
import { folders } from "./folders.ts";
import { lookUps } from "./look-ups.ts";
import { names, signatures } from "./names.ts";
import { notifications, retries } from "./notifications.ts";
import { searches } from "./searches.ts";

/** Everything that is tried, in its order. */
export const EXPERIMENTS: readonly Experiment[] = [
  ...[lookUps, searches, answers, updates, overwrites, contextLength, refusals],
  ...[names, signatures, deletions, folders, notifications, retries],
];

/** Facts that are not probed for, and why. */
export const LEFT_OUT: Readonly<Record<string, string>> = {
  rate_limit_status: "finding it out would use up the hour's calls",
  ...Object.fromEntries(
    Object.entries(FACTS).filter(([, { kind }]) => kind === "pace")
      .map(([name]) => [name, "the emulator's own pace"]),
  ),
};
