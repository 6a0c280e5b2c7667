-- Counters that are kept with every statement, so that statistics cost the same for ten assets and ten million.
--
-- One row of counters would make every writer wait for every other. The counters are spread over slots, of which a
-- writer takes one that is free, so that nobody ever waits for one; a reader adds the slots up.

create table media_sync.statistics (
    slot smallint primary key,
    total_assets bigint not null default 0,
    total_images bigint not null default 0,
    total_videos bigint not null default 0,
    total_raw bigint not null default 0,
    total_size bigint not null default 0,
    synced_assets bigint not null default 0,
    pending_assets bigint not null default 0,
    error_assets bigint not null default 0,
    conflict_assets bigint not null default 0,
    deleted_assets bigint not null default 0,
    pending_deletions bigint not null default 0,
    out_of_scope_assets bigint not null default 0
);

comment on table media_sync.statistics is 'Maintained counters; the truth is the sum over all slots.';
comment on column media_sync.statistics.slot is 'Number of the slot.';
comment on column media_sync.statistics.total_assets is 'Live assets in scope.';
comment on column media_sync.statistics.total_images is 'Live images in scope.';
comment on column media_sync.statistics.total_videos is 'Live videos in scope.';
comment on column media_sync.statistics.total_raw is 'Live raw files in scope.';
comment on column media_sync.statistics.total_size is 'Bytes of the live assets in scope.';
comment on column media_sync.statistics.synced_assets is 'Live assets in scope with sync_status synced.';
comment on column media_sync.statistics.pending_assets is 'Live assets in scope with sync_status pending.';
comment on column media_sync.statistics.error_assets is 'Live or deleted assets in scope with sync_status error.';
comment on column media_sync.statistics.conflict_assets is 'Live assets in scope with sync_status conflict.';
comment on column media_sync.statistics.deleted_assets is 'Deleted assets, confirmed or not.';
comment on column media_sync.statistics.pending_deletions is 'Deleted here, not yet confirmed by Cloudinary.';
comment on column media_sync.statistics.out_of_scope_assets is 'Live assets that settings.include_folders leaves out.';

alter table media_sync.statistics enable row level security;
revoke all on media_sync.statistics from public, anon, authenticated, service_role;
grant select on media_sync.statistics to service_role;

insert into media_sync.statistics (slot) select generate_series(0, 63);

create or replace function media_sync.free_slot()
returns smallint
language plpgsql
volatile
set search_path = ''
as $$
declare
    -- The own slot first, so that a transaction of many statements keeps to it.
    v_own constant smallint := pg_catalog.pg_backend_pid() % 64;
    v_slot smallint;
begin
    select slot into v_slot from media_sync.statistics where slot = v_own for no key update skip locked;
    if v_slot is null then
        select slot into v_slot from media_sync.statistics order by slot limit 1 for no key update skip locked;
    end if;
    return coalesce(v_slot, v_own);
end;
$$;
comment on function media_sync.free_slot() is 'A slot of the counters that no other transaction holds. Where all are taken, one that must be waited for.';
revoke all on function media_sync.free_slot() from public, anon, authenticated;

-- Assets that count alike.
create type media_sync.asset_count as (
    resource_type text,
    sync_status text,
    in_scope boolean,
    deleted boolean,
    assets bigint,
    bytes bigint
);
comment on type media_sync.asset_count is 'How many assets that count alike came (or, below zero, went), and their bytes.';
revoke all on type media_sync.asset_count from public;

create or replace function media_sync.add_counts(p_counts media_sync.asset_count[])
returns void
language plpgsql
set search_path = ''
as $$
begin
    insert into media_sync.statistics as total
    select
        media_sync.free_slot(),
        coalesce(sum(assets) filter (where live), 0),
        coalesce(sum(assets) filter (where live and resource_type = 'image'), 0),
        coalesce(sum(assets) filter (where live and resource_type = 'video'), 0),
        coalesce(sum(assets) filter (where live and resource_type = 'raw'), 0),
        coalesce(sum(bytes) filter (where live), 0),
        coalesce(sum(assets) filter (where live and sync_status = 'synced'), 0),
        coalesce(sum(assets) filter (where live and sync_status = 'pending'), 0),
        coalesce(sum(assets) filter (where in_scope and sync_status = 'error'), 0),
        coalesce(sum(assets) filter (where live and sync_status = 'conflict'), 0),
        coalesce(sum(assets) filter (where deleted), 0),
        coalesce(sum(assets) filter (where deleted and sync_status <> 'synced'), 0),
        coalesce(sum(assets) filter (where not deleted and not in_scope), 0)
    from (select *, in_scope and not deleted as live from unnest(p_counts)) as change
    on conflict (slot) do update set
        total_assets = total.total_assets + excluded.total_assets,
        total_images = total.total_images + excluded.total_images,
        total_videos = total.total_videos + excluded.total_videos,
        total_raw = total.total_raw + excluded.total_raw,
        total_size = total.total_size + excluded.total_size,
        synced_assets = total.synced_assets + excluded.synced_assets,
        pending_assets = total.pending_assets + excluded.pending_assets,
        error_assets = total.error_assets + excluded.error_assets,
        conflict_assets = total.conflict_assets + excluded.conflict_assets,
        deleted_assets = total.deleted_assets + excluded.deleted_assets,
        pending_deletions = total.pending_deletions + excluded.pending_deletions,
        out_of_scope_assets = total.out_of_scope_assets + excluded.out_of_scope_assets;
end;
$$;
comment on function media_sync.add_counts(media_sync.asset_count[]) is 'Adds to the counters in a slot that nobody else holds.';
revoke all on function media_sync.add_counts(media_sync.asset_count[]) from public, anon, authenticated;

create or replace function media_sync.count_assets()
returns trigger
language plpgsql
-- Whoever may change an asset moves the counters, but nobody may write them.
security definer
set search_path = ''
as $$
declare
    v_counts media_sync.asset_count[];
begin
    -- A transition table exists only for its own kind of statement; a statement for each kind, so that each is planned once.
    if tg_op = 'INSERT' then
        v_counts := array(
            select row(resource_type, sync_status, in_scope, deleted_at is not null, count(*), sum(bytes))::media_sync.asset_count
            from inserted
            group by resource_type, sync_status, in_scope, deleted_at is not null
        );
    elsif tg_op = 'DELETE' then
        v_counts := array(
            select row(resource_type, sync_status, in_scope, deleted_at is not null, -count(*), -sum(bytes))::media_sync.asset_count
            from deleted
            group by resource_type, sync_status, in_scope, deleted_at is not null
        );
    else
        v_counts := array(
            select row(resource_type, sync_status, in_scope, is_deleted, sum(sign), sum(sign * bytes))::media_sync.asset_count
            from (
                select 1 as sign, resource_type, sync_status, in_scope, deleted_at is not null as is_deleted, bytes from inserted
                union all
                select -1, resource_type, sync_status, in_scope, deleted_at is not null, bytes from deleted
            ) as signed
            group by resource_type, sync_status, in_scope, is_deleted
            having sum(sign) <> 0 or sum(sign * bytes) <> 0
        );
    end if;
    if v_counts <> '{}' then
        perform media_sync.add_counts(v_counts);
    end if;
    return null;
end;
$$;
comment on function media_sync.count_assets() is 'Moves the counters by what one statement changed.';
revoke all on function media_sync.count_assets() from public, anon, authenticated;

create or replace trigger count_assets_on_insert
    after insert on public.media_assets
    referencing new table as inserted
    for each statement execute function media_sync.count_assets();

create or replace trigger count_assets_on_update
    after update on public.media_assets
    referencing old table as deleted new table as inserted
    for each statement execute function media_sync.count_assets();

create or replace trigger count_assets_on_delete
    after delete on public.media_assets
    referencing old table as deleted
    for each statement execute function media_sync.count_assets();
