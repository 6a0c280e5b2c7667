-- Tools of the files about observations: one asset as Cloudinary tells it, and what became of its row. Included after
-- helpers.sql. Time only moves where a test moves it.

create function tests.asset(asset_id text, told jsonb default '{}')
returns jsonb
language sql
set search_path = ''
as $$
    select jsonb_build_object(
        'asset_id', asset_id, 'public_id', 'a/' || asset_id, 'resource_type', 'image', 'type', 'upload', 'format', 'jpg',
        'version', 1760000000, 'bytes', 1000, 'width', 40, 'height', 30, 'etag', 'e1',
        'url', 'http://res.example.com/' || asset_id, 'secure_url', 'https://res.example.com/' || asset_id,
        'folder', 'a', 'display_name', 'Name of ' || asset_id, 'tags', jsonb_build_array('one', 'two'),
        'context', '{"alt": "Text"}'::jsonb, 'metadata', '{"sku": "7"}'::jsonb, 'extra', '{"asset_folder_id": "f"}'::jsonb,
        'created_at', '2026-01-02T03:04:05Z'
    ) || told;
$$;

-- Observed at so many minutes after the start of time; returns one line per asset.
create function tests.observe(observed_at integer, observations jsonb[], options jsonb default '{}')
returns text
language sql
as $$
    select string_agg(concat_ws(' ', asset_id, outcome, nullif(conflict_count, 0)), ', ' order by asset_id)
    from media_sync.merge_observations(
        'demo', to_jsonb(observations), '2026-06-01T00:00:00Z'::timestamptz + make_interval(mins => observed_at), 'api',
        '00000000-0000-4000-8000-0000000000f1', options
    );
$$;

-- Where the row version lies and all that it holds: equal before and after means that nothing was written.
create function tests.row_of(wanted text)
returns text
language sql
as $$
    select asset.ctid::text || asset.xmin::text || asset::text from public.media_assets as asset where asset.asset_id = wanted;
$$;

create function tests.get(wanted text)
returns public.media_assets
language sql
as $$
    select asset from public.media_assets as asset where asset.asset_id = wanted;
$$;

-- The log rows of an asset since the log was last forgotten, as `operation status`.
create table tests.read_until (id bigint);
insert into tests.read_until values (0);
create function tests.new_log(wanted text)
returns text
language sql
as $$
    select coalesce(string_agg(operation || ' ' || status, ', ' order by operation), '')
    from public.media_sync_log
    where asset_id = wanted and id > (select id from tests.read_until);
$$;
create function tests.changes(wanted text, wanted_operation text)
returns jsonb
language sql
as $$
    select changes from public.media_sync_log where asset_id = wanted and operation = wanted_operation order by id desc limit 1;
$$;
create procedure tests.forget_log()
language sql
as $$
    update tests.read_until set id = (select coalesce(max(id), 0) from public.media_sync_log);
$$;

-- The asset alone, as a look-up of it shows it, with a tag that it never had.
create function tests.observation(id text)
returns jsonb
language sql
as $$
    select jsonb_build_array(jsonb_build_object(
        'asset_id', id, 'public_id', id, 'resource_type', 'image', 'type', 'upload', 'folder', '', 'tags', jsonb_build_array(gen_random_uuid()), 'metadata', '{}'::jsonb
    ));
$$;
