-- What a search tells, and how much a look-up may ask for.
begin;
\ir helpers.sql
\ir observations.sql
select plan(8);

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

select * from finish();
rollback;
