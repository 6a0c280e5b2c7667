-- The sweep asks for what a complete listing did not show, judged by when that listing began.
begin;
\ir helpers.sql
select plan(10);

create temporary table story (run_id uuid, listed_at timestamptz);
create function tests.seen(asset_id text)
returns jsonb
language sql
as $$
    select jsonb_build_array(jsonb_build_object('asset_id', asset_id, 'public_id', asset_id, 'resource_type', 'image', 'type', 'upload'));
$$;

insert into story (run_id)
select (public.media_sync_start_run(
    'demo', 'full', 'api', md5('worker')::uuid, 60, '{}', '[{"shard": "image", "resource_type": "image"}]'
) -> 'run' ->> 'run_id')::uuid;
select public.media_sync_apply_observations('demo', tests.seen('before'), clock_timestamp(), 'webhook', null);
update story set listed_at = clock_timestamp();
select public.media_sync_apply_observations('demo', tests.seen('after'), clock_timestamp(), 'webhook', null);
select public.media_sync_claim_shard(run_id, md5('worker')::uuid, 60) from story;
select public.media_sync_store_page(
    run_id, 'image', md5('worker')::uuid, listed_at, tests.seen('listed'), '{"calls": 1}', 60, null, null
)
from story;
create temporary table swept as
select public.media_sync_begin_sweep(run_id, 100) -> 'asset_ids' as asset_ids from story;

select ok(
    (select asset_ids ? 'before' from swept),
    'seen after the run began, and not by the listing that began later → looked for'
);
select ok((select not asset_ids ? 'after' from swept), 'seen since the listing began → not looked for');


-- What a run of windows is asked for: all that live here, of this library and these resource types.
insert into public.media_assets (
    id, cloud_name, asset_id, public_id, resource_type, type, sync_status, observed_at, created_at, deleted_at, base, facts_source
)
select
    media_sync.row_id(cloud, name), cloud, name, name, kind, 'upload', 'synced', now() - interval '1 day', created, gone,
    jsonb_build_object('public_id', name, 'folder', '', 'display_name', null, 'tags', '[]'::jsonb, 'context', '{}'::jsonb, 'metadata', '{}'::jsonb), null
from (values
    ('demo', 'ancient', 'image', '1960-01-01'::timestamptz, null::timestamptz),
    ('demo', 'early', 'image', '2020-06-01', null),
    ('demo', 'early shown', 'image', '2020-06-02', null),
    ('demo', 'on the border', 'image', '2022-01-01', null),
    ('demo', 'late', 'image', '2024-06-01', null),
    ('demo', 'late shown', 'image', '2024-06-02', null),
    ('demo', 'set aside', 'image', '2024-06-03', null),
    ('demo', 'gone', 'image', '2024-06-04', now()),
    ('demo', 'clip', 'video', '2024-06-05', null),
    ('other', 'elsewhere', 'image', '2024-06-06', null)
) as made (cloud, name, kind, created, gone);
create function tests.swept(kind text, shown text[])
returns text[]
language plpgsql
as $$
declare
    v_run_id uuid;
    v_shard text;
begin
    delete from media_sync.runs;
    v_run_id := public.media_sync_start_run(
        'demo', kind, 'api', md5('worker')::uuid, 60, '{}', '[
            {"shard": "image 1/2", "resource_type": "image", "created_from": "1970-01-02T00:00:00Z", "created_until": "2022-01-01T00:00:00Z"},
            {"shard": "image 2/2", "resource_type": "image", "created_from": "2022-01-01T00:00:00Z"}
        ]'
    ) -> 'run' ->> 'run_id';
    foreach v_shard in array '{image 1/2,image 2/2}'::text[] loop
        perform public.media_sync_claim_shard(v_run_id, md5('worker')::uuid, 60);
        perform public.media_sync_store_page(
            v_run_id, v_shard, md5('worker')::uuid, clock_timestamp(), (
                select coalesce(jsonb_agg(tests.seen(asset_id) -> 0 || jsonb_build_object('created_at', created_at)
                    || case when asset_id = 'set aside' then '{"unstorable": "It is odd."}' else '{}'::jsonb end), '[]')
                from public.media_assets
                where asset_id = any (shown) and (created_at >= '2022-01-01') = (v_shard = 'image 2/2')
            ), '{"calls": 1}', 60, null, null
        );
    end loop;
    return array(
        select jsonb_array_elements_text(public.media_sync_begin_sweep(v_run_id, 100) -> 'asset_ids')
        except
        select unnest('{listed,before,after}'::text[])
        order by 1
    );
end;
$$;
select is(
    tests.swept('full', '{early shown,on the border,late shown,set aside}'), '{ancient,early,late}',
    'two windows → what neither showed is looked for, from before all time on; what was set aside is there'
);
select is(
    tests.swept('partial', '{early shown,on the border,late shown,set aside}'), '{ancient,early,late}',
    'one resource type → the others, deleted assets and other libraries are not asked for'
);
select is(tests.swept('full', '{ancient,early,early shown,on the border,late,late shown,set aside}'), '{}', 'all was shown → nothing is looked for');

-- The guard counts no further than it must.
insert into media_sync.runs (id, kind, cloud_name, source) values (md5('guarded')::uuid, 'full', 'guarded', 'api');
insert into media_sync.run_cursors (run_id, shard, resource_type, status, seen) values (md5('guarded')::uuid, 'image', 'image', 'completed', 2990);
insert into public.media_assets (cloud_name, asset_id, public_id, resource_type, facts_source)
select 'guarded', 'g' || place, 'g' || place, 'image', null from generate_series(1, 3000) as place;
create function tests.guarded(absent bigint)
returns jsonb
language sql
as $$
    select media_sync.guard_deletions(run, absent) from media_sync.runs as run where id = md5('guarded')::uuid;
$$;
create function tests.rows_read()
returns bigint
language sql
as $$
    select seq_tup_read + idx_tup_fetch from pg_stat_xact_user_tables where relid = 'public.media_assets'::regclass;
$$;
create temporary table reading (before bigint);
insert into reading values (tests.rows_read());
select is(tests.guarded(10), null, 'few of many are absent → go on');
select cmp_ok(tests.rows_read() - (select before from reading), '<', 200::bigint, 'few of many are absent → a few rows are read');
select is(tests.guarded(1500), null, 'just the share that may go → go on');
select is(
    tests.guarded(1501), '{"reason": "mass_delete", "absent": 1501, "live": 3000, "limit_percent": 50, "minimum": 10}',
    'one more → blocked, and all that live are told'
);
update media_sync.settings set delete_guard_percent = 0;
select is(tests.guarded(10) ->> 'live', '3000', 'no share may go → blocked, and all that live are told');

select * from finish();
rollback;
