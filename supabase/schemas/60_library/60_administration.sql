-- What admins may do without a secret key: read runs and the inbox, read and change the settings.

create or replace function media_sync.get_sync_run(p_run_id uuid)
returns jsonb
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
    if not media_sync.is_admin() then
        raise exception 'Runs are for admins.' using errcode = 'insufficient_privilege';
    end if;
    return media_sync.run_summary(p_run_id) - 'now';
end;
$$;
comment on function media_sync.get_sync_run(uuid) is 'What public.get_sync_run() does; with the owner''s rights, once it has checked the caller.';
revoke all on function media_sync.get_sync_run(uuid) from public, anon, authenticated;
grant execute on function media_sync.get_sync_run(uuid) to authenticated, service_role;

create or replace function public.get_sync_run(p_run_id uuid)
returns jsonb
language sql
stable
set search_path = ''
as $$
    select media_sync.get_sync_run(p_run_id);
$$;
comment on function public.get_sync_run(uuid) is 'One run, or null. Admins.';
revoke all on function public.get_sync_run(uuid) from public, anon, authenticated;
grant execute on function public.get_sync_run(uuid) to authenticated, service_role;

create or replace function media_sync.get_sync_overview()
returns jsonb
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
    if not media_sync.is_admin() then
        raise exception 'The sync overview is for admins.' using errcode = 'insufficient_privilege';
    end if;
    return jsonb_build_object(
        'runs', (
            select coalesce(jsonb_agg(media_sync.run_summary(latest.id) - 'now' order by latest.started_at desc), '[]')
            from (select id, started_at from media_sync.runs order by started_at desc limit 10) as latest
        ),
        'rate_limit', (
            select jsonb_build_object('limit', call_limit, 'remaining', remaining, 'reset_at', reset_at)
            from media_sync.rate_limits
            order by updated_at desc
            limit 1
        ),
        'quarantine', (
            select coalesce(jsonb_agg(to_jsonb(aside) - '{cloud_name,seen_at}'::text[] order by aside.since, aside.asset_id), '[]')
            from (select * from media_sync.quarantine order by since limit 1000) as aside
        ),
        'failed_runs', (
            select coalesce(jsonb_agg(jsonb_build_object(
                'run_id', run.id, 'kind', run.kind, 'status', run.status, 'started_at', run.started_at, 'finished_at', run.finished_at,
                'error', run.errors -> 0
            ) order by run.started_at desc), '[]')
            from (select * from media_sync.unsettled_runs() order by started_at desc limit 100) as run
        ),
        'untold', media_sync.untold_progress()
    );
end;
$$;
comment on function media_sync.get_sync_overview() is 'What public.get_sync_overview() does; with the owner''s rights, once it has checked the caller.';
revoke all on function media_sync.get_sync_overview() from public, anon, authenticated;
grant execute on function media_sync.get_sync_overview() to authenticated, service_role;

create or replace function public.get_sync_overview()
returns jsonb
language sql
stable
set search_path = ''
as $$
    select media_sync.get_sync_overview();
$$;
comment on function public.get_sync_overview() is 'The last ten runs, Cloudinary''s quota as last told, the assets in quarantine (the first 1,000), the runs that failed or are blocked, and of how many assets facts are still to be asked for. Admins.';
revoke all on function public.get_sync_overview() from public, anon, authenticated;
grant execute on function public.get_sync_overview() to authenticated, service_role;

create or replace function media_sync.get_sync_settings()
returns jsonb
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
    if not media_sync.is_admin() then
        raise exception 'The settings are for admins.' using errcode = 'insufficient_privilege';
    end if;
    return (select to_jsonb(settings) - 'id' from media_sync.settings as settings);
end;
$$;
comment on function media_sync.get_sync_settings() is 'What public.get_sync_settings() does; with the owner''s rights, once it has checked the caller.';
revoke all on function media_sync.get_sync_settings() from public, anon, authenticated;
grant execute on function media_sync.get_sync_settings() to authenticated, service_role;

create or replace function public.get_sync_settings()
returns jsonb
language sql
stable
set search_path = ''
as $$
    select media_sync.get_sync_settings();
$$;
comment on function public.get_sync_settings() is 'All settings by name. Admins.';
revoke all on function public.get_sync_settings() from public, anon, authenticated;
grant execute on function public.get_sync_settings() to authenticated, service_role;

create or replace function media_sync.update_sync_settings(p_changes jsonb)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
    v_before jsonb;
    v_after jsonb;
    v_unknown text;
begin
    if not media_sync.is_admin() then
        raise exception 'Changing settings needs the role admin.' using errcode = 'insufficient_privilege';
    end if;
    select to_jsonb(settings) - array['id', 'updated_at', 'folder_mode', 'webhook_events', 'search_refuses', 'full_requested_at'] into v_before
    from media_sync.settings as settings
    for update;
    select string_agg(key, ', ' order by key) into v_unknown from jsonb_object_keys(p_changes) as key where not v_before ? key;
    if v_unknown is not null then
        raise exception 'There is no setting %, or it is not yours to change.', v_unknown using errcode = 'invalid_parameter_value';
    end if;

    update media_sync.settings as settings
    set (
        conflict_policy, include_folders, wanted_folders, delete_guard_percent, delete_guard_minimum, quota_reserve_percent,
        push_max_attempts, push_backoff_cap, incremental_interval, incremental_overlap, full_interval,
        log_retention, problem_log_retention, event_retention, run_retention, snapshot_retention, webhook_silence, alert_url,
        viewers, look_up_cap, updated_at
    ) = (
        select
            wanted.conflict_policy, wanted.include_folders, wanted.wanted_folders, wanted.delete_guard_percent, wanted.delete_guard_minimum,
            wanted.quota_reserve_percent, wanted.push_max_attempts, wanted.push_backoff_cap, wanted.incremental_interval,
            wanted.incremental_overlap, wanted.full_interval,
            wanted.log_retention, wanted.problem_log_retention, wanted.event_retention, wanted.run_retention,
            wanted.snapshot_retention, wanted.webhook_silence, wanted.alert_url, wanted.viewers, wanted.look_up_cap,
            clock_timestamp()
        from jsonb_populate_record(settings, p_changes) as wanted
    );

    select to_jsonb(settings) - array['id', 'updated_at', 'folder_mode', 'webhook_events', 'search_refuses', 'full_requested_at'] into v_after
    from media_sync.settings as settings;
    if media_sync.changed_fields(v_before, v_after) is not null then
        insert into public.media_sync_log (operation, status, source, changes, user_id)
        values (
            'settings', 'success', 'client',
            -- An alert URL may carry a token of its receiver.
            media_sync.changed_fields(v_before - 'alert_url', v_after - 'alert_url'),
            auth.uid()
        );
    end if;
    return v_after;
end;
$$;
comment on function media_sync.update_sync_settings(jsonb) is 'What public.update_sync_settings() does; with the owner''s rights, once it has checked the caller.';
revoke all on function media_sync.update_sync_settings(jsonb) from public, anon, authenticated;
grant execute on function media_sync.update_sync_settings(jsonb) to authenticated, service_role;

create or replace function public.update_sync_settings(p_changes jsonb)
returns jsonb
language sql
set search_path = ''
as $$
    select media_sync.update_sync_settings(p_changes);
$$;
comment on function public.update_sync_settings(jsonb) is 'Changes settings by name, effective at the next tick, and logs it. Admins. Returns all of them.';
revoke all on function public.update_sync_settings(jsonb) from public, anon, authenticated;
grant execute on function public.update_sync_settings(jsonb) to authenticated, service_role;

create or replace function media_sync.list_webhook_events(p_limit integer default 50)
returns jsonb
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
    if not media_sync.is_admin() then
        raise exception 'The inbox is for admins.' using errcode = 'insufficient_privilege';
    end if;
    return (
        select coalesce(jsonb_agg(to_jsonb(event) - 'body' order by event.id desc), '[]')
        from (
            select * from media_sync.webhook_events order by received_at desc limit least(greatest(p_limit, 1), 500)
        ) as event
    );
end;
$$;
comment on function media_sync.list_webhook_events(integer) is 'What public.list_webhook_events() does; with the owner''s rights, once it has checked the caller.';
revoke all on function media_sync.list_webhook_events(integer) from public, anon, authenticated;
grant execute on function media_sync.list_webhook_events(integer) to authenticated, service_role;

create or replace function public.list_webhook_events(p_limit integer default 50)
returns jsonb
language sql
stable
set search_path = ''
as $$
    select media_sync.list_webhook_events(p_limit);
$$;
comment on function public.list_webhook_events(integer) is 'The latest notifications and what became of them, without their bodies. Admins.';
revoke all on function public.list_webhook_events(integer) from public, anon, authenticated;
grant execute on function public.list_webhook_events(integer) to authenticated, service_role;
