-- What is remembered of the world around: Cloudinary's quota, requests to our functions, health.

create table media_sync.rate_limits (
    cloud_name text primary key,
    call_limit integer,
    remaining integer,
    reset_at timestamptz,
    blocked_until timestamptz,
    blocked_reason text,
    updated_at timestamptz not null default clock_timestamp()
);

comment on table media_sync.rate_limits is 'The Admin API''s hourly quota as Cloudinary last told it, shared by all workers.';
comment on column media_sync.rate_limits.cloud_name is 'Cloudinary product environment.';
comment on column media_sync.rate_limits.call_limit is 'Calls an hour.';
comment on column media_sync.rate_limits.remaining is 'Calls left until reset_at.';
comment on column media_sync.rate_limits.reset_at is 'When the quota is full again.';
comment on column media_sync.rate_limits.blocked_until is 'Nothing is called before this time: Cloudinary answered 420 or 429.';
comment on column media_sync.rate_limits.blocked_reason is 'Its sentence.';
comment on column media_sync.rate_limits.updated_at is 'When this was last told.';

alter table media_sync.rate_limits enable row level security;
revoke all on media_sync.rate_limits from public, anon, authenticated, service_role;
grant select on media_sync.rate_limits to service_role;

create table media_sync.invocations (
    id bigint generated always as identity primary key,
    request_id bigint not null,
    function_name text not null,
    requested_at timestamptz not null default clock_timestamp()
);

comment on table media_sync.invocations is 'Requests to our functions that were handed to pg_net. A row each: one that all callers update would make them wait for each other.';
comment on column media_sync.invocations.id is 'Ascending with time of writing.';
comment on column media_sync.invocations.request_id is 'pg_net''s id; the answer stands in net._http_response for some hours.';
comment on column media_sync.invocations.function_name is 'The function.';
comment on column media_sync.invocations.requested_at is 'When it was handed over; it is sent when the transaction commits.';

create index invocations_request_index on media_sync.invocations (request_id);
create index invocations_requested_at_index on media_sync.invocations (requested_at desc);

alter table media_sync.invocations enable row level security;
revoke all on media_sync.invocations from public, anon, authenticated, service_role;
grant select on media_sync.invocations to service_role;

create table media_sync.health_state (
    id boolean primary key default true check (id),
    status text not null default 'ok' check (status in ('ok', 'degraded', 'failing')),
    since timestamptz not null default clock_timestamp(),
    installed_at timestamptz not null default clock_timestamp(),
    jobs_wanted boolean not null default true,
    jobs_pending boolean not null default true,
    broadcast_pending boolean not null default true,
    broadcast_error text,
    known_rows bigint not null default 0,
    rows_lost_at timestamptz,
    lost_rows bigint not null default 0,
    settings_lost_at timestamptz,
    sampled_assets bigint not null default 0,
    sampled_backups bigint not null default 0,
    compared_at timestamptz,
    differences bigint not null default 0,
    functions jsonb not null default '{}'
);

comment on table media_sync.health_state is 'The one row of what health remembers: what was last alerted, and what the platform still lacked.';
comment on column media_sync.health_state.id is 'Always true: there is one row.';
comment on column media_sync.health_state.status is 'Overall health as last alerted.';
comment on column media_sync.health_state.since is 'When it became so.';
comment on column media_sync.health_state.installed_at is 'When Media Sync was installed: silence before that means nothing.';
comment on column media_sync.health_state.jobs_wanted is 'False: somebody took the jobs away with unschedule_media_sync(), and nothing brings them back by itself.';
comment on column media_sync.health_state.jobs_pending is 'The jobs could not be scheduled yet, or pg_cron has gone: ticks try again. False: they were in place, and what a person changes of them since stays.';
comment on column media_sync.health_state.broadcast_pending is 'Live updates could not be allowed yet, or Realtime has gone: ticks try again.';
comment on column media_sync.health_state.broadcast_error is 'Why it was refused last time.';
comment on column media_sync.health_state.known_rows is 'Rows of media_assets when the last full reconcile was complete. They never become fewer by themselves: a deleted asset keeps its row.';
comment on column media_sync.health_state.rows_lost_at is 'When rows were found to be missing, or a rebuild was asked for; null once a full reconcile that began later is complete.';
comment on column media_sync.health_state.lost_rows is 'Rows that were missing then; after the reconcile, those that did not come back.';
comment on column media_sync.health_state.sampled_assets is 'Assets of which searches told whether Cloudinary keeps a backup, the older ones fading.';
comment on column media_sync.health_state.sampled_backups is 'Those of them that have one.';
comment on column media_sync.health_state.compared_at is 'When both sides were last compared field by field (GET sync?verify=true), to the end.';
comment on column media_sync.health_state.differences is 'How many assets differed then, or were missing on a side.';
comment on column media_sync.health_state.functions is 'What each function told of its version when it last began: { "sync": { "version", "database" (the version that it found) } }.';
comment on column media_sync.health_state.settings_lost_at is 'When the row of settings was found missing and made anew with the defaults; null once somebody changes settings.';

alter table media_sync.health_state enable row level security;
revoke all on media_sync.health_state from public, anon, authenticated, service_role;
grant select on media_sync.health_state to service_role;

insert into media_sync.health_state default values;

create table media_sync.snapshots (
    taken_at timestamptz primary key default date_trunc('hour', clock_timestamp()),
    health text not null check (health in ('ok', 'degraded', 'failing')),
    figures jsonb not null
);

comment on table media_sync.snapshots is 'Hourly figures of health and size.';
comment on column media_sync.snapshots.taken_at is 'The hour.';
comment on column media_sync.snapshots.health is 'Health at that time.';
comment on column media_sync.snapshots.figures is 'Statistics, rate limit and checks at that time, and what the log told of the hour before.';

alter table media_sync.snapshots enable row level security;
revoke all on media_sync.snapshots from public, anon, authenticated, service_role;
grant select on media_sync.snapshots to service_role;
