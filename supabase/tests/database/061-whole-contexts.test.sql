-- To take a context key away the whole context is written: what became of that write is what became of all its keys.
begin;
\ir helpers.sql
select plan(34);

insert into public.media_assets (id, cloud_name, asset_id, public_id, resource_type, context, sync_status, observed_at)
select
    ('00000000-0000-4000-8000-00000000000' || place)::uuid, 'demo', 'c' || place, 'c' || place, 'image',
    '{"caption": "same"}', 'pending', now() - interval '1 minute'
from generate_series(1, 9) as place;
alter table public.media_assets disable trigger user;
update public.media_assets as asset
set
    base = media_sync.editable_fields(asset) || '{"context": {"alt": "old", "caption": "same"}}',
    sending = jsonb_build_array(jsonb_build_object(
        'id', 'attempt', 'name', asset_id, 'at', now(), 'until', now() + interval '1 minute',
        'sent', '{"context.alt": null, "context.caption": "same", "context.*": null}'::jsonb
    ));

create function tests.confirm(asset_id text, outcome jsonb)
returns void
language sql
as $$
    select public.media_sync_confirm_push('demo', gen_random_uuid(), now(), jsonb_build_array(jsonb_build_object(
        'id', '00000000-0000-4000-8000-00000000000' || right(asset_id, 1), 'action', 'update', 'attempt', 'attempt'
    ) || outcome), 'api');
$$;
create function tests.look_up(asset_id text, context jsonb)
returns jsonb
language sql
as $$
    select public.media_sync_apply_observations('demo', jsonb_build_array(jsonb_build_object(
        'asset_id', asset_id, 'public_id', asset_id, 'resource_type', 'image', 'type', 'upload', 'context', context
    )), clock_timestamp(), 'api', null);
    select asset.context from public.media_assets as asset where asset.asset_id = look_up.asset_id;
$$;

select tests.confirm('c1', '{"landed": [{"difference": {"context": {"removed": ["alt"]}}}]}');
select is(tests.look_up('c1', '{}'), '{}', 'somebody there takes a key away after the whole context was written → it goes here too');
select is((select sync_status from public.media_assets where asset_id = 'c1'), 'synced', 'and nothing is left to be sent');

select tests.confirm('c2', '{"dropped": {"context": {"removed": ["alt"]}}, "again": true}');
select is((select sending from public.media_assets where asset_id = 'c2'), null, 'the write never left → none of its keys is on its way');
select is(tests.look_up('c2', '{"alt": "old"}'), '{}', 'somebody there takes another key away → it goes here too');
select is((select sync_status from public.media_assets where asset_id = 'c2'), 'pending', 'and the key that was taken away here is still to be sent');

-- On its way the context may be empty for a moment: nobody took anything away.
select is(tests.look_up('c3', '{}'), '{"caption": "same"}', 'a context seen empty while it is being written → stays');

update media_sync.settings set conflict_policy = 'manual';
select is(tests.look_up('c4', '{"alt": "new"}'), '{"caption": "same"}', 'a key missing beside others while the context is being written → it stays here');
select is(
    (select changes -> 'context.caption' from public.media_sync_log where asset_id = 'c4' and operation = 'conflict'),
    '{"base": "same", "database": "same", "kept": "open"}',
    'and that somebody took it away there stands in a conflict'
);

update public.media_assets
set sending = jsonb_set(sending, '{0,until}', to_jsonb(now() - interval '1 second'))
where asset_id = 'c5';
select is(tests.look_up('c5', '{}'), '{"caption": "same"}', 'a context seen empty when its write can no longer arrive → stays');
select is(
    (select changes -> 'context.caption' from public.media_sync_log where asset_id = 'c5' and operation = 'conflict'),
    '{"base": "same", "database": "same", "kept": "database"}',
    'and that somebody may have emptied it stands in a conflict row'
);
select is((select sync_status from public.media_assets where asset_id = 'c5'), 'pending', 'and what the row has is set anew');

update public.media_assets
set base = base || '{"context": {"alt": "mine", "caption": "same"}}', context = '{"caption": "same"}',
    sending = jsonb_set(sending, '{0,sent}', '{"context.caption": null, "context.*": null}')
where asset_id = 'c6';
select is(tests.look_up('c6', '{}'), '{"caption": "same"}', 'a key taken away here, the context seen empty in the middle of an earlier write → stays away');
select is(tests.look_up('c6', '{"alt": "mine"}'), '{"caption": "same"}', 'and stays away when that write has ended with it');

update public.media_assets
set base = base || '{"context": {"alt": "mine", "caption": "same"}}', context = '{}',
    sending = jsonb_set(sending, '{0,sent}', '{"context.caption": null, "context.*": null}')
where asset_id = 'c7';
select is(tests.look_up('c7', '{}'), '{}', 'all keys taken away here, the context seen empty in the middle of an earlier write → they stay away');
select is(tests.look_up('c7', '{"alt": "mine"}'), '{}', 'and stay away when that write has ended with one of them');

-- The context was cleared, and setting it anew was refused.
update public.media_assets
set context = '{"caption": "mine"}', base = base || '{"context": {"alt": "old"}}'
where asset_id in ('c8', 'c9');
select tests.confirm(asset_id, jsonb_build_object(
    'cleared', true, 'answered', '[{"context": {"removed": ["alt"], "set": {"caption": "mine"}}}]'::jsonb,
    'answers', jsonb_build_array(jsonb_build_object(
        'asset_id', asset_id, 'context', '{"alt": "old", "caption": "mine"}'::jsonb, 'observed_at', now()
    )),
    'error', '{"code": "rate_limited", "message": "Later."}'::jsonb
))
from unnest('{c8,c9}'::text[]) as asset_id;
select is(tests.look_up('c8', '{}'), '{"caption": "mine"}', 'seen empty after our own clearing → what the row has stays');
select is((select sync_status from public.media_assets where asset_id = 'c8'), 'pending', 'and is to be sent');
select is(tests.look_up('c9', '{"alt": "old"}'), '{"caption": "mine"}', 'not cleared after all → the key stays away here');

-- A part of the write is told before the context is cleared for the rest of it.
insert into public.media_assets (cloud_name, asset_id, public_id, resource_type, context, sync_status, observed_at)
values ('demo', 'c10', 'c10', 'image', '{"alt": "mine"}', 'pending', now() - interval '1 minute');
alter table public.media_assets disable trigger user;
update public.media_assets as asset
set
    base = media_sync.editable_fields(asset) || '{"context": {"alt": "old", "caption": "old"}}',
    sending = jsonb_build_array(jsonb_build_object(
        'id', 'attempt', 'name', asset_id, 'at', now(), 'until', now() + interval '1 minute',
        'sent', '{"context.alt": "mine", "context.caption": null, "context.*": null}'::jsonb
    ))
where asset_id = 'c10';
alter table public.media_assets enable trigger user;
select public.media_sync_receive_event('demo', jsonb_build_object(
    'dedup_key', 'a part', 'notification_type', 'resource_context_changed', 'triggered_at', clock_timestamp(), 'body', '{}',
    'effects', '[{"kind": "delta", "asset_id": "c10", "fields": {"context": {"set": {"alt": "mine"}, "removed": []}}}]'::jsonb
));
select is(
    (select sending #> '{0,sent}' from public.media_assets where asset_id = 'c10'),
    '{"context.alt": "mine", "context.caption": null, "context.*": null}', 'one key of a whole context was told → all of it is still on its way'
);
select is(tests.look_up('c10', '{}'), '{"alt": "mine"}', 'then seen empty, since it is cleared before it is set → stays');
select public.edit_media_assets(array(select id from public.media_assets where asset_id = 'c10'), '{"context": {"alt": "later"}}');
select is(tests.look_up('c10', '{"alt": "mine"}'), '{"alt": "later"}', 'edited here meanwhile → stays, when what was sent is seen');
select is((select conflicts from public.media_assets where asset_id = 'c10'), null, 'and it is no conflict: nobody there edited it');

-- A key that somebody there sets while the context is on its way is one edit, not two.
insert into public.media_assets (cloud_name, asset_id, public_id, resource_type, sync_status, observed_at)
values ('demo', 'c11', 'c11', 'image', 'pending', now() - interval '1 minute');
alter table public.media_assets disable trigger user;
update public.media_assets as asset
set
    base = media_sync.editable_fields(asset) || '{"context": {"alt": "old"}}',
    sending = jsonb_build_array(jsonb_build_object(
        'id', 'attempt', 'name', asset_id, 'at', now(), 'until', now() + interval '1 minute',
        'sent', '{"context.alt": null, "context.*": null}'::jsonb
    ))
where asset_id = 'c11';
alter table public.media_assets enable trigger user;
update media_sync.settings set conflict_policy = 'database';
select is(
    tests.look_up('c11', '{"alt": "old", "caption": "theirs"}'), '{"caption": "theirs"}', 'a key that somebody set there meanwhile → comes here'
);
select is(
    (select count(*) from public.media_sync_log where asset_id = 'c11' and operation = 'conflict'), 0::bigint, 'and is no conflict: nobody here edited it'
);

-- Whoever lived to tell of the write, and cleared nothing, has not left the context empty.
insert into public.media_assets (id, cloud_name, asset_id, public_id, resource_type, context, sync_status, observed_at)
select
    ('00000000-0000-4000-8000-00000000001' || place)::uuid, 'demo', 'd' || place, 'd' || place, 'image',
    '{"caption": "same"}', 'pending', now() - interval '1 minute'
from generate_series(1, 5) as place;
alter table public.media_assets disable trigger user;
update public.media_assets as asset
set
    base = media_sync.editable_fields(asset) || '{"context": {"alt": "old", "caption": "same"}}',
    sending = jsonb_build_array(jsonb_build_object(
        'id', 'attempt', 'name', asset_id, 'at', now() - interval '2 minutes', 'until', now() - interval '1 minute',
        'sent', '{"context.alt": null, "context.caption": "same", "context.*": null}'::jsonb
    ))
where asset_id in ('d1', 'd2');
select public.media_sync_confirm_push('demo', gen_random_uuid(), now(), jsonb_build_array(jsonb_build_object(
    'id', '00000000-0000-4000-8000-00000000001' || place, 'action', 'update', 'attempt', 'attempt',
    'error', '{"code": "cloudinary_unavailable", "message": "No answer."}'::jsonb
) || case place when 2 then '{"cleared": true}' else '{}' end::jsonb), 'api')
from generate_series(1, 2) as place;
select is(tests.look_up('d1', '{}'), '{}', 'seen empty after a write without an answer that cleared nothing → somebody took the key away, and it goes here too');
select is(
    (select count(*) from public.media_sync_log where asset_id = 'd1' and operation = 'conflict'), 0::bigint,
    'and it is no conflict: nobody here edited it'
);
select is((select sync_status from public.media_assets where asset_id = 'd1'), 'synced', 'and nothing is left to be sent');
select is(tests.look_up('d2', '{}'), '{"caption": "same"}', 'and after one that cleared it → what the row has stays');

-- Nor does it take a key away, while it may still arrive, that it was to set.
update public.media_assets as asset
set
    base = media_sync.editable_fields(asset) || '{"context": {"alt": "old", "caption": "same"}}',
    sending = jsonb_build_array(jsonb_build_object(
        'id', 'attempt', 'name', asset_id, 'at', now(), 'until', now() + interval '1 minute', 'landed', '{}'::jsonb,
        'sent', '{"context.alt": null, "context.caption": "same", "context.*": null}'::jsonb
    ))
where asset_id in ('d3', 'd4', 'd5');
select is(tests.look_up('d3', '{"alt": "old", "title": "theirs"}'), '{"title": "theirs"}', 'a key that such a write was to set is missing beside others → somebody took it away, and it goes here too');
select is(
    (select count(*) from public.media_sync_log where asset_id = 'd3' and operation = 'conflict'), 0::bigint, 'and it is no conflict: nobody here edited it'
);
select is(tests.look_up('d4', '{}'), '{}', 'seen empty → somebody emptied it, and it is empty here too');
select is((select base -> 'context' from public.media_assets where asset_id = 'd4'), '{}', 'and nothing of it is to be set anew');
update public.media_assets
set context = context || '{"title": "theirs"}', base = jsonb_set(base, '{context,title}', '"theirs"')
where asset_id = 'd5';
select is(tests.look_up('d5', '{"caption": "same"}'), '{"title": "theirs", "caption": "same"}', 'a key that it does not name is missing → it may have been replaced, and stays');
select is(
    (select changes -> 'context.title' from public.media_sync_log where asset_id = 'd5' and operation = 'conflict'),
    '{"base": "theirs", "database": "theirs", "kept": "database"}', 'and that somebody took it away there stands in a conflict row'
);

select * from finish();
rollback;
