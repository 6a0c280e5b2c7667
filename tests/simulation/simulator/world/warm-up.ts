/**
 * What every run would have to do first: PostgreSQL reads its catalog, compiles functions and plans their statements
 * when they are first called, which takes longer than all else that a run does. It is done once, before the memory is
 * taken, in a transaction that leaves nothing behind.
 */
import type { LocalDatabase } from "../../../../scripts/local/database.ts";
import { CLOUD_NAME } from "./library.ts";

const observation = (key: string, more: string) =>
  `jsonb_build_object(
    'asset_id', '${key}', 'public_id', '${key}', 'resource_type', 'image', 'type', 'upload', 'format', 'jpg', 'version', 1,
    'bytes', 1, 'created_at', clock_timestamp(), 'folder', '', 'display_name', '${key}', 'tags', '["one"]'::jsonb,
    'context', '{"alt": "one"}'::jsonb, 'metadata', '{"color": "one"}'::jsonb, 'etag', 'etag'
  ) || '${more}'::jsonb`;

const landed =
  '{"tags": {"added": ["two"]}, "context": {"set": {"alt": "two"}}, "display_name": "two"}';

const STATEMENTS = `do $warm_up$
declare
    v_cloud constant text := '${CLOUD_NAME}';
    v_worker constant uuid := gen_random_uuid();
    v_run uuid;
    v_ids uuid[];
    v_now timestamptz;
    v_plan jsonb;
begin
    perform set_config('role', 'service_role', true);
    perform public.media_sync_due(v_cloud);
    v_run := public.media_sync_start_run(
        v_cloud, 'full', 'api', v_worker, 60, '{}',
        '[{"shard": "plan", "resource_type": null, "type": null, "created_from": null, "created_until": null}]'
    ) -> 'run' ->> 'run_id';
    perform public.media_sync_plan_shards(
        v_run, v_worker, 60, 'dynamic', 2,
        '[{"shard": "image", "resource_type": "image", "type": null, "created_from": null, "created_until": null}]', '{"calls": 1}'
    );
    perform public.media_sync_claim_shard(v_run, v_worker, 60);
    v_now := clock_timestamp();
    for v_round in 1 .. 3 loop
        perform public.media_sync_store_page(
            v_run, 'image', v_worker, clock_timestamp(),
            jsonb_build_array(${observation("a", "{}")}, ${observation("b", "{}")}, ${
  observation("c", "{}")
}),
            '{"calls": 1}', 60, null, case when v_round < 3 then 'more' end
        );
    end loop;
    perform public.media_sync_begin_sweep(v_run, 100);
    perform public.media_sync_finish_run(v_run, 'completed', '{"calls": 1}');
    v_ids := array(select id from public.media_assets order by asset_id);
    for v_round in 1 .. 2 loop
        update public.media_assets
        set tags = '{one,two}', context = '{"alt": "two"}', display_name = 'two', public_id = public_id || v_round
        where id = v_ids[1];
        perform public.edit_media_assets(v_ids[2:2], jsonb_build_object('remove_tags', '["one"]'::jsonb, 'context', '{"alt": null}'::jsonb));
        v_now := clock_timestamp();
        perform public.media_sync_begin_push(v_cloud, v_worker, 1000, 60, 'api');
        v_plan := public.media_sync_plan_push(
            v_cloud, v_worker, jsonb_build_array(${observation("a", '{"folder": "x"}')}, ${
  observation("b", "{}")
}),
            '{}', clock_timestamp(), 'api', v_run
        );
        perform public.media_sync_confirm_push(
            v_cloud, v_worker, v_now,
            (
                select coalesce(jsonb_agg(jsonb_build_object(
                    'id', task -> 'id', 'action', 'update', 'attempt', task -> 'attempt',
                    'landed', jsonb_build_array(jsonb_build_object('difference', '${landed}'::jsonb)),
                    'answers', jsonb_build_array(jsonb_build_object('asset_id', task -> 'asset_id', 'observed_at', clock_timestamp()))
                )), '[]')
                from jsonb_array_elements(v_plan -> 'tasks') as task
            ),
            'api', v_run, '{"calls": 2}'
        );
        perform public.media_sync_settle_look_up(
            v_cloud, array['a', 'b'],
            jsonb_build_array(${observation("a", '{"tags": ["three"]}')}, ${
  observation("b", "{}")
}),
            clock_timestamp(), 'api', v_run
        );
        perform public.media_sync_receive_event(v_cloud, jsonb_build_object(
            'dedup_key', 'key ' || v_round, 'notification_type', 'resource_tags_changed', 'triggered_at', clock_timestamp(),
            'body', '{}',
            'effects', '[{"kind": "delta", "asset_id": "b", "fields": {"tags": {"added": ["five"], "removed": []}}}]'::jsonb
        ));
        perform public.soft_delete_media_assets(v_ids[3:3], true);
        perform public.restore_media_asset(v_ids[3]);
        perform public.media_sync_claim_refresh(v_cloud, v_worker, 100, 60);
        perform public.media_sync_release_refresh(v_cloud, v_worker);
    end loop;
    v_run := public.media_sync_start_run(
        v_cloud, 'incremental', 'api', v_worker, 60, '{}',
        '[{"shard": "search", "resource_type": null, "type": null, "created_from": null, "created_until": null}]'
    ) -> 'run' ->> 'run_id';
    perform public.media_sync_store_search_page(v_run, v_worker, jsonb_build_array(${
  observation("a", '{"tags": ["four"]}')
}), '{"calls": 1}', 60);
    perform public.media_sync_pause_run(v_run, v_worker);
    perform public.media_sync_finish_run(v_run);
    perform set_config('role', 'none', true);
    perform media_sync.invoke_function('sync', '{"background": true}');
    perform public.media_sync_take_snapshot();
    perform media_sync.alert_health();
end;
$warm_up$`;

/** Makes a database that was just opened as quick as it will be. */
export async function warmUp(database: LocalDatabase): Promise<void> {
  await database.exec("begin");
  try {
    await database.exec(STATEMENTS);
  } finally {
    await database.exec("rollback");
  }
}
