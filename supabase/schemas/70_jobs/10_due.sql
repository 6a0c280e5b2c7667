-- What is due: one question at the start of every call of `sync`.

create or replace function media_sync.pull_since(p_cloud_name text)
returns timestamptz
language plpgsql
stable
set search_path = ''
as $$
begin
    -- From the start of the last completed pull on, and a while before it, because the index lags. Five minutes do at most
    -- ticks, so that what is searched stays small and shows what was changed twice; every ten minutes all of the overlap.
    return (
        select date_trunc('second', latest.started_at - case
            when exists (
                select from media_sync.runs as run
                where run.cloud_name = p_cloud_name
                    and run.kind in ('full', 'incremental')
                    and run.status = 'completed'
                    and run.started_at > (select clock_timestamp()) - interval '10 minutes'
                    and (
                        run.kind = 'full'
                        or (run.options ->> 'changed_since')::timestamptz <= run.started_at - settings.incremental_overlap
                    )
            ) then least(settings.incremental_overlap, interval '5 minutes')
            else settings.incremental_overlap
        end)
        from media_sync.settings as settings
        cross join lateral (
            select greatest(
                (select max(started_at) from media_sync.runs where cloud_name = p_cloud_name and kind = 'full' and status = 'completed'),
                (select max(started_at) from media_sync.runs where cloud_name = p_cloud_name and kind = 'incremental' and status = 'completed')
            ) as started_at
        ) as latest
    );
end;
$$;
comment on function media_sync.pull_since(text) is
    'From which change on the next incremental pull searches; null before the first complete pull. Whole seconds: Cloudinary tells no others.';
revoke all on function media_sync.pull_since(text) from public, anon, authenticated;

create or replace function public.media_sync_due(p_cloud_name text)
returns jsonb
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
    return (
        select jsonb_build_object(
            'open_run', (
                select media_sync.run_summary(id)
                from media_sync.runs
                where cloud_name = p_cloud_name and status = 'running' and kind in ('full', 'partial')
                order by started_at
                limit 1
            ),
            'full_due', not exists (
                select from media_sync.runs
                where cloud_name = p_cloud_name
                    and kind = 'full'
                    and (
                        (
                            status in ('completed', 'blocked')
                            and started_at > (select clock_timestamp()) - settings.full_interval
                            and (settings.full_requested_at is null or started_at >= settings.full_requested_at)
                        )
                        -- What failed is tried again, but not at every tick.
                        or (status = 'failed' and finished_at > (select clock_timestamp()) - interval '10 minutes')
                    )
            ),
            'incremental_due', exists (
                select from media_sync.runs where cloud_name = p_cloud_name and kind = 'full' and status = 'completed'
            ) and not exists (
                select from media_sync.runs
                where cloud_name = p_cloud_name
                    and kind in ('full', 'incremental')
                    and status in ('completed', 'failed')
                    -- A tick that comes a moment early still counts as the next one.
                    and started_at > (select clock_timestamp()) - settings.incremental_interval + interval '5 seconds'
            ),
            'changed_since', media_sync.pull_since(p_cloud_name),
            'push_due', exists (
                select from public.media_assets
                where cloud_name = p_cloud_name
                    and sync_status = 'pending'
                    and (next_attempt_at is null or next_attempt_at <= (select clock_timestamp()))
                    and (leased_until is null or leased_until < (select clock_timestamp()))
            ),
            'refresh_due', exists (
                select from media_sync.refresh_queue
                where cloud_name = p_cloud_name
                    and not_before <= (select clock_timestamp())
                    and (leased_until is null or leased_until < (select clock_timestamp()))
            ),
            'folder_mode', settings.folder_mode,
            'search_refuses', settings.search_refuses,
            'conflict_policy', settings.conflict_policy,
            'budget', media_sync.call_budget(p_cloud_name),
            'now', clock_timestamp()
        )
        from media_sync.settings as settings
    );
end;
$$;
comment on function public.media_sync_due(text) is
    'What the next call of sync has to do: { open_run, full_due, incremental_due, changed_since, push_due, refresh_due, folder_mode, search_refuses, conflict_policy, budget, now }.';
revoke all on function public.media_sync_due(text) from public, anon, authenticated;
grant execute on function public.media_sync_due(text) to service_role;
