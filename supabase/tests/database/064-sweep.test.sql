-- The sweep asks for what a complete listing did not show, judged by when that listing began.
begin;
\ir helpers.sql
select plan(2);

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

select * from finish();
rollback;
