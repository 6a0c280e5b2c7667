-- The shared budget of calls, and the clock by which observations are ordered.
--
-- What the functions call stands in `public` under the prefix media_sync_, because supabase-js reaches exposed schemas
-- only, and is executable with a secret key alone.

create or replace function media_sync.record_traffic(p_cloud_name text, p_run_id uuid, p_traffic jsonb)
returns void
language plpgsql
set search_path = ''
as $$
begin
    if p_run_id is not null and (p_traffic ->> 'calls')::bigint > 0 then
        update media_sync.runs
        set api_calls = api_calls + (p_traffic ->> 'calls')::bigint, touched_at = clock_timestamp()
        where id = p_run_id;
    end if;
    if p_traffic ? 'rate_limit' or p_traffic ? 'blocked_until' then
        insert into media_sync.rate_limits as known (cloud_name, call_limit, remaining, reset_at, blocked_until, blocked_reason)
        values (
            p_cloud_name,
            (p_traffic -> 'rate_limit' ->> 'limit')::integer,
            (p_traffic -> 'rate_limit' ->> 'remaining')::integer,
            (p_traffic -> 'rate_limit' ->> 'reset_at')::timestamptz,
            (p_traffic ->> 'blocked_until')::timestamptz,
            p_traffic ->> 'blocked_reason'
        )
        on conflict (cloud_name) do update set
            call_limit = coalesce(excluded.call_limit, known.call_limit),
            -- Answers of parallel workers arrive in any order: within one hour the smallest count is the latest.
            remaining = case
                when excluded.remaining is null then known.remaining
                -- Another plan counts anew.
                when excluded.call_limit <> known.call_limit then excluded.remaining
                when excluded.reset_at is not distinct from known.reset_at then least(excluded.remaining, known.remaining)
                when excluded.reset_at < known.reset_at then known.remaining
                else excluded.remaining
            end,
            reset_at = greatest(excluded.reset_at, known.reset_at),
            blocked_until = coalesce(excluded.blocked_until, known.blocked_until),
            blocked_reason = coalesce(excluded.blocked_reason, known.blocked_reason),
            updated_at = clock_timestamp();
    end if;
    if p_traffic ? 'backups' then
        -- Of some thousand assets the older ones fade: what is done about backups shows in those that are seen since.
        update media_sync.health_state
        set
            sampled_assets = sampled_assets / case when sampled_assets > 2000 then 2 else 1 end + (p_traffic -> 'backups' ->> 'sampled')::bigint,
            sampled_backups = sampled_backups / case when sampled_assets > 2000 then 2 else 1 end + (p_traffic -> 'backups' ->> 'kept')::bigint;
    end if;
end;
$$;
comment on function media_sync.record_traffic(text, uuid, jsonb) is
    'Remembers calls made and what Cloudinary told beside the answers: { calls, rate_limit: { limit, remaining, reset_at }, blocked_until, blocked_reason, backups: { sampled, kept } }.';
revoke all on function media_sync.record_traffic(text, uuid, jsonb) from public, anon, authenticated;

create or replace function media_sync.call_budget(p_cloud_name text)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
    -- Nothing known, or a quota that has been refilled since, is no limit.
    return (
        select coalesce(
            (
                select jsonb_build_object(
                    'blocked_until', case when blocked_until > clock_timestamp() then blocked_until end,
                    'background_calls', case
                        when reset_at > clock_timestamp()
                            then greatest(0, remaining - ceil(call_limit * settings.quota_reserve_percent / 100.0))
                    end,
                    -- A fifth more is left to pulls, which must not wait for the next hour because of facts.
                    'spare_calls', case
                        when reset_at > clock_timestamp()
                            then greatest(0, remaining - ceil(call_limit * (settings.quota_reserve_percent + 20) / 100.0))
                    end,
                    'reset_at', case when reset_at > clock_timestamp() then reset_at end
                )
                from media_sync.rate_limits
                cross join media_sync.settings as settings
                where cloud_name = p_cloud_name
            ),
            '{}'
        ) || coalesce(
            -- Null where the settings are lost, until the call that this is a part of has them made anew.
            (select jsonb_strip_nulls(jsonb_build_object('look_up_cap', look_up_cap)) from media_sync.settings), '{}'
        )
    );
end;
$$;
comment on function media_sync.call_budget(text) is
    'What may be called now: blocked_until (nothing before it), background_calls (left above the reserve kept for people; null: unknown), spare_calls (left above what pulls may need besides; null: unknown), reset_at; and look_up_cap, the asset_ids that one look-up may name, where it is known.';
revoke all on function media_sync.call_budget(text) from public, anon, authenticated;

create or replace function public.media_sync_record_traffic(p_cloud_name text, p_traffic jsonb)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
begin
    perform media_sync.record_traffic(p_cloud_name, null, p_traffic);
    return jsonb_build_object('budget', media_sync.call_budget(p_cloud_name), 'now', clock_timestamp());
end;
$$;
comment on function public.media_sync_record_traffic(text, jsonb) is 'Remembers calls and quota that no run made. Returns { budget, now }.';
revoke all on function public.media_sync_record_traffic(text, jsonb) from public, anon, authenticated;
grant execute on function public.media_sync_record_traffic(text, jsonb) to service_role;

create or replace function public.media_sync_clock()
returns timestamptz
language sql
volatile
set search_path = ''
as $$
    select clock_timestamp();
$$;
comment on function public.media_sync_clock() is 'The one clock by which observations are ordered.';
revoke all on function public.media_sync_clock() from public, anon, authenticated;
grant execute on function public.media_sync_clock() to service_role;
