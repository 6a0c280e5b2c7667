-- What a search tells, and how much a look-up may ask for.
begin;
\ir helpers.sql
\ir observations.sql
select plan(16);

-- 1. Searches that may not tell metadata

select tests.observe(1, array[tests.asset('one')]);
update public.media_assets set last_updated = '{"metadata_updated_at": "2026-01-01T00:00:00Z"}' where asset_id = 'one';

create function tests.untold(told jsonb)
returns text
language sql
as $$
    select media_sync.untold_metadata(tests.get('one'), told);
$$;
select is(
    tests.untold('{"metadata": {}, "last_updated": {"metadata_updated_at": "2026-02-02T00:00:00Z"}}'), null,
    'metadata told → nothing is untold'
);
select is(
    tests.untold('{"last_updated": {"metadata_updated_at": "2026-02-02T00:00:00Z"}}'), '2026-02-02T00:00:00Z',
    'metadata not told and changed at another time than the row knows → that time'
);
select is(
    tests.untold('{"last_updated": {"metadata_updated_at": "2026-01-01T00:00:00Z"}}'), null,
    'metadata not told and changed when the row says → nothing new'
);
select is(tests.untold('{}'), null, 'neither metadata nor times told → nothing can be said');

-- 2. The cap of look-ups

select is(media_sync.call_budget('demo') ? 'look_up_cap', false, 'no cap known → none told');
update media_sync.settings set look_up_cap = 10;
select is(media_sync.call_budget('demo') ->> 'look_up_cap', '10', 'a cap in the settings → told with every budget');
select is(public.update_sync_settings('{"look_up_cap": 20}') ->> 'look_up_cap', '20', 'an admin changes it like any setting');
select throws_ok('update media_sync.settings set look_up_cap = 5', '23514', null, 'a cap below what every source names → refused');

-- 3. How far the next pull looks back

create procedure tests.pulled(kind text, minutes_ago integer, looked_back interval default null)
language sql
as $$
    insert into media_sync.runs (cloud_name, kind, source, status, started_at, finished_at, options)
    select 'demo', kind, 'cron', 'completed', started_at, started_at, case
        when looked_back is null then '{}' else jsonb_build_object('changed_since', started_at - looked_back)
    end
    from (select date_trunc('second', clock_timestamp()) - make_interval(mins => minutes_ago) as started_at) as time;
$$;
create function tests.looks_back()
returns interval
language sql
as $$
    select max(started_at) - media_sync.pull_since('demo') from media_sync.runs where status = 'completed';
$$;
select is(media_sync.pull_since('demo'), null, 'no complete pull yet → nothing to look back from');
call tests.pulled('full', 20);
select is(tests.looks_back(), interval '1 hour', 'a reconcile 20 minutes ago → incremental_overlap');
call tests.pulled('incremental', 9, interval '65 minutes');
select is(tests.looks_back(), interval '5 minutes', 'all of the overlap searched 9 minutes ago → five minutes');
call tests.pulled('incremental', 1, interval '6 minutes');
select is(tests.looks_back(), interval '5 minutes', 'and less of it since → five minutes');
update media_sync.runs set started_at = started_at - interval '2 minutes';
select is(tests.looks_back(), interval '1 hour', 'all of it searched 11 minutes ago → all of it again');
update media_sync.settings set incremental_overlap = '1 minute';
select is(tests.looks_back(), interval '1 minute', 'a smaller overlap → it alone');

-- 4. What searches have shown

select is(
    media_sync.remember_hits('demo', '[{"asset_id": "one"}]', '2026-01-01 00:00Z', 1, '2026-01-01 00:01Z')
    and not media_sync.remember_hits('demo', '[]', '2026-01-01 00:02Z', 1, '2026-01-01 00:07Z'), true,
    'no times told, an asset shown before what is searched now → it may have changed again'
);
select is(
    media_sync.remember_hits('demo', '[{"asset_id": "one"}]', '2026-01-01 00:02Z', 1, '2026-01-01 00:07Z')
    and media_sync.remember_hits('demo', '[]', '2026-01-01 00:03Z', 1, '2026-01-01 00:08Z'), true,
    'and shown again → known from then on'
);

select * from finish();
rollback;
