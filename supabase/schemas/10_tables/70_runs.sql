-- What a run knows about itself: its checkpoint, one cursor per listing shard, and what it has seen.

create table media_sync.runs (
    id uuid primary key default gen_random_uuid(),
    kind text not null check (kind in ('full', 'partial', 'incremental', 'push', 'refresh', 'single', 'scope', 'facts')),
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
    erring_since timestamptz,
    finished_at timestamptz
);

comment on table media_sync.runs is 'One row per run of a sync; its cursors are its checkpoint.';
comment on column media_sync.runs.id is 'Key; run_id in every answer and log row.';
comment on column media_sync.runs.kind is 'full: reconcile; partial: a reconcile of one resource_type or folder; incremental: changes since the last pull; push: local edits; refresh: queued look-ups; single: one asset; scope: a change of include_folders that waits to be allowed; facts: what listings do not tell.';
comment on column media_sync.runs.status is 'running, completed, blocked (the delete guard stopped it before any write) or failed.';
comment on column media_sync.runs.cloud_name is 'Cloudinary product environment.';
comment on column media_sync.runs.source is 'What started it.';
comment on column media_sync.runs.options is 'What was asked for: resource_type, folder, batch_size, force, dry_run.';
comment on column media_sync.runs.user_id is 'User who asked for it, if one did.';
comment on column media_sync.runs.expected is 'Assets expected, for progress; null when unknown.';
comment on column media_sync.runs.synced_items is 'Assets new here.';
comment on column media_sync.runs.updated_items is 'Rows changed by what Cloudinary told.';
comment on column media_sync.runs.deleted_items is 'Assets found absent from Cloudinary, or destroyed there.';
comment on column media_sync.runs.pushed_items is 'Assets whose edits reached Cloudinary.';
comment on column media_sync.runs.unchanged_items is 'Assets found equal.';
comment on column media_sync.runs.conflicts is 'Values changed on both sides.';
comment on column media_sync.runs.api_calls is 'Cloudinary calls made.';
comment on column media_sync.runs.error_count is 'Errors met.';
comment on column media_sync.runs.errors is 'The first 50 errors: { public_id, code, message }.';
comment on column media_sync.runs.blocked_by is 'Why the delete guard stopped it: { reason, absent, live, limit_percent, minimum }.';
comment on column media_sync.runs.allowed_at is 'When someone allowed this blocked run''s deletions, once.';
comment on column media_sync.runs.started_at is 'When it started.';
comment on column media_sync.runs.touched_at is 'When it last made progress.';
comment on column media_sync.runs.erring_since is 'Its first error since it last got on; null while it does.';
comment on column media_sync.runs.finished_at is 'When it ended; null while running.';

create index runs_started_at_index on media_sync.runs (started_at desc);
-- At most one open run of a kind per library: ticks that overlap join it.
create unique index runs_open_index on media_sync.runs (cloud_name, kind) where status = 'running' and kind in ('full', 'incremental', 'facts');

alter table media_sync.runs enable row level security;
revoke all on media_sync.runs from public, anon, authenticated, service_role;
grant select on media_sync.runs to service_role;

create index runs_ended_index on media_sync.runs (kind, status, cloud_name, started_at) where status <> 'running';

create index runs_running_index on media_sync.runs (started_at) where status = 'running';

create index runs_unsettled_index on media_sync.runs (started_at desc) where status in ('blocked', 'failed');

create index runs_blocked_index on media_sync.runs (cloud_name, started_at desc) where status = 'blocked';

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
comment on column media_sync.run_cursors.created_from is 'Lists assets created at or after this; null: no lower bound. A run of kind facts moves it on.';
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
    media_asset_ids uuid[] not null,
    observed_at timestamptz not null,
    primary key (run_id, shard, page),
    foreign key (run_id, shard) references media_sync.run_cursors (run_id, shard) on delete cascade
);

comment on table media_sync.run_pages is 'Which assets an unfinished run has listed, a page a row; the sweep looks for those absent here. Emptied when the run ends.';
comment on column media_sync.run_pages.run_id is 'The run.';
comment on column media_sync.run_pages.shard is 'The shard.';
comment on column media_sync.run_pages.page is 'Number of the page within the shard.';
comment on column media_sync.run_pages.media_asset_ids is 'Rows of the assets on the page.';
comment on column media_sync.run_pages.observed_at is 'Database time at which the page was asked for.';

alter table media_sync.run_pages enable row level security;
revoke all on media_sync.run_pages from public, anon, authenticated, service_role;
grant select on media_sync.run_pages to service_role;

create table media_sync.run_absences (
    run_id uuid not null references media_sync.runs (id) on delete cascade,
    asset_id text not null,
    primary key (run_id, asset_id)
);

comment on table media_sync.run_absences is 'Assets that a completed listing did not show and that are still to be looked up.';
comment on column media_sync.run_absences.run_id is 'The run.';
comment on column media_sync.run_absences.asset_id is 'The asset.';

alter table media_sync.run_absences enable row level security;
revoke all on media_sync.run_absences from public, anon, authenticated, service_role;
grant select on media_sync.run_absences to service_role;
