-- The queries that operators type, as they type them, and the library page: each answers from an index.
--
-- What a plan looks like is asserted on some ten thousand rows after analyze, with every kind of scan allowed.
begin;
\ir helpers.sql
select plan(44);

insert into public.media_assets (
    cloud_name, asset_id, public_id, resource_type, format, bytes, folder, display_name, tags, context, created_at, updated_at,
    sync_status, sync_attempts, sync_error, next_attempt_at, deleted_at
)
select
    'demo', 'asset-' || i, format('folder-%s/file-%s', i % 200, md5(i::text)), case when i % 100 = 0 then 'raw' when i % 3 = 0 then 'video' else 'image' end, 'jpg',
    i * 997 % 100003, case when i % 40 = 0 then 'a/b' else 'folder-' || i % 200 end, 'Photo ' || i, array['tag-' || i % 500, 'tag-' || i % 7],
    jsonb_build_object('alt', 'word' || i % 3000), now() - i * interval '1 minute', now() - (i * 7919 % 12000) * interval '1 minute',
    case when i % 400 = 0 then 'error' when i % 300 = 0 then 'pending' else 'synced' end,
    case when i % 400 = 0 then 8 else 0 end, case when i % 400 = 0 then 'refused' end,
    case when i % 400 = 0 then now() + interval '1 hour' end, case when i % 1000 = 0 then now() end
from generate_series(1, 12000) as i;

insert into public.media_sync_log (operation, status, direction, source, asset_id, error_code, processing_time_ms, created_at)
select
    (array['upload', 'update', 'rename', 'move'])[1 + i % 4], case when i % 50 = 0 then 'error' else 'success' end, 'pull', 'cron',
    'asset-' || i, case when i % 50 = 0 then 'refused' end, i % 10, now() - i * interval '4 minutes'
from generate_series(1, 12000) as i;

-- As autovacuum would: in one transaction the latest entries of a gin index wait in its pending list.
select gin_clean_pending_list('media_assets_search_index');
analyze public.media_assets;
analyze public.media_sync_log;

create function tests.explain(statement text)
returns jsonb
language plpgsql
as $$
declare
    explained jsonb;
begin
    execute 'explain (format json) ' || statement into explained;
    return explained;
end;
$$;

create function tests.indexes_of(statement text)
returns text[]
language sql
as $$
    select array_agg(distinct name #>> '{}') from jsonb_path_query(tests.explain(statement), '$.**."Index Name"') as name;
$$;

create function tests.nodes_of(statement text)
returns text[]
language sql
as $$
    select array_agg(distinct node #>> '{}') from jsonb_path_query(tests.explain(statement), '$.**."Node Type"') as node;
$$;

-- The index that must serve the statement, and the steps that must not be in its plan.
create function tests.served_by(statement text, index_name text, forbidden text[], title text)
returns text
language sql
as $$
    select ok(
        index_name = any (tests.indexes_of(statement)) and not tests.nodes_of(statement) && ('{Seq Scan}' || forbidden),
        title
    ) || case
        when index_name = any (tests.indexes_of(statement)) and not tests.nodes_of(statement) && ('{Seq Scan}' || forbidden) then ''
        else E'\n' || diag(jsonb_pretty(tests.explain(statement)))
    end;
$$;

-- 1. As typed in the SQL editor

select is(current_setting('enable_seqscan'), 'on', 'the planner → is free to read whole tables');

select tests.served_by(
    'select * from media_sync_log order by created_at desc limit 20', 'media_sync_log_created_at_index', '{Sort}',
    'the latest log rows → from the index, unsorted'
);
select results_eq(
    'select asset_id from media_sync_log order by created_at desc limit 20',
    $$select 'asset-' || i from generate_series(1, 20) as i$$,
    'the latest log rows → newest first'
);

select tests.served_by(
    $$select * from media_sync_log where status = 'error' order by created_at desc limit 10$$, 'media_sync_log_problem_index', '{Sort}',
    'the latest errors → from the index of problems, unsorted'
);
select results_eq(
    $$select asset_id from media_sync_log where status = 'error' order by created_at desc limit 10$$,
    $$select 'asset-' || i * 50 from generate_series(1, 10) as i$$,
    'the latest errors → newest first'
);

select tests.served_by(
    $$select operation, avg(processing_time_ms), count(*), count(*) filter (where status = 'error')
    from media_sync_log where created_at > now() - interval '24 hours' group by operation$$,
    'media_sync_log_created_at_index', '{}',
    'a day''s operations → from the index of times'
);
select set_eq(
    $$select operation, total, errors from (
        select operation, avg(processing_time_ms), count(*), count(*) filter (where status = 'error')
        from media_sync_log where created_at > now() - interval '24 hours' group by operation
    ) as day (operation, average, total, errors)$$,
    $$values ('upload', 89::bigint, 3::bigint), ('update', 90, 0), ('rename', 90, 4), ('move', 90, 0)$$,
    'a day''s operations → counted by operation'
);

select tests.served_by(
    $$select * from media_assets where folder = 'a/b' order by created_at desc limit 50$$, 'media_assets_folder_index', '{Sort}',
    'the assets of a folder → from the index, unsorted'
);
select results_eq(
    $$select asset_id from media_assets where folder = 'a/b' order by created_at desc limit 50$$,
    $$select 'asset-' || i * 40 from generate_series(1, 50) as i$$,
    'the assets of a folder → newest first'
);

select tests.served_by(
    $$update media_assets set sync_status = 'pending' where sync_status = 'error'$$, 'media_assets_unsynced_index', '{}',
    'retry all errors → from the index of unsynced rows'
);
update media_assets set sync_status = 'pending' where sync_status = 'error';    -- retries them all
select results_eq(
    $$select count(*), count(*) filter (where sync_status = 'pending' and sync_attempts = 0 and next_attempt_at is null and sync_error is null)
    from media_assets where asset_id in (select 'asset-' || i * 400 from generate_series(1, 30) as i)$$,
    'values (30::bigint, 30::bigint)',
    'retry all errors → pending, with fresh attempts, at once'
);

create temporary table scans_before as
select seq_scan, coalesce(idx_scan, 0) as idx_scan from pg_catalog.pg_stat_xact_user_tables where relid = 'public.media_assets'::regclass;
select results_eq(
    'select total_assets, total_images, total_videos, total_raw, deleted_assets from get_media_statistics()',
    $$select count(*) filter (where deleted_at is null), count(*) filter (where deleted_at is null and resource_type = 'image'),
        count(*) filter (where deleted_at is null and resource_type = 'video'), count(*) filter (where deleted_at is null and resource_type = 'raw'),
        count(*) filter (where deleted_at is not null)
    from media_assets$$,
    'get_media_statistics() → equals a recount'
);
truncate scans_before;
insert into scans_before
select seq_scan, coalesce(idx_scan, 0) from pg_catalog.pg_stat_xact_user_tables where relid = 'public.media_assets'::regclass;
select isnt((select total_assets from get_media_statistics()), 0::bigint, 'get_media_statistics() → answers');
select results_eq(
    $$select seq_scan, coalesce(idx_scan, 0) from pg_catalog.pg_stat_xact_user_tables where relid = 'public.media_assets'::regclass$$,
    'select seq_scan, idx_scan from scans_before',
    'get_media_statistics() → reads no asset'
);

select is((select check_name from get_sync_health() limit 1), 'overall', 'get_sync_health() → the overall state first');
select is(
    (select count(*) from get_sync_health() where status not in ('ok', 'degraded', 'failing') or message is null), 0::bigint,
    'get_sync_health() → every check has a state and a sentence'
);
select cmp_ok(cleanup_old_sync_logs(), '>=', 0::bigint, 'cleanup_old_sync_logs() → how many rows went');

-- 2. The library page, through the function that serves it

create function tests.index_scans(index_name text)
returns bigint
language sql
as $$
    select pg_catalog.pg_stat_get_xact_numscans(index_name::regclass);
$$;

create function tests.whole_reads()
returns bigint
language sql
as $$
    select seq_scan from pg_catalog.pg_stat_xact_user_tables where relid = 'public.media_assets'::regclass;
$$;

-- What the page reached: the number of its items, whether the index was used and whether the whole table was read.
create function tests.read_library(caller text, query jsonb, index_name text)
returns text
language plpgsql
as $$
declare
    index_scans bigint := tests.index_scans(index_name);
    whole_reads bigint := tests.whole_reads();
    answer jsonb;
begin
    perform tests.authenticate_as(caller);
    answer := public.list_media_assets(query);
    perform tests.clear_authentication();
    return concat_ws(
        ', ',
        jsonb_array_length(answer -> 'items') || ' items',
        case when tests.index_scans(index_name) > index_scans then index_name else 'not ' || index_name end,
        case when tests.whole_reads() > whole_reads then 'whole table' end
    );
end;
$$;

select is(
    tests.read_library('authenticated', jsonb_build_object('sort_by', sort_by, 'sort_order', sort_order, 'limit', 20), format('media_assets_%s_index', sort_by)),
    format('20 items, media_assets_%s_index', sort_by),
    format('a page by %s %s → from its index', sort_by, sort_order)
)
from unnest('{created_at,updated_at,public_id,bytes,display_name}'::text[]) as sort_by
cross join unnest('{asc,desc}'::text[]) as sort_order;
select is(
    tests.read_library(
        'authenticated',
        jsonb_build_object(
            'sort_by', sort_by, 'sort_order', 'asc', 'limit', 20,
            'cursor', jsonb_build_object('value', value, 'id', '80000000-0000-4000-8000-000000000000')
        ),
        format('media_assets_%s_index', sort_by)
    ),
    format('20 items, media_assets_%s_index', sort_by),
    format('a page after a cursor by %s → from its index', sort_by)
)
from (values
    ('created_at', (now() - interval '5000 minutes')::text), ('updated_at', (now() - interval '5000 minutes')::text),
    ('public_id', 'folder-5'), ('bytes', '50000'), ('display_name', 'Photo 5')
) as cursors (sort_by, value);

select is(
    tests.read_library('authenticated', '{"search": "word2345"}', 'media_assets_search_index'), '4 items, media_assets_search_index',
    'search by a word → from the trigram index'
);
select is(
    tests.read_library('authenticated', jsonb_build_object('search', substr(md5('77'), 5, 12)), 'media_assets_search_index'),
    '1 items, media_assets_search_index',
    'search by a substring → from the trigram index'
);
select is(
    tests.read_library('authenticated', '{"search": "photo word2345"}', 'media_assets_search_index'), '4 items, media_assets_search_index',
    'search by two words → from the trigram index'
);
select is(
    tests.read_library('authenticated', '{"tags": ["tag-123"]}', 'media_assets_search_index'), '24 items, media_assets_search_index',
    'assets with a tag → from the index of words and tags'
);
select is(
    tests.read_library('authenticated', '{"tags": ["tag-123", "tag-4"]}', 'media_assets_search_index'),
    format('%s items, media_assets_search_index', (select count(*) from generate_series(1, 12000) as i where i % 500 = 123 and i % 7 = 4)),
    'assets with two tags → from the index of words and tags'
);
select is(
    tests.read_library('authenticated', '{"folder": "folder-7", "limit": 100}', 'media_assets_folder_index'), '60 items, media_assets_folder_index',
    'assets of a folder → from the index of folders'
);
select is(
    tests.read_library('authenticated', '{"folder": "folder-7", "recursive": true, "limit": 100}', 'media_assets_folder_index'),
    '60 items, media_assets_folder_index',
    'assets of a folder and those below → from the index of folders'
);
select is(
    tests.read_library('authenticated', '{"resource_type": "raw", "limit": 20}', 'media_assets_resource_type_index'),
    '20 items, media_assets_resource_type_index',
    'assets of a resource_type → from the index of resource types'
);
select tests.authenticate_as('authenticated', 'editor');
select tests.served_by(
    'select id from public.media_assets where deleted_at is not null order by deleted_at desc, id desc limit 50',
    'media_assets_deleted_index', '{}',
    'the trash → from the index of deletions'
);
select tests.clear_authentication();

-- 3. What the machinery looks for at every tick

select tests.served_by(
    $$select id from public.media_assets
    where cloud_name = 'demo' and sync_status = 'pending' and in_scope and (next_attempt_at is null or next_attempt_at <= now())$$,
    'media_assets_waiting_index', '{}',
    'what waits for a push → from the index of waiting rows'
);
select tests.served_by(
    $$select * from public.media_assets where cloud_name = 'demo' and asset_id = 'asset-7'$$, 'media_assets_identity', '{}',
    'an asset by its identity → from the unique index'
);
select tests.served_by(
    $$select * from public.media_sync_log where asset_id = 'asset-7' order by created_at desc limit 50$$, 'media_sync_log_asset_index', '{}',
    'the history of an asset → from the index of assets'
);

select * from finish();
rollback;
