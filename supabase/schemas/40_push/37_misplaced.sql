-- Calls go by public_id. Where names were swapped just before, a write of ours changed another asset than it meant.

create or replace function media_sync.mark_misplaced(
    p_cloud_name text,
    p_asset_id text,
    p_public_id text,
    p_sent jsonb,
    p_sent_at timestamptz,
    p_source text
)
returns void
language plpgsql
set search_path = ''
as $$
begin
    -- The asset knows the values for ours from now on, so that they count for nobody's edit and what it had is written again.
    update public.media_assets as asset
    set
        sending = coalesce(asset.sending, '[]') || jsonb_build_object(
            'id', gen_random_uuid(), 'at', p_sent_at, 'until', clock_timestamp() + media_sync.write_horizon(),
            'name', p_public_id, 'sent', case
                -- A context that was set as a whole has taken away what it does not name.
                when p_sent ? 'context.*' then (
                    select coalesce(jsonb_object_agg('context.' || key, null), '{}')
                    from jsonb_object_keys(asset.base -> 'context') as key
                ) || (p_sent - 'context.*')
                else p_sent
            end
        ),
        sync_status = case when asset.sync_status = 'synced' then 'pending' else asset.sync_status end
    where asset.cloud_name = p_cloud_name and asset.asset_id = p_asset_id and asset.deleted_at is null;
    insert into public.media_sync_log (operation, status, direction, source, asset_id, public_id, changes, error_code, error_message)
    values (
        'update', 'error', 'push', p_source, p_asset_id, p_public_id, p_sent, 'landed_elsewhere',
        'A change meant for another asset reached this one, because their names were swapped meanwhile; it is put right.'
    );
end;
$$;
comment on function media_sync.mark_misplaced(text, text, text, jsonb, timestamptz, text) is
    'Marks values (as in flat_fields()) that reached an asset by mistake as ours. The caller holds the row''s lock.';
revoke all on function media_sync.mark_misplaced(text, text, text, jsonb, timestamptz, text) from public, anon, authenticated;

create or replace function media_sync.misplaced_ids(p_cloud_name text, p_results jsonb)
returns uuid[]
language plpgsql
stable
set search_path = ''
as $$
begin
    return array(
        select asset.id
        from jsonb_array_elements(p_results) as result
        cross join lateral jsonb_array_elements(result -> 'misplaced') as misplaced
        cross join lateral (
            select present.id
            from public.media_assets as present
            where present.cloud_name = p_cloud_name and present.asset_id = misplaced ->> 'asset_id'
            limit 1
        ) as asset
    );
end;
$$;
comment on function media_sync.misplaced_ids(text, jsonb) is 'The rows of the assets that a push''s writes reached by mistake.';
revoke all on function media_sync.misplaced_ids(text, jsonb) from public, anon, authenticated;

create or replace function media_sync.note_misplaced(p_cloud_name text, p_results jsonb, p_source text)
returns void
language plpgsql
set search_path = ''
as $$
begin
    perform media_sync.mark_misplaced(
        p_cloud_name,
        misplaced ->> 'asset_id',
        meant.attempt ->> 'name',
        coalesce(
            (
                select jsonb_object_agg(key, meant.attempt -> 'sent' -> key)
                from unnest(media_sync.written_keys(meant.attempt -> 'sent', misplaced -> 'difference')) as key
                where meant.attempt -> 'sent' ? key
            ),
            '{}'
        ) || media_sync.flat_difference(misplaced -> 'difference'),
        (misplaced ->> 'at')::timestamptz,
        p_source
    )
    from jsonb_array_elements(p_results) as result
    cross join lateral jsonb_array_elements(result -> 'misplaced') as misplaced
    left join lateral (
        select attempt
        from public.media_assets as asset
        cross join lateral jsonb_array_elements(asset.sending) as attempt
        where asset.id = (result ->> 'id')::uuid and attempt ->> 'id' = result ->> 'attempt'
        limit 1
    ) as meant on true;
end;
$$;
comment on function media_sync.note_misplaced(text, jsonb, text) is
    'What a push''s answers show on other assets than it meant: [ { id, attempt, misplaced: [ { asset_id, difference, at } ] } ]. The caller holds the rows'' locks, and has not settled the attempts yet.';
revoke all on function media_sync.note_misplaced(text, jsonb, text) from public, anon, authenticated;
