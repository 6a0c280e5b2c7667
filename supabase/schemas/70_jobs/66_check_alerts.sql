-- Health of the alerts: whether they arrive.

create or replace function media_sync.check_alerts()
returns table (check_name text, status text, message text, value text)
language plpgsql
stable
set search_path = ''
as $$
declare
    v_alert media_sync.alerts;
begin
    select * into v_alert from media_sync.alerts where delivered_at is null and attempts >= 3 order by id limit 1;
    return query values (
        'alerts',
        case when v_alert.id is null then 'ok' else 'degraded' end,
        case
            when v_alert.id is null then 'No alert is held up.'
            else format(
                'Alerts do not arrive since %s (%s): set settings.alert_url to an address that takes them, then select test_media_alert().',
                media_sync.health_time(v_alert.created_at), rtrim(v_alert.last_error, '.')
            )
        end,
        (select count(*) from media_sync.alerts where delivered_at is null)::text
    );
end;
$$;
comment on function media_sync.check_alerts() is 'Check alerts (value: how many are not delivered yet).';
revoke all on function media_sync.check_alerts() from public, anon, authenticated;
