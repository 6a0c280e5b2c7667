-- What searches of the last hour have shown already, so that a tick that finds nothing new costs one call.

create table media_sync.search_hits (
    cloud_name text not null,
    asset_id text not null,
    updated_at timestamptz not null,
    primary key (cloud_name, asset_id)
);

comment on table media_sync.search_hits is 'Assets that searches for changes have shown, as long as such a search reaches back to them.';
comment on column media_sync.search_hits.cloud_name is 'Cloudinary product environment.';
comment on column media_sync.search_hits.asset_id is 'The asset.';
comment on column media_sync.search_hits.updated_at is 'Cloudinary''s time of its latest change that a search has shown; where searches tell no times, when the asset was first shown.';

create index search_hits_updated_at_index on media_sync.search_hits (cloud_name, updated_at);

alter table media_sync.search_hits enable row level security;
revoke all on media_sync.search_hits from public, anon, authenticated, service_role;
grant select on media_sync.search_hits to service_role;
