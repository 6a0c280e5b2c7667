-- Which facts the details of assets tell in this account, as they have shown: what none of them tells is not asked for.

create table media_sync.detail_facts (
    cloud_name text not null,
    resource_type text not null,
    fact text not null,
    asked bigint not null default 0,
    told bigint not null default 0,
    primary key (cloud_name, resource_type, fact)
);

comment on table media_sync.detail_facts is 'Which facts the details of assets have told. One that twenty of them did not tell, and none did, is not asked for any more; delete its row to ask again.';
comment on column media_sync.detail_facts.cloud_name is 'Cloudinary product environment.';
comment on column media_sync.detail_facts.resource_type is 'Kind of asset.';
comment on column media_sync.detail_facts.fact is 'Column of media_assets.';
comment on column media_sync.detail_facts.asked is 'Details that were asked for because this, or something else, was not told yet.';
comment on column media_sync.detail_facts.told is 'Those of them that told it.';

alter table media_sync.detail_facts enable row level security;
revoke all on media_sync.detail_facts from public, anon, authenticated, service_role;
grant select on media_sync.detail_facts to service_role;
