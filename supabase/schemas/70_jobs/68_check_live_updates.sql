-- Health of the live updates: whether they can reach anybody.

create or replace function media_sync.live_updates_problem()
returns text
language plpgsql
stable
set search_path = ''
as $$
declare
    v_missing text;
begin
    if to_regnamespace('realtime') is null then
        return null;
    elsif media_sync.closed_schema('realtime') then
        return format(
            'Live updates are off: the owner of Media Sync may not use the schema realtime. As a superuser, run grant usage on schema realtime to %I.',
            current_user
        );
    elsif media_sync.known_table('realtime.messages') is null or media_sync.known_function('realtime.send(jsonb, text, text, boolean)') is null then
        return 'Live updates are off: Realtime makes its tables when the first client connects, and they are missing. Join a channel in the dashboard (Realtime, Inspector), or run npx -y deno task doctor --fix, which connects once; the next tick does the rest.';
    end if;
    select string_agg(format('"%s"', wanted.name), ' and ' order by wanted.name) into v_missing
    from (values ('Viewers receive changes of media assets'), ('Nobody sends changes of media assets')) as wanted (name)
    where not exists (
        select from pg_catalog.pg_policy as policy
        where policy.polrelid = media_sync.known_table('realtime.messages') and policy.polname = wanted.name
    );
    if v_missing is not null then
        return format(
            'Live updates are off: the policies %s on realtime.messages are missing%s: run select public.enable_media_broadcast().%s',
            v_missing,
            (select coalesce(' (' || rtrim(state.broadcast_error, '.') || ')', '') from media_sync.health_state as state),
            (
                select case when state.broadcast_error is not null
                    then ' Where that is refused in the SQL editor as well, upgrade the project''s Postgres (dashboard, Settings, Infrastructure).'
                    else ''
                end
                from media_sync.health_state as state
            )
        );
    elsif not (select relrowsecurity from pg_catalog.pg_class where oid = media_sync.known_table('realtime.messages')) then
        return 'Live updates are open to everybody: realtime.messages has no row level security. Run alter table realtime.messages enable row level security.';
    elsif not media_sync.realtime_takes_messages() then
        return 'Live updates rest: Realtime has no partition for the messages of today, and makes one when a client connects. Join a channel in the dashboard (Realtime, Inspector), or run npx -y deno task doctor --fix, which connects once.';
    end if;
    return null;
end;
$$;
comment on function media_sync.live_updates_problem() is 'Why changes of assets are not broadcast, as a sentence that says what to do; null where they are, and where there is no Realtime at all.';
revoke all on function media_sync.live_updates_problem() from public, anon, authenticated;

create or replace function media_sync.check_live_updates()
returns table (check_name text, status text, message text, value text)
language plpgsql
stable
set search_path = ''
as $$
declare
    v_problem constant text := media_sync.live_updates_problem();
begin
    return query values (
        'live_updates',
        case when v_problem is null then 'ok' else 'degraded' end,
        case
            when v_problem is not null then v_problem
            when to_regnamespace('realtime') is null then 'There is no Realtime here, so that nothing is broadcast.'
            else 'Changes are broadcast to viewers.'
        end,
        case when to_regnamespace('realtime') is null then 'none' when v_problem is null then 'on' else 'off' end
    );
end;
$$;
comment on function media_sync.check_live_updates() is 'Check live_updates (value: on, off, or none where there is no Realtime).';
revoke all on function media_sync.check_live_updates() from public, anon, authenticated;
