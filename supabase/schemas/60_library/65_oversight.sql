-- What people who look after the library call besides: try again what was refused, and look back over time.

create or replace function media_sync.retry_media_assets(p_ids uuid[])
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
    v_retried jsonb;
begin
    if not media_sync.is_editor() then
        raise exception 'Retrying needs the role editor or admin.' using errcode = 'insufficient_privilege';
    end if;
    perform media_sync.require_few(p_ids);
    perform media_sync.lock_assets(p_ids);
    with retried as (
        update public.media_assets
        set sync_status = 'pending'
        where id = any (p_ids) and sync_status = 'error' and in_scope
        returning id
    )
    select coalesce(jsonb_agg(id), '[]') into v_retried from retried;
    return v_retried;
end;
$$;
comment on function media_sync.retry_media_assets(uuid[]) is 'What public.retry_media_assets() does; with the owner''s rights, once it has checked the caller.';
revoke all on function media_sync.retry_media_assets(uuid[]) from public, anon, authenticated;
grant execute on function media_sync.retry_media_assets(uuid[]) to authenticated, service_role;

create or replace function public.retry_media_assets(p_ids uuid[])
returns jsonb
language sql
set search_path = ''
as $$
    select media_sync.retry_media_assets(p_ids);
$$;
comment on function public.retry_media_assets(uuid[]) is 'Pushes again what Cloudinary refused for good: edits and deletions with status error. Editors. Returns the ids that had failed.';
revoke all on function public.retry_media_assets(uuid[]) from public, anon, authenticated;
grant execute on function public.retry_media_assets(uuid[]) to authenticated, service_role;

create or replace function media_sync.get_sync_snapshots(p_since timestamptz)
returns jsonb
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
    if not media_sync.is_admin() then
        raise exception 'Snapshots are for admins.' using errcode = 'insufficient_privilege';
    end if;
    return (
        select coalesce(jsonb_agg(jsonb_build_object(
            'taken_at', taken_at,
            'health', health,
            'total_assets', figures #> '{statistics,total_assets}',
            'pending_assets', figures #> '{statistics,pending_assets}',
            'error_assets', figures #> '{statistics,error_assets}',
            'call_limit', figures #> '{rate_limits,0,call_limit}',
            'remaining_calls', figures #> '{rate_limits,0,remaining}',
            'operations', figures #> '{activity,operations}',
            'errors', figures #> '{activity,errors}',
            'average_ms', figures #> '{activity,average_ms}'
        ) order by taken_at), '[]')
        from media_sync.snapshots
        where taken_at >= p_since
    );
end;
$$;
comment on function media_sync.get_sync_snapshots(timestamptz) is 'What public.get_sync_snapshots() does; with the owner''s rights, once it has checked the caller.';
revoke all on function media_sync.get_sync_snapshots(timestamptz) from public, anon, authenticated;
grant execute on function media_sync.get_sync_snapshots(timestamptz) to authenticated, service_role;

create or replace function public.get_sync_snapshots(p_since timestamptz)
returns jsonb
language sql
stable
set search_path = ''
as $$
    select media_sync.get_sync_snapshots(p_since);
$$;
comment on function public.get_sync_snapshots(timestamptz) is
    'The hourly figures from a time on: assets, what waits and failed, Cloudinary''s quota, operations, errors and mean milliseconds of the hour before. Admins.';
revoke all on function public.get_sync_snapshots(timestamptz) from public, anon, authenticated;
grant execute on function public.get_sync_snapshots(timestamptz) to authenticated, service_role;
