-- Assets whose facts cannot be stored. One of them never stops the others: it is set aside here, and told.

create table media_sync.quarantine (
    cloud_name text not null,
    asset_id text not null,
    public_id text not null default '',
    resource_type text not null default '',
    reason text not null,
    since timestamptz not null default clock_timestamp(),
    seen_at timestamptz not null default clock_timestamp(),
    primary key (cloud_name, asset_id)
);

comment on table media_sync.quarantine is 'Assets that Cloudinary shows and that cannot be stored as they are. Each leaves by itself once it fits, or is gone.';
comment on column media_sync.quarantine.cloud_name is 'Cloudinary product environment.';
comment on column media_sync.quarantine.asset_id is 'The asset; where Cloudinary tells no asset_id, a text that names it.';
comment on column media_sync.quarantine.public_id is 'Its public_id as far as it can be stored, for people.';
comment on column media_sync.quarantine.resource_type is 'Its resource_type as Cloudinary tells it.';
comment on column media_sync.quarantine.reason is 'Why it cannot be stored, as a sentence.';
comment on column media_sync.quarantine.since is 'When it was set aside.';
comment on column media_sync.quarantine.seen_at is 'When Cloudinary last showed it so.';

create index quarantine_since_index on media_sync.quarantine (since desc);

alter table media_sync.quarantine enable row level security;
revoke all on media_sync.quarantine from public, anon, authenticated, service_role;
grant select on media_sync.quarantine to service_role;
