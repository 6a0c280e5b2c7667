-- Changed on both sides under the policy newest, which waits for an answer that tells times: what Cloudinary showed meanwhile is
-- not forgotten, not even when it is back at what both sides had agreed on.
begin;
\ir helpers.sql
select plan(11);

update media_sync.settings set conflict_policy = 'newest';
insert into public.media_assets (cloud_name, asset_id, public_id, resource_type, display_name, context, sync_status, observed_at)
select 'demo', asset_id, asset_id, 'image', 'agreed', '{"alt": "agreed"}', 'synced', now() - interval '1 hour'
from unnest('{there,here,again,same,untold}'::text[]) as asset_id;
alter table public.media_assets disable trigger user;
update public.media_assets as asset set base = media_sync.editable_fields(asset);
alter table public.media_assets enable trigger user;
update public.media_assets set display_name = 'ours', context = '{"alt": "ours"}';

create function tests.look(id text, seconds integer, told jsonb, changed_at timestamptz default null)
returns text language sql as $$
    select outcome from media_sync.merge_observations('demo', jsonb_build_array(jsonb_build_object(
        'asset_id', id, 'public_id', id, 'resource_type', 'image', 'type', 'upload', 'folder', '', 'tags', '[]'::jsonb, 'metadata', '{}'::jsonb
    ) || told || case
        when changed_at is null then '{}'
        else jsonb_build_object('last_updated', jsonb_build_object('updated_at', changed_at, 'context_updated_at', changed_at))
    end), clock_timestamp() + seconds * interval '1 second', 'api', null);
$$;
create function tests.fields(display_name text, alt text) returns jsonb language sql as $$
    select jsonb_build_object('display_name', display_name, 'context', jsonb_build_object('alt', alt));
$$;

select is(tests.look('there', 1, tests.fields('theirs', 'agreed')), 'undecided', 'changed on both sides, no time told → undecided');
select is((select undecided from public.media_assets where asset_id = 'there'), '{"display_name": "theirs"}', 'and it is noted');
select is(tests.look('there', 2, tests.fields('agreed', 'agreed')), 'undecided', 'put back there → undecided still, and not sent');
select is(tests.look('there', 3, tests.fields('agreed', 'agreed'), now() + interval '1 minute'), 'updated', 'and the time is told');
select is(
    (select row(display_name, context, undecided)::text from public.media_assets where asset_id = 'there'),
    row('agreed', '{"alt": "ours"}'::jsonb, null::jsonb)::text, 'put back there after the edit here → stays so; what only we edited goes out'
);

select tests.look('here', 1, tests.fields('theirs', 'theirs'));
select tests.look('here', 2, tests.fields('agreed', 'agreed'), now() - interval '1 minute');
select is(
    (select row(display_name, context, undecided, sync_status)::text from public.media_assets where asset_id = 'here'),
    row('ours', '{"alt": "ours"}'::jsonb, null::jsonb, 'pending')::text, 'put back there before the edit here → the edit goes out'
);
select is(
    (select changes -> 'context.alt' from public.media_sync_log where asset_id = 'here' and operation = 'conflict'),
    '{"base": "theirs", "kept": "database", "database": "ours", "cloudinary": "agreed"}', 'and the log has what lost'
);

select tests.look('again', 1, tests.fields('theirs', 'agreed'));
select tests.look('again', 2, tests.fields('agreed', 'agreed'));
select tests.look('again', 3, tests.fields('theirs', 'agreed'), now() + interval '1 minute');
select is((select display_name from public.media_assets where asset_id = 'again'), 'theirs', 'put back and changed again there → the newest');

select tests.look('same', 1, tests.fields('theirs', 'agreed'));
select tests.look('same', 2, tests.fields('ours', 'ours'));
select is(
    (select row(sync_status, undecided)::text from public.media_assets where asset_id = 'same'),
    row('synced', null::jsonb)::text, 'the same in the end → agreed'
);

select tests.look('untold', 1, tests.fields('theirs', 'theirs'));
select is(
    (select outcome from media_sync.merge_observations('demo', jsonb_build_array(jsonb_build_object(
        'asset_id', 'untold', 'delta', '{"tags": {"added": ["red"]}}'::jsonb
    )), clock_timestamp() + interval '2 seconds', 'webhook', null)), 'updated', 'a notification of other values → merged'
);
select is(
    (select undecided from public.media_assets where asset_id = 'untold'),
    '{"context.alt": "theirs", "display_name": "theirs"}', 'and what it does not tell stays undecided'
);

select * from finish();
rollback;
