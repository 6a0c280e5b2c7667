-- Collections: nested, ordered groups of assets. A public one is what anyone may see.

create table public.media_collections (
    id uuid primary key default gen_random_uuid(),
    parent_id uuid references public.media_collections (id) on delete set null check (parent_id <> id),
    slug text not null unique
        check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$')
        -- Collections are asked for by slug or id: a slug must not pass for another's id.
        check (slug !~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'),
    name text not null check (name <> ''),
    description text,
    is_public boolean not null default false,
    position integer not null default 0,
    created_by uuid default auth.uid(),
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);

comment on table public.media_collections is 'Named groups of assets; nested through parent_id.';
comment on column public.media_collections.id is 'Key.';
comment on column public.media_collections.parent_id is 'Collection that this one stands in; null at the top.';
comment on column public.media_collections.slug is 'Name in URLs: lower-case letters, digits and hyphens; not the form of an id.';
comment on column public.media_collections.name is 'Name for people.';
comment on column public.media_collections.description is 'What it is for.';
comment on column public.media_collections.is_public is 'True: anyone may read its live assets.';
comment on column public.media_collections.position is 'Order among its siblings.';
comment on column public.media_collections.created_by is 'User who made it.';
comment on column public.media_collections.created_at is 'When it was made.';
comment on column public.media_collections.updated_at is 'When it last changed.';

create index media_collections_parent_index on public.media_collections (parent_id, position);
create index media_collections_public_index on public.media_collections (id) where is_public;

alter table public.media_collections enable row level security;
revoke all on public.media_collections from public, anon, authenticated, service_role;
-- is_public is what the policies of items ask for.
grant select (id, slug, name, position, is_public) on public.media_collections to anon;
-- Who made it, and when, is written by the defaults from the caller's token.
grant select, delete on public.media_collections to authenticated;
grant insert (parent_id, slug, name, description, is_public, position) on public.media_collections to authenticated;
grant update (parent_id, slug, name, description, is_public, position) on public.media_collections to authenticated;
grant select, insert, update, delete on public.media_collections to service_role;

create policy "Anyone reads public collections"
    on public.media_collections for select to anon
    using (is_public);
create policy "Viewers read collections"
    on public.media_collections for select to authenticated
    using ((select media_sync.is_viewer()));
create policy "Editors make collections"
    on public.media_collections for insert to authenticated
    with check ((select media_sync.is_editor()));
create policy "Editors change collections"
    on public.media_collections for update to authenticated
    using ((select media_sync.is_editor()))
    with check ((select media_sync.is_editor()));
create policy "Editors delete collections"
    on public.media_collections for delete to authenticated
    using ((select media_sync.is_editor()));

create or replace trigger touch_updated_at
    before update on public.media_collections
    for each row
    when (new is distinct from old)
    execute function media_sync.touch_updated_at();

create or replace function media_sync.refuse_collection_cycle()
returns trigger
language plpgsql
-- Editors see every collection, but the check must not depend on what its caller sees.
security definer
set search_path = ''
as $$
begin
    -- Two transactions that nest two collections in each other would not see each other's change.
    perform pg_advisory_xact_lock(hashtextextended('media_sync.collections', 0));
    if exists (
        with recursive above as (
            select id, parent_id from public.media_collections where id = new.parent_id
            union
            select parent.id, parent.parent_id
            from public.media_collections as parent
            join above on parent.id = above.parent_id
        )
        select from above where new.id in (id, parent_id)
    ) then
        raise exception 'A collection cannot stand inside itself.' using errcode = 'check_violation';
    end if;
    return new;
end;
$$;
comment on function media_sync.refuse_collection_cycle() is 'Keeps the nesting of collections a tree.';
revoke all on function media_sync.refuse_collection_cycle() from public, anon, authenticated;

create or replace trigger refuse_collection_cycle
    -- On insert too: one statement may bring two collections that name each other.
    before insert or update of id, parent_id on public.media_collections
    for each row
    when (new.parent_id is not null)
    execute function media_sync.refuse_collection_cycle();

create table public.media_collection_items (
    collection_id uuid not null references public.media_collections (id) on delete cascade,
    media_asset_id uuid not null references public.media_assets (id) on delete cascade,
    position integer not null default 0,
    added_by uuid default auth.uid(),
    added_at timestamptz not null default now(),
    primary key (collection_id, media_asset_id)
);

comment on table public.media_collection_items is 'Assets of a collection, in order.';
comment on column public.media_collection_items.collection_id is 'The collection.';
comment on column public.media_collection_items.media_asset_id is 'The asset.';
comment on column public.media_collection_items.position is 'Order within the collection.';
comment on column public.media_collection_items.added_by is 'User who added it.';
comment on column public.media_collection_items.added_at is 'When it was added.';

create index media_collection_items_asset_index on public.media_collection_items (media_asset_id, collection_id);
create index media_collection_items_position_index on public.media_collection_items (collection_id, position);

alter table public.media_collection_items enable row level security;
revoke all on public.media_collection_items from public, anon, authenticated, service_role;
grant select (collection_id, media_asset_id, position) on public.media_collection_items to anon;
-- Who added it, and when, is written by default and trigger from the caller's token.
grant select, delete on public.media_collection_items to authenticated;
grant insert (collection_id, media_asset_id, position) on public.media_collection_items to authenticated;
grant update (collection_id, media_asset_id, position) on public.media_collection_items to authenticated;
grant select, insert, update, delete on public.media_collection_items to service_role;

create or replace function media_sync.public_asset_ids()
returns setof uuid
language sql
stable
-- The policies of items and of assets would otherwise ask for each other without end.
security definer
set search_path = ''
as $$
    select item.media_asset_id
    from public.media_collection_items as item
    join public.media_collections as collection on collection.id = item.collection_id
    join public.media_assets as asset on asset.id = item.media_asset_id
    where collection.is_public and asset.in_scope and asset.deleted_at is null;
$$;
comment on function media_sync.public_asset_ids() is 'The live assets in scope that stand in a public collection: what anyone may see.';
revoke all on function media_sync.public_asset_ids() from public, anon, authenticated;
grant execute on function media_sync.public_asset_ids() to anon, authenticated, service_role;

create policy "Anyone reads live items of public collections"
    on public.media_collection_items for select to anon
    using (
        collection_id in (select id from public.media_collections where is_public)
        and media_asset_id in (select media_sync.public_asset_ids())
    );
create policy "Viewers read items whose assets they see"
    on public.media_collection_items for select to authenticated
    using (
        (select media_sync.is_viewer())
        and exists (select from public.media_assets as asset where asset.id = media_collection_items.media_asset_id)
    );
create policy "Editors add collection items whose assets they see"
    on public.media_collection_items for insert to authenticated
    with check (
        (select media_sync.is_editor())
        and exists (select from public.media_assets as asset where asset.id = media_collection_items.media_asset_id)
    );
create policy "Editors change collection items whose assets they see"
    on public.media_collection_items for update to authenticated
    using (
        (select media_sync.is_editor())
        and exists (select from public.media_assets as asset where asset.id = media_collection_items.media_asset_id)
    );
create policy "Editors remove collection items whose assets they see"
    on public.media_collection_items for delete to authenticated
    using (
        (select media_sync.is_editor())
        and exists (select from public.media_assets as asset where asset.id = media_collection_items.media_asset_id)
    );

create or replace function media_sync.sign_collection_item()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
    new.added_by := auth.uid();
    new.added_at := clock_timestamp();
    return new;
end;
$$;
comment on function media_sync.sign_collection_item() is 'An item that shows another asset, or stands elsewhere, was added by whoever changed it.';
revoke all on function media_sync.sign_collection_item() from public, anon, authenticated;

create or replace trigger sign_collection_item
    before update on public.media_collection_items
    for each row
    when ((new.collection_id, new.media_asset_id) is distinct from (old.collection_id, old.media_asset_id))
    execute function media_sync.sign_collection_item();

create or replace function media_sync.note_collections()
returns trigger
language plpgsql
-- Editors may write items but not this column of the asset.
security definer
set search_path = ''
as $$
declare
    -- What is noted stays noted: these need not be locked.
    v_ids constant uuid[] := array(
        select distinct asset.id
        from added
        join public.media_assets as asset on asset.id = added.media_asset_id
        where not added.collection_id = any (asset.collection_ids)
    );
begin
    if v_ids = '{}' then
        return null;
    end if;
    perform media_sync.lock_assets(v_ids);
    update public.media_assets as asset
    set collection_ids = asset.collection_ids || array(
        select added.collection_id from added
        where added.media_asset_id = asset.id and not added.collection_id = any (asset.collection_ids)
        order by added.collection_id
    )
    where asset.id = any (v_ids);
    return null;
end;
$$;
comment on function media_sync.note_collections() is
    'Notes on assets the collections to which they were added. One that an asset leaves may stay noted: to take a collection of 100,000 away writes none of them.';
revoke all on function media_sync.note_collections() from public, anon, authenticated;

create or replace trigger note_collections_on_insert
    after insert on public.media_collection_items
    referencing new table as added
    for each statement execute function media_sync.note_collections();

create or replace trigger note_collections_on_update
    after update on public.media_collection_items
    referencing new table as added
    for each statement execute function media_sync.note_collections();

-- Anyone sees the assets of public collections, and of those only what a page needs to show them.
grant select (
    id, cloud_name, asset_id, public_id, resource_type, type, format, version, bytes, width, height, duration, pages,
    url, secure_url, original_filename, folder, display_name, tags, context, created_at, updated_at, deleted_at, in_scope,
    search_text
) on public.media_assets to anon;

create policy "Anyone reads live assets of public collections"
    on public.media_assets for select to anon
    using (in_scope and deleted_at is null and id in (select media_sync.public_asset_ids()));
