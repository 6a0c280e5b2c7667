-- Health as people, the API and alerts see it.

create or replace function media_sync.health_summary()
returns jsonb
language sql
stable
set search_path = ''
as $$
    with checks as materialized (
        select * from media_sync.check_calls()
        union all
        select * from media_sync.check_runs()
        union all
        select * from media_sync.check_assets()
        union all
        select * from media_sync.check_cloudinary()
        union all
        select * from media_sync.check_quarantine()
        union all
        select * from media_sync.check_alerts()
        union all
        select * from media_sync.check_scope()
        union all
        select * from media_sync.check_live_updates()
        union all
        select * from media_sync.check_requests()
        union all
        select * from media_sync.check_versions()
        union all
        select * from media_sync.check_loss()
        union all
        select * from media_sync.check_equality()
    )
    select jsonb_build_object(
        'status', case
            when bool_or(status = 'failing') then 'failing'
            when bool_or(status = 'degraded') then 'degraded'
            else 'ok'
        end,
        'checks', jsonb_agg(jsonb_build_object('name', check_name, 'status', status, 'message', message, 'value', value))
    )
    from checks;
$$;
comment on function media_sync.health_summary() is 'Health as { status, checks: [ { name, status, message, value } ] }; the worst check is the status.';
revoke all on function media_sync.health_summary() from public, anon, authenticated;

create or replace function media_sync.get_sync_health_summary()
returns jsonb
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
    if not media_sync.is_admin() then
        raise exception 'Health is for admins.' using errcode = 'insufficient_privilege';
    end if;
    return media_sync.health_summary();
end;
$$;
comment on function media_sync.get_sync_health_summary() is 'What public.get_sync_health_summary() does; with the owner''s rights, once it has checked the caller.';
revoke all on function media_sync.get_sync_health_summary() from public, anon, authenticated;
grant execute on function media_sync.get_sync_health_summary() to authenticated, service_role;

create or replace function public.get_sync_health_summary()
returns jsonb
language sql
stable
set search_path = ''
as $$
    select media_sync.get_sync_health_summary();
$$;
comment on function public.get_sync_health_summary() is
    'Health as { status: ok | degraded | failing, checks: [ { name, status, message, value } ] }. Admins.';
revoke all on function public.get_sync_health_summary() from public, anon, authenticated;
grant execute on function public.get_sync_health_summary() to authenticated, service_role;

create or replace function media_sync.get_sync_health()
returns table (check_name text, status text, message text, value text)
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
    v_summary jsonb;
begin
    if not media_sync.is_admin() then
        raise exception 'Health is for admins.' using errcode = 'insufficient_privilege';
    end if;
    v_summary := media_sync.health_summary();
    return query
    select
        'overall',
        v_summary ->> 'status',
        case v_summary ->> 'status' when 'ok' then 'Everything is in order.' else 'See the checks that are not ok.' end,
        null::text
    union all
    select element ->> 'name', element ->> 'status', element ->> 'message', element ->> 'value'
    from jsonb_array_elements(v_summary -> 'checks') as element;
end;
$$;
comment on function media_sync.get_sync_health() is 'What public.get_sync_health() does; with the owner''s rights, once it has checked the caller.';
revoke all on function media_sync.get_sync_health() from public, anon, authenticated;
grant execute on function media_sync.get_sync_health() to authenticated, service_role;

create or replace function public.get_sync_health()
returns table (check_name text, status text, message text, value text)
language sql
stable
set search_path = ''
as $$
    select * from media_sync.get_sync_health();
$$;
comment on function public.get_sync_health() is
    'Health, the overall row first, then a row a check: status is ok, degraded or failing, message says what to do. Admins.';
revoke all on function public.get_sync_health() from public, anon, authenticated;
grant execute on function public.get_sync_health() to authenticated, service_role;

create or replace function public.media_sync_take_snapshot()
returns boolean
language plpgsql
security definer
set search_path = ''
as $$
declare
    v_summary constant jsonb := media_sync.health_summary();
    v_hour_ago constant timestamptz := clock_timestamp() - interval '1 hour';
begin
    insert into media_sync.snapshots (health, figures)
    select
        v_summary ->> 'status',
        jsonb_build_object(
            'statistics', (select to_jsonb(statistics) from public.get_media_statistics() as statistics),
            'rate_limits', (
                select coalesce(jsonb_agg(to_jsonb(known) - 'blocked_reason' order by known.cloud_name), '[]')
                from media_sync.rate_limits as known
            ),
            'checks', v_summary -> 'checks',
            'activity', (
                select jsonb_build_object(
                    'operations', count(*), 'errors', count(*) filter (where status = 'error'), 'average_ms', round(avg(processing_time_ms))
                )
                from public.media_sync_log
                where created_at > v_hour_ago
            )
        )
    on conflict (taken_at) do nothing;
    return found;
end;
$$;
comment on function public.media_sync_take_snapshot() is
    'Keeps this hour''s figures of health and size. False when this hour has its row already. The database owner and secret keys.';
revoke all on function public.media_sync_take_snapshot() from public, anon, authenticated;
grant execute on function public.media_sync_take_snapshot() to service_role;
