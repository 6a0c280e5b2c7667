-- Where assets are used. An asset in use is not deleted without force.

create table public.media_usage (
    id uuid primary key default gen_random_uuid(),
    media_asset_id uuid not null references public.media_assets (id) on delete cascade,
    usage_type text not null,
    reference_table text not null,
    reference_id text not null,
    field text not null default '',
    position integer not null default 0,
    created_by uuid default auth.uid(),
    created_at timestamptz not null default now(),
    removed_at timestamptz
);

comment on table public.media_usage is 'Where assets are used: one row per place. Set removed_at when the use ends; the row stays as history.';
comment on column public.media_usage.id is 'Key.';
comment on column public.media_usage.media_asset_id is 'The asset in use.';
comment on column public.media_usage.usage_type is 'Kind of use, in the app''s own words: cover, gallery, avatar, …';
comment on column public.media_usage.reference_table is 'Table of the row that uses the asset.';
comment on column public.media_usage.reference_id is 'Key of that row.';
comment on column public.media_usage.field is 'Column or path within that row.';
comment on column public.media_usage.position is 'Order among the assets of that place.';
comment on column public.media_usage.created_by is 'User who recorded the use.';
comment on column public.media_usage.created_at is 'Since when.';
comment on column public.media_usage.removed_at is 'When the use ended; null while in use.';

-- One live row per place makes recording a use idempotent.
create unique index media_usage_live_index
    on public.media_usage (media_asset_id, usage_type, reference_table, reference_id, field)
    where removed_at is null;
create index media_usage_asset_index on public.media_usage (media_asset_id);
create index media_usage_reference_index on public.media_usage (reference_table, reference_id);

alter table public.media_usage enable row level security;
revoke all on public.media_usage from public, anon, authenticated, service_role;
-- Who recorded a use, and when, is written by default and trigger from the caller's token.
grant select, delete on public.media_usage to authenticated;
grant insert (media_asset_id, usage_type, reference_table, reference_id, field, position) on public.media_usage to authenticated;
grant update (media_asset_id, usage_type, reference_table, reference_id, field, position, removed_at)
    on public.media_usage to authenticated;
grant select, insert, update, delete on public.media_usage to service_role;

create policy "Viewers read the usage of assets that they see"
    on public.media_usage for select to authenticated
    using (
        (select media_sync.is_viewer())
        and exists (select from public.media_assets as asset where asset.id = media_usage.media_asset_id)
    );
create policy "Editors record usage of assets that they see"
    on public.media_usage for insert to authenticated
    with check (
        (select media_sync.is_editor())
        and exists (select from public.media_assets as asset where asset.id = media_usage.media_asset_id)
    );
create policy "Editors change usage of assets that they see"
    on public.media_usage for update to authenticated
    using (
        (select media_sync.is_editor())
        and exists (select from public.media_assets as asset where asset.id = media_usage.media_asset_id)
    )
    with check (
        (select media_sync.is_editor())
        and exists (select from public.media_assets as asset where asset.id = media_usage.media_asset_id)
    );
create policy "Editors delete usage of assets that they see"
    on public.media_usage for delete to authenticated
    using (
        (select media_sync.is_editor())
        and exists (select from public.media_assets as asset where asset.id = media_usage.media_asset_id)
    );

create or replace function media_sync.sign_usage()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
    new.created_by := auth.uid();
    new.created_at := clock_timestamp();
    return new;
end;
$$;
comment on function media_sync.sign_usage() is 'A use that moved to another place or asset was recorded by whoever moved it.';
revoke all on function media_sync.sign_usage() from public, anon, authenticated;

create or replace trigger sign_usage
    before update on public.media_usage
    for each row
    when (
        (new.media_asset_id, new.usage_type, new.reference_table, new.reference_id, new.field)
            is distinct from (old.media_asset_id, old.usage_type, old.reference_table, old.reference_id, old.field)
    )
    execute function media_sync.sign_usage();

create or replace function media_sync.count_usage()
returns trigger
language plpgsql
-- Editors may write usage but not the counter on the asset.
security definer
set search_path = ''
as $$
declare
    v_ids uuid[];
    v_changes integer[];
begin
    -- A transition table exists only for its own kind of statement, hence the text.
    execute format(
        $query$
            select array_agg(media_asset_id), array_agg(change)
            from (
                select media_asset_id, sum(sign)::integer as change
                from (%s) as uses
                where removed_at is null
                group by 1
                having sum(sign) <> 0
            ) as changes
        $query$,
        case tg_op
            when 'INSERT' then 'select 1 as sign, media_asset_id, removed_at from inserted'
            when 'DELETE' then 'select -1 as sign, media_asset_id, removed_at from deleted'
            else 'select 1 as sign, media_asset_id, removed_at from inserted
                union all select -1, media_asset_id, removed_at from deleted'
        end
    ) into v_ids, v_changes;
    perform media_sync.lock_assets(v_ids);
    update public.media_assets as asset
    set usage_count = asset.usage_count + delta.change
    from unnest(v_ids, v_changes) as delta (id, change)
    where asset.id = delta.id;
    return null;
end;
$$;
comment on function media_sync.count_usage() is 'Keeps media_assets.usage_count equal to the number of live usage rows.';
revoke all on function media_sync.count_usage() from public, anon, authenticated;

create or replace trigger count_usage_on_insert
    after insert on public.media_usage
    referencing new table as inserted
    for each statement execute function media_sync.count_usage();

create or replace trigger count_usage_on_delete
    after delete on public.media_usage
    referencing old table as deleted
    for each statement execute function media_sync.count_usage();

create or replace trigger count_usage_on_update
    after update on public.media_usage
    referencing old table as deleted new table as inserted
    for each statement execute function media_sync.count_usage();
