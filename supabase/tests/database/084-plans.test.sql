-- How each way of asking the library is answered: the plans of the statements that it runs, by which index, and that
-- none of them reads the table of assets whole. The planner is asked under the settings that the library gives it.
begin;
\ir helpers.sql
select no_plan();

insert into public.media_assets (
    id, cloud_name, asset_id, public_id, resource_type, format, bytes, folder, display_name, tags, context, created_at, updated_at,
    observed_at, sync_status, usage_count, deleted_at
)
select
    md5(i::text)::uuid, 'demo', 'asset-' || i, format('%s/%s', case when i % 3 = 0 then 'large' else 'f' || i % 400 end, md5('name ' || i)),
    case when i % 10 = 0 then 'raw' else 'image' end, case when i % 50 = 1 then 'gif' else 'jpg' end, i * 997 % 100003,
    case when i % 3 = 0 then 'large' else 'f' || i % 400 end, 'Photo ' || md5('name ' || i),
    array['tag-' || i % 1000, (array['other', 'amber', 'cobalt'])[1 + i % 3], case when i > 14000 then 'oldest' end],
    jsonb_build_object('alt', concat_ws(' ', case i % 5 when 3 then 'umber' when 4 then 'cerulean' end, 'word' || i % 4000, case when i % 8 > 0 then 'umbrella' end)),
    '2026-06-01'::timestamptz - i * interval '1 minute', '2026-06-01'::timestamptz - (i * 7919 % 20000) * interval '1 minute', now(),
    case when i % 500 = 0 then 'error' else 'synced' end, case when i % 100 = 7 then 1 else 0 end, case when i % 1000 = 3 then now() end
from generate_series(1, 20000) as i
-- A sample of blocks finds of each kind what there is.
order by md5(i::text);
insert into public.media_collections (id, slug, name, is_public) values
    ('00000000-0000-4000-8000-00000000c001', 'large', 'Large', true), ('00000000-0000-4000-8000-00000000c002', 'small', 'Small', false);
insert into public.media_collection_items (collection_id, media_asset_id)
select '00000000-0000-4000-8000-00000000c001'::uuid, md5(i::text)::uuid from generate_series(1, 20000, 3) as i
union all
select '00000000-0000-4000-8000-00000000c002', md5(i::text)::uuid from generate_series(1, 20000, 200) as i;
-- As autovacuum would.
select gin_clean_pending_list('media_assets_search_index');
analyze public.media_assets;
analyze public.media_collection_items;

-- Each statement is explained where it runs, with the settings under which it runs, and then run.
create table tests.plans (place bigint generated always as identity, way text, plan jsonb);
create function tests.note_plan(way text, statement text)
returns void
language plpgsql
as $$
declare
    plan jsonb;
begin
    execute 'explain (format json) ' || statement into plan;
    insert into tests.plans (way, plan) values (way, plan);
end;
$$;
do $$
declare
    way text;
begin
    foreach way in array '{query_by_index,query_by_id,query_in_order}'::text[] loop
        execute regexp_replace(
            replace(pg_get_functiondef(format('media_sync.%I(text)', way)::regprocedure), ' STABLE', ' VOLATILE'),
            '\mbegin\M', format('begin perform tests.note_plan(%L, p_statement);', way)
        );
    end loop;
end $$;

-- What ran: each way with the indexes of its plan, in the order they ran; and what read the table whole.
create function tests.plans_of(caller text, query jsonb)
returns text
language plpgsql
as $$
begin
    delete from tests.plans;
    perform tests.authenticate_as(case caller when 'anon' then 'anon' else 'authenticated' end, nullif(nullif(caller, 'anon'), 'viewer'));
    if query ? 'facets' then
        perform public.get_media_facets(query - 'facets');
    else
        perform public.list_media_assets(query);
    end if;
    perform tests.clear_authentication();
    return (
        select coalesce(string_agg(concat_ws(' ', plans.way, (
            select string_agg(distinct name #>> '{}', ' ') from jsonb_path_query(plans.plan, '$.**."Index Name"') as name
            where name #>> '{}' like 'media\_assets\_%'
        ), (
            select 'WHOLE TABLE' from jsonb_path_query(plans.plan, '$.** ? (@."Node Type" == "Seq Scan" && @."Relation Name" == "media_assets")') as node limit 1
        )), '; ' order by plans.place), 'nothing')
        from tests.plans
    );
end;
$$;

select is(tests.plans_of(caller, query), expected, format('%s %s → %s', caller, query, expected))
from (values
    ('viewer', '{}'::jsonb, 'query_in_order media_assets_created_at_index'),
    ('viewer', '{"sort_by": "bytes", "sort_order": "asc"}', 'query_in_order media_assets_bytes_index'),
    ('viewer', '{"page": 200}', 'query_in_order media_assets_created_at_index'),
    ('viewer', '{"cursor": {"value": "2026-05-25T00:00:00Z", "id": "80000000-0000-4000-8000-000000000000"}}', 'query_in_order media_assets_created_at_index'),
    ('viewer', '{"folder": "f7"}', 'query_by_index media_assets_folder_index'),
    ('viewer', '{"folder": "large", "sort_by": "display_name"}', 'query_in_order media_assets_display_name_index'),
    ('viewer', '{"folder": "f7", "recursive": true}', 'query_by_index media_assets_folder_index'),
    ('viewer', '{"tags": ["tag-7"]}', 'query_by_index media_assets_search_index'),
    ('viewer', '{"tags": ["amber"]}', 'query_in_order media_assets_created_at_index'),
    ('viewer', '{"tags": ["amber"], "sort_by": "bytes"}', 'query_in_order media_assets_bytes_index'),
    ('viewer', '{"tags": ["amber", "tag-6"]}', 'query_by_index media_assets_search_index'),
    ('viewer', '{"tags": ["amber", "cobalt"]}', 'query_by_index media_assets_search_index'),
    ('viewer', '{"tags": ["oldest"]}', 'query_in_order media_assets_created_at_index; query_in_order media_assets_created_at_index; query_in_order media_assets_created_at_index; query_by_index media_assets_created_at_index media_assets_search_index'),
    ('viewer', '{"resource_type": "raw"}', 'query_by_index media_assets_resource_type_index; query_in_order media_assets_resource_type_index'),
    ('viewer', '{"format": "gif", "sort_by": "bytes"}', 'query_by_index media_assets_format_index'),
    ('viewer', '{"sync_status": "error"}', 'query_by_index media_assets_unsynced_index'),
    ('viewer', '{"used": true}', 'query_by_index media_assets_used_index'),
    ('viewer', '{"used": true, "sort_by": "public_id"}', 'query_by_index media_assets_used_index'),
    ('viewer', '{"used": false}', 'query_in_order media_assets_created_at_index'),
    ('viewer', '{"created_after": "2026-05-29", "created_before": "2026-05-31", "sort_by": "bytes"}', 'query_by_index media_assets_created_at_index; query_in_order media_assets_bytes_index'),
    ('editor', '{"deleted": true}', 'query_by_index media_assets_trash_index'),
    ('viewer', '{"collection": "large"}', 'query_in_order media_assets_created_at_index'),
    ('viewer', '{"collection": "small"}', 'query_by_id media_assets_pkey'),
    ('anon', '{}', 'query_in_order media_assets_created_at_index'),
    ('anon', '{"tags": ["amber"], "sort_by": "bytes"}', 'query_in_order media_assets_bytes_index'),
    ('anon', '{"tags": ["tag-7"]}', 'query_by_index media_assets_search_index'),
    ('viewer', '{"search": "umbrella"}', 'query_by_index media_assets_filename_index media_assets_name_index media_assets_path_name_index media_assets_public_id_index; query_by_index media_assets_filename_index media_assets_name_index media_assets_path_name_index; query_in_order media_assets_created_at_index'),
    ('viewer', '{"search": "mbrell"}', 'query_by_index media_assets_filename_index media_assets_name_index media_assets_path_name_index media_assets_public_id_index; query_by_index media_assets_filename_index media_assets_name_index media_assets_path_name_index; query_by_index media_assets_search_index; query_in_order media_assets_created_at_index'),
    ('viewer', '{"search": "umbrella", "sort_by": "created_at"}', 'query_in_order media_assets_created_at_index'),
    ('viewer', '{"search": "word777"}', 'query_by_index media_assets_search_index'),
    ('viewer', '{"search": "z"}', 'query_by_index media_assets_search_index'),
    ('viewer', '{"search": "zq"}', 'query_by_index media_assets_search_index'),
    ('viewer', '{"search": "umber cerulean"}', 'query_by_index media_assets_search_index'),
    ('viewer', '{"search": "\"umber word77\""}', 'query_by_index media_assets_search_index'),
    ('viewer', '{"search": "umbrella -umber"}', 'query_by_index media_assets_filename_index media_assets_name_index media_assets_path_name_index media_assets_public_id_index; query_by_index media_assets_filename_index media_assets_name_index media_assets_path_name_index; query_in_order media_assets_created_at_index'),
    ('viewer', '{"search": "-umbrella"}', 'query_in_order media_assets_created_at_index'),
    ('viewer', '{"search": "umber", "folder": "f8"}', 'query_by_index media_assets_search_index'),
    ('viewer', '{"search": "umbrella", "tags": ["cobalt"]}', 'query_by_index media_assets_filename_index media_assets_name_index media_assets_path_name_index media_assets_public_id_index; query_by_index media_assets_filename_index media_assets_name_index media_assets_path_name_index; query_in_order media_assets_created_at_index'),
    ('anon', '{"search": "umbrella"}', 'query_by_index media_assets_filename_index media_assets_name_index media_assets_path_name_index media_assets_public_id_index; query_by_index media_assets_filename_index media_assets_name_index media_assets_path_name_index; query_in_order media_assets_created_at_index'),
    ('viewer', '{"facets": true}', 'query_by_id'),
    ('viewer', '{"facets": true, "tags": ["tag-7"]}', 'query_by_index media_assets_search_index'),
    ('viewer', '{"facets": true, "search": "umber"}', 'query_by_index media_assets_search_index'),
    ('viewer', '{"facets": true, "search": "umber cerulean"}', 'query_by_index media_assets_search_index'),
    ('anon', '{"facets": true}', 'query_by_index media_assets_search_index')
) as paths (caller, query, expected);

-- The trigrams of these words are in most rows, the phrase in none: what the index finds is not fetched to be asked.
create or replace function media_sync.many_candidates() returns integer language sql immutable set search_path = '' as 'select 1000';
select is(tests.plans_of('viewer', '{"search": "\"umbrella photo\"", "sort_by": "created_at"}'), 'query_in_order media_assets_created_at_index; query_in_order media_assets_created_at_index', 'a phrase that only its trigrams seem to hold → walked for a step');

-- Every name begins so, and a collection has few of them: both indexes are met before a row is fetched.
create or replace function media_sync.few_ranked_matches() returns integer language sql immutable set search_path = '' as 'select 1000';
select is(tests.plans_of('anon', '{"search": "photo 1"}'), 'query_by_index media_assets_filename_index media_assets_name_index media_assets_path_name_index media_assets_public_id_index; query_by_index media_assets_filename_index media_assets_name_index media_assets_path_name_index media_assets_search_index', 'a name that many have, of which anyone sees few → met with what anyone sees');

-- Matches that lie together, seasons away from where the order begins.
update public.media_assets set created_at = '2026-06-01'::timestamptz - substr(asset_id, 7)::integer * interval '1 hour';
select gin_clean_pending_list('media_assets_search_index');
analyze public.media_assets;
select is(tests.plans_of('viewer', query), expected, format('%s, seasons away → %s', query, expected))
from (values
    ('{"tags": ["oldest"]}'::jsonb, 'query_in_order media_assets_created_at_index; query_in_order media_assets_created_at_index; query_in_order media_assets_created_at_index; query_by_index media_assets_created_at_index media_assets_search_index')
) as paths (query, expected);
create function tests.seasons_met(query jsonb)
returns text
language plpgsql
as $$
begin
    perform tests.plans_of('viewer', query);
    return (
        -- A condition names the beginning of each season, and the one that they are counted from.
        select string_agg((cardinality(string_to_array(condition, '00:00:00')) - 2)::text, ', ' order by condition)
        from (
            select distinct node #>> '{}' as condition
            from tests.plans, jsonb_path_query(plan, '$.** ? (@."Index Name" == "media_assets_search_index")."Index Cond"') as node
        ) as told
        where condition like '%date_bin%'
    );
end;
$$;
select is(tests.seasons_met('{"tags": ["oldest"]}'), '1, 6', 'what was created before them → whole seasons, met by the index of the tags');

select * from finish();
rollback;
