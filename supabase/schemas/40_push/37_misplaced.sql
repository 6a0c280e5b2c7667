-- Calls go by public_id. Where names were swapped just before, a write of ours changed another asset than it meant.

create or replace function media_sync.values_before(p_asset_id text, p_sent jsonb, p_since timestamptz)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
    -- A look-up may have been quicker than what tells whose doing it was, and have taken it for somebody's edit.
    return (
        select coalesce(jsonb_object_agg(key, before), '{}')
        from (
            select distinct on (sent.key) sent.key, coalesce(changed.before -> sent.key, 'null') as before
            from (
                select
                    log.id,
                    media_sync.flat_fields(jsonb_object_agg(field.key, field.value -> 'from')) as before,
                    media_sync.flat_fields(jsonb_object_agg(field.key, field.value -> 'to')) as after
                from public.media_sync_log as log
                cross join lateral jsonb_each(log.changes) as field
                where log.asset_id = p_asset_id
                    and log.created_at >= p_since
                    and log.direction = 'pull'
                    and log.status = 'success'
                    and field.key = any (media_sync.editable_keys())
                group by log.id
                offset 0
            ) as changed
            cross join lateral (
                select * from jsonb_each(p_sent)
                union all
                -- A context that was set as a whole has taken away what it does not name.
                select key, 'null' from jsonb_object_keys(changed.before) as key
                where p_sent ? 'context.*' and key like 'context.%' and not p_sent ? key
            ) as sent
            where media_sync.same_value(changed.after -> sent.key, sent.value)
                and not media_sync.same_value(changed.before -> sent.key, sent.value)
            order by sent.key, changed.id desc
        ) as latest
    );
end;
$$;
comment on function media_sync.values_before(text, jsonb, timestamptz) is
    'What an asset had, value by value, before pulls since then took the values sent (as in flat_fields()) from Cloudinary.';
revoke all on function media_sync.values_before(text, jsonb, timestamptz) from public, anon, authenticated;

create or replace function media_sync.with_values_before(p_fields jsonb, p_base jsonb, p_sent jsonb, p_before jsonb)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
    v_flat constant jsonb := media_sync.flat_fields(p_fields);
    v_back constant jsonb := (
        select coalesce(jsonb_object_agg(key, value), '{}')
        from jsonb_each(p_before)
        where media_sync.same_value(v_flat -> key, p_sent -> key)
            -- A row that has not heard of the swap has neither this name nor the one that was sent.
            or (key = 'public_id' and v_flat -> key = p_base -> key)
    );
    v_fields constant jsonb := media_sync.apply_values(p_fields, v_back)
        || (select coalesce(jsonb_object_agg(key, value), '{}') from jsonb_each(v_back) where key not like '%.%');
begin
    return media_sync.in_folder_mode(v_fields, v_fields, (select folder_mode from media_sync.settings));
end;
$$;
comment on function media_sync.with_values_before(jsonb, jsonb, jsonb, jsonb) is
    'Editable fields with what they had before, where they have what was sent (both as in flat_fields()), or the name on which both sides had agreed.';
revoke all on function media_sync.with_values_before(jsonb, jsonb, jsonb, jsonb) from public, anon, authenticated;

create or replace function media_sync.put_back(
    p_cloud_name text,
    p_asset_id text,
    p_public_id text,
    p_sent jsonb,
    p_sent_at timestamptz
)
returns void
language plpgsql
set search_path = ''
as $$
declare
    v_before constant jsonb := media_sync.values_before(p_asset_id, p_sent, p_sent_at)
        -- Whatever the row knows: what a call gave another name had the one by which the call went.
        || case when p_sent ? 'public_id' and p_public_id is not null then jsonb_build_object('public_id', p_public_id) else '{}' end;
begin
    if v_before = '{}' then
        return;
    end if;
    -- As if it had not been seen yet: what both sides had agreed on, and what the row had unless somebody edited it since.
    update public.media_assets as asset
    set
        base = media_sync.with_values_before(asset.base, asset.base, p_sent, v_before),
        public_id = fields ->> 'public_id',
        folder = fields ->> 'folder',
        display_name = fields ->> 'display_name',
        tags = array(select jsonb_array_elements_text(fields -> 'tags')),
        context = fields -> 'context',
        metadata = fields -> 'metadata',
        updated_at = clock_timestamp()
    from public.media_assets as present
    cross join lateral (
        select media_sync.with_values_before(media_sync.editable_fields(present), present.base, p_sent, v_before) as fields offset 0
    ) as back
    where asset.id = present.id and present.cloud_name = p_cloud_name and present.asset_id = p_asset_id and present.deleted_at is null;
end;
$$;
comment on function media_sync.put_back(text, text, text, jsonb, timestamptz) is
    'Gives a row what it had before values (as in flat_fields()) that we had sent to its name by mistake, where a look-up since then has taken them. The caller holds the row''s lock.';
revoke all on function media_sync.put_back(text, text, text, jsonb, timestamptz) from public, anon, authenticated;

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
    perform media_sync.put_back(p_cloud_name, p_asset_id, p_public_id, p_sent, p_sent_at);
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
        'A change meant for another asset reached this one, because their names were swapped meanwhile; ' || case
            when found then 'it is put right.'
            -- What it had before, nobody here has seen.
            else 'it is not in this library, and what it had before is to be set again in Cloudinary.'
        end
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
