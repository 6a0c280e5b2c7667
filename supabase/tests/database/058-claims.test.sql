-- What a worker claims: bounded by bytes, and alone what workers have died of.
begin;
\ir helpers.sql
select plan(20);

insert into public.media_assets (id, cloud_name, asset_id, public_id, resource_type, tags, context, sync_status, observed_at)
select
    ('00000000-0000-4000-8000-0000000000' || lpad(place::text, 2, '0'))::uuid, 'demo', 'a' || place, 'a' || place, 'image', '{x}',
    case when place > 6 then jsonb_build_object('text', repeat(md5(place::text), 50000)) else '{}' end, 'pending', now()
from generate_series(1, 10) as place;
update public.media_assets as asset set base = jsonb_set(media_sync.editable_fields(asset), '{tags}', '[]');
alter table public.media_assets disable trigger user;

create function tests.claim(many integer default 1000)
returns text
language sql
as $$
    select string_agg(asset_id, ' ' order by asset_id) from media_sync.claim_pending('demo', gen_random_uuid(), many, 60, null);
$$;
-- Workers die: their leases end.
create function tests.die()
returns void
language sql
as $$
    update media_sync.push_leases set leased_until = clock_timestamp() - interval '1 second';
$$;

select is(array_length(string_to_array(tests.claim(), ' '), 1), 8, 'four rows of 1.6 MB among ten → as many as weigh 4 MB');
select is(array_length(string_to_array(tests.claim(), ' '), 1), 2, 'claimed once more → the rest');
select is(tests.claim(), null, 'all are claimed → nothing');
select tests.die();
update public.media_assets set context = '{}';
update media_sync.push_leases set claims = 0;
create function tests.died(workers integer, wanted text[])
returns void
language sql
as $$
    update media_sync.push_leases set claims = workers
    where media_asset_id in (select id from public.media_assets where asset_id = any (wanted));
$$;

select tests.died(2, '{a3,a4}');
select is(tests.claim(), 'a1 a10 a2 a5 a6 a7 a8 a9', 'two workers died of two rows → the others first, without them');
select is(tests.claim(), 'a3', 'two workers died of a row → it goes alone');
select is(tests.claim(), 'a4', 'and so does the other');
select is((select array_agg(distinct claims order by claims) from media_sync.push_leases), '{1,3}', 'a claim → is counted before the work');
select tests.die();
select tests.died(5, '{a4}');
select doesnt_match(tests.claim(1), '^a[34]$', 'five workers died of a row → the others are claimed');
select is((select sync_status from public.media_assets where asset_id = 'a4'), 'error', 'five workers died of a row → it rests in error');
select matches((select sync_error from public.media_assets where asset_id = 'a4'), '^Five workers ended', 'five workers died of a row → and says why');

create temporary table held as select lease_token, array_agg(media_asset_id) as ids from media_sync.push_leases where leased_until > clock_timestamp() group by 1;
select public.media_sync_release_pending((select lease_token from held), (select ids from held));
select is((select count(*) from media_sync.push_leases where media_asset_id = any ((select ids from held)::uuid[])), 0::bigint, 'given back → not counted');
select is(
    (public.media_sync_begin_push('demo', gen_random_uuid(), 3, 60, 'api') ->> 'more')::boolean, true, 'fewer claimed than wait → says that more do'
);

-- Look-ups of which workers died

insert into media_sync.refresh_queue (cloud_name, asset_id, reason, attempts)
select 'demo', 'q' || place, 'test', case when place > 5 then 3 else 0 end from generate_series(1, 20) as place;
select is(
    jsonb_array_length(public.media_sync_claim_refresh('demo', gen_random_uuid(), 1000, 60) -> 'asset_ids'), 5,
    'look-ups of which three workers died → the others first, without them'
);
select is(
    jsonb_array_length(public.media_sync_claim_refresh('demo', gen_random_uuid(), 1000, 60) -> 'asset_ids'), 10,
    'only such are left → ten at a time'
);

-- Look-ups whose answers will weigh much

delete from media_sync.refresh_queue;
update public.media_assets set context = jsonb_build_object('text', repeat(md5(asset_id), 300000));
insert into media_sync.refresh_queue (cloud_name, asset_id, reason) select 'demo', asset_id, 'test' from public.media_assets;
select is(
    jsonb_array_length(public.media_sync_claim_refresh('demo', gen_random_uuid(), 1000, 60) -> 'asset_ids'), 2,
    'look-ups of assets of 9.6 MB each → as many as weigh 20 MB'
);
update public.media_assets set context = jsonb_build_object('text', repeat(md5(asset_id), 700000));
select is(
    jsonb_array_length(public.media_sync_claim_refresh('demo', gen_random_uuid(), 1000, 60) -> 'asset_ids'), 1,
    'a look-up of an asset that weighs more → alone'
);

-- Many wait: what is not claimed is not read, also by the plan that a session keeps.
delete from public.media_assets;
insert into public.media_assets (cloud_name, asset_id, public_id, resource_type, tags, sync_status, observed_at, next_attempt_at)
select
    'demo', 'w' || place, 'w' || place, 'image', '{x}', 'pending', now(),
    case when place > 2000 then now() + interval '1 hour' when place > 1000 then now() - interval '1 minute' end
from generate_series(1, 3000) as place;
update public.media_assets as asset set base = jsonb_set(media_sync.editable_fields(asset), '{tags}', '[]');
create function tests.rows_read()
returns bigint
language sql
as $$
    select seq_tup_read + idx_tup_fetch from pg_stat_xact_user_tables where relid = 'public.media_assets'::regclass;
$$;
create function tests.read_by_a_claim()
returns bigint
language plpgsql
as $$
declare
    v_before constant bigint := tests.rows_read();
begin
    perform public.media_sync_begin_push('demo', gen_random_uuid(), 10, 60, 'api');
    return tests.rows_read() - v_before;
end;
$$;
create temporary table reading as select tests.read_by_a_claim() as rows from generate_series(1, 8);
select cmp_ok((select max(rows) from reading), '<', 200::bigint, 'ten of 2000 that wait → few of them are read');
select is((select count(*) from media_sync.push_leases), 80::bigint, 'claimed eight times → each time ten others');
select is(
    array_length(string_to_array(tests.claim(3000), ' '), 1), 1920, 'as many as there are → those that pause are left'
);
select is((public.media_sync_begin_push('demo', gen_random_uuid(), 3, 60, 'api') ->> 'more')::boolean, false, 'only such are left → no more');

select * from finish();
rollback;
