-- Schemas and extensions. `public` is what clients reach through the data API; `media_sync` holds the machinery and
-- is not exposed.

create schema media_sync;
comment on schema media_sync is
    'Machinery of Media Sync: settings, runs, queues and the functions that decide what a row becomes. Not exposed through the data API.';

revoke all on schema media_sync from public, anon, authenticated;
-- Policies are checked with the caller's rights, and so are the role functions below that they call.
grant usage on schema media_sync to anon, authenticated, service_role;
