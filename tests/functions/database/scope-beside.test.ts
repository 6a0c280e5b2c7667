/** A change of scope while somebody else writes: what one session alone cannot show. */
import { assertEquals } from "@std/assert";
import { postgresTest } from "../../support/postgres/postgres-test.ts";
import { untilOneWaits } from "../../support/postgres/until-one-waits.ts";

postgresTest(
  "a row comes into what a change of scope hides, while that waits for another row → it is not locked out of order, but left to the reconcile",
  async (postgres) => {
    const sql = postgres.sql(await postgres.createDatabase(), { max: 3 });
    await sql`
      insert into public.media_assets (cloud_name, asset_id, public_id, resource_type, folder, base, sync_status, observed_at)
      select 'demo', name, name, 'image', folder, jsonb_build_object('folder', folder), 'synced', now()
      from (values ('moved', 'in'), ('outside', 'out'), ('within', 'in')) as known (name, folder)`;
    let change: Promise<unknown> | undefined;
    await sql.begin(async (first) => {
      await first`select from public.media_assets where asset_id = 'outside' for update`;
      await first`set local session_replication_role = replica`;
      await first`
        update public.media_assets set folder = 'out', base = '{"folder": "out"}' where asset_id = 'moved'`;
      change = sql`update media_sync.settings set include_folders = '{in}'`.execute();
      await untilOneWaits(sql, "the change of scope waiting for a row");
    });
    await change;
    const rows = await sql`select asset_id from public.media_assets where in_scope order by 1`;
    assertEquals(rows.map(({ asset_id }) => asset_id), ["moved", "within"]);
    const [settings] =
      await sql`select full_requested_at is not null as asked from media_sync.settings`;
    assertEquals(settings, { asked: true });
  },
);
