-- What Cloudinary said about a page of assets becomes what the rows are: one call, one transaction, one outcome
-- per asset. The only place that turns observations into rows; merge_observations() is its door.

create or replace function media_sync.insert_observed(
    p_cloud_name text,
    p_observations jsonb,
    p_observed_at timestamptz,
    p_source text,
    p_run_id uuid,
    p_settings media_sync.settings,
    p_options jsonb,
    p_started timestamptz,
    p_count integer
)
returns setof media_sync.merge_outcome
language plpgsql
set search_path = ''
as $$
begin
    return query
    with observed as materialized (
        -- A listing may repeat an asset when the library changes under it; the last mention counts.
        select distinct on (content.asset_id)
            content.*,
            p_settings.include_folders = '{}' or media_sync.in_scope(coalesce(content.folder, ''), p_settings.include_folders) as in_scope
        from rows from (
            jsonb_to_recordset(p_observations) as (
                asset_id text, public_id text, resource_type text, type text, format text, version bigint, bytes bigint, width integer,
                height integer, duration double precision, pages integer, etag text, url text, secure_url text, original_filename text,
                folder text, display_name text, tags text[], context jsonb, metadata jsonb, access_mode text, moderation_status text,
                extra jsonb, uploaded_at timestamptz, last_updated jsonb, created_at timestamptz
            )
        ) with ordinality as content
        order by content.asset_id, content.ordinality desc
    ),
    inserted as (
        insert into public.media_assets (
            id, cloud_name, asset_id, public_id, resource_type, type, format, version, bytes, width, height, duration, pages, etag,
            url, secure_url, original_filename, folder, display_name, tags, context, metadata, access_mode, moderation_status,
            extra, uploaded_at, last_updated, created_at, base, sync_status, observed_at, last_synced_at, created_by,
            facts_source, facts_not_before
        )
        select
            -- As row_id() has it, and what follows as facts_source() has it, without a call for each of a million.
            overlay(overlay(left(
                encode(sha256(convert_to(p_cloud_name || '/' || asset_id, 'UTF8')), 'hex'), 32
            ) placing '8' from 13 for 1) placing 'a' from 17 for 1)::uuid,
            p_cloud_name, asset_id, public_id, resource_type, coalesce(type, 'upload'), format, version, bytes, width, height, duration,
            pages, etag, url, secure_url, original_filename, coalesce(folder, ''), display_name, coalesce(tags, '{}'),
            coalesce(context, '{}'), coalesce(metadata, '{}'), access_mode, moderation_status, coalesce(extra, '{}'), uploaded_at,
            coalesce(last_updated, '{}'), coalesce(created_at, clock_timestamp()),
            jsonb_build_object(
                'public_id', public_id, 'folder', coalesce(folder, ''), 'display_name', display_name,
                'tags', coalesce(to_jsonb(tags), '[]'),
                'context', coalesce(context, '{}'), 'metadata', coalesce(metadata, '{}')
            ),
            'synced', p_observed_at, clock_timestamp(), (p_options ->> 'created_by')::uuid,
            case
                when etag is null or uploaded_at is null or (duration is null and resource_type = 'video')
                    or (coalesce(last_updated, '{}') = '{}' and 'last_updated' <> all (p_settings.search_refuses)) then 'search'
                when original_filename is null then 'detail'
            end,
            -- Of a new asset a notification or the next pull may tell the rest.
            case when (p_options ->> 'listed')::boolean then '-infinity' else p_observed_at + interval '15 minutes' end
        from observed
        where in_scope
        on conflict (cloud_name, asset_id) do nothing
        returning media_assets.id, media_assets.asset_id, media_assets.public_id, media_assets.resource_type
    ),
    insert_log as (
        insert into public.media_sync_log (
            operation, status, direction, source, media_asset_id, asset_id, public_id, resource_type, run_id, user_id, processing_time_ms
        )
        select
            'upload', 'success', 'pull', p_source, id, asset_id, public_id, resource_type, p_run_id,
            (p_options ->> 'created_by')::uuid,
            extract(epoch from clock_timestamp() - p_started) * 1000 / p_count
        from inserted
    )
    select asset_id, id, 'inserted', 0 from inserted
    union all
    select asset_id, null::uuid, 'out_of_scope', 0 from observed where not in_scope;
end;
$$;
comment on function media_sync.insert_observed(text, jsonb, timestamptz, text, uuid, media_sync.settings, jsonb, timestamptz, integer) is
    'The part of merge_page() for assets that have no row yet. Those that have got one meanwhile are left out.';
revoke all on function media_sync.insert_observed(text, jsonb, timestamptz, text, uuid, media_sync.settings, jsonb, timestamptz, integer)
    from public, anon, authenticated;

create or replace function media_sync.lock_observed(p_cloud_name text, p_observations jsonb, p_asset_ids text[] default '{}')
returns void
language plpgsql
set search_path = ''
as $$
begin
    perform media_sync.lock_assets(array(
        select known.id
        from unnest(
            p_asset_ids || array(select element ->> 'asset_id' from jsonb_array_elements(p_observations) as element)
        ) as named (asset_id)
        cross join lateral (
            select asset.id
            from public.media_assets as asset
            where asset.cloud_name = p_cloud_name and asset.asset_id = named.asset_id
            limit 1
        ) as known
    ));
end;
$$;
comment on function media_sync.lock_observed(text, jsonb, text[]) is 'Locks the rows of observed assets, and of others that are named, in the one order.';
revoke all on function media_sync.lock_observed(text, jsonb, text[]) from public, anon, authenticated;

create or replace function media_sync.lock_known(p_cloud_name text, p_observations jsonb)
returns text[]
language plpgsql
set search_path = ''
as $$
begin
    -- Locked in one order, so that two pages with common assets wait for each other instead of deadlocking.
    return (
        select array_agg(known.asset_id)
        from (
            select distinct element ->> 'asset_id' as asset_id
            from jsonb_array_elements(p_observations) as element
            order by 1
        ) as incoming
        -- A look-up a row, as in observed_assets(), in the order of the rows that it is asked for.
        cross join lateral (
            select asset.asset_id
            from public.media_assets as asset
            where asset.cloud_name = p_cloud_name and asset.asset_id = incoming.asset_id
            limit 1
            for no key update
        ) as known
    );
end;
$$;
comment on function media_sync.lock_known(text, jsonb) is 'Locks the rows of observed assets in the one order, and tells which there are; null: none.';
revoke all on function media_sync.lock_known(text, jsonb) from public, anon, authenticated;

create or replace function media_sync.merge_page(
    p_cloud_name text,
    p_observations jsonb,
    p_observed_at timestamptz,
    p_source text,
    p_run_id uuid default null,
    p_options jsonb default '{}'
)
returns setof media_sync.merge_outcome
language plpgsql
set search_path = ''
as $$
declare
    v_started constant timestamptz := clock_timestamp();
    v_settings media_sync.settings;
    v_count constant integer := greatest(jsonb_array_length(p_observations), 1);
    v_force constant boolean := coalesce((p_options ->> 'force')::boolean, false);
    v_pending jsonb := p_observations;
    v_unchanged media_sync.merge_outcome[];
    v_locked text[];
    -- The pages of a first sync: nothing of them is known.
    v_is_new constant boolean := not exists (
        select
        from jsonb_array_elements(p_observations) as element
        cross join lateral (
            select
            from public.media_assets as asset
            where asset.cloud_name = p_cloud_name and asset.asset_id = element ->> 'asset_id'
            limit 1
        ) as known
    );
    v_inserted bigint;
begin
    select * into strict v_settings from media_sync.settings;
    -- Who stamps writes every row, and locks them all at once: two passes would be no order.
    if (p_options ->> 'stamp')::boolean then
        perform media_sync.lock_observed(p_cloud_name, p_observations);
    end if;

    -- Most of a reconcile finds nothing new. Those assets are passed over without a lock and without a write.
    if not v_force and not v_is_new then
        select
            array_agg((fresh.asset_id, (fresh.asset).id, 'unchanged', 0)::media_sync.merge_outcome) filter (where fresh.same),
            coalesce(jsonb_agg(fresh.observation) filter (where not fresh.same), '[]')
        into v_unchanged, v_pending
        from (
            select
                observed.*,
                (observed.asset).id is not null
                and (observed.asset).observed_at <= p_observed_at
                -- It may settle what is on its way.
                and (observed.asset).sending is null
                and (observed.asset).undecided is null
                -- Final here and alive there, or asked back: that is news.
                and not (
                    (observed.asset).deleted_at is not null
                    and ((observed.asset).sync_status = 'synced' or (observed.asset).restore_requested_at is not null)
                )
                and media_sync.observed_fields((observed.asset).base, observed.observation) = (observed.asset).base
                and media_sync.observed_content(observed.asset, observed.observation) is not distinct from observed.asset
                and (observed.asset).in_scope
                    = media_sync.in_scope((observed.asset).base ->> 'folder', v_settings.include_folders) as same
            from media_sync.observed_assets(p_cloud_name, p_observations) as observed
            -- Each is compared once, though both aggregates ask.
            offset 0
        ) as fresh;
        return query select * from unnest(v_unchanged);

        -- A look-up is fresher than a page that is still on its way; the row remembers that it looked.
        if (p_options ->> 'stamp')::boolean then
            update public.media_assets as asset
            set observed_at = p_observed_at
            from unnest(v_unchanged) as kept
            where asset.id = kept.media_asset_id and asset.observed_at < p_observed_at;
        end if;
    end if;

    -- Two writers may meet over a new asset: the second finds the first one's row on its next round.
    for v_round in 1 .. 5 loop
        exit when jsonb_array_length(v_pending) = 0;

        v_locked := case when v_round > 1 or not v_is_new then media_sync.lock_known(p_cloud_name, v_pending) end;
        if v_locked is not null then
            return query select * from media_sync.merge_existing(
                p_cloud_name, v_pending, p_observed_at, p_source, p_run_id, v_settings, (p_options ->> 'event_at')::timestamptz,
                v_started, v_count
            );
            select coalesce(jsonb_agg(element), '[]') into v_pending
            from jsonb_array_elements(v_pending) as element
            where element ->> 'asset_id' <> all (v_locked);
        end if;

        exit when jsonb_array_length(v_pending) = 0;

        return query select * from media_sync.insert_observed(
            p_cloud_name, v_pending, p_observed_at, p_source, p_run_id, v_settings, p_options, v_started, v_count
        );
        get diagnostics v_inserted = row_count;
        exit when v_inserted = jsonb_array_length(v_pending);

        select coalesce(jsonb_agg(observed.observation), '[]') into v_pending
        from media_sync.observed_assets(p_cloud_name, v_pending) as observed
        where (observed.asset).id is not null
            and (observed.asset).observed_at is distinct from p_observed_at;
    end loop;
end;
$$;
comment on function media_sync.merge_page(text, jsonb, timestamptz, text, uuid, jsonb) is
    'Merges a page of observations into the rows, with their audit rows, and returns one outcome per asset; one value that cannot be stored fails it as a whole. Options as merge_observations().';
revoke all on function media_sync.merge_page(text, jsonb, timestamptz, text, uuid, jsonb) from public, anon, authenticated;
