-- Alerts: what of health was told, and what is still to be delivered.

create table media_sync.health_checks (
    check_name text primary key,
    status text not null check (status in ('ok', 'degraded', 'failing')),
    since timestamptz not null default clock_timestamp(),
    told_at timestamptz not null default clock_timestamp()
);

comment on table media_sync.health_checks is 'What was last told of each check of health; one that is not here was never told to be other than ok.';
comment on column media_sync.health_checks.check_name is 'The check.';
comment on column media_sync.health_checks.status is 'Its status as last told.';
comment on column media_sync.health_checks.since is 'When it became so.';
comment on column media_sync.health_checks.told_at is 'When it was last told; while it fails it is told again.';

alter table media_sync.health_checks enable row level security;
revoke all on media_sync.health_checks from public, anon, authenticated, service_role;
grant select on media_sync.health_checks to service_role;

create table media_sync.alerts (
    id bigint generated always as identity primary key,
    check_name text not null,
    body jsonb not null,
    created_at timestamptz not null default clock_timestamp(),
    attempts integer not null default 0,
    next_attempt_at timestamptz not null default '-infinity',
    request_id bigint,
    sent_at timestamptz,
    delivered_at timestamptz,
    last_error text
);

comment on table media_sync.alerts is 'Alerts in their order, kept until settings.alert_url has taken them.';
comment on column media_sync.alerts.id is 'Ascending with time.';
comment on column media_sync.alerts.check_name is 'The check that it is about; test: somebody tried whether alerts arrive.';
comment on column media_sync.alerts.body is 'What is posted: { id, at, text, check, status, previous_status, message, health }; id stays when it is sent again, at is when it arose.';
comment on column media_sync.alerts.created_at is 'When it arose.';
comment on column media_sync.alerts.attempts is 'Times it was sent.';
comment on column media_sync.alerts.next_attempt_at is 'Not sent before this time.';
comment on column media_sync.alerts.request_id is 'pg_net''s id while an answer is awaited; else null.';
comment on column media_sync.alerts.sent_at is 'When it was last sent.';
comment on column media_sync.alerts.delivered_at is 'When the receiver was found to have taken it; null: not yet.';
comment on column media_sync.alerts.last_error is 'Why it was not taken last time.';

create index alerts_waiting_index on media_sync.alerts (id) where delivered_at is null;

alter table media_sync.alerts enable row level security;
revoke all on media_sync.alerts from public, anon, authenticated, service_role;
grant select on media_sync.alerts to service_role;
