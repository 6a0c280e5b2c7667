-- The same edit on both sides, told by a notification: agreed on by the look-up that follows, so that taking it back is an edit.
begin;
\ir helpers.sql
select plan(8);

insert into public.media_assets (cloud_name, asset_id, public_id, resource_type, tags, observed_at)
select 'demo', asset_id, asset_id, 'image', '{old}', '2026-01-01T12:00:10Z'
from unnest('{here first,there first,late}'::text[]) as asset_id;
update public.media_assets as asset set base = media_sync.editable_fields(asset);

create function tests.hear_of_tag(id text, triggered_at text)
returns void
language sql
as $$
    select public.media_sync_receive_event('demo', jsonb_build_object(
        'dedup_key', id || triggered_at, 'notification_type', 'resource_tags_changed', 'triggered_at', triggered_at, 'body', '{}',
        'effects', jsonb_build_array(jsonb_build_object('kind', 'delta', 'asset_id', id, 'fields', '{"tags": {"added": ["new"]}}'::jsonb))
    ));
$$;

create function tests.is_looked_up(id text)
returns boolean
language sql
as $$
    select exists (select from media_sync.refresh_queue where asset_id = id and not_before <= clock_timestamp());
$$;

update public.media_assets set tags = '{old,new}' where asset_id in ('here first', 'late');
select tests.hear_of_tag('here first', '2026-01-01T12:00:11Z');
select ok(tests.is_looked_up('here first'), 'tagged alike on both sides, and told so → looked up at once');
select public.media_sync_apply_observations('demo', '[
    {"asset_id": "here first", "public_id": "here first", "resource_type": "image", "type": "upload", "tags": ["old", "new"]}
]', clock_timestamp(), 'api', null);
select is((select sync_status from public.media_assets where asset_id = 'here first'), 'synced', 'and agreed, nothing is left to be sent');
update public.media_assets set tags = '{old}' where asset_id = 'here first';
select is((select sync_status from public.media_assets where asset_id = 'here first'), 'pending', 'taken off here after that → an edit');

select tests.hear_of_tag('late', '2026-01-01T12:00:05Z');
select is((select base -> 'tags' from public.media_assets where asset_id = 'late'), '["old"]', 'told late → not agreed yet');
select ok(tests.is_looked_up('late'), 'and looked up at once');

select tests.hear_of_tag('there first', '2026-01-01T12:00:11Z');
select is((select tags from public.media_assets where asset_id = 'there first'), '{old,new}', 'tagged there → the tag stands here');
delete from media_sync.refresh_queue;
select tests.hear_of_tag('there first', '2026-01-01T12:00:12Z');
select is((select tags from public.media_assets where asset_id = 'there first'), '{old,new}', 'told again → nothing changes');
select ok(not exists (select from media_sync.refresh_queue), 'and nothing is looked up');

select * from finish();
rollback;
