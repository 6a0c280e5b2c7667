-- A notification comes late: the row was looked up after what it tells of had happened.
begin;
\ir helpers.sql
select plan(12);

insert into public.media_assets (cloud_name, asset_id, public_id, resource_type, display_name, tags, context, observed_at)
values ('demo', 'e1', 'e1', 'image', 'seen', '{seen}', '{"alt": "seen"}', '2026-01-01T12:00:10.5Z');
alter table public.media_assets disable trigger user;
update public.media_assets as asset set base = media_sync.editable_fields(asset);

create function tests.hear(triggered_at text, fields text)
returns text
language plpgsql
as $$
begin
    delete from media_sync.refresh_queue;
    update public.media_assets set observed_at = '2026-01-01T12:00:10.5Z';
    perform public.media_sync_receive_event('demo', jsonb_build_object(
        'dedup_key', triggered_at || fields, 'notification_type', 'told', 'triggered_at', triggered_at, 'body', '{}',
        'effects', jsonb_build_array(jsonb_build_object('kind', 'delta', 'asset_id', 'e1', 'fields', fields::jsonb))
    ));
    return (select concat_ws(' ', display_name, tags[1], context ->> 'alt') from public.media_assets)
        || coalesce((select ', looked up' from media_sync.refresh_queue where not_before <= clock_timestamp()), '');
end;
$$;

select is(tests.hear('2026-01-01T12:00:05Z', '{"display_name": "told"}'), 'seen seen seen, looked up', 'a name given before the look-up → is looked up');
select is(tests.hear('2026-01-01T12:00:05Z', '{"tags": {"removed": ["seen"]}}'), 'seen seen seen, looked up', 'a tag taken off before the look-up → is looked up');
select is(
    tests.hear('2026-01-01T12:00:05Z', '{"context": {"set": {"alt": "told"}}}'), 'seen seen seen, looked up',
    'a context key set before the look-up → is looked up'
);
select is(tests.hear('2026-01-01T12:00:05Z', '{"display_name": "seen"}'), 'seen seen seen', 'what the look-up has shown, told again → nothing is to be done');
select is((select count(*) from public.media_sync_log where source = 'webhook' and status = 'success'), 0::bigint, 'and none of it passes for an edit');
select is(tests.hear('2026-01-01T12:00:11Z', '{"display_name": "told"}'), 'told seen seen', 'a name given after the look-up → stands at once');
select is(
    tests.hear('2026-01-01T12:00:05.5Z', '{"display_name": "seen"}'), 'told seen seen', 'told before one that came first → nothing is changed'
);
select is(tests.hear('2026-01-01T12:00:11Z', '{"context": {"set": {"alt": "told"}}}'), 'told seen told', 'told by whole seconds, perhaps after the look-up → stands at once');
-- Some change a context by clearing it and setting it anew, and tell of both at one time.
select is(
    tests.hear('2026-01-01T12:00:12Z', '{"context": {"removed": ["alt"]}}'), 'told seen', 'a context key taken away after the look-up → goes at once'
);
select tests.hear('2026-01-01T12:00:13Z', '{"context": {"set": {"alt": "told"}}}');
select is(
    tests.hear('2026-01-01T12:00:13Z', '{"context": {"removed": ["alt"]}}'), 'told seen told, looked up',
    'taken away at the very time at which it was set → perhaps before: is looked up'
);
update public.media_assets set last_event_at = null;
select is(
    tests.hear('2025-12-31T12:00:00Z', '{"tags": {"added": ["told"], "removed": ["seen"]}}'), 'told told told',
    'a time that is days back → proves nothing'
);
select is((select base ->> 'display_name' from public.media_assets), 'told', 'and nothing else is agreed');

select * from finish();
rollback;
