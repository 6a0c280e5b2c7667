/** Calls `sync` until a run has ended. */
import { CommandError } from "../support/command-error.ts";
import type { Surroundings } from "../support/command.ts";
import type { ProjectAnswer, ProjectClient } from "../support/project-client.ts";
import type { Outcome, Run } from "./answer.ts";
import type { SyncBody } from "./options.ts";

/** Calls in a row that may fail before it gives up. */
const PATIENCE = 5;
/** Pause after a call that left work to do, in ms; doubled while nothing moves. */
const PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 30_000;
/** What the function says while all is well. */
const ORDINARY = /^Sync is running/;

/** What hears of a run that goes on. */
export interface Listener {
  /** The run, whenever a call told of it. */
  onRun(run: Run): void;
  /** Why the run does not go on for the moment, or why a call is repeated. */
  onNote(note: string): void;
}

/**
 * Calls `POST sync` until it answers that the run has ended. What the run did is in the database, so that an
 * interrupted command is simply run again.
 *
 * @throws CommandError `sync_refused` (bad key, bad request, not configured), `sync_failed` (too many failures in
 *   a row), `project_unreachable`.
 */
export async function runToEnd(
  client: ProjectClient,
  request: SyncBody,
  { sleep, signal }: Pick<Surroundings, "sleep" | "signal">,
  listener: Listener,
): Promise<Outcome> {
  const body = { ...request };
  let failures = 0;
  let pause = PAUSE_MS;
  let before = "";
  let note = "";
  const tell = (text: string) => {
    if (text !== note) listener.onNote(text);
    note = text;
  };
  for (;;) {
    const answer = await client.call("sync", { method: "POST", json: body });
    const outcome = readOutcome(answer);
    if (answer.status === 200 && outcome) return outcome;
    if (answer.status === 202 && outcome) {
      failures = 0;
      // Allowed once is enough: asked for again, no blocked run of that id would be found.
      delete body.allow_mass_delete;
      const { data, message } = outcome;
      if (!ORDINARY.test(message)) tell(message);
      const ended = await endedMeanwhile(client, data.run_id, listener);
      if (ended) return ended;
      // Where nothing moves, for example because the hour's calls are spent, asking on and on changes nothing.
      const moved = JSON.stringify([data.run_id, data.progress, data.pushed_items, data.api_calls]);
      pause = moved === before ? Math.min(2 * pause, LONGEST_PAUSE_MS) : PAUSE_MS;
      before = moved;
    } else {
      if (!isPassing(answer.status)) throw refused(answer);
      if (++failures >= PATIENCE) throw failedForGood(answer);
      tell(`${describe(answer)} It is tried again.`);
      pause = Math.min(PAUSE_MS * 2 ** failures, LONGEST_PAUSE_MS);
    }
    await sleep(pause, signal);
  }
}

/** A tick may have ended the run since; asking for another full one would begin anew. */
async function endedMeanwhile(
  client: ProjectClient,
  runId: string | null,
  listener: Listener,
): Promise<Outcome | null> {
  if (runId === null) return null;
  const { status, body } = await client.call(`sync?run_id=${encodeURIComponent(runId)}`);
  const run = body?.data as Run | undefined;
  if (status !== 200 || run === undefined) return null;
  listener.onRun(run);
  if (run.status === "running") return null;
  return { message: `The run is ${run.status}.`, data: run };
}

function readOutcome({ body }: ProjectAnswer): Outcome | null {
  const data = body?.data as Run | undefined;
  return data?.status === undefined ? null : { message: String(body?.message ?? ""), data };
}

/** 546 is the platform's own: a worker reached a limit. */
function isPassing(status: number): boolean {
  return [408, 409, 429, 500, 502, 504, 546].includes(status);
}

function describe({ status, body }: ProjectAnswer): string {
  return `sync answered with status ${status}: ${body?.error ?? body?.message ?? "no reason"}`;
}

function refused(answer: ProjectAnswer): CommandError {
  const mend = {
    401: "Check SUPABASE_SECRET_KEY: it must be a secret key of this very project.",
    403: "Only admins and secret keys may run a sync: use a secret key.",
    404: "Check the id; if the function itself is missing, run deno task deploy.",
    503: "Set what is missing with deno task setup --only secrets.",
  }[answer.status] ?? "See deno task sync --help.";
  return new CommandError("sync_refused", `${describe(answer)}\n${mend}`);
}

function failedForGood(answer: ProjectAnswer): CommandError {
  return new CommandError(
    "sync_failed",
    `${describe(answer)}\nThat is ${PATIENCE} times in a row; deno task doctor tells more. ` +
      "Nothing is lost: the next run goes on from where this one stands.",
  );
}
