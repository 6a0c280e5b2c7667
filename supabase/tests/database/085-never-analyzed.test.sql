-- A table that was filled by notifications and uploads, and that nothing has analyzed: what is about a few assets reads a
-- few rows, whatever the planner believes.
begin;
\ir helpers.sql
\ir observations.sql
select no_plan();

insert into public.media_assets (id, cloud_name, asset_id, public_id, resource_type, tags, sync_status, observed_at)
select md5('a' || place)::uuid, 'demo', 'a' || place, 'a' || place, 'image', '{x}', 'synced', now() - interval '1 hour'
from generate_series(1, 6000) as place;
alter table public.media_assets disable trigger user;
update public.media_assets as asset set base = media_sync.editable_fields(asset);
alter table public.media_assets enable trigger user;
insert into public.media_collections (id, name, slug) values (md5('collection')::uuid, 'Press', 'press');
insert into media_sync.quarantine (cloud_name, asset_id, public_id, resource_type, reason) values ('demo', 'a30', 'a30', 'image', 'odd');
select is(reltuples, -1::real, 'the table was never analyzed') from pg_class where oid = 'public.media_assets'::regclass;

create function tests.event(kind text, id text, more jsonb default '{}')
returns jsonb
language sql
as $$
    select public.media_sync_receive_event('demo', jsonb_build_object(
        'dedup_key', gen_random_uuid(), 'notification_type', 'some', 'body', '{}', 'triggered_at', clock_timestamp(),
        'effects', jsonb_build_array(jsonb_build_object(
            'kind', kind, 'asset_id', id, 'public_id', id, 'resource_type', 'image', 'type', 'upload'
        ) || more)
    ));
$$;
create function tests.worker()
returns uuid
language sql
as $$ select md5('worker')::uuid $$;
create function tests.push()
returns jsonb
language plpgsql
as $$
declare
    v_tasks jsonb := public.media_sync_begin_push('demo', tests.worker(), 100, 60, 'api') -> 'tasks';
    v_plan jsonb;
begin
    v_plan := public.media_sync_plan_push('demo', tests.worker(), tests.observation(v_tasks -> 0 ->> 'asset_id'), '{}', clock_timestamp(), 'api');
    return public.media_sync_confirm_push('demo', tests.worker(), clock_timestamp(), (
        select jsonb_agg(jsonb_build_object(
            'id', task -> 'id', 'action', task -> 'action', 'attempt', task -> 'attempt',
            'landed', jsonb_build_array(jsonb_build_object('difference', task -> 'difference'))
        ))
        from jsonb_array_elements(v_plan -> 'tasks') as task
    ), 'api');
end;
$$;

create table tests.acts (place integer generated always as identity, topic text, statement text);
insert into tests.acts (topic, statement) values
    ('a notification of tags', $$select tests.event('delta', 'a11', '{"fields": {"tags": {"added": ["new"], "removed": []}}}')$$),
    ('a notification of a name', $$select tests.event('delta', 'a12', '{"fields": {"public_id": "b12"}, "incomplete": true}')$$),
    ('a notification of an upload', $$select tests.event('observe', 'n1', jsonb_build_object('observation', tests.observation('n1') -> 0))$$),
    ('a notification of an overwrite', $$select tests.event('observe', 'a13', jsonb_build_object('observation', tests.observation('a13') -> 0))$$),
    ('a notification of a deletion', $$select tests.event('delete', 'a14')$$),
    ('a notification without an asset_id', $$select public.media_sync_receive_event('demo', jsonb_build_object(
        'dedup_key', 'old', 'notification_type', 'some', 'body', '{}', 'triggered_at', clock_timestamp(),
        'effects', '[{"kind": "delete", "public_id": "a15", "resource_type": "image", "type": "upload"}]'::jsonb))$$),
    ('a notification of a folder', $$select tests.event('folder', null, '{"from": "a", "to": "b"}')$$),
    ('a look-up', $$select public.media_sync_settle_look_up('demo', '{a16,a17}', tests.observation('a16'), clock_timestamp(), 'api')$$),
    ('an observation', $$select public.media_sync_apply_observations('demo', tests.observation('a18'), clock_timestamp(), 'api')$$),
    ('an observation of what is set aside', $$select public.media_sync_apply_observations('demo', tests.observation('a30'), clock_timestamp(), 'api')$$),
    ('a plan of what would come', $$select public.media_sync_plan_observations('demo', tests.observation('a19'), clock_timestamp())$$),
    ('a comparison', $$select public.media_sync_compare_page('demo', tests.observation('a20'))$$),
    ('an edit', $$select public.edit_media_assets(array[md5('a21')::uuid], '{"tags": ["ours"]}')$$),
    ('its push', $$select tests.push()$$),
    ('a rename', $$select public.edit_media_assets(array[md5('a22')::uuid], '{"public_id": "c22"}')$$),
    ('the push of a rename', $$select tests.push()$$),
    ('a push of nothing', $$select public.media_sync_begin_push('demo', tests.worker(), 100, 60, 'api')$$),
    ('a deletion', $$select public.soft_delete_media_asset(md5('a23')::uuid)$$),
    ('a restore', $$select public.restore_media_asset(md5('a23')::uuid)$$),
    ('giving back', $$select public.media_sync_release_pending(tests.worker(), array[md5('a23')::uuid])$$),
    ('a retry', $$select public.retry_media_assets(array[md5('a24')::uuid])$$),
    ('a use', $$select public.attach_media_assets(array[md5('a25')::uuid], '{"reference_table": "articles", "reference_id": "1", "usage_type": "cover"}')$$),
    ('a use that ends', $$select public.detach_media_assets(array[md5('a25')::uuid], '{"reference_table": "articles", "reference_id": "1"}')$$),
    ('a collection', $$select public.add_to_media_collection(md5('collection')::uuid, array[md5('a26')::uuid])$$),
    ('an asset by its id', $$select public.get_media_asset(md5('a27')::uuid)$$),
    ('assets by their names', $$select public.find_media_assets('{a28}')$$),
    ('assets of a name', $$select public.media_sync_find_assets('demo', 'a28')$$),
    ('what to look up', $$select public.media_sync_claim_refresh('demo', tests.worker(), 100, 60)$$),
    ('what is due', $$select public.media_sync_due('demo')$$),
    ('an upload to come', $$select public.media_sync_sign_upload('demo', 'z9', '{a9}', false, false)$$);

-- Rows of the table, and entries of its indexes.
create function tests.read_rows()
returns bigint
language sql
as $$
    select sum(pg_catalog.pg_stat_get_xact_tuples_returned(oid))::bigint + sum(pg_catalog.pg_stat_get_xact_tuples_fetched(oid))::bigint
    from pg_catalog.pg_class
    where oid = 'public.media_assets'::regclass or oid in (select indexrelid from pg_catalog.pg_index where indrelid = 'public.media_assets'::regclass);
$$;
create function tests.rows_of(statement text)
returns bigint
language plpgsql
as $$
declare
    v_before constant bigint := tests.read_rows();
begin
    execute statement;
    return tests.read_rows() - v_before;
end;
$$;

select cmp_ok(tests.rows_of(statement), '<=', 200::bigint, topic || ', never analyzed → reads a few rows') from tests.acts order by place;

-- A thousand edits wait, as after one of the whole library.
alter table public.media_assets disable trigger user;
update public.media_assets set sync_status = 'pending', tags = '{x,edited}' where id in (select md5('a' || place)::uuid from generate_series(2000, 2999) as place);
alter table public.media_assets enable trigger user;
select cmp_ok(tests.rows_of(statement), '<=', 200::bigint, topic || ' beside many edits that wait → reads a few rows')
from (
    values
        ('a notification of tags', $$select tests.event('delta', 'a41', '{"fields": {"tags": {"added": ["new"], "removed": []}}}')$$),
        ('a notification of a deletion', $$select tests.event('delete', 'a42')$$),
        ('a look-up', $$select public.media_sync_settle_look_up('demo', '{a43}', tests.observation('a43'), clock_timestamp(), 'api')$$),
        ('a deletion', $$select public.soft_delete_media_asset(md5('a44')::uuid)$$),
        ('what is due', $$select public.media_sync_due('demo')$$)
) as acts (topic, statement);
select is(reltuples, -1::real, 'the table is still not analyzed') from pg_class where oid = 'public.media_assets'::regclass;

select * from finish();
rollback;
