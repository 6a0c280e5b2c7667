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
            'checks', v_summary -> 'checks'
        )
    on conflict (taken_at) do nothing;
    return found;
end;
$$;
comment on function public.media_sync_take_snapshot() is
    'Keeps this hour''s figures of health and size. False when this hour has its row already. The database owner and secret keys.';
revoke all on function public.media_sync_take_snapshot() from public, anon, authenticated;
grant execute on function public.media_sync_take_snapshot() to service_role;

create or replace function media_sync.alert_health()
returns bigint
language plpgsql
set search_path = ''
as $$
declare
    v_summary constant jsonb := media_sync.health_summary();
    v_status constant text := v_summary ->> 'status';
    v_before media_sync.health_state;
    v_url text;
begin
    -- Two that find the same change wait here for each other, and the second finds it told.
    select * into strict v_before from media_sync.health_state for update;
    if v_before.status = v_status then
        return null;
    end if;
    update media_sync.health_state set status = v_status, since = clock_timestamp();
    select alert_url into v_url from media_sync.settings;
    if v_url is null then
        return null;
    elsif to_regprocedure('net.http_post(text, jsonb, jsonb, jsonb, integer)') is null then
        raise notice 'Health is % now, and nobody was told: enable the extension pg_net.', v_status;
        return null;
    end if;
    return media_sync.post_request(
        v_url,
        '{}',
        jsonb_build_object(
            'text', format('Media Sync is %s (was %s).', v_status, v_before.status) || coalesce(
                (
                    select E'\n' || string_agg(format('%s: %s', element ->> 'name', element ->> 'message'), E'\n' order by place)
                    from jsonb_array_elements(v_summary -> 'checks') with ordinality as listed (element, place)
                    where element ->> 'status' <> 'ok'
                ),
                ''
            ),
            'status', v_status,
            'previous_status', v_before.status,
            'checks', (
                select coalesce(jsonb_agg(element order by place) filter (where element ->> 'status' <> 'ok'), '[]')
                from jsonb_array_elements(v_summary -> 'checks') with ordinality as listed (element, place)
            )
        )
    );
end;
$$;
comment on function media_sync.alert_health() is
    'When overall health is another than last time: remembers it and posts { text, status, previous_status, checks } to settings.alert_url, once. Returns pg_net''s id of the request, or null.';
revoke all on function media_sync.alert_health() from public, anon, authenticated;
