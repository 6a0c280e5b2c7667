-- What waits to be done: look-ups, notifications, and the wake of a push.

create table media_sync.push_leases (
    media_asset_id uuid primary key references public.media_assets (id) on delete cascade,
    lease_token uuid not null,
    leased_until timestamptz not null,
    claims integer not null default 1
);

comment on table media_sync.push_leases is 'Which edited rows a worker is pushing. Not on the rows: a thousand rows of which nothing changes would be written anew, with all their indexes.';
comment on column media_sync.push_leases.media_asset_id is 'The row.';
comment on column media_sync.push_leases.lease_token is 'The worker that is pushing it.';
comment on column media_sync.push_leases.leased_until is 'When that worker loses it.';
comment on column media_sync.push_leases.claims is 'Claims by workers that have not settled it: they died, perhaps of it. From the second on it is pushed alone, after the fifth not at all.';

create index push_leases_deadly_index on media_sync.push_leases (media_asset_id) where claims >= 2;

alter table media_sync.push_leases enable row level security;
revoke all on media_sync.push_leases from public, anon, authenticated, service_role;
grant select on media_sync.push_leases to service_role;

create table media_sync.refresh_queue (
    cloud_name text not null,
    asset_id text not null,
    reason text not null,
    requested_at timestamptz not null default clock_timestamp(),
    attempts integer not null default 0,
    not_before timestamptz not null default '-infinity',
    needs_detail boolean not null default false,
    seen jsonb check (jsonb_typeof(seen) = 'object'),
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
comment on column media_sync.refresh_queue.needs_detail is 'Only the asset''s detail will do: a batched look-up tells no times of change.';
comment on column media_sync.refresh_queue.seen is 'What the search index showed of it when it was put here: where the look-up shows the same state, the facts that only searches tell are taken from this.';
comment on column media_sync.refresh_queue.lease_token is 'Worker that holds it.';
comment on column media_sync.refresh_queue.leased_until is 'When that worker loses it.';

create index refresh_queue_order_index on media_sync.refresh_queue (not_before, requested_at);

alter table media_sync.refresh_queue enable row level security;
revoke all on media_sync.refresh_queue from public, anon, authenticated, service_role;
grant select on media_sync.refresh_queue to service_role;

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

create table media_sync.wakes (
    id boolean primary key default true check (id),
    waiting_since timestamptz,
    sent_at timestamptz,
    begun_at timestamptz
);

comment on table media_sync.wakes is 'The one row about waking a push.';
comment on column media_sync.wakes.id is 'Always true: there is one row.';
comment on column media_sync.wakes.waiting_since is 'When the wake was sent that no push has answered yet; null: none waits.';
comment on column media_sync.wakes.sent_at is 'When a wake was last sent.';
comment on column media_sync.wakes.begun_at is 'When a push last began.';

alter table media_sync.wakes enable row level security;
revoke all on media_sync.wakes from public, anon, authenticated, service_role;
grant select on media_sync.wakes to service_role;

insert into media_sync.wakes default values;

create table media_sync.wake_requests (
    transaction_id xid8 primary key
);

comment on table media_sync.wake_requests is 'Transactions that will wake a push when they commit; empty between transactions.';
comment on column media_sync.wake_requests.transaction_id is 'The transaction, once however many statements it has.';

alter table media_sync.wake_requests enable row level security;
revoke all on media_sync.wake_requests from public, anon, authenticated, service_role;
grant select on media_sync.wake_requests to service_role;
