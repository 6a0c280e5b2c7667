-- What people ask about the whole library: statistics and the state of the sync, both O(1).

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
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
    if media_sync.media_role() = 'anonymous' then
        raise exception 'Statistics are for signed-in users.' using errcode = 'insufficient_privilege';
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
        coalesce(sum(counters.deleted_assets), 0)::bigint,
        coalesce(sum(counters.pending_deletions), 0)::bigint,
        coalesce(sum(counters.out_of_scope_assets), 0)::bigint
    from media_sync.statistics as counters;
end;
$$;
comment on function public.get_media_statistics() is 'Size and state of the library from maintained counters: the same cost for ten assets and ten million. Signed-in users.';
revoke all on function public.get_media_statistics() from public, anon, authenticated;
grant execute on function public.get_media_statistics() to authenticated, service_role;

create or replace function public.get_sync_status()
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
    if media_sync.media_role() = 'anonymous' then
        raise exception 'The sync status is for signed-in users.' using errcode = 'insufficient_privilege';
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
            and v_statistics.pending_assets + v_statistics.pending_deletions
                + v_statistics.error_assets + v_statistics.conflict_assets = 0,
        'pending_operations', v_statistics.pending_assets + v_statistics.pending_deletions,
        'sync_in_progress', v_in_progress,
        'synced_assets', v_statistics.synced_assets,
        'error_assets', v_statistics.error_assets,
        'last_error', (
            select error_message
            from public.media_sync_log
            where status = 'error' and created_at > clock_timestamp() - interval '1 day'
            order by created_at desc
            limit 1
        )
    );
end;
$$;
comment on function public.get_sync_status() is 'The state of the sync in a few figures. Signed-in users.';
revoke all on function public.get_sync_status() from public, anon, authenticated;
grant execute on function public.get_sync_status() to authenticated, service_role;
