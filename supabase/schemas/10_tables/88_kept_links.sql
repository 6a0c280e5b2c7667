-- What is kept of an asset's links when its row is lost: where it is used and in which collections it stands. They are
-- nowhere but here, while the row comes back with the next reconcile, and finds them again.

create or replace function media_sync.row_id(p_cloud_name text, p_asset_id text)
returns uuid
language sql
immutable
parallel safe
set search_path = ''
as $$
    -- A UUID of version 8 (RFC 9562): 122 bits of the hash, with the version's and the variant's bits.
    select overlay(overlay(left(hash, 32) placing '8' from 13 for 1) placing 'a' from 17 for 1)::uuid
    from (select encode(sha256(convert_to(p_cloud_name || '/' || p_asset_id, 'UTF8')), 'hex') as hash) as hashed;
$$;
comment on function media_sync.row_id(text, text) is 'The key of an asset''s row: the same in every database, and again after a loss.';
revoke all on function media_sync.row_id(text, text) from public, anon, authenticated;

create table media_sync.kept_links (
    id bigint generated always as identity primary key,
    cloud_name text,
    asset_id text,
    media_asset_id uuid not null,
    public_id text,
    kind text not null check (kind in ('usage', 'collection')),
    link jsonb not null,
    kept_at timestamptz not null default clock_timestamp()
);

comment on table media_sync.kept_links is 'Usage and collection entries of assets whose rows were lost, until the asset is back.';
comment on column media_sync.kept_links.id is 'Ascending with time.';
comment on column media_sync.kept_links.cloud_name is 'Cloudinary product environment; null where the entry had lost its row without a word.';
comment on column media_sync.kept_links.asset_id is 'Cloudinary''s asset_id; null as above.';
comment on column media_sync.kept_links.media_asset_id is 'Key that the row had.';
comment on column media_sync.kept_links.public_id is 'public_id at that time, for people.';
comment on column media_sync.kept_links.kind is 'usage: a row of media_usage; collection: one of media_collection_items.';
comment on column media_sync.kept_links.link is 'That row.';
comment on column media_sync.kept_links.kept_at is 'When it lost its asset.';

create index kept_links_asset_index on media_sync.kept_links (cloud_name, asset_id);
create index kept_links_row_index on media_sync.kept_links (media_asset_id);

alter table media_sync.kept_links enable row level security;
revoke all on media_sync.kept_links from public, anon, authenticated, service_role;
grant select on media_sync.kept_links to service_role;

create or replace function media_sync.keep_links()
returns trigger
language plpgsql
-- Whoever removes a row need not be able to write what is kept of it.
security definer
set search_path = ''
as $$
begin
    -- Before the row goes, and its links with it. A deleted asset keeps its row for its history alone.
    insert into media_sync.kept_links (cloud_name, asset_id, media_asset_id, public_id, kind, link)
    select asset.cloud_name, asset.asset_id, asset.id, asset.public_id, link.kind, link.link
    from public.media_assets as asset
    cross join lateral (
        select 'usage' as kind, to_jsonb(usage) as link from public.media_usage as usage where usage.media_asset_id = asset.id
        union all
        select 'collection', to_jsonb(item) from public.media_collection_items as item where item.media_asset_id = asset.id
    ) as link
    where asset.deleted_at is null and (tg_op = 'TRUNCATE' or asset.id = old.id);
    -- Edits that had not reached Cloudinary were nowhere else: the log has them.
    insert into public.media_sync_log (
        operation, status, direction, source, media_asset_id, asset_id, public_id, resource_type, changes, error_code, error_message
    )
    select
        'update', 'error', 'push', 'client', asset.id, asset.asset_id, asset.public_id, asset.resource_type, edit.changes,
        'row_lost', 'The row was removed before this edit reached Cloudinary.'
    from public.media_assets as asset
    cross join lateral (select media_sync.changed_fields(asset.base, media_sync.editable_fields(asset)) as changes offset 0) as edit
    where asset.deleted_at is null
        and asset.sync_status <> 'synced'
        and edit.changes is not null
        and (tg_op = 'TRUNCATE' or asset.id = old.id);
    if tg_op = 'TRUNCATE' then
        return null;
    end if;
    return old;
end;
$$;
comment on function media_sync.keep_links() is 'Keeps the usage and the collections of live assets whose rows are removed, and logs edits that had not reached Cloudinary.';
revoke all on function media_sync.keep_links() from public, anon, authenticated;

create or replace trigger keep_links
    before delete on public.media_assets
    for each row
    when (old.deleted_at is null)
    execute function media_sync.keep_links();

create or replace trigger keep_links_of_all
    before truncate on public.media_assets
    for each statement execute function media_sync.keep_links();

create or replace function media_sync.forget_counts()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
    delete from media_sync.statistics;
    insert into media_sync.statistics (slot) select generate_series(0, 63);
    return null;
end;
$$;
comment on function media_sync.forget_counts() is 'No assets, no counters.';
revoke all on function media_sync.forget_counts() from public, anon, authenticated;

create or replace trigger forget_counts
    after truncate on public.media_assets
    for each statement execute function media_sync.forget_counts();

create or replace function media_sync.count_links(p_ids uuid[])
returns void
language sql
set search_path = ''
as $$
    update public.media_assets as asset
    set usage_count = counted.uses, collection_ids = counted.collections
    from (
        select
            known.id,
            (
                select count(*)::integer from public.media_usage as usage
                where usage.media_asset_id = known.id and usage.removed_at is null
            ) as uses,
            array(
                select item.collection_id from public.media_collection_items as item
                where item.media_asset_id = known.id order by item.collection_id
            ) as collections
        from public.media_assets as known
        where known.id = any (p_ids) or p_ids is null
    ) as counted
    where asset.id = counted.id
        and (asset.usage_count <> counted.uses or not asset.collection_ids @> counted.collections);
$$;
comment on function media_sync.count_links(uuid[]) is 'Counts the usage and notes the collections of assets anew; null: of all.';
revoke all on function media_sync.count_links(uuid[]) from public, anon, authenticated;

create or replace function media_sync.return_links()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
    v_ids constant uuid[] := array(select id from inserted);
begin
    if exists (select from media_sync.kept_links) then
        with found as materialized (
            select kept.id, inserted.id as row_id
            from inserted
            join media_sync.kept_links as kept on (kept.cloud_name, kept.asset_id) = (inserted.cloud_name, inserted.asset_id)
            union
            select kept.id, kept.media_asset_id from media_sync.kept_links as kept where kept.media_asset_id = any (v_ids)
        ),
        returned as (
            delete from media_sync.kept_links as kept
            using found
            where kept.id = found.id
            returning kept.kind, kept.link || jsonb_build_object('media_asset_id', found.row_id) as link
        ),
        used as (
            insert into public.media_usage
            select usage.* from returned cross join lateral jsonb_populate_record(null::public.media_usage, returned.link) as usage
            where returned.kind = 'usage'
            on conflict do nothing
        )
        insert into public.media_collection_items
        select item.*
        from returned
        cross join lateral jsonb_populate_record(null::public.media_collection_items, returned.link) as item
        where returned.kind = 'collection'
            and exists (select from public.media_collections as collection where collection.id = item.collection_id)
        on conflict do nothing;
    end if;
    -- Links that were there before their asset, as a dump may bring them: nobody has counted them.
    if exists (select from public.media_usage where media_asset_id = any (v_ids))
        or exists (select from public.media_collection_items where media_asset_id = any (v_ids))
    then
        perform media_sync.count_links(v_ids);
    end if;
    return null;
end;
$$;
comment on function media_sync.return_links() is 'Gives assets that come back their usage and their collections.';
revoke all on function media_sync.return_links() from public, anon, authenticated;

create or replace trigger return_links
    after insert on public.media_assets
    referencing new table as inserted
    for each statement execute function media_sync.return_links();
