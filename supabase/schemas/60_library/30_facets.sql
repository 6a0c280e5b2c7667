-- Facets: the most frequent values among the matches.

create or replace function media_sync.facets_statement(p_from text, p_tests text, p_most bigint, p_weight double precision)
returns text
language sql
immutable
set search_path = ''
as $$
    select format(
        $query$
            with matched as materialized (
                select asset.resource_type, asset.format, asset.folder, asset.tags from (%1$s) as asset where %2$s limit %3$s
            )
            select jsonb_build_object('found', (select count(*) from matched), 'facets', (
                select coalesce(jsonb_object_agg(facet, values), '{}') from (
                    select
                        facet,
                        jsonb_agg(jsonb_build_object('value', value, 'count', round(count * %4$s)) order by count desc, value) as values
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
            ))
        $query$,
        p_from, p_tests, coalesce(p_most::text, 'all'), p_weight
    );
$$;
comment on function media_sync.facets_statement(text, text, bigint, double precision) is
    'Counts the facets of at most so many matches (null: all), each of which stands for so many: { found, facets }.';
revoke all on function media_sync.facets_statement(text, text, bigint, double precision) from public, anon, authenticated;

create or replace function media_sync.library_facets(p_query jsonb)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
    v_conditions constant media_sync.library_condition[] := array(select one from media_sync.library_conditions(p_query) as one);
    v_tests constant text := media_sync.all_tests(v_conditions);
    v_blocks constant bigint := media_sync.library_blocks();
    v_few constant integer := media_sync.counted_matches();
    v_empty constant jsonb := '{"resource_type": [], "format": [], "folder": [], "tags": []}'::jsonb;
    v_percent double precision;
    v_estimates double precision[];
    v_seeks text[];
    v_from text;
    v_found jsonb;
begin
    v_from := case when v_blocks <= media_sync.small_library() then 'select * from public.media_assets as asset' end;
    v_from := coalesce(v_from, media_sync.from_source(v_conditions, v_few / 2));
    if v_from is not null then
        return v_empty || (media_sync.query_by_id(media_sync.facets_statement(v_from, v_tests, null, 1)) -> 'facets');
    end if;
    v_estimates := media_sync.estimate_matches(v_conditions, null, media_sync.trigram_tests(p_query ->> 'search'));
    v_seeks := media_sync.rarest_seeks(v_conditions, v_estimates);
    if v_estimates[1] <= v_few and v_seeks is not null
        and v_estimates[cardinality(v_estimates) - 1] <= media_sync.many_candidates()
    then
        v_found := media_sync.query_by_index(media_sync.facets_statement(media_sync.from_index(v_seeks), v_tests, v_few * 2, 1));
        if (v_found ->> 'found')::bigint < v_few * 2 then
            return v_empty || (v_found -> 'facets');
        end if;
    end if;
    -- Of more, a sample tells which are the most frequent, and about how frequent they are.
    v_percent := least(100, 100000.0 / v_blocks);
    v_from := format('select * from public.media_assets as asset tablesample system (%s) repeatable (1)', v_percent);
    v_found := media_sync.query_by_id(media_sync.facets_statement(v_from, v_tests, null, 100 / v_percent));
    return v_empty || (v_found -> 'facets') || case when v_percent < 100 then '{"estimated": true}' else '{}' end::jsonb;
end;
$$;
comment on function media_sync.library_facets(jsonb) is
    'The facets of the library as the caller may see it; for the functions that have checked the caller. estimated: true where there are too many matches to count.';
revoke all on function media_sync.library_facets(jsonb) from public, anon, authenticated;
