-- The audit trail: every operation on either side, who caused it and how it ended.

create table public.media_sync_log (
    id bigint generated always as identity primary key,
    operation text not null check (operation in (
        'upload', 'update', 'rename', 'move', 'delete', 'restore', 'conflict', 'resolve', 'run', 'event', 'settings', 'cleanup',
        'quarantine', 'repair'
    )),
    status text not null check (status in ('success', 'error', 'conflict', 'skipped', 'stale')),
    direction text check (direction in ('pull', 'push')),
    source text not null check (source in ('webhook', 'cron', 'api', 'client', 'console')),
    media_asset_id uuid,
    asset_id text,
    public_id text,
    resource_type text,
    changes jsonb,
    error_code text,
    error_message text,
    run_id uuid,
    user_id uuid,
    processing_time_ms double precision,
    resolved_at timestamptz,
    created_at timestamptz not null default now()
);

comment on table public.media_sync_log is 'The audit trail: one row per operation. Trimmed by cleanup_old_sync_logs().';
comment on column public.media_sync_log.id is 'Ascending with time of writing.';
comment on column public.media_sync_log.operation is 'What was done: upload, update, rename, move, delete, restore, conflict, resolve, run, event, settings, cleanup, quarantine or repair.';
comment on column public.media_sync_log.status is 'success, error, conflict, skipped (nothing to do) or stale (overtaken by a newer state).';
comment on column public.media_sync_log.direction is 'pull: from Cloudinary; push: to Cloudinary.';
comment on column public.media_sync_log.source is 'What set it off: webhook, cron, api, client or console.';
comment on column public.media_sync_log.media_asset_id is 'Row of media_assets. No foreign key: the trail outlives the row.';
comment on column public.media_sync_log.asset_id is 'Cloudinary''s asset_id.';
comment on column public.media_sync_log.public_id is 'public_id at that time.';
comment on column public.media_sync_log.resource_type is 'resource_type of the asset.';
comment on column public.media_sync_log.changes is 'Field to { from, to }; for conflicts field to { base, database, cloudinary, kept }.';
comment on column public.media_sync_log.error_code is 'Stable slug of the error.';
comment on column public.media_sync_log.error_message is 'Sentence for people; never holds a secret.';
comment on column public.media_sync_log.run_id is 'Run that did it. No foreign key: the trail outlives the run.';
comment on column public.media_sync_log.user_id is 'User who caused it, if one did.';
comment on column public.media_sync_log.processing_time_ms is 'Milliseconds it took; for an asset of a page its share of the page.';
comment on column public.media_sync_log.resolved_at is 'For conflicts: when it was decided; null with status conflict means open.';
comment on column public.media_sync_log.created_at is 'When it happened.';

create index media_sync_log_created_at_index on public.media_sync_log (created_at desc) include (operation, status, processing_time_ms);
create index media_sync_log_problem_index on public.media_sync_log (status, created_at desc) where status in ('error', 'conflict');
create index media_sync_log_asset_index on public.media_sync_log (asset_id, created_at desc);
create index media_sync_log_run_index on public.media_sync_log (run_id) where run_id is not null;

alter table public.media_sync_log enable row level security;
revoke all on public.media_sync_log from public, anon, authenticated, service_role;
grant select on public.media_sync_log to authenticated;
-- Written by functions alone: not even a secret key changes what the trail says. Its sequence is nobody's: older projects
-- grant every new one to all API roles.
grant select on public.media_sync_log to service_role;
revoke all on sequence public.media_sync_log_id_seq from public, anon, authenticated, service_role;

create policy "Admins read the log"
    on public.media_sync_log for select to authenticated
    using ((select media_sync.is_admin()));
