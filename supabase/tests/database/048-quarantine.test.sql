-- What cannot be stored is set aside alone, is told, and leaves by itself.
begin;
\ir helpers.sql
\ir observations.sql
select plan(17);

create function tests.aside()
returns text
language sql
as $$
    select string_agg(asset_id || ': ' || reason, ' ' order by asset_id) from media_sync.quarantine;
$$;

-- 1. The database refuses one of many

select is(
    tests.observe(1, array[
        tests.asset('a'), tests.asset('b', '{"resource_type": "hologram"}'), tests.asset('c'),
        tests.asset('d', jsonb_build_object('public_id', (select string_agg(md5(place::text), '') from generate_series(1, 1000) as place))), tests.asset('e')
    ]),
    'a inserted, b quarantined, c inserted, d quarantined, e inserted',
    'two of five are refused → the other three have their rows'
);
select matches(
    tests.aside(), '^b: Its resource_type is none that is known here. d: (Its?|One) .*\.$',
    'what is refused → set aside, each with a reason of ours'
);
select is(
    (select array_agg(operation || ' ' || status || ' ' || asset_id || ' ' || error_code order by asset_id) from public.media_sync_log where status = 'error'),
    '{quarantine error b quarantined,quarantine error d quarantined}', 'set aside → an error row each in the log'
);
select is(tests.observe(2, array[tests.asset('b', '{"resource_type": "hologram"}'), tests.asset('a')]), 'a unchanged, b quarantined', 'seen again → still set aside');
select is((select count(*)::integer from public.media_sync_log where asset_id = 'b'), 1, 'seen again → not told again');

-- 2. The border says so

select is(
    tests.observe(3, array[tests.asset('f', '{"unstorable": "Its public_id holds characters that cannot be stored."}'), tests.asset('g')]),
    'f quarantined, g inserted', 'marked as unstorable → set aside, its neighbour has its row'
);
select is((select count(*)::integer from public.media_assets where asset_id = 'f'), 0, 'marked as unstorable → no row');

-- 3. Told

select is((select status || value from public.get_sync_health() where check_name = 'quarantine'), 'degraded3', 'health → degraded, how many');
select matches((select message from public.get_sync_health() where check_name = 'quarantine'), 'a/b \(Its resource_type is none', 'health → who and why');
select is((select public.get_sync_status() -> 'is_synced'), 'false', 'while one is set aside → not synced');
select is(jsonb_array_length(public.get_sync_overview() -> 'quarantine'), 3, 'GET sync → names them');

-- 4. A row that exists: its edits wait, and the library finds it

select is(tests.observe(4, array[tests.asset('a', '{"resource_type": "hologram"}')]), 'a quarantined', 'a known asset turns odd → set aside');
select is((tests.get('a')).resource_type, 'image', 'a known asset turns odd → its row stays');
select is(
    (select public.list_media_assets('{"quarantined": true}') -> 'items' -> 0 ->> 'asset_id'), 'a', 'quarantined → the library finds the row'
);

-- 5. Healed

select is(
    tests.observe(5, array[tests.asset('a'), tests.asset('b'), tests.asset('d'), tests.asset('f')]),
    'a unchanged, b inserted, d inserted, f inserted', 'the values heal → rows'
);
select is(tests.aside(), null, 'the values heal → nobody is set aside');
select is((select status from public.get_sync_health() where check_name = 'quarantine'), 'ok', 'the values heal → health is ok');

select * from finish();
rollback;
