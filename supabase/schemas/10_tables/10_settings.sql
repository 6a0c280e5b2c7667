-- Settings: one row that operators change by SQL or through the console; effective at the next tick.

create or replace function media_sync.is_public_address(p_url text)
returns boolean
language sql
immutable
parallel safe
set search_path = ''
as $$
    -- A name with a dot and an alphabetic top-level domain: no IP address in any notation, no user, no control character.
    select p_url ~* '^https://([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]([a-z0-9-]*[a-z0-9])?(:[0-9]{1,5})?([/?#][!-~]*)?$'
        and p_url !~* '^https://[^/?#:]*\.(local|localhost|localdomain|internal|intranet|lan|home|corp|private|arpa|onion)([:/?#]|$)'
        and p_url !~* '^https://[^/?#:]*\.(nip|sslip|xip)\.io([:/?#]|$)'
        and length(p_url) <= 2000;
$$;
comment on function media_sync.is_public_address(text) is
    'True for an https URL whose host is a public name: no address, no name of this machine or of a private network, no line breaks. What a name resolves to is not known here.';
revoke all on function media_sync.is_public_address(text) from public, anon, authenticated;
grant execute on function media_sync.is_public_address(text) to service_role;

create table media_sync.settings (
    id boolean primary key default true check (id),
    conflict_policy text not null default 'cloudinary'
        check (conflict_policy in ('cloudinary', 'database', 'newest', 'manual')),
    include_folders text[] not null default '{}',
    wanted_folders text[],
    folder_mode text check (folder_mode in ('dynamic', 'fixed')),
    delete_guard_percent numeric not null default 50 check (delete_guard_percent between 0 and 100),
    delete_guard_minimum integer not null default 10 check (delete_guard_minimum >= 0),
    quota_reserve_percent numeric not null default 10 check (quota_reserve_percent between 0 and 100),
    push_max_attempts integer not null default 8 check (push_max_attempts > 0),
    push_backoff_cap interval not null default interval '1 hour' check (push_backoff_cap > interval '0'),
    incremental_interval interval not null default interval '1 minute' check (incremental_interval >= interval '0'),
    incremental_overlap interval not null default interval '1 hour' check (incremental_overlap >= interval '0'),
    full_interval interval not null default interval '1 day' check (full_interval > interval '0'),
    -- Floors: whoever may change settings must not be able to erase what they did.
    log_retention interval not null default interval '30 days' check (log_retention >= interval '7 days'),
    problem_log_retention interval not null default interval '90 days' check (problem_log_retention >= interval '30 days'),
    event_retention interval not null default interval '14 days' check (event_retention >= interval '1 day'),
    run_retention interval not null default interval '30 days' check (run_retention >= interval '7 days'),
    snapshot_retention interval not null default interval '90 days' check (snapshot_retention >= interval '7 days'),
    webhook_silence interval not null default interval '1 day' check (webhook_silence > interval '0'),
    webhook_events text[] not null default '{}',
    look_up_cap integer check (look_up_cap between 10 and 1000),
    search_refuses text[] not null default '{}' check (search_refuses <@ '{metadata,last_updated}'),
    full_requested_at timestamptz,
    alert_url text check (media_sync.is_public_address(alert_url)),
    viewers text not null default 'authenticated' check (viewers in ('authenticated', 'assigned')),
    updated_at timestamptz not null default now()
);

comment on table media_sync.settings is 'The one row of settings.';
comment on column media_sync.settings.id is 'Always true: there is one row.';
comment on column media_sync.settings.conflict_policy is 'Who wins when both sides changed one value: cloudinary, database, newest, or manual (a person resolves it).';
comment on column media_sync.settings.include_folders is 'Folders to mirror, with their subfolders; empty means the whole library. Narrowing hides rows and deletes nothing.';
comment on column media_sync.settings.wanted_folders is 'An include_folders that would hide more than the delete guard lets through: it waits until the blocked run is allowed; null takes the wish back.';
comment on column media_sync.settings.folder_mode is 'Cloudinary''s folder mode of this product environment, read from GET /config; null until known.';
comment on column media_sync.settings.delete_guard_percent is 'A reconcile that would delete more than this share of the library blocks (percent).';
comment on column media_sync.settings.delete_guard_minimum is 'The share guard acts only from this many deletions on.';
comment on column media_sync.settings.quota_reserve_percent is 'Share of the hourly Admin API quota that background work leaves to people (percent).';
comment on column media_sync.settings.push_max_attempts is 'Attempts before a push rests in status error.';
comment on column media_sync.settings.push_backoff_cap is 'Longest pause between two attempts.';
comment on column media_sync.settings.incremental_interval is 'Pause between incremental pulls, and before what listings do not tell is asked for.';
comment on column media_sync.settings.incremental_overlap is 'How far an incremental pull looks back behind the last one every ten minutes, to cover the lag of Cloudinary''s search index; the others look back five minutes, or as far.';
comment on column media_sync.settings.full_interval is 'Pause between full reconciles.';
comment on column media_sync.settings.log_retention is 'How long successful log rows are kept; at least 7 days.';
comment on column media_sync.settings.problem_log_retention is 'How long rows with status error or conflict are kept, at least 30 days; open conflicts are kept for ever.';
comment on column media_sync.settings.event_retention is 'How long webhook events are kept in the inbox; at least 1 day.';
comment on column media_sync.settings.run_retention is 'How long finished runs are kept; at least 7 days.';
comment on column media_sync.settings.snapshot_retention is 'How long hourly health snapshots are kept; at least 7 days.';
comment on column media_sync.settings.webhook_silence is 'Health degrades when no webhook came for this long although assets changed.';
comment on column media_sync.settings.webhook_events is 'Notification types that are registered with Cloudinary for the webhook function.';
comment on column media_sync.settings.look_up_cap is 'How many asset_ids one look-up may name; null: not known, each sync learns it from Cloudinary''s answers. deno task probe finds it out.';
comment on column media_sync.settings.search_refuses is 'What searches of this account do not tell, as Cloudinary has refused it; it is asked for again after every full reconcile.';
comment on column media_sync.settings.full_requested_at is 'A full reconcile is due unless one that began later is completed.';
comment on column media_sync.settings.alert_url is 'Where a change of health is posted (JSON that Slack-compatible receivers show): https and a public host name; null means nowhere.';
comment on column media_sync.settings.viewers is 'Who may read the library: authenticated (every signed-in user, anonymous sign-ins excepted) or assigned (only users with app_metadata.media_role viewer, editor or admin).';
comment on column media_sync.settings.updated_at is 'When the settings were last changed.';

alter table media_sync.settings enable row level security;
revoke all on media_sync.settings from public, anon, authenticated, service_role;
grant select, update on media_sync.settings to service_role;

insert into media_sync.settings default values;

create or replace trigger touch_updated_at
    before update on media_sync.settings
    for each row
    when (new is distinct from old)
    execute function media_sync.touch_updated_at();
