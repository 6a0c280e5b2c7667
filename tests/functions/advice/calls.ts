/** Advice about what calls the functions. */
import { assertEquals } from "@std/assert";
import {
  type AdviceCase,
  adviceOf,
  callByTick,
  filled,
  statementsIn,
} from "../../support/advice.ts";

export const calls: AdviceCase[] = [
  {
    check: "schedule",
    title: "the jobs are off → schedules them",
    play: async ({ stack, run }) => {
      await stack.sql("update cron.job set active = false");
      await run(...statementsIn(await adviceOf(stack, "schedule")));
    },
  },
  {
    check: "schedule",
    title: "only the job that tells of it is off → schedules it",
    play: async ({ stack, run }) => {
      await stack.sql("update cron.job set active = false where jobname = 'media-sync-alert'");
      await run(...statementsIn(await adviceOf(stack, "schedule")));
    },
  },
  {
    check: "schedule",
    title: "somebody took all jobs away → schedules them",
    play: async ({ stack, run }) => {
      await stack.sql("select public.unschedule_media_sync()");
      await run(...statementsIn(await adviceOf(stack, "schedule")));
    },
  },
  {
    check: "schedule",
    title: "another role has a job of that name → takes it away",
    play: async ({ stack, run }) => {
      await stack.sql(
        `insert into cron.job (jobname, schedule, command, username)
         select jobname, schedule, command, 'service_role' from cron.job where jobname = 'media-sync-cleanup'`,
      );
      const statements = statementsIn(await adviceOf(stack, "schedule"));
      // Only the other role, or a superuser of the real extension, may do it: here by that role's hand.
      await stack.sql(
        statements[0]!.replace(/^select cron.unschedule\(jobid\)/, "delete"),
      );
      await run(...statements.slice(1));
    },
  },
  {
    check: "schedule",
    title: "a job fails → names it and where its reason stands",
    play: async ({ stack }) => {
      const ran = (status: string) =>
        stack.sql(
          `insert into cron.job_run_details (jobid, database, command, status, start_time)
           select jobid, database, command, $1, clock_timestamp() from cron.job, generate_series(1, 3)
           where jobname = 'media-sync-cleanup'`,
          [status],
        );
      await ran("failed");
      const [look] = statementsIn(await adviceOf(stack, "schedule"));
      assertEquals((await stack.sql(look!)).length, 3);
      await ran("succeeded");
    },
  },
  {
    check: "calls",
    title: "no address, no key in Vault → stores each",
    play: async ({ stack, run }) => {
      await stack.sql("delete from vault.secrets");
      await run(...filled(stack, await adviceOf(stack, "calls")));
      await run(...filled(stack, await adviceOf(stack, "calls")));
    },
  },
  {
    check: "calls",
    title: "a blank key and an address that is none in Vault → puts them right",
    play: async ({ stack, run }) => {
      await stack.sql(
        "update vault.secrets set secret = case name when 'media_sync_cron_key' then ' ' else 'ftp://x' end where name like 'media_sync%'",
      );
      await run(...filled(stack, await adviceOf(stack, "calls")));
      await run(...filled(stack, await adviceOf(stack, "calls")));
    },
  },
  ...[
    ["a key that is refused", "media_sync_cron_key", () => "sb_secret_of_nobody"],
    ["an address with nothing there", "media_sync_project_url", (url: string) => `${url}/nothing`],
    ["an address where nobody answers", "media_sync_project_url", () => "http://127.0.0.1:9"],
  ].map(([what, name, wrong]): AdviceCase => ({
    check: "calls",
    title: `${what} → stores another`,
    play: async ({ stack, run }) => {
      await stack.sql(
        "select vault.update_secret(id, $2) from vault.secrets where name = $1",
        [name, (wrong as (url: string) => string)(stack.info.url)],
      );
      for (let tick = 1; tick <= 3; tick++) await callByTick(stack);
      await run(...filled(stack, await adviceOf(stack, "calls")));
      await callByTick(stack);
    },
  })),
  {
    check: "tick",
    title: "somebody has changed the tick's command → schedules it anew",
    play: async ({ stack, minutes, run }) => {
      await stack.sql("update cron.job set command = 'select 1' where jobname = 'media-sync-tick'");
      await minutes(10);
      const [cure, look] = statementsIn(await adviceOf(stack, "tick"));
      await run(cure!, look!);
      await minutes(1);
    },
  },
];
