-- The library page: public.list_media_assets and public.get_media_facets.
begin;
\ir helpers.sql
select no_plan();

-- 1. Sixty live assets with ties and nulls in every sort key, and the odd ones among them

insert into public.media_assets (
    id, cloud_name, asset_id, public_id, resource_type, type, format, bytes, folder, display_name, original_filename, tags, context,
    sync_status, created_at, updated_at, deleted_at, in_scope, observed_at
)
select
    md5(i::text)::uuid, 'demo', 'asset-' || i, 'file-' || i % 13, (array['image', 'image', 'video', 'raw'])[1 + i % 4],
    case when i % 20 = 0 then 'private' else 'upload' end, case when i % 4 <> 3 then (array['jpg', 'png'])[1 + i % 2] end,
    case when i % 5 > 0 then i % 7 * 100 end, (array['', 'a', 'a/b', 'a_b', 'a%'])[1 + i % 5],
    case when i % 3 > 0 then 'Name ' || i % 4 end, case when i % 6 = 0 then 'IMG_' || i end,
    array_remove(array[case when i % 2 = 0 then 'even' end, case when i % 3 = 0 then 'third' end], null),
    case when i % 10 = 0 then '{"caption": "Sunset at the beach"}'::jsonb else '{}' end,
    (array['synced', 'pending', 'error', 'conflict'])[1 + (i between 57 and 60)::integer * (i - 57)],
    '2026-01-01T00:00:00Z'::timestamptz + i % 9 * interval '1 day 0.000001 seconds', '2026-02-01T00:00:00Z'::timestamptz + i % 4 * interval '1 day',
    case when i > 62 then now() end, i not between 61 and 62, now()
from generate_series(1, 65) as i;
insert into public.media_assets (id, cloud_name, asset_id, public_id, resource_type, folder, tags, observed_at, created_at) values
    (md5('percent')::uuid, 'demo', 'percent', '100%_sure\really', 'raw', 'odd', '{}', now(), '2026-03-01'),
    (md5('plain')::uuid, 'demo', 'plain', '100xxsure-really', 'raw', 'odd', '{}', now(), '2026-03-01'),
    (md5('quote')::uuid, 'demo', 'quote', 'it''s "quoted"', 'raw', 'odd/below', '{"it''s"}', now(), '2026-03-01');
insert into public.media_collections (id, slug, name, is_public) values
    ('00000000-0000-4000-8000-00000000c001', 'public', 'Public', true), ('00000000-0000-4000-8000-00000000c002', 'private', 'Private', false);
insert into public.media_collection_items (collection_id, media_asset_id)
select '00000000-0000-4000-8000-00000000c001'::uuid, md5(i::text)::uuid from unnest('{1,2,3,61,63}'::integer[]) as i
union all
select '00000000-0000-4000-8000-00000000c002', md5(i::text)::uuid from unnest('{3,4}'::integer[]) as i;
insert into public.media_usage (media_asset_id, usage_type, reference_table, reference_id)
select md5(i::text)::uuid, 'cover', 'articles', '1' from unnest('{5,6}'::integer[]) as i;

create function tests.become(caller text)
returns void
language plpgsql
as $$
begin
    perform tests.authenticate_as(
        case caller when 'anon' then 'anon' when 'service' then 'service_role' else 'authenticated' end,
        case when caller in ('editor', 'admin') then caller end
    );
end;
$$;

-- Asks as the caller.
create function tests.ask(caller text, query jsonb)
returns jsonb
language plpgsql
as $$
declare
    answer jsonb;
begin
    perform tests.become(caller);
    answer := public.list_media_assets(query);
    perform tests.clear_authentication();
    return answer;
end;
$$;

-- The asset_ids of every page, following the cursor to the end.
create function tests.walk(caller text, query jsonb)
returns text[]
language plpgsql
as $$
declare
    answer jsonb;
    walked text[] := '{}';
begin
    for step in 1 .. 200 loop
        answer := tests.ask(caller, query);
        walked := walked || array(select item ->> 'asset_id' from jsonb_array_elements(answer -> 'items') as item);
        exit when answer ->> 'next' is null;
        query := query || jsonb_build_object('cursor', answer -> 'next');
    end loop;
    return walked;
end;
$$;

-- Everything that a viewer's query finds, in alphabetical order of asset_id.
create function tests.find(query jsonb, caller text default 'viewer')
returns text
language sql
as $$
    select coalesce(string_agg(asset_id, ' ' order by asset_id collate "C"), '') from unnest(tests.walk(caller, query || '{"limit": 100}')) as asset_id;
$$;
create function tests.expect(condition text)
returns text
language plpgsql
as $$
declare
    expected text;
begin
    execute format(
        $query$select coalesce(string_agg(asset_id, ' ' order by asset_id collate "C"), '')
        from public.media_assets where deleted_at is null and in_scope and (%s)$query$,
        condition
    ) into expected;
    return expected;
end;
$$;

-- 2. Paging

select is(tests.ask('viewer', '{}') - '{items,next}'::text[], '{"total": 63, "total_is_exact": true, "limit": 50, "has_next": true}'::jsonb, 'no parameters → 50 of all, and more to come');
select is(jsonb_array_length(tests.ask('viewer', query) -> 'items'), expected, format('%s → %s items', query, expected))
from (values
    ('{}'::jsonb, 50), ('{"limit": 10}', 10), ('{"limit": 1}', 1), ('{"limit": 0}', 1), ('{"limit": 500}', 63), ('{"page": 2}', 13), ('{"page": 3}', 0), ('{"page": 0}', 50),
    ('{"page": 7, "limit": 10}', 3)
) as pages (query, expected);
select is((tests.ask('viewer', '{"page": 2}') ->> 'has_next')::boolean, false, 'the last page → nothing more');
select is(tests.ask('viewer', '{"page": 2}') -> 'next', 'null'::jsonb, 'the last page → no cursor');
select is(tests.ask('viewer', '{"page": 1000000, "limit": 100}') - 'next', '{"items": [], "total": 63, "total_is_exact": true, "limit": 100, "has_next": false}'::jsonb, 'a page beyond the end → empty');
select is((tests.ask('viewer', '{"limit": 63}') ->> 'has_next')::boolean, false, 'a page that ends with the library → nothing more');
select is(
    tests.ask('viewer', jsonb_build_object('limit', 7, 'cursor', tests.ask('viewer', '{"limit": 7}') -> 'next')) -> 'items',
    tests.ask('viewer', '{"limit": 7, "page": 2}') -> 'items',
    'after the first page''s cursor → the second page'
);

-- 3. Order: a cursor's walk meets every asset once, in order, through ties and nulls

create function tests.in_order(sort_by text, sort_order text)
returns text[]
language plpgsql
as $$
declare
    ordered text[];
begin
    execute format(
        'select array_agg(asset_id order by coalesce(%1$I, %2$s) %3$s, id %3$s) from public.media_assets where deleted_at is null and in_scope',
        sort_by, case sort_by when 'bytes' then '0' when 'display_name' then '''''' else sort_by end, sort_order
    ) into ordered;
    return ordered;
end;
$$;
select is(
    tests.walk('viewer', jsonb_build_object('sort_by', sort_by, 'sort_order', sort_order, 'limit', size)), tests.in_order(sort_by, sort_order),
    format('by %s %s, %s a page → every asset once, in order', sort_by, sort_order, size)
)
from unnest('{created_at,updated_at,public_id,bytes,display_name}'::text[]) as sort_by
cross join unnest('{asc,desc}'::text[]) as sort_order
cross join unnest('{1,7}'::integer[]) as size;
select is(tests.walk('viewer', '{"limit": 7}'), tests.in_order('created_at', 'desc'), 'no sort → the newest first');
select is(
    tests.walk('viewer', '{"limit": 2, "resource_type": "raw", "sort_by": "bytes"}'),
    array(select asset_id from public.media_assets where deleted_at is null and in_scope and resource_type = 'raw' order by coalesce(bytes, 0) desc, id desc),
    'a cursor and a filter → every match once, in order'
);
select throws_ok($$select public.list_media_assets('{"sort_by": "etag"}')$$, '22023', null, 'an unknown sort → refused');
set local timezone = 'Pacific/Chatham';
set local datestyle = 'SQL, DMY';
select is(tests.walk('viewer', '{"limit": 7}'), tests.in_order('created_at', 'desc'), 'another time zone and date style → every asset once, in order');
reset timezone;
reset datestyle;

-- 4. Filters

select isnt(tests.expect(condition), '', format('%s → somewhere to be found', query)) || E'\n' || is(tests.find(query), tests.expect(condition), format('%s → these', query))
from (values
    ('{"resource_type": "video"}'::jsonb, $$resource_type = 'video'$$),
    ('{"type": "private"}', $$type = 'private'$$),
    ('{"format": "png"}', $$format = 'png'$$),
    ('{"format": "PNG"}', $$format = 'png'$$),
    ('{"sync_status": "pending"}', $$sync_status = 'pending'$$),
    ('{"sync_status": "error"}', $$sync_status = 'error'$$),
    ('{"tags": ["even"]}', $$'even' = any (tags)$$),
    ('{"tags": ["even", "third"]}', $$'even' = any (tags) and 'third' = any (tags)$$),
    ('{"tags": ["it''s"]}', $$asset_id = 'quote'$$),
    ('{"folder": "a"}', $$folder = 'a'$$),
    ('{"folder": ""}', $$folder = ''$$),
    ('{"folder": "a", "recursive": true}', $$folder in ('a', 'a/b')$$),
    ('{"folder": "a_b", "recursive": true}', $$folder = 'a_b'$$),
    ('{"folder": "a%", "recursive": true}', $$folder = 'a%'$$),
    ('{"folder": "odd", "recursive": true}', $$folder in ('odd', 'odd/below')$$),
    ('{"folder": "", "recursive": true}', 'true'),
    ('{"folder": "a", "recursive": false}', $$folder = 'a'$$),
    ('{"created_after": "2026-01-05T00:00:00.000004Z"}', $$created_at >= '2026-01-05T00:00:00.000004Z'$$),
    ('{"created_before": "2026-01-05T00:00:00.000004Z"}', $$created_at < '2026-01-05T00:00:00.000004Z'$$),
    ('{"created_after": "2026-01-02", "created_before": "2026-01-04"}', $$created_at >= '2026-01-02' and created_at < '2026-01-04'$$),
    ('{"used": true}', $$asset_id in ('asset-5', 'asset-6')$$),
    ('{"used": false}', $$asset_id not in ('asset-5', 'asset-6')$$),
    ('{"collection": "public"}', $$asset_id in ('asset-1', 'asset-2', 'asset-3')$$),
    ('{"collection": "00000000-0000-4000-8000-00000000c002"}', $$asset_id in ('asset-3', 'asset-4')$$),
    ('{"resource_type": "image", "tags": ["third"], "folder": "a", "recursive": true}', $$resource_type = 'image' and 'third' = any (tags) and folder in ('a', 'a/b')$$),
    ('{"deleted": false}', 'true')
) as filters (query, condition);
select is(tests.find(query), '', format('%s → nothing', query))
from (values
    ('{"folder": "b"}'::jsonb), ('{"tags": ["even", "none"]}'), ('{"collection": "none"}'), ('{"type": "fetch"}'), ('{"format": "it''s"}'),
    ('{"folder": "'' or true --"}'), ('{"search": "'' or true --"}'), ('{"collection": "%1$L"}'), ('{"tags": ["\\\"}'') or true --"]}')
) as filters (query);

-- 5. Search: words, prefixes, substrings; nothing in them is a pattern

select isnt(tests.expect(condition), '', format('search %s → somewhere to be found', word)) || E'\n' || is(tests.find(jsonb_build_object('search', word)), tests.expect(condition), format('search %s → these', word))
from (values
    ('file-7', $$public_id = 'file-7'$$), ('ile-7', $$public_id = 'file-7'$$), ('FILE-7', $$public_id = 'file-7'$$),
    ('img_', 'original_filename is not null'), ('name', 'display_name is not null'), ('third', $$'third' = any (tags)$$),
    ('beach', $$context <> '{}'$$), ('sun', $$context <> '{}'$$), ('beach sunset', $$context <> '{}'$$), ('  beach   file-4 ', $$context <> '{}' and public_id = 'file-4'$$),
    ('name 1', $$search_text like '%name%' and search_text like '%1%'$$),
    ('100%', $$asset_id = 'percent'$$), ('%', $$asset_id = 'percent'$$), ('%_sure', $$asset_id = 'percent'$$), ('sure\', $$asset_id = 'percent'$$), ('\', $$asset_id = 'percent'$$), ('100', $$asset_id in ('percent', 'plain')$$),
    ('it''s', $$asset_id = 'quote'$$), ('"quoted"', $$asset_id = 'quote'$$), ('_', $$search_text like '%\_%'$$), ('', 'true')
) as searches (word, condition);
select is(tests.find(jsonb_build_object('search', word)), '', format('search %s → nothing', word))
from unnest(array['file-99', '100x%', 'f_le', 'beach mountain', '\\', '%%', 'caption', 'a.c', '(']) as word;

-- 6. Totals

select is(tests.ask('viewer', '{"resource_type": "video", "limit": 1}') -> 'total', to_jsonb((select count(*) from public.media_assets where resource_type = 'video' and deleted_at is null and in_scope)), 'a filter → the total of its matches');
select is(tests.ask('viewer', '{"resource_type": "video", "limit": 1}') -> 'total_is_exact', 'true'::jsonb, 'a filter with few matches → an exact total');
insert into public.media_assets (cloud_name, asset_id, public_id, resource_type, folder, observed_at)
select 'demo', 'bulk-' || i, 'bulk-' || i, 'image', 'bulk', now() from generate_series(1, 10500) as i;
analyze public.media_assets;
select is(tests.ask('viewer', '{"limit": 1}') - '{items,next}'::text[], '{"total": 10563, "total_is_exact": true, "limit": 1, "has_next": true}'::jsonb, 'a large library, no filter → an exact total');
select is(tests.ask('viewer', '{"limit": 1, "folder": "bulk"}') -> 'total_is_exact', 'false'::jsonb, 'a filter with more than 10,000 matches → the total is an estimate');
select cmp_ok((tests.ask('viewer', '{"limit": 1, "folder": "bulk"}') ->> 'total')::numeric, '>', 10000::numeric, 'an estimate → above what was counted');
delete from public.media_assets where folder = 'bulk' and asset_id <> all (array(select 'bulk-' || i from generate_series(1, 9937) as i));
select is(tests.ask('viewer', '{"limit": 1, "created_after": "2026-01-01"}') - '{items,next,has_next}'::text[], '{"total": 10000, "total_is_exact": true, "limit": 1}'::jsonb, 'exactly 10,000 matches → an exact total');
delete from public.media_assets where folder = 'bulk';

-- 7. Rights

select is(tests.find('{}', 'anon'), 'asset-1 asset-2 asset-3', 'anyone → the live assets of public collections');
select is(tests.ask('anon', '{}') - '{items}'::text[], '{"total": 3, "total_is_exact": true, "limit": 50, "has_next": false, "next": null}'::jsonb, 'anyone → the total of what they see');
select is(tests.find('{"collection": "private"}', 'anon'), '', 'anyone, a private collection → nothing');
select is(tests.find('{"collection": "public"}', 'anon'), 'asset-1 asset-2 asset-3', 'anyone, a public collection → its live assets');
select is(tests.find('{"deleted": true}', 'anon'), '', 'anyone, the trash → nothing');
select is(tests.find('{"search": "file", "tags": ["even"]}', 'anon'), 'asset-2', 'anyone → may search and filter what they see');
select is(
    array(select key from jsonb_object_keys(tests.ask('anon', '{}') -> 'items' -> 0) as key where key = any ('{metadata,extra,base,sync_status,usage_count,created_by,deleted_by,etag}')),
    '{}', 'anyone → no column but those of a public page'
);
select throws_ok($$select tests.ask('anon', '{"sync_status": "synced"}')$$, '42501', null, 'anyone, a filter on sync_status → denied');
select throws_ok($$select tests.ask('anon', '{"used": true}')$$, '42501', null, 'anyone, a filter on usage → denied');
select is(tests.find('{"deleted": true}', 'viewer'), '', 'a viewer, the trash → nothing');
select is(tests.find('{"deleted": true}', role), 'asset-63 asset-64 asset-65', format('%s, the trash → the deleted assets', role)) from unnest('{editor,admin,service}'::text[]) as role;
select is(tests.ask('editor', '{"deleted": true}') -> 'total', '3'::jsonb, 'an editor, the trash → its total');
select is(tests.find('{}', role), tests.find('{}', 'viewer'), format('%s → the live assets in scope, as a viewer', role)) from unnest('{editor,admin,service}'::text[]) as role;
select bag_eq(
    $$select jsonb_object_keys(tests.ask('viewer', '{"limit": 1}') -> 'items' -> 0)$$,
    '{id,asset_id,public_id,resource_type,type,format,version,bytes,width,height,duration,folder,display_name,original_filename,tags,context,metadata,url,secure_url,sync_status,usage_count,created_at,updated_at,deleted_at}'::text[],
    'an item → the fields of the contract'
);

-- 8. Facets

create function tests.facet(caller text, query jsonb, facet text)
returns text
language plpgsql
as $$
declare
    answer jsonb;
begin
    perform tests.become(caller);
    answer := public.get_media_facets(query);
    perform tests.clear_authentication();
    return (select string_agg(concat(entry ->> 'value', ':', entry ->> 'count'), ' ' order by place) from jsonb_array_elements(answer -> facet) with ordinality as listed (entry, place));
end;
$$;
select is(
    tests.facet('viewer', '{}', 'resource_type'),
    (select string_agg(resource_type || ':' || count, ' ' order by count desc, resource_type) from (select resource_type, count(*) from public.media_assets where deleted_at is null and in_scope group by 1) as counted),
    'facets of the library → every value with its count, the most frequent first'
);
select is(tests.facet('viewer', '{"folder": "odd", "recursive": true}', 'folder'), 'odd:2 odd/below:1', 'facets of a folder → of its assets');
select is(tests.facet('viewer', '{"tags": ["even"]}', 'tags'), 'even:30 third:10', 'facets of tags → of the matches');
select is(tests.facet('viewer', '{"search": "nothing of the kind"}', 'tags'), null, 'facets of no match → none');
select is(tests.facet('anon', '{}', 'resource_type'), 'image:1 raw:1 video:1', 'facets for anyone → of what they see');
select is(public.get_media_facets('{"search": "nothing of the kind"}'), '{"resource_type": [], "format": [], "folder": [], "tags": []}'::jsonb, 'facets of no match → every facet, empty');
update public.media_assets set tags = array(select 'tag-' || i from generate_series(1, 60) as i) where asset_id = 'plain';
select is(jsonb_array_length(public.get_media_facets('{"folder": "odd"}') -> 'tags'), 50, 'facets → the 50 most frequent');

-- In one call what a page of an app shows

create function tests.parts(caller text, parts text[])
returns jsonb
language plpgsql
as $$
declare
    answer jsonb;
begin
    perform tests.become(caller);
    answer := public.read_media_library('{}', parts);
    perform tests.clear_authentication();
    return answer;
end;
$$;
-- First, while no session holds plans that somebody with more rights has made.
select is(tests.parts('anon', '{stats,sync_status}') - 'version', '{}', 'stats for anyone → nothing');
select is(
    public.read_media_library('{"folder": "odd", "limit": 2}', '{page,facets,stats,sync_status}') - '{version,sync_status}'::text[],
    jsonb_build_object(
        'page', public.list_media_assets('{"folder": "odd", "limit": 2}'),
        'facets', public.get_media_facets('{"folder": "odd", "limit": 2}'),
        'stats', (select to_jsonb(statistics) from public.get_media_statistics() as statistics)
    ),
    'all parts → the same as of the functions for each'
);
select is(public.read_media_library('{}', '{sync_status}') -> 'sync_status', public.get_sync_status(), 'the state → as its own function tells it');
select isnt(tests.parts('viewer', '{}') ->> 'version', null, 'no part → the version alone');
select is(tests.parts('viewer', '{}') - 'version', '{}', 'no part → nothing else');
select is(tests.parts('anon', '{page}') #> '{page,items}', tests.parts('anon', '{page,stats,sync_status}') #> '{page,items}', 'stats for anyone → the page without them');
select throws_ok($$select public.read_media_library('{}', '{page,stat}')$$, '22023', null, 'a part that there is not → refused');
select throws_ok($$select public.read_media_library('{}', null)$$, '22023', null, 'no parts named at all → refused');

select * from finish();
rollback;
