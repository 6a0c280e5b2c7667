/** The jobs under the real pg_cron, which runs in one database of a cluster: hence a cluster of its own. */
import { assertEquals } from "@std/assert";
import { migrateDatabase } from "../../../scripts/support/postgres/migrate.ts";
import { postgresTest } from "../../support/postgres/postgres-test.ts";
import { pgCronBehaviors, playPgCronBehavior } from "../../support/pg-cron-behaviors.ts";
import { waitUntil } from "../../support/wait-until.ts";

postgresTest("the real pg_cron → behaves as the stand-in is held to", async (postgres, t) => {
  const sql = postgres.sql(postgres.url, { max: 1 });
  await sql.unsafe(
    "create extension if not exists pg_cron; create role somebody; grant usage on schema cron to somebody",
  );
  for (const behavior of pgCronBehaviors) {
    await t.step(behavior.title, async () => {
      await playPgCronBehavior(behavior, async (statement) => [...await sql.unsafe(statement)]);
    });
  }
}, { dedicated: true });

postgresTest(
  "migrated database with pg_cron, secrets in Vault → the tick posts to sync by itself",
  async (postgres) => {
    await migrateDatabase(postgres.url);
    const sql = postgres.sql(postgres.url, { max: 1 });
    const jobs = await sql`select jobname from cron.job where active order by jobname`;
    assertEquals(jobs.map(({ jobname }) => jobname), [
      "media-sync-alert",
      "media-sync-cleanup",
      "media-sync-snapshot",
      "media-sync-tick",
    ]);

    const key = crypto.randomUUID();
    await sql`select vault.create_secret('http://project.test', 'media_sync_project_url')`;
    await sql`select vault.create_secret(${key}, 'media_sync_cron_key')`;
    // As setup does when it has stored them: pg_cron may have overlooked what the migration scheduled, as its list of
    // jobs survives an overflow of PostgreSQL's queue of invalidations.
    await sql`select public.schedule_media_sync()`;
    // Nobody sends the requests here, so that they stay where pg_net would take them from.
    const request = await waitUntil(async () => {
      const [queued] = await sql`
        select id, method, url, headers, convert_from(body, 'UTF8')::jsonb as body
        from net.http_request_queue order by id limit 1`;
      return queued;
    }, { intervalMs: 500, describe: "the tick's request" });

    assertEquals(request.method, "POST");
    assertEquals(request.url, "http://project.test/functions/v1/sync");
    assertEquals(request.body, { background: true });
    assertEquals(request.headers.apikey, key);

    const details = await waitUntil(async () => {
      const [run] = await sql`
        select details.status, details.command
        from cron.job_run_details as details
        join cron.job as job using (jobid)
        where job.jobname = 'media-sync-tick' and details.status <> 'running'
        order by details.start_time desc limit 1`;
      return run;
    }, { intervalMs: 500, describe: "the record of a tick" });
    assertEquals(details.status, "succeeded");
    assertEquals(details.command.includes(key), false);

    const [unscheduled] = await sql`select public.unschedule_media_sync() as jobs`;
    assertEquals(unscheduled?.jobs, 4);
    assertEquals((await sql`select jobname from cron.job`).length, 0);
    const [scheduled] = await sql`select public.schedule_media_sync() as jobs`;
    assertEquals(scheduled?.jobs, 4);
  },
  { dedicated: true },
);
