-- Losses are noted where they happen: rows of live assets that somebody removes, however that was done.

create or replace function media_sync.count_rows()
returns bigint
language sql
stable
set search_path = ''
as $$
    select coalesce(sum(total_assets + deleted_assets + out_of_scope_assets), 0)::bigint from media_sync.statistics;
$$;
comment on function media_sync.count_rows() is 'Rows of media_assets, by the counters.';
revoke all on function media_sync.count_rows() from public, anon, authenticated;

create or replace function media_sync.note_lost_rows(p_rows bigint)
returns void
language sql
set search_path = ''
as $$
    update media_sync.health_state
    set rows_lost_at = clock_timestamp(), lost_rows = lost_rows + p_rows
    where p_rows > 0;
$$;
comment on function media_sync.note_lost_rows(bigint) is 'Remembers that rows of live assets are gone, until a full reconcile has brought back what it can.';
revoke all on function media_sync.note_lost_rows(bigint) from public, anon, authenticated;

create or replace function media_sync.note_loss()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
    if tg_op = 'TRUNCATE' then
        perform media_sync.note_lost_rows((select coalesce(sum(total_assets + out_of_scope_assets), 0)::bigint from media_sync.statistics));
    else
        perform media_sync.note_lost_rows((select count(*) from deleted where deleted_at is null));
    end if;
    return null;
end;
$$;
comment on function media_sync.note_loss() is 'Notes how many rows of live assets one statement removed: nothing of Media Sync ever does.';
revoke all on function media_sync.note_loss() from public, anon, authenticated;

create or replace trigger note_loss
    after delete on public.media_assets
    referencing old table as deleted
    for each statement execute function media_sync.note_loss();

create or replace trigger note_loss_of_all
    before truncate on public.media_assets
    for each statement execute function media_sync.note_loss();

create or replace function media_sync.settle_loss()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
    v_state media_sync.health_state;
begin
    select * into v_state from media_sync.health_state;
    update media_sync.health_state set known_rows = media_sync.count_rows();
    if v_state.rows_lost_at > new.started_at or v_state.rows_lost_at is null then
        return null;
    end if;
    -- Links whose row went without a word (a trigger was off, a dump was older) have no asset: they are kept apart.
    with usage as (
        delete from public.media_usage as usage
        where not exists (select from public.media_assets as asset where asset.id = usage.media_asset_id)
        returning media_asset_id, to_jsonb(usage) as link
    ),
    item as (
        delete from public.media_collection_items as item
        where not exists (select from public.media_assets as asset where asset.id = item.media_asset_id)
        returning media_asset_id, to_jsonb(item) as link
    )
    insert into media_sync.kept_links (media_asset_id, kind, link)
    select media_asset_id, 'usage', link from usage union all select media_asset_id, 'collection', link from item;
    update media_sync.health_state set rows_lost_at = null, lost_rows = 0;
    insert into public.media_sync_log (operation, status, source, run_id, changes)
    values (
        'repair', 'success', new.source, new.id,
        jsonb_build_object(
            'lost_rows', v_state.lost_rows, 'new_rows', new.synced_items, 'links_without_asset', (select count(*) from media_sync.kept_links)
        )
    );
    return null;
end;
$$;
comment on function media_sync.settle_loss() is 'A full reconcile that began after a loss is complete: what Cloudinary has is back.';
revoke all on function media_sync.settle_loss() from public, anon, authenticated;

create or replace trigger settle_loss
    after update on media_sync.runs
    for each row
    when (new.kind = 'full' and new.status = 'completed' and old.status <> 'completed')
    execute function media_sync.settle_loss();
