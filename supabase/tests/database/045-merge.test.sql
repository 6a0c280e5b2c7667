-- What becomes of a value that either side, or both, changed: merge(base, local, remote), as rows show it.
begin;
\ir helpers.sql
\ir observations.sql
select plan(25);

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

-- 2. The order of tags has no meaning, on either side

select is(tests.meet(110, 'manual', $$display_name = 'Mine'$$, '{"tags": ["two", "one"]}'), 'both unchanged; pending', 'tags in another order there → no change');
select is(
    tests.meet(112, 'manual', $$tags = '{one,three}'$$, '{"tags": ["three", "one"]}'), 'both updated; synced',
    'the same tags on both sides in another order → synced'
);
select is(
    tests.meet(114, 'manual', $$tags = '{two}'$$, '{"tags": ["one"]}') || '; ' || (tests.get('both')).tags::text, 'both updated; pending; update success; {}',
    'a tag taken away on each side → both are gone'
);

-- 3. newest: the later change wins, where both times are known; otherwise a person decides

select is(
    tests.meet(116, 'newest', $$display_name = 'Mine'$$, '{"display_name": "Theirs", "last_updated": {"updated_at": "2000-01-01T00:00:00Z"}}')
        || '; ' || (tests.get('both')).display_name,
    'both updated 1; pending; conflict conflict; Mine', 'newest, changed here later → the database''s value'
);
select is(
    tests.meet(118, 'newest', $$display_name = 'Mine'$$, '{"display_name": "Theirs", "last_updated": {"updated_at": "2999-01-01T00:00:00Z"}}')
        || '; ' || (tests.get('both')).display_name,
    'both updated 1; synced; conflict conflict, update success; Theirs', 'newest, changed there later → Cloudinary''s value'
);
select is(
    tests.meet(120, 'newest', $$display_name = 'Mine'$$, '{"display_name": "Theirs"}'), 'both undecided; pending',
    'newest, an answer that tells no times → nothing is decided'
);

select results_eq(
    $$select asset_id, needs_detail from media_sync.refresh_queue$$, $$values ('both', true)$$,
    'newest, an answer that tells no times → the detail is asked for'
);
select is(
    tests.meet(121, 'newest', $$display_name = 'Mine'$$, '{"display_name": "Theirs", "last_updated": {}}'), 'both updated 1; conflict; conflict conflict',
    'newest, a time unknown → a person decides'
);

-- 4. A key taken away is a change like any other

select is(
    tests.meet(122, 'cloudinary', $$context = '{}'$$, '{"context": {"alt": "Other"}}') || '; ' || (tests.get('both')).context::text,
    'both updated 1; synced; conflict conflict, update success; {"alt": "Other"}', 'taken away here, changed there → a conflict'
);
select is(
    tests.meet(124, 'cloudinary', $$context = '{"alt": "Other"}'$$, '{"context": {}}') || '; ' || (tests.changes('both', 'conflict'))::text,
    'both updated 1; synced; conflict conflict, update success; {"context.alt": {"base": "Text", "kept": "cloudinary", "database": "Other"}}',
    'changed here, taken away there → a conflict that keeps the value'
);
select is(
    tests.meet(126, 'cloudinary', $$metadata = '{"sku": "8"}'$$, '{"metadata": {"sku": "9"}}') || '; ' || (tests.get('both')).metadata::text,
    'both updated 1; synced; conflict conflict, update success; {"sku": "9"}', 'a metadata field changed on both sides → a conflict of its own'
);

select * from finish();
rollback;
