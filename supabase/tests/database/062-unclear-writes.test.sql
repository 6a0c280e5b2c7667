-- A grouped write goes by name and tells no state. Once the asset has another name, nobody can tell what became of it.
begin;
\ir helpers.sql
select plan(12);

insert into public.media_assets (id, cloud_name, asset_id, public_id, resource_type, tags, context, sync_status, observed_at)
select
    ('00000000-0000-4000-8000-00000000000' || place)::uuid, 'demo', 'u' || place, 'u' || place, 'image',
    '{red}', '{"alt": "mine"}', 'pending', now() - interval '1 minute'
from generate_series(1, 5) as place;
alter table public.media_assets disable trigger user;
update public.media_assets as asset
set
    base = media_sync.editable_fields(asset) || '{"context": {}, "tags": []}',
    sending = jsonb_build_array(jsonb_build_object(
        'id', 'attempt', 'name', asset_id, 'at', now(), 'until', now() + interval '1 minute',
        'sent', '{"context.alt": "mine", "tags.red": true}'::jsonb,
        'landed', jsonb_build_object('context.alt', now(), 'tags.red', now()),
        'arrived', jsonb_build_object('context.alt', now(), 'tags.red', now())
    ));

create function tests.look_up(asset_id text, public_id text, more jsonb)
returns void
language sql
as $$
    select public.media_sync_apply_observations('demo', jsonb_build_array(jsonb_build_object(
        'asset_id', asset_id, 'public_id', public_id, 'resource_type', 'image', 'type', 'upload'
    ) || more), clock_timestamp(), 'api', null);
$$;
create function tests.conflict(p_asset_id text)
returns jsonb
language sql
as $$
    select changes from public.media_sync_log where asset_id = p_asset_id and operation = 'conflict';
$$;

select tests.look_up('u1', 'u1', '{"context": {}, "tags": []}');
select is(
    (select jsonb_build_array(context, tags, sync_status) from public.media_assets where asset_id = 'u1'), '[{}, [], "synced"]',
    'not shown under the name that it was sent to → somebody took it back there'
);
select is(tests.conflict('u1'), null, 'and nothing is in conflict');

select tests.look_up('u2', 'renamed', '{"context": {}, "tags": []}');
select is(
    (select jsonb_build_array(context, to_jsonb(tags), sync_status) from public.media_assets where asset_id = 'u2'),
    '[{"alt": "mine"}, ["red"], "pending"]', 'not shown under another name → it is sent again'
);
select is(
    tests.conflict('u2'),
    '{"context.alt": {"database": "mine", "kept": "database"}, "tags.red": {"database": true, "kept": "database"}}',
    'and that somebody may have taken it back stands in a conflict row'
);
select is((select conflicts from public.media_assets where asset_id = 'u2'), null, 'which nobody has to decide');

select tests.look_up('u3', 'renamed', '{"context": {"alt": "mine"}, "tags": ["red"]}');
select is((select sync_status from public.media_assets where asset_id = 'u3'), 'synced', 'shown under another name → it has arrived');
select is(tests.conflict('u3'), null, 'and nothing is in conflict');

-- A whole context: cleared, then set anew, and the asset was renamed by somebody in between.
update public.media_assets
set
    context = '{"alt": "mine", "caption": "same"}',
    base = base || '{"context": {"alt": "mine", "caption": "same", "old": "old"}, "tags": ["red"]}',
    sending = jsonb_build_array(sending -> 0 || jsonb_build_object(
        'sent', '{"context.*": null, "context.old": null, "context.alt": "mine", "context.caption": "same"}'::jsonb,
        'landed', jsonb_build_object('context.*', now(), 'context.old', now(), 'context.alt', now(), 'context.caption', now()),
        'arrived', jsonb_build_object('context.*', now(), 'context.old', now(), 'context.alt', now(), 'context.caption', now())
    ))
where asset_id in ('u4', 'u5');
select tests.look_up('u4', 'renamed', '{"context": {"caption": "there"}, "tags": ["red"]}');
select is(
    (select context from public.media_assets where asset_id = 'u4'), '{"alt": "mine", "caption": "there"}',
    'a key of a whole context not shown under another name → it stays, and what somebody there set is taken'
);
select is(
    tests.conflict('u4'), '{"context.alt": {"database": "mine", "kept": "database"}}',
    'and that somebody may have taken the key away stands in a conflict row'
);
select tests.look_up('u5', 'renamed', '{"context": {}, "tags": ["red"]}');
select is(
    (select jsonb_build_array(context, sync_status) from public.media_assets where asset_id = 'u5'),
    '[{"alt": "mine", "caption": "same"}, "pending"]', 'the whole context empty under another name → it is sent again'
);
select is(
    tests.conflict('u5'),
    '{"context.alt": {"database": "mine", "kept": "database"}, "context.caption": {"database": "same", "kept": "database"}}',
    'and that somebody may have emptied it stands in a conflict row'
);
select is((select conflicts from public.media_assets where asset_id = 'u5'), null, 'which nobody has to decide');

select * from finish();
rollback;
