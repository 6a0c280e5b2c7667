-- What a run knows about itself: its checkpoint, one cursor per listing shard, and what it has seen.

create table media_sync.runs (
    id uuid primary key default gen_random_uuid(),
    kind text not null check (kind in ('full', 'partial', 'incremental', 'push', 'refresh', 'single')),
    status text not null default 'running' check (status in ('running', 'completed', 'blocked', 'failed')),
    cloud_name text not null,
    source text not null check (source in ('webhook', 'cron', 'api', 'client', 'console')),
    options jsonb not null default '{}',
    user_id uuid,
    expected bigint,
    synced_items bigint not null default 0,
    updated_items bigint not null default 0,
    deleted_items bigint not null default 0,
    pushed_items bigint not null default 0,
    unchanged_items bigint not null default 0,
    conflicts bigint not null default 0,
    api_calls bigint not null default 0,
    error_count bigint not null default 0,
    errors jsonb not null default '[]',
    blocked_by jsonb,
    allowed_at timestamptz,
    started_at timestamptz not null default clock_timestamp(),
    touched_at timestamptz not null default clock_timestamp(),
    finished_at timestamptz
);

comment on table media_sync.runs is 'One row per run of a sync; its cursors are its checkpoint.';
comment on column media_sync.runs.id is 'Key; run_id in every answer and log row.';
comment on column media_sync.runs.kind is 'full: reconcile; partial: a reconcile of one resource_type or folder; incremental: changes since the last pull; push: local edits; refresh: queued look-ups; single: one asset.';
comment on column media_sync.runs.status is 'running, completed, blocked (the delete guard stopped it before any write) or failed.';
comment on column media_sync.runs.cloud_name is 'Cloudinary product environment.';
comment on column media_sync.runs.source is 'What started it.';
comment on column media_sync.runs.options is 'What was asked for: resource_type, folder, batch_size, force, dry_run.';
comment on column media_sync.runs.user_id is 'User who asked for it, if one did.';
comment on column media_sync.runs.expected is 'Assets expected, for progress; null when unknown.';
comment on column media_sync.runs.synced_items is 'Assets new here.';
comment on column media_sync.runs.updated_items is 'Rows changed by what Cloudinary told.';
comment on column media_sync.runs.deleted_items is 'Assets found gone in Cloudinary, or destroyed there.';
comment on column media_sync.runs.pushed_items is 'Assets whose edits reached Cloudinary.';
comment on column media_sync.runs.unchanged_items is 'Assets found equal.';
comment on column media_sync.runs.conflicts is 'Values changed on both sides.';
comment on column media_sync.runs.api_calls is 'Cloudinary calls made.';
comment on column media_sync.runs.error_count is 'Errors met.';
comment on column media_sync.runs.errors is 'The first 50 errors: { public_id, code, message }.';
comment on column media_sync.runs.blocked_by is 'Why the delete guard stopped it: { missing, live, limit_percent, minimum }.';
comment on column media_sync.runs.allowed_at is 'When someone allowed this blocked run''s deletions, once.';
comment on column media_sync.runs.started_at is 'When it started.';
comment on column media_sync.runs.touched_at is 'When it last made progress.';
comment on column media_sync.runs.finished_at is 'When it ended; null while running.';

create index runs_started_at_index on media_sync.runs (started_at desc);
-- At most one open run of a kind per library: ticks that overlap join it.
create unique index runs_open_index on media_sync.runs (cloud_name, kind) where status = 'running' and kind in ('full', 'incremental');

alter table media_sync.runs enable row level security;
revoke all on media_sync.runs from public, anon, authenticated, service_role;
grant select on media_sync.runs to service_role;

create table media_sync.run_cursors (
    run_id uuid not null references media_sync.runs (id) on delete cascade,
    shard text not null,
    resource_type text check (resource_type in ('image', 'video', 'raw')),
    type text,
    created_from timestamptz,
    created_until timestamptz,
    cursor text,
    status text not null default 'pending' check (status in ('pending', 'completed')),
    pages integer not null default 0,
    seen bigint not null default 0,
    synced_items bigint not null default 0,
    updated_items bigint not null default 0,
    unchanged_items bigint not null default 0,
    conflicts bigint not null default 0,
    restarts integer not null default 0,
    lease_token uuid,
    leased_until timestamptz,
    primary key (run_id, shard)
);

comment on table media_sync.run_cursors is 'Checkpoint of a run: one row per shard of the listing.';
comment on column media_sync.run_cursors.run_id is 'The run.';
comment on column media_sync.run_cursors.shard is 'Name of the shard within the run.';
comment on column media_sync.run_cursors.resource_type is 'resource_type that it lists; null for the search of an incremental pull, which finds all.';
comment on column media_sync.run_cursors.type is 'Delivery type that it lists; null lists all of them.';
comment on column media_sync.run_cursors.created_from is 'Lists assets created at or after this; null: no lower bound.';
comment on column media_sync.run_cursors.created_until is 'Lists assets created before this; null: no upper bound.';
comment on column media_sync.run_cursors.cursor is 'next_cursor of the last page that is stored; null before the first page.';
comment on column media_sync.run_cursors.status is 'completed once the listing reached its end.';
comment on column media_sync.run_cursors.pages is 'Pages stored.';
comment on column media_sync.run_cursors.seen is 'Assets listed.';
comment on column media_sync.run_cursors.synced_items is 'Assets new here.';
comment on column media_sync.run_cursors.updated_items is 'Rows changed.';
comment on column media_sync.run_cursors.unchanged_items is 'Assets found equal.';
comment on column media_sync.run_cursors.conflicts is 'Values changed on both sides.';
comment on column media_sync.run_cursors.restarts is 'Times that an expired cursor sent it back to the start.';
comment on column media_sync.run_cursors.lease_token is 'Worker that holds it.';
comment on column media_sync.run_cursors.leased_until is 'When that worker loses it, unless a page renews it.';

alter table media_sync.run_cursors enable row level security;
revoke all on media_sync.run_cursors from public, anon, authenticated, service_role;
grant select on media_sync.run_cursors to service_role;

create table media_sync.run_pages (
    run_id uuid not null,
    shard text not null,
    page integer not null,
    asset_ids text[] not null,
    primary key (run_id, shard, page),
    foreign key (run_id, shard) references media_sync.run_cursors (run_id, shard) on delete cascade
);

comment on table media_sync.run_pages is 'Which assets an unfinished run has listed, a page a row; the sweep looks for those missing here. Emptied when the run ends.';
comment on column media_sync.run_pages.run_id is 'The run.';
comment on column media_sync.run_pages.shard is 'The shard.';
comment on column media_sync.run_pages.page is 'Number of the page within the shard.';
comment on column media_sync.run_pages.asset_ids is 'asset_ids on the page.';

alter table media_sync.run_pages enable row level security;
revoke all on media_sync.run_pages from public, anon, authenticated, service_role;
grant select on media_sync.run_pages to service_role;

create table media_sync.refresh_queue (
    cloud_name text not null,
    asset_id text not null,
    reason text not null,
    requested_at timestamptz not null default clock_timestamp(),
    attempts integer not null default 0,
    not_before timestamptz not null default '-infinity',
    lease_token uuid,
    leased_until timestamptz,
    primary key (cloud_name, asset_id)
);

comment on table media_sync.refresh_queue is 'Assets whose true state must be fetched from Cloudinary.';
comment on column media_sync.refresh_queue.cloud_name is 'Cloudinary product environment.';
comment on column media_sync.refresh_queue.asset_id is 'The asset.';
comment on column media_sync.refresh_queue.reason is 'What put it here, for people.';
comment on column media_sync.refresh_queue.requested_at is 'When it was last asked for; only an answer to a request that began later settles it.';
comment on column media_sync.refresh_queue.attempts is 'Failed look-ups.';
comment on column media_sync.refresh_queue.not_before is 'Not looked up before this time.';
comment on column media_sync.refresh_queue.lease_token is 'Worker that holds it.';
comment on column media_sync.refresh_queue.leased_until is 'When that worker loses it.';

create index refresh_queue_order_index on media_sync.refresh_queue (not_before, requested_at);

alter table media_sync.refresh_queue enable row level security;
revoke all on media_sync.refresh_queue from public, anon, authenticated, service_role;
grant select on media_sync.refresh_queue to service_role;

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

create table media_sync.webhook_events (
    id bigint generated always as identity primary key,
    dedup_key text not null unique,
    notification_type text not null,
    body text not null,
    triggered_at timestamptz,
    signature_key text,
    result text not null default 'stored' check (result in ('applied', 'stored', 'ignored', 'stale', 'failed')),
    error_message text,
    deliveries integer not null default 1,
    received_at timestamptz not null default clock_timestamp(),
    applied_at timestamptz
);

comment on table media_sync.webhook_events is 'The inbox: every verified notification, stored before it is applied.';
comment on column media_sync.webhook_events.id is 'Key, in order of arrival.';
comment on column media_sync.webhook_events.dedup_key is 'SHA-256 of the raw body: copies of one notification share it.';
comment on column media_sync.webhook_events.notification_type is 'Cloudinary''s notification_type.';
comment on column media_sync.webhook_events.body is 'The raw body.';
comment on column media_sync.webhook_events.triggered_at is 'When the change happened, as Cloudinary tells it.';
comment on column media_sync.webhook_events.signature_key is 'Name of the API key that signed it; no secret.';
comment on column media_sync.webhook_events.result is 'What became of it.';
comment on column media_sync.webhook_events.error_message is 'Why it failed.';
comment on column media_sync.webhook_events.deliveries is 'Times it was delivered.';
comment on column media_sync.webhook_events.received_at is 'When it first came.';
comment on column media_sync.webhook_events.applied_at is 'When it was last applied.';

create index webhook_events_received_at_index on media_sync.webhook_events (received_at desc);

alter table media_sync.webhook_events enable row level security;
revoke all on media_sync.webhook_events from public, anon, authenticated, service_role;
grant select on media_sync.webhook_events to service_role;

create table media_sync.snapshots (
    taken_at timestamptz primary key default date_trunc('hour', clock_timestamp()),
    health text not null check (health in ('ok', 'degraded', 'failing')),
    figures jsonb not null
);

comment on table media_sync.snapshots is 'Hourly figures of health and size.';
comment on column media_sync.snapshots.taken_at is 'The hour.';
comment on column media_sync.snapshots.health is 'Health at that time.';
comment on column media_sync.snapshots.figures is 'Statistics, rate limit and checks at that time.';

alter table media_sync.snapshots enable row level security;
revoke all on media_sync.snapshots from public, anon, authenticated, service_role;
grant select on media_sync.snapshots to service_role;
