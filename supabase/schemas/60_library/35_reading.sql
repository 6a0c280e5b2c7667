-- Who reads the library with which rights: the page and the facets, for anyone and for viewers.

create or replace function media_sync.library_version(p_id uuid)
returns text
language plpgsql
stable
set search_path = ''
as $$
begin
    return md5(concat_ws(
        ' ',
        media_sync.version(),
        -- The role is the caller's as the database sees it: who counts as a viewer is a setting.
        media_sync.media_role(),
        (select string_agg(slot || ':' || transaction_id, ' ' order by slot) from media_sync.library_versions where transaction_id <> 0),
        -- Editors see the history of an asset, which may grow while the asset stays as it is.
        case when p_id is not null and media_sync.is_editor() then (
            select string_agg(entry.id::text, ' ' order by entry.id)
            from (
                select log.id
                from public.media_assets as asset
                join public.media_sync_log as log on log.asset_id = asset.asset_id
                where asset.id = p_id
                order by log.created_at desc, log.id desc
                limit 50
            ) as entry
        ) end
    ));
end;
$$;
comment on function media_sync.library_version(uuid) is
    'A text that is another one after each change of what the caller''s role may be shown of the library, or of one asset.';
revoke all on function media_sync.library_version(uuid) from public, anon, authenticated;

create or replace function media_sync.library_part(p_part text, p_query jsonb)
returns jsonb
language plpgsql
volatile
set search_path = ''
as $$
declare
    -- Before the part is read: of two snapshots the version has the older one, so that it never tells of more than was read.
    v_version constant text := media_sync.library_version((p_query ->> 'id')::uuid);
begin
    return case p_part
        when 'page' then media_sync.library_page(p_query)
        when 'facets' then media_sync.library_facets(p_query)
        when 'version' then '{}'::jsonb
    end || case when p_part = 'version' or p_query ? 'version' then jsonb_build_object('version', v_version) else '{}' end;
end;
$$;
comment on function media_sync.library_part(text, jsonb) is
    'A part of the library, page, facets or only the version; for the functions that have checked the caller. version: with the version.';
revoke all on function media_sync.library_part(text, jsonb) from public, anon, authenticated;

create or replace function media_sync.read_library_as_anyone(p_part text, p_query jsonb)
returns jsonb
language plpgsql
volatile
-- As for viewers below. Whoever is signed in without being a viewer sees what anyone sees: for both media_role() is
-- anonymous, by which library_conditions() adds that the asset is public, and library_items() leaves columns out.
security definer
set search_path = ''
as $$
begin
    if media_sync.media_role() <> 'anonymous' then
        raise exception 'Who is a viewer reads as one.' using errcode = 'insufficient_privilege';
    end if;
    return media_sync.library_part(p_part, p_query);
end;
$$;
comment on function media_sync.read_library_as_anyone(text, jsonb) is 'A part of the library, page, facets or version, as anyone sees it.';
revoke all on function media_sync.read_library_as_anyone(text, jsonb) from public, anon, authenticated;
grant execute on function media_sync.read_library_as_anyone(text, jsonb) to anon, authenticated;

create or replace function media_sync.read_library_as_viewer(p_part text, p_query jsonb)
returns jsonb
language plpgsql
volatile
-- Under row level security Postgres applies like and @> only after the policy, never through an index: every search
-- would read the whole table. What a signed-in caller may see is in library_conditions(), which is used here instead.
security definer
set search_path = ''
as $$
begin
    if not media_sync.is_viewer() then
        raise exception 'The whole library is for viewers.' using errcode = 'insufficient_privilege';
    end if;
    return media_sync.library_part(p_part, p_query);
end;
$$;
comment on function media_sync.read_library_as_viewer(text, jsonb) is 'A part of the library, page, facets or version, for viewers.';
revoke all on function media_sync.read_library_as_viewer(text, jsonb) from public, anon, authenticated;
grant execute on function media_sync.read_library_as_viewer(text, jsonb) to authenticated, service_role;

create or replace function media_sync.read_library(p_part text, p_query jsonb)
returns jsonb
language plpgsql
volatile
set search_path = ''
as $$
begin
    if media_sync.media_role() = 'anonymous' then
        return media_sync.read_library_as_anyone(p_part, p_query);
    end if;
    return media_sync.read_library_as_viewer(p_part, p_query);
end;
$$;
comment on function media_sync.read_library(text, jsonb) is 'A part of the library, page, facets or version, with the caller''s rights.';
revoke all on function media_sync.read_library(text, jsonb) from public, anon, authenticated;
grant execute on function media_sync.read_library(text, jsonb) to anon, authenticated, service_role;

create or replace function public.list_media_assets(p_query jsonb default '{}')
returns jsonb
language plpgsql
volatile
set search_path = ''
as $$
begin
    return media_sync.read_library('page', p_query);
end;
$$;
comment on function public.list_media_assets(jsonb) is
    'A page of the library with the caller''s rights: { page, limit, cursor: { value, id }, search, folder, recursive, tags, resource_type, type, format, sync_status, quarantined, collection, used, deleted, created_after, created_before, sort_by, sort_order, version }. Returns { items, total, total_is_exact, limit, has_next, next, version? }.';
revoke all on function public.list_media_assets(jsonb) from public, anon, authenticated;
grant execute on function public.list_media_assets(jsonb) to anon, authenticated, service_role;

create or replace function public.get_media_facets(p_query jsonb default '{}')
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
    return media_sync.read_library('facets', p_query);
end;
$$;
comment on function public.get_media_facets(jsonb) is 'The 50 most frequent values of resource_type, format, folder and tags among the matches: { facet: [ { value, count } ] }.';
revoke all on function public.get_media_facets(jsonb) from public, anon, authenticated;
grant execute on function public.get_media_facets(jsonb) to anon, authenticated, service_role;

create or replace function public.get_media_version(p_id uuid default null)
returns text
language plpgsql
volatile
set search_path = ''
as $$
begin
    return media_sync.read_library('version', jsonb_build_object('id', p_id)) ->> 'version';
end;
$$;
comment on function public.get_media_version(uuid) is
    'A text that is another one after each change of what the caller may be shown of the library, or of one asset; it may change more often. Costs next to nothing.';
revoke all on function public.get_media_version(uuid) from public, anon, authenticated;
grant execute on function public.get_media_version(uuid) to anon, authenticated, service_role;

create or replace function public.read_media_library(p_query jsonb default '{}', p_parts text[] default '{page}')
returns jsonb
language plpgsql
volatile
set search_path = ''
as $$
declare
    v_has_page constant boolean := 'page' = any (p_parts);
    v_is_viewer constant boolean := media_sync.media_role() <> 'anonymous';
    v_read jsonb;
    v_answer jsonb;
begin
    if (p_parts <@ '{page,facets,stats,sync_status}'::text[]) is not true then
        raise exception 'p_parts holds some of page, facets, stats and sync_status.' using errcode = 'invalid_parameter_value';
    end if;
    -- The version first: of several snapshots it has the oldest, so that it never tells of more than was read.
    v_read := media_sync.read_library(case when v_has_page then 'page' else 'version' end, p_query || '{"version": true}');
    v_answer := jsonb_build_object('version', v_read -> 'version');
    if v_has_page then
        v_answer := v_answer || jsonb_build_object('page', v_read - 'version');
    end if;
    if 'facets' = any (p_parts) then
        v_answer := v_answer || jsonb_build_object('facets', media_sync.read_library('facets', p_query - 'version'));
    end if;
    -- Statements of their own: an expression asks for the right to each function in it before it is known which are called.
    if v_is_viewer and 'stats' = any (p_parts) then
        v_answer := v_answer
            || jsonb_build_object('stats', (select to_jsonb(statistics) from public.get_media_statistics() as statistics));
    end if;
    if v_is_viewer and 'sync_status' = any (p_parts) then
        v_answer := v_answer || jsonb_build_object('sync_status', public.get_sync_status());
    end if;
    return v_answer;
end;
$$;
comment on function public.read_media_library(jsonb, text[]) is
    'What a page of an app shows, in one call with the caller''s rights: { version, page?, facets?, stats?, sync_status? }, those that p_parts names; p_query as for list_media_assets(). Stats and sync_status are left out for who is no viewer.';
revoke all on function public.read_media_library(jsonb, text[]) from public, anon, authenticated;
grant execute on function public.read_media_library(jsonb, text[]) to anon, authenticated, service_role;
