-- What people ask about the whole library: statistics and the state of the sync, both O(1).

create or replace function media_sync.get_media_statistics()
returns table (
    total_assets bigint,
    total_images bigint,
    total_videos bigint,
    total_raw bigint,
    total_size bigint,
    synced_assets bigint,
    pending_assets bigint,
    error_assets bigint,
    conflict_assets bigint,
    deleted_assets bigint,
    pending_deletions bigint,
    out_of_scope_assets bigint
)
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
    -- The trash is the editors', and what is not mirrored is shown to nobody: neither are their numbers.
    v_sees_trash constant boolean := media_sync.is_editor();
    v_sees_all constant boolean := media_sync.is_admin();
begin
    if not media_sync.is_viewer() then
        raise exception 'Statistics are for viewers.' using errcode = 'insufficient_privilege';
    end if;
    return query
    select
        coalesce(sum(counters.total_assets), 0)::bigint,
        coalesce(sum(counters.total_images), 0)::bigint,
        coalesce(sum(counters.total_videos), 0)::bigint,
        coalesce(sum(counters.total_raw), 0)::bigint,
        coalesce(sum(counters.total_size), 0)::bigint,
        coalesce(sum(counters.synced_assets), 0)::bigint,
        coalesce(sum(counters.pending_assets), 0)::bigint,
        coalesce(sum(counters.error_assets), 0)::bigint,
        coalesce(sum(counters.conflict_assets), 0)::bigint,
        case when v_sees_trash then coalesce(sum(counters.deleted_assets), 0)::bigint end,
        case when v_sees_trash then coalesce(sum(counters.pending_deletions), 0)::bigint end,
        case when v_sees_all then coalesce(sum(counters.out_of_scope_assets), 0)::bigint end
    from media_sync.statistics as counters;
end;
$$;
comment on function media_sync.get_media_statistics() is 'What public.get_media_statistics() does; with the owner''s rights, once it has checked the caller.';
revoke all on function media_sync.get_media_statistics() from public, anon, authenticated;
grant execute on function media_sync.get_media_statistics() to authenticated, service_role;

create or replace function public.get_media_statistics()
returns table (
    total_assets bigint,
    total_images bigint,
    total_videos bigint,
    total_raw bigint,
    total_size bigint,
    synced_assets bigint,
    pending_assets bigint,
    error_assets bigint,
    conflict_assets bigint,
    deleted_assets bigint,
    pending_deletions bigint,
    out_of_scope_assets bigint
)
language sql
stable
set search_path = ''
as $$
    select * from media_sync.get_media_statistics();
$$;
comment on function public.get_media_statistics() is 'Size and state of the library from maintained counters: the same cost for ten assets and ten million. Viewers; the numbers of deleted assets are null but for editors, that of assets out of scope but for admins.';
revoke all on function public.get_media_statistics() from public, anon, authenticated;
grant execute on function public.get_media_statistics() to authenticated, service_role;

create or replace function media_sync.get_sync_status()
returns jsonb
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
    v_statistics record;
    v_last_sync timestamptz;
    v_in_progress boolean;
begin
    if not media_sync.is_viewer() then
        raise exception 'The sync status is for viewers.' using errcode = 'insufficient_privilege';
    end if;
    select * into v_statistics from public.get_media_statistics();
    select finished_at into v_last_sync
    from media_sync.runs
    where status = 'completed' and kind in ('full', 'incremental')
    order by started_at desc
    limit 1;
    select exists (select from media_sync.runs where status = 'running' and kind in ('full', 'incremental')) into v_in_progress;
    return jsonb_build_object(
        'last_sync', v_last_sync,
        'is_synced', v_last_sync is not null and not v_in_progress
            and not exists (select from media_sync.unsettled_runs())
            and not exists (select from media_sync.quarantine)
            and v_statistics.pending_assets + coalesce(v_statistics.pending_deletions, 0)
                + v_statistics.error_assets + v_statistics.conflict_assets = 0,
        'pending_operations', v_statistics.pending_assets + coalesce(v_statistics.pending_deletions, 0),
        'sync_in_progress', v_in_progress,
        'synced_assets', v_statistics.synced_assets,
        'error_assets', v_statistics.error_assets,
        -- It may name what a viewer does not see.
        'last_error', case when media_sync.is_editor() then (
            select error_message
            from public.media_sync_log
            where status = 'error' and created_at > (select clock_timestamp()) - interval '1 day'
            order by created_at desc
            limit 1
        ) end
    );
end;
$$;
comment on function media_sync.get_sync_status() is 'What public.get_sync_status() does; with the owner''s rights, once it has checked the caller.';
revoke all on function media_sync.get_sync_status() from public, anon, authenticated;
grant execute on function media_sync.get_sync_status() to authenticated, service_role;

create or replace function public.get_sync_status()
returns jsonb
language sql
stable
set search_path = ''
as $$
    select media_sync.get_sync_status();
$$;
comment on function public.get_sync_status() is 'The state of the sync in a few figures. Viewers; last_error is null but for editors.';
revoke all on function public.get_sync_status() from public, anon, authenticated;
grant execute on function public.get_sync_status() to authenticated, service_role;
