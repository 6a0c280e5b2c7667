-- What an answer of Cloudinary settles of what was on its way.

create or replace function media_sync.written_keys(p_sent jsonb, p_difference jsonb)
returns text[]
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
    -- To take a key away the whole context is written, so that every key that was sent shares what became of it.
    return array(
        select jsonb_object_keys(media_sync.flat_difference(p_difference))
        union
        select key from jsonb_object_keys(p_sent) as key
        where p_difference -> 'context' ? 'removed' and key like 'context.%'
    );
end;
$$;
comment on function media_sync.written_keys(jsonb, jsonb) is 'The values, of those that an attempt sent, that the calls for a difference wrote.';
revoke all on function media_sync.written_keys(jsonb, jsonb) from public, anon, authenticated;

create or replace function media_sync.landing_times(p_sent jsonb, p_landings jsonb, p_now timestamptz)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
    return (
        select coalesce(jsonb_object_agg(key, coalesce(landing -> 'at', to_jsonb(p_now))), '{}')
        from jsonb_array_elements(p_landings) as landing
        cross join lateral unnest(media_sync.written_keys(p_sent, landing -> 'difference')) as key
    );
end;
$$;
comment on function media_sync.landing_times(jsonb, jsonb, timestamptz) is
    'Value to the time from which on a look-up must show it, of landings: [ { difference, at? } ].';
revoke all on function media_sync.landing_times(jsonb, jsonb, timestamptz) from public, anon, authenticated;

create or replace function media_sync.record_landing(p_sending jsonb, p_result jsonb, p_now timestamptz)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
declare
    -- Halfway through a ring: the name that it passes through is ours as the last one would have been.
    v_passed constant jsonb := case when p_result -> 'dropped' ? 'public_id' then p_result -> 'passed' end;
begin
    -- dropped: refused by Cloudinary, or never sent. landed, or answered with a failure: done or not; from that time on a
    -- look-up that does not show it shows that something else happened.
    return (
        select jsonb_agg(changed order by place)
        from (
            select
                place,
                case
                    when attempt ->> 'id' is distinct from p_result ->> 'attempt' then attempt
                    -- A name that was not given tells nothing about whose asset has it.
                    else (attempt - case when p_result -> 'dropped' ? 'public_id' then '{rename,detour}'::text[] else '{}' end)
                        || case when v_passed is null then '{}' else jsonb_build_object('rename', v_passed) end
                        || jsonb_build_object(
                            'sent', (attempt -> 'sent') - media_sync.written_keys(attempt -> 'sent', p_result -> 'dropped')
                                || case when v_passed is null then '{}' else jsonb_build_object('public_id', v_passed) end,
                            'landed', coalesce(attempt -> 'landed', '{}') || media_sync.landing_times(
                                attempt -> 'sent',
                                coalesce(p_result -> 'landed', '[]') || coalesce(
                                    (
                                        select jsonb_agg(jsonb_build_object('difference', value))
                                        from jsonb_array_elements(p_result -> 'answered')
                                    ),
                                    '[]'
                                ), p_now
                            ),
                            'arrived', coalesce(attempt -> 'arrived', '{}') || media_sync.landing_times(
                                attempt -> 'sent',
                                (select jsonb_agg(value) from jsonb_array_elements(p_result -> 'landed') where not value ? 'at'), p_now
                            )
                        )
                        || case when (p_result ->> 'cleared')::boolean then '{"cleared": true}'::jsonb else '{}' end
                        || case when p_result ? 'existence_at' then jsonb_build_object('landed_at', p_result -> 'existence_at') else '{}' end
                end as changed
            from jsonb_array_elements(p_sending) with ordinality as listed (attempt, place)
        ) as recorded
        where changed -> 'sent' <> '{}'
            or (changed ? 'existence' and not (
                changed ->> 'id' = p_result ->> 'attempt' and coalesce((p_result ->> 'existence_dropped')::boolean, false)
            ))
    );
end;
$$;
comment on function media_sync.record_landing(jsonb, jsonb, timestamptz) is
    'The attempts after Cloudinary answered one of them: { attempt, dropped: difference, passed?: name, landed: [ { difference, at? } ], answered: [ difference ], cleared?, existence_at?, existence_dropped? }; null when none is left.';
revoke all on function media_sync.record_landing(jsonb, jsonb, timestamptz) from public, anon, authenticated;

create or replace function media_sync.landed_difference(p_result jsonb)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
    return (
        select coalesce(jsonb_object_agg(key, value), '{}')
        from (
            select
                key,
                case
                    when key in ('tags', 'context', 'metadata')
                        then jsonb_object_agg(part, inner_value) filter (where part is not null)
                    else (array_agg(value))[1]
                end as value
            from (
                select field.key, field.value, part.key as part, part.value as inner_value
                from jsonb_array_elements(p_result -> 'landed') as landing
                cross join lateral jsonb_each(landing -> 'difference') as field
                left join lateral jsonb_each(case when jsonb_typeof(field.value) = 'object' then field.value else '{}' end) as part on true
            ) as parts
            group by key
        ) as fields
    );
end;
$$;
comment on function media_sync.landed_difference(jsonb) is 'All that a result tells as taken by Cloudinary, as one difference.';
revoke all on function media_sync.landed_difference(jsonb) from public, anon, authenticated;

create or replace function media_sync.shown_difference(p_difference jsonb, p_answer jsonb)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
declare
    v_told constant text[] := array(select jsonb_object_keys(p_answer));
    v_seen constant jsonb := media_sync.flat_fields(
        p_answer - array(select unnest(v_told) except select unnest(media_sync.editable_keys()))
    );
begin
    return (
        select coalesce(jsonb_object_agg(field.key, field.value), '{}')
        from jsonb_each(p_difference) as field
        where field.key = any (v_told)
            and not exists (
                select from jsonb_each(media_sync.flat_difference(jsonb_build_object(field.key, field.value))) as sent
                where not media_sync.same_value(sent.value, v_seen -> sent.key)
            )
    );
end;
$$;
comment on function media_sync.shown_difference(jsonb, jsonb) is 'The fields of a difference that an answer shows as sent.';
revoke all on function media_sync.shown_difference(jsonb, jsonb) from public, anon, authenticated;

create or replace function media_sync.stale_ids(p_outcomes jsonb)
returns text[]
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
    return array(
        select element ->> 'asset_id' from jsonb_array_elements(p_outcomes) as element where element ->> 'outcome' = 'stale'
    );
end;
$$;
comment on function media_sync.stale_ids(jsonb) is 'The assets of outcomes whose rows reflected something later.';
revoke all on function media_sync.stale_ids(jsonb) from public, anon, authenticated;

create or replace function media_sync.settle_by_late_answers(
    p_cloud_name text,
    p_results jsonb,
    p_late text[],
    p_source text,
    p_run_id uuid
)
returns void
language plpgsql
set search_path = ''
as $$
declare
    v_deltas jsonb;
begin
    -- An echo may overtake the answer, which then is older than what the row reflects. It still proves what arrived.
    select jsonb_agg(jsonb_build_object('asset_id', answer ->> 'asset_id', 'delta', shown))
    into v_deltas
    from jsonb_array_elements(p_results) as result
    cross join lateral (select result -> 'answers' -> -1 as answer) as latest
    cross join lateral media_sync.shown_difference(media_sync.landed_difference(result), answer) as shown
    join public.media_assets as asset on asset.id = (result ->> 'id')::uuid
    where asset.sending is not null
        and asset.asset_id = any (p_late)
        and shown <> '{}';
    if v_deltas is not null then
        perform media_sync.merge_observations(p_cloud_name, v_deltas, clock_timestamp(), p_source, p_run_id);
    end if;
end;
$$;
comment on function media_sync.settle_by_late_answers(text, jsonb, text[], text, uuid) is
    'Settles what answers show as arrived although the rows, of the assets p_late, reflected something later. The caller holds the rows'' locks.';
revoke all on function media_sync.settle_by_late_answers(text, jsonb, text[], text, uuid) from public, anon, authenticated;

create or replace function media_sync.take_addresses(p_cloud_name text, p_answers jsonb)
returns void
language plpgsql
set search_path = ''
-- Rows are looked up one by one, however few the table had when this was planned.
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
begin
    -- The echo of a rename may come before its answer, which then counts for stale. It tells no address; the answer does,
    -- and an address belongs to a name and a version whenever it was told.
    update public.media_assets as asset
    set url = answer ->> 'url', secure_url = answer ->> 'secure_url'
    from jsonb_array_elements(p_answers) as answer
    where asset.cloud_name = p_cloud_name
        and asset.asset_id = answer ->> 'asset_id'
        and answer ? 'url'
        and asset.base ->> 'public_id' = answer ->> 'public_id'
        and asset.version is not distinct from (answer ->> 'version')::bigint
        and asset.url is distinct from answer ->> 'url';
end;
$$;
comment on function media_sync.take_addresses(text, jsonb) is 'The addresses that answers tell for the names and versions which the rows have. The caller holds the rows'' locks.';
revoke all on function media_sync.take_addresses(text, jsonb) from public, anon, authenticated;

create or replace function media_sync.forget_cleared(p_results jsonb)
returns void
language plpgsql
set search_path = ''
-- Rows are looked up one by one, however few the table had when this was planned.
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
begin
    update public.media_assets as asset
    set
        base = media_sync.without_shared_context(asset.base, asset.context),
        sync_status = case when asset.sync_status = 'synced' then 'pending' else asset.sync_status end
    from jsonb_array_elements(p_results) as result
    where asset.id = (result ->> 'id')::uuid
        and (result ->> 'cleared')::boolean
        and asset.deleted_at is null
        and asset.base ? 'context';
end;
$$;
comment on function media_sync.forget_cleared(jsonb) is 'Contexts that were perhaps cleared and not set anew are no longer agreed on. The caller holds the rows'' locks.';
revoke all on function media_sync.forget_cleared(jsonb) from public, anon, authenticated;

create or replace function media_sync.landed_changes(p_base jsonb, p_landed jsonb)
returns jsonb
language plpgsql
immutable
set search_path = ''
as $$
declare
    v_after constant jsonb := media_sync.apply_difference(p_base, p_landed);
    v_changes constant jsonb := coalesce(media_sync.changed_fields(p_base, v_after), '{}');
begin
    -- Where the notification of the write was quicker than its answer, base has it already: what was before is not known any more.
    return nullif(
        coalesce((
            select jsonb_object_agg(field, jsonb_build_object('to', v_after -> field)) from jsonb_object_keys(p_landed) as field
        ), '{}') || v_changes,
        '{}'
    );
end;
$$;
comment on function media_sync.landed_changes(jsonb, jsonb) is 'What a write that landed changed, for the log: field to { from, to }; without from where base had it already.';
revoke all on function media_sync.landed_changes(jsonb, jsonb) from public, anon, authenticated;
