import type { Surroundings } from "../support/command.ts";
import { findProject } from "../support/project.ts";
import { createProjectClient } from "../support/project-client.ts";
import { parseSyncOptions, syncUsage } from "./options.ts";
import { describeOutcome, exitCodeOf } from "./report.ts";
import { beginRebuild, readLoss } from "./rebuild.ts";
import { runToEnd } from "./run-to-end.ts";
import { createRunProgress, watchRun } from "./show-progress.ts";

/**
 * `deno task sync`: runs a sync of a project to its end.
 *
 * @returns The exit code, see `syncUsage`.
 * @throws CommandError where no run could be carried through.
 */
export async function syncCommand(args: string[], surroundings: Surroundings): Promise<number> {
  const options = parseSyncOptions(args);
  const { print, printError, sleep, signal } = surroundings;
  if (options.kind === "help") {
    print(syncUsage);
    return 0;
  }
  const project = await findProject(options.project, surroundings);
  const client = createProjectClient(project, signal);
  if (options.rebuild) await beginRebuild(client);
  const progress = createRunProgress(surroundings, options.json);
  const watching = new AbortController();
  // A dry run or a look at one asset is no run that goes on.
  const watched = progress.wanted && !options.dryRun && options.body.single_asset === undefined;
  const stop = AbortSignal.any([signal, watching.signal]);
  const watch = watched ? watchRun(client, progress, sleep, stop) : Promise.resolve();
  try {
    const outcome = await runToEnd(client, options.body, surroundings, {
      onRun: (run) => progress.update(run),
      onNote: (note) => printError(note),
    });
    watching.abort();
    await watch;
    if (!options.dryRun) progress.update(outcome.data);
    progress.finish();
    const exitCode = exitCodeOf(outcome);
    const lost = options.rebuild ? await readLoss(client) : null;
    if (options.json) {
      print(
        JSON.stringify({ success: exitCode === 0, ...outcome, ...(lost ? { loss: lost } : {}) }),
      );
    } else for (const line of [...describeOutcome(outcome), ...(lost ? [lost] : [])]) print(line);
    return exitCode;
  } finally {
    watching.abort();
    await watch;
    progress.finish();
  }
}
