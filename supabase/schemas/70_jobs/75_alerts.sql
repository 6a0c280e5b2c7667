-- Alerts: one for each check and change, sent until it is taken.

create or replace function media_sync.queue_alert(p_check text, p_status text, p_before text, p_message text, p_health text, p_text text)
returns void
language sql
set search_path = ''
as $$
    insert into media_sync.alerts (check_name, body)
    values (p_check, jsonb_build_object(
        -- An answer may be lost, and the alert be sent once more: who must not hear twice keeps the ids.
        'id', gen_random_uuid(), 'at', clock_timestamp(),
        'text', p_text, 'check', p_check, 'status', p_status, 'previous_status', p_before, 'message', p_message, 'health', p_health
    ));
$$;
comment on function media_sync.queue_alert(text, text, text, text, text, text) is 'Keeps an alert until it is delivered.';
revoke all on function media_sync.queue_alert(text, text, text, text, text, text) from public, anon, authenticated;

create or replace function media_sync.note_changes()
returns void
language plpgsql
set search_path = ''
as $$
declare
    v_summary constant jsonb := media_sync.health_summary();
    v_check record;
begin
    for v_check in
        select
            element ->> 'name' as name,
            element ->> 'status' as status,
            coalesce(told.status, 'ok') as before,
            told.since,
            told.told_at,
            case element ->> 'name'
                -- It names assets, which are nobody's business elsewhere.
                when 'quarantine' then case element ->> 'value'
                    when '1' then '1 asset is set aside; GET sync names it.'
                    else format('%s assets are set aside; GET sync names them.', element ->> 'value')
                end
                else element ->> 'message'
            end as message
        from jsonb_array_elements(v_summary -> 'checks') with ordinality as listed (element, place)
        left join media_sync.health_checks as told on told.check_name = element ->> 'name'
        -- Whether alerts arrive is not told by an alert.
        where element ->> 'name' <> 'alerts'
        order by place
    loop
        if v_check.status <> v_check.before then
            perform media_sync.queue_alert(
                v_check.name, v_check.status, v_check.before, v_check.message, v_summary ->> 'status',
                format('Media Sync: %s is %s (was %s). %s', v_check.name, v_check.status, v_check.before, v_check.message)
            );
            insert into media_sync.health_checks as told (check_name, status)
            values (v_check.name, v_check.status)
            on conflict (check_name) do update set status = excluded.status, since = clock_timestamp(), told_at = clock_timestamp();
        elsif v_check.status = 'failing' and v_check.told_at < clock_timestamp() - interval '6 hours' then
            perform media_sync.queue_alert(
                v_check.name, v_check.status, v_check.before, v_check.message, v_summary ->> 'status',
                format('Media Sync: %s is still failing, since %s. %s', v_check.name, media_sync.health_time(v_check.since), v_check.message)
            );
            update media_sync.health_checks set told_at = clock_timestamp() where check_name = v_check.name;
        end if;
    end loop;
    update media_sync.health_state
    set status = v_summary ->> 'status', since = clock_timestamp()
    where status <> v_summary ->> 'status';
end;
$$;
comment on function media_sync.note_changes() is 'Queues an alert for each check whose status is another than was told, and a reminder every six hours for what is failing.';
revoke all on function media_sync.note_changes() from public, anon, authenticated;

create or replace function media_sync.settle_alerts()
returns void
language plpgsql
set search_path = ''
as $$
declare
    v_alert record;
    v_status integer;
    v_answered boolean;
begin
    for v_alert in
        select id, request_id, sent_at, attempts from media_sync.alerts where delivered_at is null and request_id is not null order by id
    loop
        v_status := null;
        v_answered := false;
        if media_sync.known_table('net._http_response') is not null then
            execute format(
                'select status_code, true from %I._http_response where id = $1 and created > $2 - interval ''1 minute''', 'net'
            ) into v_status, v_answered using v_alert.request_id, v_alert.sent_at;
        end if;
        if v_status between 200 and 299 then
            update media_sync.alerts set delivered_at = clock_timestamp(), request_id = null, last_error = null where id = v_alert.id;
        elsif v_answered or v_alert.sent_at < clock_timestamp() - interval '2 minutes' then
            update media_sync.alerts
            set
                request_id = null,
                last_error = case when v_status is null then 'The receiver did not answer.' else format('The receiver answered with status %s.', v_status) end,
                next_attempt_at = clock_timestamp() + media_sync.backoff(v_alert.attempts, interval '5 minutes', random())
            where id = v_alert.id;
        end if;
    end loop;
exception
    when insufficient_privilege then
        raise warning 'The owner of Media Sync may not read net._http_response: nobody knows whether alerts arrive.';
end;
$$;
comment on function media_sync.settle_alerts() is 'Finds out which alerts were taken; the others are sent again, after a growing pause.';
revoke all on function media_sync.settle_alerts() from public, anon, authenticated;

create or replace function media_sync.send_alerts()
returns integer
language plpgsql
set search_path = ''
as $$
declare
    v_url constant text := (select alert_url from media_sync.settings);
    v_alert record;
    v_request_id bigint;
    v_count integer := 0;
begin
    if v_url is null or media_sync.known_function('net.http_post(text, jsonb, jsonb, jsonb, integer)') is null then
        return 0;
    end if;
    for v_alert in
        select alert.id, alert.body
        from media_sync.alerts as alert
        where alert.delivered_at is null and alert.request_id is null and alert.next_attempt_at <= (select clock_timestamp())
            -- What is told last of a check must be how it is: they go one after the other, unless one is refused for ever.
            and not exists (
                select from media_sync.alerts as earlier
                where earlier.delivered_at is null
                    and earlier.check_name = alert.check_name
                    and earlier.id < alert.id
                    and alert.created_at > (select clock_timestamp()) - interval '1 hour'
            )
        order by alert.id
        limit 20
    loop
        v_request_id := media_sync.post_request(v_url, '{}', v_alert.body);
        update media_sync.alerts
        set
            request_id = v_request_id,
            sent_at = clock_timestamp(),
            attempts = attempts + 1,
            next_attempt_at = clock_timestamp() + media_sync.backoff(attempts + 1, interval '5 minutes', random()),
            last_error = case when v_request_id is null then 'pg_net did not take it.' end
        where id = v_alert.id;
        v_count := v_count + (v_request_id is not null)::integer;
    end loop;
    return v_count;
end;
$$;
comment on function media_sync.send_alerts() is 'Posts the alerts that wait to settings.alert_url. Returns how many.';
revoke all on function media_sync.send_alerts() from public, anon, authenticated;

create or replace function media_sync.tell_anew()
returns trigger
language plpgsql
-- Whoever may set the address need not be able to write what was told.
security definer
set search_path = ''
as $$
begin
    if new.alert_url is null then
        delete from media_sync.alerts where delivered_at is null;
        delete from media_sync.health_checks;
    else
        -- Somebody else listens, who has heard of nothing yet; what waits tells of its checks.
        update media_sync.alerts set next_attempt_at = '-infinity' where delivered_at is null;
        delete from media_sync.health_checks as told
        where not exists (
            select from media_sync.alerts as waiting where waiting.delivered_at is null and waiting.check_name = told.check_name
        );
    end if;
    return null;
end;
$$;
comment on function media_sync.tell_anew() is 'Another alert_url hears of what is wrong now and of what waits; none, of nothing.';
revoke all on function media_sync.tell_anew() from public, anon, authenticated;

create or replace trigger tell_anew
    after update on media_sync.settings
    for each row
    when (new.alert_url is distinct from old.alert_url)
    execute function media_sync.tell_anew();

create or replace function media_sync.alert_health()
returns integer
language plpgsql
set search_path = ''
as $$
begin
    perform media_sync.end_lost_runs();
    perform media_sync.repair();
    -- Two at once wait here for each other, and the second finds everything told.
    perform from media_sync.health_state for update;
    perform media_sync.settle_alerts();
    -- With nobody to tell, nothing counts as told: whoever is named later hears of what is wrong then.
    if (select alert_url from media_sync.settings) is not null then
        perform media_sync.note_changes();
    end if;
    return media_sync.send_alerts();
end;
$$;
comment on function media_sync.alert_health() is
    'Every minute: takes up what the platform lacked, notes which checks of health changed, and posts { id, at, text, check, status, previous_status, message, health } to settings.alert_url, each until it is taken. Returns how many it posted.';
revoke all on function media_sync.alert_health() from public, anon, authenticated;

create or replace function media_sync.test_media_alert()
returns text
language plpgsql
security definer
set search_path = ''
as $$
declare
    v_sent integer;
begin
    if not media_sync.is_admin() then
        raise exception 'Alerts are for admins.' using errcode = 'insufficient_privilege';
    elsif (select alert_url from media_sync.settings) is null then
        return 'Nobody would hear of it: update media_sync.settings set alert_url = ''https://…'' first.';
    elsif media_sync.known_function('net.http_post(text, jsonb, jsonb, jsonb, integer)') is null then
        return 'Nothing can be sent: enable the extension pg_net.';
    end if;
    perform media_sync.queue_alert(
        'test', 'ok', 'ok', 'Somebody tries whether alerts arrive.', media_sync.health_summary() ->> 'status',
        'Media Sync: this is a test. Alerts arrive here.'
    );
    v_sent := media_sync.send_alerts();
    return format(
        '%s way. In a minute, select * from media_sync.alerts order by id desc limit 5 tells what the receiver said.',
        media_sync.health_count(v_sent, 'alert is on its', 'alerts are on their')
    );
end;
$$;
comment on function media_sync.test_media_alert() is 'What public.test_media_alert() does; with the owner''s rights, once it has checked the caller.';
revoke all on function media_sync.test_media_alert() from public, anon, authenticated;
grant execute on function media_sync.test_media_alert() to authenticated, service_role;

create or replace function public.test_media_alert()
returns text
language sql
set search_path = ''
as $$
    select media_sync.test_media_alert();
$$;
comment on function public.test_media_alert() is 'Sends a test to settings.alert_url, with whatever else waits, and says what to look at. Admins and the database owner.';
revoke all on function public.test_media_alert() from public, anon, authenticated;
grant execute on function public.test_media_alert() to authenticated, service_role;
