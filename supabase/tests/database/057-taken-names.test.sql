-- A wanted name that another asset has: the row waits for it without asking all the time.
begin;
\ir helpers.sql
select plan(9);

insert into public.media_assets (id, cloud_name, asset_id, public_id, resource_type, observed_at) values
    ('00000000-0000-4000-8000-000000000001', 'demo', 't1', 'name1', 'image', now() - interval '1 minute'),
    ('00000000-0000-4000-8000-000000000002', 'demo', 't2', 'name2', 'image', now() - interval '1 minute');
update public.media_assets as asset set base = media_sync.editable_fields(asset);
update public.media_assets set public_id = 'name2', sync_status = 'pending' where asset_id = 't1';

create function tests.lease(wanted text)
returns void
language sql
as $$
    insert into media_sync.push_leases (media_asset_id, lease_token, leased_until)
    select id, md5('worker')::uuid, clock_timestamp() + interval '1 minute' from public.media_assets where asset_id = wanted;
$$;

create function tests.refuse()
returns interval
language sql
as $$
    update public.media_assets set sync_status = 'pending' where asset_id = 't1';
    select tests.lease('t1');
    select public.media_sync_confirm_push('demo', md5('worker')::uuid, clock_timestamp(), '[{
        "id": "00000000-0000-4000-8000-000000000001", "action": "update", "attempt": "none", "dropped": {"public_id": "name2"},
        "error": {"code": "name_taken", "message": "Another asset is called name2.", "counts": false}
    }]', 'api');
    select next_attempt_at - clock_timestamp() from public.media_assets where asset_id = 't1';
$$;

select cmp_ok(tests.refuse(), '<', interval '1 minute', 'a name that is taken → is tried again soon');
select is((select waits_for_name from public.media_assets where asset_id = 't1'), true, 'a name that is taken → is waited for');
select is((select count(*) from public.media_sync_log where error_code = 'name_taken'), 1::bigint, 'a name that is taken → stands in the log');
select cmp_ok(tests.refuse(), '>', interval '9 minutes', 'a name that stays taken → is tried six times an hour');
select is((select count(*) from public.media_sync_log where error_code = 'name_taken'), 1::bigint, 'a name that stays taken → is told once');
select is((select sync_status from public.media_assets where asset_id = 't1'), 'pending', 'a name that stays taken → is still wanted');

select public.media_sync_apply_observations(
    'demo', jsonb_build_array(jsonb_build_object('asset_id', 't2', 'public_id', 'elsewhere', 'resource_type', 'image', 'type', 'upload')),
    clock_timestamp(), 'api', null
);
select is((select next_attempt_at from public.media_assets where asset_id = 't1'), null, 'the holder leaves the name → it is tried at once');

create function tests.refuse_restore()
returns bigint
language sql
as $$
    update public.media_assets
    set deleted_at = now(), restore_requested_at = now(), sync_status = 'pending',
        sending = '[{"id": "attempt", "sent": {}, "existence": "live", "at": "2026-01-01T00:00:00Z", "until": "2026-01-01T00:01:00Z"}]'
    where asset_id = 't2';
    select tests.lease('t2');
    select public.media_sync_confirm_push('demo', md5('worker')::uuid, clock_timestamp(), '[{
        "id": "00000000-0000-4000-8000-000000000002", "action": "restore", "attempt": "attempt", "existence_dropped": true,
        "error": {"code": "name_taken", "message": "Another asset has the name by now.", "ends_wish": true}
    }]', 'api');
    select count(*) from public.media_sync_log where error_code = 'name_taken' and asset_id = 't2';
$$;

select is(tests.refuse_restore(), 1::bigint, 'restored while another asset has the name → stands in the log');
select is(tests.refuse_restore(), 2::bigint, 'restored once more → is told once more');

select * from finish();
rollback;
