/** Runs the jobs of `cron.job` on PGlite, where pg_cron cannot be loaded. */
import { type Clock, systemClock } from "./clock.ts";
import { nextRun } from "./cron-schedule.ts";
import type { LocalDatabase } from "./database.ts";

/** What the scheduler works with. */
export interface CronSchedulerOptions {
  database: LocalDatabase;
  clock?: Clock;
  /** Gets one line for each failure of the scheduler itself; a job's failure is in `job_run_details`. */
  log: (line: string) => void;
}

/** A running scheduler. */
export interface CronScheduler {
  /** Lets a job under way finish and starts no other. */
  stop(): Promise<void>;
}

interface Job {
  jobid: number;
  schedule: string;
  command: string;
  database: string;
  username: string;
}

interface PlannedJob extends Job {
  due: number | null;
}

// setTimeout counts in 32 bits; an hour is far below, and a rescheduled wait costs nothing.
const longestWait = 3_600_000;

/**
 * Reads the active jobs, runs each when it is due, one at a time, and writes `cron.job_run_details` with
 * pg_cron's statuses. Reads the jobs again whenever they change.
 */
export async function startCronScheduler(options: CronSchedulerOptions): Promise<CronScheduler> {
  const { database, log, clock = systemClock } = options;
  let jobs: PlannedJob[] = [];
  let cancelWait = () => {};
  let stopped = false;
  // Reading and running take turns, so that a job list is never replaced while its jobs run.
  let tail: Promise<void> = Promise.resolve();
  const inTurn = (work: () => Promise<void>) => {
    tail = tail.then(async () => {
      if (stopped) return;
      try {
        await work();
      } catch (error) {
        log(`cron: ${messageOf(error)}`);
      }
      if (!stopped) wait();
    });
  };

  const plan = (job: Job): number | null => {
    try {
      return nextRun(job.schedule, clock.now());
    } catch (error) {
      log(`cron: job ${job.jobid} is never due: ${messageOf(error)}`);
      return null;
    }
  };
  const read = async () => {
    const known = new Map(jobs.map((job) => [job.jobid, job]));
    const rows = await database.query<Job>(
      `select jobid, schedule, command, database, username from cron.job
       where active order by jobid`,
    );
    jobs = rows.map((row) => {
      const before = known.get(row.jobid);
      const due = before?.schedule === row.schedule ? before.due : plan(row);
      return { ...row, due };
    });
  };
  const runDue = async () => {
    const now = clock.now();
    for (const job of jobs.filter((job) => job.due !== null && job.due <= now)) {
      if (stopped) return;
      job.due = plan(job);
      await runJob(database, job);
    }
  };
  const wait = () => {
    cancelWait();
    const due = jobs.flatMap((job) => job.due ?? []);
    if (due.length === 0) return;
    const milliseconds = Math.max(0, Math.min(...due) - clock.now());
    cancelWait = clock.after(Math.min(milliseconds, longestWait), () => inTurn(runDue));
  };

  const unlisten = await database.listen("cron_job", () => inTurn(read));
  inTurn(read);
  await tail;

  return {
    stop: async () => {
      stopped = true;
      cancelWait();
      await unlisten();
      await tail;
    },
  };
}

async function runJob(database: LocalDatabase, job: Job): Promise<void> {
  const [run] = await database.query<{ runid: number }>(
    `insert into cron.job_run_details (jobid, job_pid, database, username, command, status, start_time)
     values ($1, pg_backend_pid(), $2, $3, $4, 'running', clock_timestamp()) returning runid`,
    [job.jobid, job.database, job.username, job.command],
  );
  const finish = async (status: "succeeded" | "failed", message: string) => {
    await database.query(
      `update cron.job_run_details
       set status = $2, return_message = $3, end_time = clock_timestamp() where runid = $1`,
      [run?.runid, status, message],
    );
  };
  try {
    await database.transaction(async (sql) => {
      await sql.query("select set_config('role', $1, true)", [job.username]);
      await sql.exec(job.command);
    });
    await finish("succeeded", "1 row");
  } catch (error) {
    await finish("failed", `ERROR:  ${messageOf(error)}`);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
