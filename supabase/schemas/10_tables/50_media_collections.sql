-- Collections: nested, ordered groups of assets. A public one is what anyone may see.

create table public.media_collections (
    id uuid primary key default gen_random_uuid(),
    parent_id uuid references public.media_collections (id) on delete set null check (parent_id <> id),
    slug text not null unique check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
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
comment on column public.media_collections.slug is 'Name in URLs: lower-case letters, digits and hyphens.';
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
grant select on public.media_collections to anon;
grant select, insert, update, delete on public.media_collections to authenticated, service_role;

create policy "Anyone reads public collections"
    on public.media_collections for select to anon
    using (is_public);
create policy "Signed-in users read collections"
    on public.media_collections for select to authenticated
    using (true);
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
    if exists (
        with recursive above as (
            select id, parent_id from public.media_collections where id = new.parent_id
            union
            select parent.id, parent.parent_id
            from public.media_collections as parent
            join above on parent.id = above.parent_id
        )
        select from above where id = new.id
    ) then
        raise exception 'A collection cannot stand inside itself.' using errcode = 'check_violation';
    end if;
    return new;
end;
$$;
comment on function media_sync.refuse_collection_cycle() is 'Keeps the nesting of collections a tree.';
revoke all on function media_sync.refuse_collection_cycle() from public, anon, authenticated;

create or replace trigger refuse_collection_cycle
    before update of parent_id on public.media_collections
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
grant select on public.media_collection_items to anon;
grant select, insert, update, delete on public.media_collection_items to authenticated, service_role;

create policy "Anyone reads items of public collections"
    on public.media_collection_items for select to anon
    using (collection_id in (select id from public.media_collections where is_public));
create policy "Signed-in users read collection items"
    on public.media_collection_items for select to authenticated
    using (true);
create policy "Editors add collection items"
    on public.media_collection_items for insert to authenticated
    with check ((select media_sync.is_editor()));
create policy "Editors change collection items"
    on public.media_collection_items for update to authenticated
    using ((select media_sync.is_editor()))
    with check ((select media_sync.is_editor()));
create policy "Editors remove collection items"
    on public.media_collection_items for delete to authenticated
    using ((select media_sync.is_editor()));

-- Anyone sees the assets of public collections, and of those only what a page needs to show them.
grant select (
    id, cloud_name, asset_id, public_id, resource_type, type, format, version, bytes, width, height, duration, pages,
    url, secure_url, original_filename, folder, display_name, tags, context, created_at, updated_at, deleted_at, in_scope,
    search_text
) on public.media_assets to anon;

create policy "Anyone reads live assets of public collections"
    on public.media_assets for select to anon
    using (
        in_scope
        and deleted_at is null
        and id in (
            select item.media_asset_id
            from public.media_collection_items as item
            join public.media_collections as collection on collection.id = item.collection_id
            where collection.is_public
        )
    );
