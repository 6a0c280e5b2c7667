-- Webhooks: what the `webhook` function asks and tells the database.

create function public.sync_webhook_status()
returns jsonb
language sql
stable
security definer
set search_path = ''
as $$
    select jsonb_build_object(
        'events', settings.webhook_events,
        'last_received_at', (select received_at from media_sync.webhook_events order by received_at desc limit 1)
    )
    from media_sync.settings as settings;
$$;
comment on function public.sync_webhook_status() is 'Which notifications are registered and when the last one came; names no asset.';
revoke all on function public.sync_webhook_status() from public, anon, authenticated;
grant execute on function public.sync_webhook_status() to service_role;
