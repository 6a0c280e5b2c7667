-- Health of what was lost: rows, settings, and links that did not find their asset again.

create or replace function media_sync.check_loss()
returns table (check_name text, status text, message text, value text)
language plpgsql
stable
set search_path = ''
as $$
declare
    v_state media_sync.health_state;
    v_uses bigint;
    v_places bigint;
    v_rows_lost boolean;
begin
    select * into v_state from media_sync.health_state;
    -- Nothing noted it, and the next tick will.
    if v_state.rows_lost_at is null and v_state.known_rows > 0 and not exists (select from public.media_assets) then
        v_state.rows_lost_at := clock_timestamp();
        v_state.lost_rows := v_state.known_rows;
    end if;
    select count(*) filter (where kind = 'usage'), count(*) filter (where kind = 'collection') into v_uses, v_places
    from media_sync.kept_links;
    v_rows_lost := coalesce(v_state.rows_lost_at is not null and media_sync.loss_is_large(v_state.lost_rows), false);
    return query values (
        'loss',
        case when v_rows_lost or v_state.settings_lost_at is not null or v_uses + v_places > 0 then 'degraded' else 'ok' end,
        case
            when v_rows_lost then format(
                '%s gone since %s: the next ticks bring %s back from Cloudinary, and npx -y deno task sync --full does at once.',
                case v_state.lost_rows when 1 then 'The row of 1 asset is' else format('The rows of %s assets are', v_state.lost_rows) end,
                media_sync.health_time(v_state.rows_lost_at), case v_state.lost_rows when 1 then 'it' else 'them' end
            )
            when v_state.settings_lost_at is not null then format(
                'The settings were lost and are the defaults since %s, with viewers assigned: look at select get_sync_settings(), then set what you had; when it is right, run select media_sync.confirm_settings().',
                media_sync.health_time(v_state.settings_lost_at)
            )
            when v_uses + v_places > 0 then format(
                '%s and %s belong to assets whose rows are gone: see select public_id, kind, link from media_sync.kept_links; they return with their assets, and once they are not wanted any more, run select media_sync.forget_kept_links().',
                media_sync.health_count(v_uses, 'place of use', 'places of use'),
                media_sync.health_count(v_places, 'place in collections', 'places in collections')
            )
            else 'Nothing is lost.'
        end,
        (case when v_rows_lost then v_state.lost_rows else v_uses + v_places end)::text
    );
end;
$$;
comment on function media_sync.check_loss() is 'Check loss (value: rows that are gone, or places of use and in collections without their asset).';
revoke all on function media_sync.check_loss() from public, anon, authenticated;

create or replace function media_sync.loss_is_large(p_lost_rows bigint)
returns boolean
language sql
stable
set search_path = ''
as $$
    -- A few rows that somebody removes come back with the next reconcile, and are worth no listing of the library.
    select p_lost_rows >= coalesce((select delete_guard_minimum from media_sync.settings), 10)
        or not exists (select from public.media_assets);
$$;
comment on function media_sync.loss_is_large(bigint) is 'Whether so many lost rows are told, and brought back at once.';
revoke all on function media_sync.loss_is_large(bigint) from public, anon, authenticated;

create or replace function media_sync.forget_kept_links()
returns bigint
language sql
set search_path = ''
as $$
    with forgotten as (delete from media_sync.kept_links returning 1) select count(*) from forgotten;
$$;
comment on function media_sync.forget_kept_links() is 'Gives up the usage and collection entries of assets whose rows are gone. Returns how many. The database owner.';
revoke all on function media_sync.forget_kept_links() from public, anon, authenticated;

create or replace function media_sync.confirm_settings()
returns void
language sql
set search_path = ''
as $$
    update media_sync.health_state set settings_lost_at = null;
$$;
comment on function media_sync.confirm_settings() is 'Says that the settings, which were lost and made anew, are as they should be. The database owner.';
revoke all on function media_sync.confirm_settings() from public, anon, authenticated;
