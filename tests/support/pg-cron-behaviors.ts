/**
 * What pg_cron does, each with the place of its source that says so: held against the real extension and against the
 * local stack's stand-in, so that neither is believed on its word.
 */
import { assertEquals, assertStringIncludes } from "@std/assert";

/** One behaviour: statements, and what the last of them gives. */
export interface PgCronBehavior {
  /** What is asked → what happens. */
  title: string;
  /** File and function of github.com/citusdata/pg_cron. */
  source: string;
  statements: string[];
  /** Rows of the last statement, or what its error says. */
  expected: Record<string, unknown>[] | { error: string };
}

const JOBS = "select jobname::text, schedule, command, active from cron.job order by jobid";
const off = [
  "select cron.schedule('kept', '0 0 1 1 *', 'select 1')",
  "select cron.alter_job(jobid, active := false) from cron.job",
];

export const pgCronBehaviors: PgCronBehavior[] = [
  {
    title: "a name scheduled again → the same job, with the new schedule and command",
    source: "src/job_metadata.c, ScheduleCronJob: on conflict … do update",
    statements: [
      "select cron.schedule('kept', '0 0 1 1 *', 'select 1')",
      "select cron.schedule('kept', '0 0 2 1 *', 'select 2')",
      JOBS,
    ],
    expected: [{ jobname: "kept", schedule: "0 0 2 1 *", command: "select 2", active: true }],
  },
  {
    title: "a name scheduled again while it is switched off → stays off",
    source: "src/job_metadata.c, ScheduleCronJob: the update leaves active out",
    statements: [...off, "select cron.schedule('kept', '0 0 2 1 *', 'select 2')", JOBS],
    expected: [{ jobname: "kept", schedule: "0 0 2 1 *", command: "select 2", active: false }],
  },
  {
    title: "a name scheduled again in a database, as active, while it is switched off → stays off",
    source: "src/job_metadata.c, ScheduleCronJob: the update leaves active out",
    statements: [
      ...off,
      "select cron.schedule_in_database('kept', '0 0 2 1 *', 'select 2', current_database(), active := true)",
      JOBS,
    ],
    expected: [{ jobname: "kept", schedule: "0 0 2 1 *", command: "select 2", active: false }],
  },
  {
    title: "alter_job with another schedule while it is switched off → stays off",
    source: "src/job_metadata.c, AlterJob: only what is not null is set",
    statements: [
      ...off,
      "select cron.alter_job(jobid, schedule := '0 0 3 1 *') from cron.job",
      JOBS,
    ],
    expected: [{ jobname: "kept", schedule: "0 0 3 1 *", command: "select 1", active: false }],
  },
  {
    title: "alter_job as active → on",
    source: "src/job_metadata.c, AlterJob",
    statements: [...off, "select cron.alter_job(jobid, active := true) from cron.job", JOBS],
    expected: [{ jobname: "kept", schedule: "0 0 1 1 *", command: "select 1", active: true }],
  },
  {
    title: "unscheduled and scheduled again → a new job, which is on",
    source: "src/job_metadata.c, cron_unschedule_named",
    statements: [
      ...off,
      "select cron.unschedule('kept')",
      "select cron.schedule('kept', '0 0 2 1 *', 'select 2')",
      JOBS,
    ],
    expected: [{ jobname: "kept", schedule: "0 0 2 1 *", command: "select 2", active: true }],
  },
  {
    title: "no name → two jobs, however alike",
    source: "src/job_metadata.c, cron_schedule",
    statements: [
      "select cron.schedule('0 0 1 1 *', 'select 1'), cron.schedule('0 0 1 1 *', 'select 1')",
      "select count(*)::integer as jobs from cron.job",
    ],
    expected: [{ jobs: 2 }],
  },
  {
    title: "another role schedules the same name → a job of its own, and it sees no other",
    source: "pg_cron--1.2--1.3.sql: unique (jobname, username); pg_cron--1.0.sql: cron_job_policy",
    statements: [
      "select cron.schedule('kept', '0 0 1 1 *', 'select 1')",
      "set role somebody",
      "select cron.schedule('kept', '0 0 2 1 *', 'select 2')",
      JOBS,
    ],
    expected: [{ jobname: "kept", schedule: "0 0 2 1 *", command: "select 2", active: true }],
  },
  {
    title: "another role alters a job → it may not even call the function",
    source: "pg_cron--1.3--1.4.sql: revoke all on function cron.alter_job",
    statements: [
      "select cron.schedule('kept', '0 0 1 1 *', 'select 1')",
      "set role somebody",
      "select cron.alter_job(1, active := false)",
    ],
    expected: { error: "permission denied for function alter_job" },
  },
  {
    title: "a name that is none is unscheduled → refused",
    source: "src/job_metadata.c, cron_unschedule_named",
    statements: ["select cron.unschedule('nobody')"],
    expected: { error: "could not find valid entry for job 'nobody'" },
  },
  {
    title: "a number that is none is unscheduled → refused",
    source: "src/job_metadata.c, cron_unschedule",
    statements: ["select cron.unschedule(987654)"],
    expected: { error: "could not find valid entry for job 987654" },
  },
  {
    title: "a job that is none is altered → refused",
    source: "src/job_metadata.c, AlterJob",
    statements: ["select cron.alter_job(987654, active := true)"],
    expected: { error: "Job 987654 does not exist or you don't own it" },
  },
  ...["60 seconds", "sometimes", "* * * *"].map((schedule): PgCronBehavior => ({
    title: `the schedule ${schedule} → refused`,
    source: "src/job_metadata.c, ScheduleCronJob: parse_cron_entry",
    statements: [`select cron.schedule('x', '${schedule}', 'select 1')`],
    expected: { error: `invalid schedule: ${schedule}` },
  })),
];

/** Plays one behaviour on a database with a role `somebody` and no jobs; leaves it so. */
export async function playPgCronBehavior(
  { statements, expected, source }: PgCronBehavior,
  query: (statement: string) => Promise<Record<string, unknown>[]>,
): Promise<void> {
  let told: Record<string, unknown>[] | { error: string } = [];
  try {
    for (const statement of statements) told = await query(statement);
  } catch (error) {
    told = { error: error instanceof Error ? error.message : String(error) };
  } finally {
    await query("reset role");
    await query("delete from cron.job");
  }
  if ("error" in expected) {
    assertStringIncludes("error" in told ? told.error : JSON.stringify(told), expected.error);
  } else {
    assertEquals(told, expected, source);
  }
}
