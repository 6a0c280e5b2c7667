-- What was sent lost to an edit made in Cloudinary before it was known whether it would arrive. What shows it later is our own write,
-- late, or somebody's very same change: nobody can tell, and the log says so.
begin;
\ir helpers.sql
select plan(13);

update media_sync.settings set conflict_policy = 'cloudinary';
insert into public.media_assets (cloud_name, asset_id, public_id, resource_type, context, sync_status, observed_at)
select 'demo', asset_id, asset_id, 'image', '{"alt": "agreed"}', 'synced', now() - interval '1 hour'
from unnest('{gone,edited,told,undone,won,decided}'::text[]) as asset_id;
alter table public.media_assets disable trigger user;
update public.media_assets as asset set base = media_sync.editable_fields(asset);
alter table public.media_assets enable trigger user;
-- The key was taken away here, and nothing is known of the write that carries that.
update public.media_assets set context = '{}';
update public.media_assets
set sending = jsonb_build_array(jsonb_build_object(
    'id', gen_random_uuid(), 'name', asset_id, 'at', clock_timestamp(), 'until', clock_timestamp() + interval '1 minute',
    'sent', '{"context.alt": null}'::jsonb
));

create function tests.look(id text, seconds integer, told jsonb)
returns void language sql as $$
    select media_sync.merge_observations('demo', jsonb_build_array(jsonb_build_object(
        'asset_id', id, 'public_id', id, 'resource_type', 'image', 'type', 'upload'
    ) || told), clock_timestamp() + seconds * interval '1 second', 'api', null);
$$;
create function tests.state(wanted text)
returns jsonb language sql as $$ select jsonb_build_array(context, sync_status, sending) from public.media_assets where asset_id = wanted $$;
create function tests.conflicts(wanted text)
returns jsonb language sql as $$
    select jsonb_agg(changes -> 'context.alt' order by id) from public.media_sync_log where asset_id = wanted and operation = 'conflict';
$$;

select tests.look(asset_id, 1, '{"context": {"alt": "theirs"}}') from unnest('{gone,edited,told,won}'::text[]) as asset_id;
select is(
    tests.conflicts('gone'), '[{"base": "agreed", "kept": "cloudinary", "cloudinary": "theirs"}]', 'taken away here, changed there → theirs wins'
);

select tests.look('gone', 90, '{"context": {}}');
select is(tests.state('gone'), '[{"alt": "theirs"}, "pending", null]', 'gone there afterwards, perhaps by our write → it is set again');
select is(
    tests.conflicts('gone') -> 1, '{"base": "theirs", "kept": "database", "database": "theirs"}',
    'and that somebody may have taken it away stands in a conflict row'
);
select tests.look('gone', 91, '{"context": {}}');
select is(jsonb_array_length(tests.conflicts('gone')), 2, 'seen once more → said once');

update public.media_assets set context = '{"alt": "on"}' where asset_id = 'edited';
select tests.look('edited', 90, '{"context": {}}');
select is(tests.state('edited'), '[{"alt": "on"}, "pending", null]', 'gone there after an edit made here of what had won → the edit stands');
select is(
    tests.conflicts('edited') -> 1, '{"base": "theirs", "kept": "database", "database": "on"}', 'and the log has what may have lost'
);

select tests.look('told', 2, '{"delta": {"context": {"set": {}, "removed": ["alt"]}}}');
select is(
    jsonb_build_array(tests.state('told') -> 0, tests.conflicts('told') -> 1),
    '[{"alt": "theirs"}, {"base": "theirs", "kept": "database", "database": "theirs"}]', 'a notification tells it → the same'
);

select tests.look('won', 90, '{"context": {"alt": "theirs"}}');
select is(tests.state('won'), '[{"alt": "theirs"}, "synced", null]', 'what won is there when the write can no longer arrive → agreed');
select tests.look('won', 91, '{"context": {}}');
select is(
    jsonb_build_array(tests.state('won') -> 0, jsonb_array_length(tests.conflicts('won'))), '[{}, 1]', 'and taking it away is somebody''s edit'
);

update public.media_assets set context = '{"alt": "agreed"}' where asset_id = 'undone';
select tests.look('undone', 1, '{"context": {}}');
select is(tests.state('undone'), '[{"alt": "agreed"}, "pending", null]', 'taken back here and then arrived → it is set again');
select is(tests.conflicts('undone'), null, 'and nothing had lost');

-- A person decides.
update media_sync.settings set conflict_policy = 'manual';
select tests.look('decided', 1, '{"context": {"alt": "theirs"}}');
select tests.authenticate_as('authenticated', 'editor');
select public.resolve_media_conflicts(array(select id from public.media_assets where asset_id = 'decided'), 'cloudinary');
select tests.clear_authentication();
select tests.look('decided', 90, '{"context": {}}');
select is(tests.state('decided'), '[{"alt": "theirs"}, "pending", null]', 'gone there after a person had decided for Cloudinary''s → it is set again');
select is(
    tests.conflicts('decided') -> 1, '{"base": "theirs", "kept": "database", "database": "theirs"}', 'and the log says so'
);

select * from finish();
rollback;
