-- What an installation did: which migrations this database has, whoever applied them, and what came along with them.

create table media_sync.migrations (
    version text primary key,
    name text not null,
    schema_digest text not null,
    applied_at timestamptz not null default clock_timestamp()
);

comment on table media_sync.migrations is 'The migrations of Media Sync that this database has. Each notes itself, so that it makes no difference who applies it; the project''s own record is left alone.';
comment on column media_sync.migrations.version is 'The number in the name of the file, as Media Sync ships it.';
comment on column media_sync.migrations.name is 'Its topic.';
comment on column media_sync.migrations.schema_digest is 'media_sync.schema_digest() after it: tells states between two releases apart.';
comment on column media_sync.migrations.applied_at is 'When it was applied.';

alter table media_sync.migrations enable row level security;
revoke all on media_sync.migrations from public, anon, authenticated, service_role;
grant select on media_sync.migrations to service_role;

create table media_sync.brought_along (
    kind text not null check (kind in ('schema', 'extension', 'function', 'secret')),
    name text not null,
    noted_at timestamptz not null default clock_timestamp(),
    primary key (kind, name)
);

comment on table media_sync.brought_along is 'What the installation added to the project beside its own schema and its names in public: what is listed here goes with it, and nothing else.';
comment on column media_sync.brought_along.kind is 'schema, extension, function (an Edge Function) or secret (a variable of the Edge Functions).';
comment on column media_sync.brought_along.name is 'Its name.';
comment on column media_sync.brought_along.noted_at is 'When it was added.';

alter table media_sync.brought_along enable row level security;
revoke all on media_sync.brought_along from public, anon, authenticated, service_role;
grant select on media_sync.brought_along to service_role;
