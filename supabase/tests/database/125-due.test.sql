-- What is due is asked at every tick: it reads a few rows, however many runs a month has left and however many edits wait.
begin;
\ir helpers.sql
select no_plan();

insert into media_sync.runs (kind, status, cloud_name, source, started_at, finished_at)
select
    case when place = 6000 then 'full' when place % 10 = 0 then 'incremental' else 'push' end,
    case when place % 3 = 0 and place < 6000 then 'failed' else 'completed' end,
    'demo', 'cron', now() - place * interval '1 minute', now() - place * interval '1 minute'
from generate_series(1, 6000) as place;
create procedure tests.fill(next_attempt_at timestamptz)
language sql
as $$
    -- Emptied rather than changed: what an index still holds of former rows would be read too.
    truncate public.media_assets cascade;
    insert into public.media_assets (id, cloud_name, asset_id, public_id, resource_type, sync_status, next_attempt_at, base)
    select md5('a' || place)::uuid, 'demo', 'a' || place, 'a' || place, 'image', 'pending', fill.next_attempt_at, '{}'
    from generate_series(1, 3000) as place;
$$;
call tests.fill(null);
analyze media_sync.runs;
analyze public.media_assets;
analyze media_sync.push_leases;

-- Rows of the tables, and entries of their indexes.
create function tests.read_rows()
returns bigint
language sql
as $$
    select sum(pg_catalog.pg_stat_get_xact_tuples_returned(oid))::bigint + sum(pg_catalog.pg_stat_get_xact_tuples_fetched(oid))::bigint
    from pg_catalog.pg_class
    where oid in ('public.media_assets'::regclass, 'media_sync.runs'::regclass)
        or oid in (
            select indexrelid from pg_catalog.pg_index where indrelid in ('public.media_assets'::regclass, 'media_sync.runs'::regclass)
        );
$$;
create function tests.due(key text)
returns jsonb
language plpgsql
as $$
declare
    v_due jsonb;
    v_before bigint;
begin
    -- After a few calls plans no longer know what they are asked with.
    for time in 1 .. 8 loop
        v_before := tests.read_rows();
        v_due := public.media_sync_due('demo');
    end loop;
    return jsonb_build_object(key, v_due -> key, 'few', tests.read_rows() - v_before <= 150);
end;
$$;

select is(tests.due('push_due'), '{"push_due": true, "few": true}', 'edits wait → a push is due, few rows are read');
select is(
    date_trunc('second', (media_sync.latest_run('demo', 'full', 'completed')).started_at),
    date_trunc('second', now() - interval '6000 minutes'), 'the oldest of 6,000 runs is the latest of its kind'
);
select is((media_sync.latest_run('demo', 'facts', 'completed')).id, null, 'a kind that has no run → none');
select is((media_sync.latest_run('demo', 'full', 'failed')).id, null, 'no run of the kind ended so → none');
select is((media_sync.latest_run('other', 'full', 'completed')).id, null, 'another library → none');

call tests.fill(now() + interval '1 hour');
select is(tests.due('push_due'), '{"push_due": false, "few": true}', 'all pause after a failure → no push is due, few rows are read');
alter table public.media_assets disable trigger user;
update public.media_assets set next_attempt_at = now() - interval '1 second' where asset_id = 'a7';
select is(tests.due('push_due'), '{"push_due": true, "few": true}', 'one has paused long enough → a push is due');
insert into media_sync.push_leases (media_asset_id, lease_token, leased_until)
values (md5('a7')::uuid, gen_random_uuid(), now() + interval '1 hour');
select is(tests.due('push_due'), '{"push_due": false, "few": true}', 'a worker holds it → no push is due');
select ok(not media_sync.push_is_due('demo', array[md5('a7')::uuid]), '… nor when it is asked for');
select ok(media_sync.push_is_due('demo', array[md5('a8')::uuid]), 'one that pauses, asked for → is due');
select ok(not media_sync.push_is_due('other', array[md5('a8')::uuid]), '… not in another library');
update media_sync.push_leases set leased_until = now() - interval '1 second';
select is(tests.due('push_due'), '{"push_due": true, "few": true}', 'the worker has lost it → a push is due');

select * from finish();
rollback;
