-- What becomes of a value that either side, or both, changed: merge(base, local, remote), as rows show it.
begin;
\ir helpers.sql
\ir observations.sql
select plan(14);

-- 1. Both sides start equal; an edit here, then an observation

create function tests.meet(observed_at integer, policy text, edit text, told jsonb)
returns text
language plpgsql
as $$
declare
    outcome text;
begin
    update media_sync.settings set conflict_policy = policy;
    delete from public.media_assets where asset_id = 'both';
    perform tests.observe(observed_at, array[tests.asset('both')]);
    execute format('update public.media_assets set %s where asset_id = ''both''', edit);
    call tests.forget_log();
    outcome := tests.observe(observed_at + 1, array[tests.asset('both', told)]);
    return concat_ws('; ', outcome, (tests.get('both')).sync_status, nullif(tests.new_log('both'), ''));
end;
$$;
select is(tests.meet(90, 'cloudinary', $$tags = '{one}'$$, '{}'), 'both unchanged; pending', 'edited here only → still waits for the push');
select is(
    tests.meet(92, 'cloudinary', $$tags = '{one,mine}'$$, '{"tags": ["one", "two", "theirs"]}'), 'both updated; pending; update success', 'tags changed on both sides → merged, the rest waits for the push'
);
select set_eq($$select unnest(tags) from tests.get('both')$$, '{one,mine,theirs}'::text[], 'tags changed on both sides → merged as sets');
select is(
    tests.meet(94, 'cloudinary', $$context = '{"alt": "Text", "mine": "1"}'$$, '{"context": {"alt": "Other"}}'), 'both updated; pending; update success',
    'different keys of context → merged key by key'
);
select is((tests.get('both')).context, '{"alt": "Other", "mine": "1"}'::jsonb, 'different keys of context → both stay');
select is(tests.meet(96, 'cloudinary', $$display_name = 'Same'$$, '{"display_name": "Same"}'), 'both updated; synced', 'the same change on both sides → synced, no conflict');
select is(
    tests.meet(98, 'cloudinary', $$display_name = 'Mine'$$, '{"display_name": "Theirs"}'), 'both updated 1; synced; conflict conflict, update success',
    'one value changed on both sides, cloudinary decides → synced, a conflict row'
);
select is((tests.get('both')).display_name, 'Theirs', 'cloudinary decides → Cloudinary''s value');
select is(
    tests.changes('both', 'conflict'), '{"display_name": {"base": "Name of both", "database": "Mine", "cloudinary": "Theirs", "kept": "cloudinary"}}'::jsonb,
    'cloudinary decides → the value that lost stands in the conflict row'
);
select is(
    tests.meet(100, 'database', $$display_name = 'Mine'$$, '{"display_name": "Theirs"}'), 'both updated 1; pending; conflict conflict',
    'one value changed on both sides, database decides → waits for the push, a conflict row'
);
select is((tests.get('both')).display_name, 'Mine', 'database decides → the database''s value');
select is(
    tests.meet(102, 'manual', $$context = '{"alt": "Mine"}'$$, '{"context": {"alt": "Theirs"}}'), 'both updated 1; conflict; conflict conflict',
    'one value changed on both sides, manual → the row stays in conflict'
);
select is(
    (tests.get('both')).conflicts -> 'context.alt' ->> 'database' || ' ' || ((tests.get('both')).conflicts -> 'context.alt' ->> 'cloudinary'), 'Mine Theirs',
    'manual → both values are kept on the row'
);
select is(
    tests.observe(104, array[tests.asset('both', '{"context": {"alt": "Mine"}}')]) || '; ' || (tests.get('both')).sync_status, 'both updated; synced',
    'an open conflict, both sides equal now → synced'
);

select * from finish();
rollback;
