-- Facets: the most frequent values among the matches.

create or replace function media_sync.library_facets(p_query jsonb)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
    v_facets jsonb;
begin
    -- Facets describe the first 100,000 matches, so that their cost has an end.
    execute format(
        $query$
            with matched as materialized (
                select asset.resource_type, asset.format, asset.folder, asset.tags
                from public.media_assets as asset
                where %s
                limit 100000
            )
            select jsonb_object_agg(facet, values) from (
                select facet, jsonb_agg(jsonb_build_object('value', value, 'count', count) order by count desc, value) as values
                from (
                    select *, row_number() over (partition by facet order by count desc, value) as place
                    from (
                        select 'resource_type' as facet, resource_type as value, count(*) as count from matched group by 2
                        union all
                        select 'format', format, count(*) from matched where format is not null group by 2
                        union all
                        select 'folder', folder, count(*) from matched group by 2
                        union all
                        select 'tags', tag, count(*) from matched cross join unnest(tags) as tag group by 2
                    ) as counted
                ) as ranked
                where place <= 50
                group by facet
            ) as facets
        $query$,
        media_sync.library_conditions(p_query)
    ) into v_facets;
    return '{"resource_type": [], "format": [], "folder": [], "tags": []}'::jsonb || coalesce(v_facets, '{}');
end;
$$;
comment on function media_sync.library_facets(jsonb) is 'The facets of the library, with the rights of whoever runs it.';
revoke all on function media_sync.library_facets(jsonb) from public, anon, authenticated;
grant execute on function media_sync.library_facets(jsonb) to anon;
