-- Of a swap one half met an asset that had got the name just before. Its name is given back at once, by a rename that looks like
-- the other half of the swap.
begin;
\ir helpers.sql
select plan(7);

insert into public.media_assets (cloud_name, asset_id, public_id, resource_type, sync_status, observed_at)
select 'demo', asset_id, public_id, 'image', 'synced', now() - interval '1 hour'
from (values ('first', 'one'), ('second', 'two'), ('told', 'one'), ('seen', 'one'), ('late', 'one')) as asset (asset_id, public_id);
alter table public.media_assets disable trigger user;
update public.media_assets as asset set base = media_sync.editable_fields(asset);
update public.media_assets as asset
set
    sync_status = 'pending', public_id = swapped.wanted,
    sending = jsonb_build_array(jsonb_build_object(
        'id', gen_random_uuid(), 'name', asset.public_id, 'rename', swapped.wanted, 'detour', swapped.wanted || '-detour',
        'at', clock_timestamp() - interval '2 seconds', 'until', clock_timestamp() + interval '1 minute',
        'sent', jsonb_build_object('public_id', swapped.wanted)
    ))
from (values ('first', 'two'), ('second', 'one')) as swapped (asset_id, wanted)
where asset.asset_id = swapped.asset_id;
alter table public.media_assets enable trigger user;

create function tests.tell(id text, before text, after text, seconds integer)
returns jsonb
language sql
as $$
    select public.media_sync_receive_event('demo', jsonb_build_object(
        'dedup_key', gen_random_uuid(), 'notification_type', 'rename', 'body', '{}',
        'triggered_at', clock_timestamp() + make_interval(secs => seconds),
        'effects', jsonb_build_array(jsonb_build_object(
            'kind', 'delta', 'asset_id', id, 'public_id', before, 'resource_type', 'image', 'type', 'upload',
            'fields', jsonb_build_object('public_id', after)
        ))
    ));
$$;
create function tests.see(id text, name text)
returns void
language sql
as $$
    select media_sync.merge_observations('demo', jsonb_build_array(jsonb_build_object(
        'asset_id', id, 'public_id', name, 'resource_type', 'image', 'type', 'upload'
    )), clock_timestamp(), 'api');
$$;
create function tests.name_of(wanted text)
returns text
language sql
as $$ select public_id from public.media_assets where asset_id = wanted $$;

select tests.tell('told', 'one', 'two', 0);
select is(tests.name_of('told'), 'one', 'renamed by a call that was meant for another asset → it gets its name back');
select tests.tell('told', 'two', 'one', 1);
select is(tests.name_of('told'), 'one', 'given its name back by a rename that looks like the other half → it keeps it');
select tests.see('told', 'one');
select is(
    (select row(public_id, sync_status)::text from public.media_assets where asset_id = 'told'), row('one', 'synced')::text,
    'and nothing is left to be sent'
);

select tests.see('seen', 'two');
select tests.tell('seen', 'two', 'one', 1);
select is(tests.name_of('seen'), 'one', 'seen before anything of it was told, then given its name back → it has it');
select tests.tell('seen', 'one', 'two', 0);
select tests.see('seen', 'one');
select is(
    (select row(public_id, sync_status)::text from public.media_assets where asset_id = 'seen'), row('one', 'synced')::text,
    'told of the mistake last → nothing is left to be sent'
);

-- The other half by itself is a mistake like any other.
select tests.see('late', 'two');
update public.media_sync_log set created_at = created_at - interval '1 hour' where asset_id = 'late';
select tests.tell('late', 'two', 'one', 1);
select is(tests.name_of('late'), 'two', 'called so by somebody before, and renamed by the other half → it gets its name back');
select is(
    (select count(*) from public.media_sync_log where error_code = 'landed_elsewhere' and asset_id <> 'seen'), 2::bigint,
    'and the log tells of each mistake once'
);

select * from finish();
rollback;
