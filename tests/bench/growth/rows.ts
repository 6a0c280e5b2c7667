/** What a library has gathered after a while: a long log, a month of ticks, and edits that wait. */
import type { SqlRunner } from "../../../scripts/local/database.ts";

/** Rows of the log for each asset. */
const LOG_ROWS_AN_ASSET = 5;
/** Ticks of thirty days. */
const TICKS = 43_200;

/** How many edited rows wait for Cloudinary. */
export const PENDING = 5_000;

/**
 * Adds to a library of `fillLibrary`: five log rows an asset over thirty days, the runs and calls of a month of ticks,
 * and 5,000 edited assets that lie anywhere. Statistics are gathered.
 *
 * @param database Acts as a superuser.
 */
export async function growLibrary(database: SqlRunner, assets: number): Promise<void> {
  const rows = assets * LOG_ROWS_AN_ASSET;
  await database.exec(`
    set session_replication_role = replica;
    insert into public.media_sync_log (operation, status, direction, source, media_asset_id, asset_id, public_id, resource_type, created_at)
    select
      'update', case when i % 1000 = 0 then 'error' else 'success' end, 'pull', 'webhook', md5('asset ' || 1 + i % ${assets})::uuid,
      md5('identity ' || 1 + i % ${assets}), 'asset-' || i, 'image', clock_timestamp() - (${rows} - i) * (interval '29 days' / ${rows})
    from generate_series(1, ${rows}) as i;
    insert into media_sync.runs (kind, status, cloud_name, source, started_at, touched_at, finished_at)
    select
      case when i % 1440 = 0 then 'full' when i % 10 = 0 then 'incremental' else 'push' end, 'completed', 'bench', 'cron',
      at, at + interval '1 second', at + interval '1 second'
    from generate_series(1, ${TICKS}) as i
    cross join lateral (select clock_timestamp() - i * interval '1 minute' as at) as tick;
    insert into media_sync.invocations (request_id, function_name, requested_at)
    select i, 'sync', clock_timestamp() - i * interval '1 minute' from generate_series(1, 1440) as i;
    update public.media_assets as asset
    set sync_status = 'pending', edited_at = clock_timestamp(), base = media_sync.editable_fields(asset) || '{"display_name": "before"}'
    from generate_series(1, ${PENDING}) as i
    where asset.id = md5('asset ' || i * (${assets} / ${PENDING}))::uuid;
    set session_replication_role = origin;
  `);
  await database.exec("vacuum (analyze) public.media_assets");
  await database.exec("vacuum (analyze) public.media_sync_log");
  await database.exec("analyze");
}
