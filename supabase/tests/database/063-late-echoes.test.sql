-- A notification may come late: what it tells of an earlier write is no echo of a later one that sends the same value.
begin;
\ir helpers.sql
select plan(6);

insert into public.media_assets (id, cloud_name, asset_id, public_id, resource_type, display_name, sync_status, observed_at)
values ('00000000-0000-4000-8000-000000000001', 'demo', 'e1', 'e1', 'image', 'mine', 'pending', now() - interval '1 minute');
alter table public.media_assets disable trigger user;
create function tests.write_again()
returns void
language sql
as $$
    update public.media_assets as asset
    set
        sync_status = 'pending',
        base = media_sync.editable_fields(asset) || '{"display_name": "other"}',
        sending = '[{
            "id": "attempt", "name": "e1", "at": "2026-01-01T12:00:10.5Z", "until": "2126-01-01T00:00:00Z", "sent": {"display_name": "mine"}
        }]';
$$;
create function tests.hear(triggered_at text)
returns text
language plpgsql
as $$
begin
    perform tests.write_again();
    perform public.media_sync_receive_event('demo', jsonb_build_object(
        'dedup_key', 'key ' || triggered_at, 'notification_type', 'resource_display_name_changed', 'triggered_at', triggered_at,
        'body', '{}', 'effects', '[{"kind": "delta", "asset_id": "e1", "fields": {"display_name": "mine"}}]'::jsonb
    ));
    return (select sync_status || case when sending is null then '' else ', sending' end from public.media_assets);
end;
$$;

select is(tests.hear('2026-01-01T12:00:03Z'), 'pending, sending', 'told of before the write → the write is still on its way');
select is(
    (select base ->> 'display_name' from public.media_assets), 'other', 'told of before the write → nothing is taken for agreed'
);
select is(tests.hear('2026-01-01T12:00:10.4Z'), 'pending, sending', 'told of a moment before the write → still on its way');
select is(tests.hear('2026-01-01T12:00:10.6Z'), 'synced', 'told of after the write → it has arrived');
select is(tests.hear('2026-01-01T12:00:10Z'), 'synced', 'told of in the same second, by whole seconds → it has arrived');
select is((select base ->> 'display_name' from public.media_assets), 'mine', 'arrived → agreed');

select * from finish();
rollback;
