-- While a row's asset is looked up for a push, something else tells of it, and later: the look-up is not merged. Where it showed
-- what the row does not have, nothing is written on the strength of either.
begin;
\ir helpers.sql
select plan(8);

insert into public.media_assets (cloud_name, asset_id, public_id, resource_type, context, sync_status, observed_at)
select 'demo', asset_id, asset_id, 'image', '{"alt": "agreed"}', 'synced', now() - interval '1 hour'
from unnest('{renamed,edited,same}'::text[]) as asset_id;
alter table public.media_assets disable trigger user;
update public.media_assets as asset set base = media_sync.editable_fields(asset);
alter table public.media_assets enable trigger user;
update public.media_assets set tags = '{wanted}';

create function tests.shown(id text, told jsonb)
returns jsonb
language sql
as $$
    select jsonb_build_object(
        'asset_id', id, 'public_id', id, 'resource_type', 'image', 'type', 'upload', 'folder', '', 'tags', '[]'::jsonb,
        'context', '{"alt": "told"}'::jsonb, 'metadata', '{}'::jsonb
    ) || told;
$$;
create function tests.plan(worker uuid, observed_at timestamptz)
returns jsonb
language sql
as $$
    select public.media_sync_plan_push(
        'demo', worker, jsonb_build_array(
            tests.shown('renamed', '{"public_id": "another"}'), tests.shown('edited', '{"tags": ["theirs"]}'), tests.shown('same', '{}')
        ), '{}', observed_at, 'api'
    );
$$;
create function tests.names(planned jsonb)
returns text
language sql
as $$ select string_agg(task ->> 'public_id', ' ' order by task ->> 'asset_id') from jsonb_array_elements(planned -> 'tasks') as task $$;

create temporary table claimed as
select clock_timestamp() as at, public.media_sync_begin_push('demo', '00000000-0000-4000-8000-000000000001', 100, 60, 'api') as claim;
select media_sync.queue_refresh('demo', '{renamed}', 'told of a rename');
update media_sync.refresh_queue set requested_at = (select at from claimed) - interval '1 second';
select media_sync.merge_observations('demo', jsonb_build_array(jsonb_build_object(
    'asset_id', id, 'public_id', id, 'resource_type', 'image', 'type', 'upload',
    'delta', '{"context": {"set": {"alt": "told"}, "removed": []}}'::jsonb
)), clock_timestamp(), 'webhook') from unnest('{renamed,edited,same}'::text[]) as id;

create temporary table planned as select tests.plan('00000000-0000-4000-8000-000000000001', at) as plan from claimed;
select is(
    tests.names(plan), 'same', 'another name or an edit shown, and a notification meanwhile → nothing is sent; the same shown → it is'
) from planned;
select is(
    (select array_agg(id order by id) from jsonb_array_elements_text(plan -> 'outdated') as id), '{edited,renamed}', 'and says which'
) from planned;
select is((select sending from public.media_assets where asset_id = 'renamed'), null, 'and nothing is noted as on its way');
select is(
    (select row(sync_status, sync_attempts)::text from public.media_assets where asset_id = 'renamed'), '(pending,0)', 'and waits, not counted'
);
select is((select count(*) from media_sync.refresh_queue where asset_id = 'renamed'), 1::bigint, 'and a look-up that was asked for is still due');
select is(
    (select count(*) from media_sync.push_leases join public.media_assets as asset on asset.id = media_asset_id where asset_id <> 'same'),
    0::bigint, 'and it is given back at once'
);

select public.media_sync_begin_push('demo', '00000000-0000-4000-8000-000000000002', 100, 60, 'api');
select is(
    tests.names(tests.plan('00000000-0000-4000-8000-000000000002', clock_timestamp())), 'edited another', 'looked up once more → sent, by the name that was shown'
);
select is((select tags from public.media_assets where asset_id = 'edited'), '{theirs,wanted}', 'and beside what somebody had edited there');

select * from finish();
rollback;
