-- A write on its way: what has been sent to Cloudinary and may or may not have arrived.
--
-- `media_assets.sending` is a list of attempts, oldest first:
-- { id, at, until, name, rename, sent, landed, arrived, cleared, lost, detour, existence }.
--   at, until   database times between which the write can arrive;
--   name        the public_id that the calls go by;
--   rename      the public_id that they give it;
--   sent        value by value as in flat_fields(), null for one taken away;
--   landed      value -> the time from which on Cloudinary is known to have taken that part of the write;
--               context.* stands for all keys that a context set as a whole does not name;
--   arrived     the same for what Cloudinary took without showing the asset, as grouped writes are answered;
--   cleared     the worker that told what became of it may have cleared the context without setting it anew;
--   lost        values that lost to Cloudinary's before it was known whether they arrive, as keys;
--   detour      the name that a ring of renames passes through;
--   existence   deleted or live, for an attempt to destroy or to restore.
-- Until an attempt is settled Cloudinary may hold the old value or the sent one, and the row knows both.

create or replace function media_sync.write_horizon()
returns interval
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
    -- A write leaves at most 2 s after the look-up that it rests on, its call is given up after 20 s; the rest is the network's.
    return interval '1 minute';
end;
$$;
comment on function media_sync.write_horizon() is 'How long after it was planned a write to Cloudinary may still arrive.';
revoke all on function media_sync.write_horizon() from public, anon, authenticated;

create or replace function media_sync.open_values(p_sending jsonb, p_observed_at timestamptz default null)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
    return (
        select coalesce(jsonb_object_agg(key, sent_values), '{}')
        from (
            select key, jsonb_agg(value) as sent_values
            from (
                -- Who died in the middle of it may have left the context empty, whenever it is looked at: see 17_unclear_values.sql.
                -- Who lived to tell, and cleared nothing, has taken away no key that was to be set.
                select
                    sent.key,
                    case
                        when sent.key <> 'context.*' or not attempt ? 'landed' or attempt ? 'cleared' or attempt -> 'landed' ? sent.key
                            then sent.value
                        else jsonb_strip_nulls(attempt -> 'sent')
                    end as value
                from jsonb_array_elements(p_sending) as attempt
                cross join lateral jsonb_each(attempt -> 'sent') as sent
                -- Only on its way a context that is set as a whole may be empty for a moment.
                where not (sent.key = 'context.*' and coalesce((attempt -> 'landed' ->> sent.key)::timestamptz <= p_observed_at, false))
                    -- Nor has it left it empty, when it can no longer arrive.
                    and not (
                        sent.key = 'context.*' and attempt ? 'landed' and not attempt ? 'cleared'
                        and coalesce(p_observed_at >= (attempt ->> 'until')::timestamptz, false)
                    )
                union all
                select 'public_id', attempt -> 'detour'
                from jsonb_array_elements(p_sending) as attempt
                where attempt ? 'detour' and attempt -> 'sent' ? 'public_id'
            ) as every_value
            group by key
        ) as grouped
    );
end;
$$;
comment on function media_sync.open_values(jsonb, timestamptz) is
    'Value to the list of what has been sent for it and is not settled, a detour''s name included; as seen by an observation of that time. context.*: null for a context that may be cleared, and what is set for one that is replaced at most.';
revoke all on function media_sync.open_values(jsonb, timestamptz) from public, anon, authenticated;

create or replace function media_sync.is_told(p_told text[], p_key text)
returns boolean
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
    return array_position(p_told, p_key) is not null or array_position(p_told, split_part(p_key, '.', 1)) is not null;
end;
$$;
comment on function media_sync.is_told(text[], text) is 'True when an observation that tells these fields or values tells this value.';
revoke all on function media_sync.is_told(text[], text) from public, anon, authenticated;

create or replace function media_sync.is_unsettled(
    p_attempt jsonb,
    p_key text,
    p_sent jsonb,
    p_seen jsonb,
    p_observed_at timestamptz
)
returns boolean
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
    return case
        -- The rest of a context that is set as a whole goes with the keys that are named.
        when p_key = 'context.*' then true
        -- It has arrived: nothing of it is on its way any more.
        when coalesce(p_seen, 'null') = p_sent then false
        -- A ring's detour is half of the way, for as long as the other half may come.
        when p_key = 'public_id' and p_seen = p_attempt -> 'detour' then p_observed_at < (p_attempt ->> 'until')::timestamptz
        -- Taken by Cloudinary, and yet not there: it landed on another asset, or somebody changed it back.
        when p_observed_at >= (p_attempt -> 'landed' ->> p_key)::timestamptz then false
        else p_observed_at < (p_attempt ->> 'until')::timestamptz
    end;
end;
$$;
comment on function media_sync.is_unsettled(jsonb, text, jsonb, jsonb, timestamptz) is
    'Whether a sent value may still arrive, judged by an observation that shows p_seen for it.';
revoke all on function media_sync.is_unsettled(jsonb, text, jsonb, jsonb, timestamptz) from public, anon, authenticated;

create or replace function media_sync.settle_attempt(p_attempt jsonb, p_remote jsonb, p_told text[], p_observed_at timestamptz)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
    return (
        select case
            -- A context that is set as a whole is cleared first: what of it has been seen may be gone for a moment.
            when p_attempt -> 'sent' ? 'context.*'
                and exists (select from jsonb_object_keys(unsettled) as key where key like 'context.%' and key <> 'context.*')
                then unsettled || (select jsonb_object_agg(key, value) from jsonb_each(p_attempt -> 'sent') where key like 'context.%')
            else unsettled - 'context.*'
        end
        from (
            select coalesce(jsonb_object_agg(sent.key, sent.value), '{}') as unsettled
            from jsonb_each(p_attempt -> 'sent') as sent
            where not media_sync.is_told(p_told, sent.key)
                or media_sync.is_unsettled(p_attempt, sent.key, sent.value, p_remote -> sent.key, p_observed_at)
        ) as judged
    );
end;
$$;
comment on function media_sync.settle_attempt(jsonb, jsonb, text[], timestamptz) is
    'What an observation (value by value, of which it tells p_told) leaves open of the values that an attempt sent.';
revoke all on function media_sync.settle_attempt(jsonb, jsonb, text[], timestamptz) from public, anon, authenticated;

create or replace function media_sync.settle_sending(p_sending jsonb, p_remote jsonb, p_told text[], p_observed_at timestamptz)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
    return (
        select jsonb_agg(attempt || jsonb_build_object('sent', unsettled) order by place)
        from (
            select attempt, place, media_sync.settle_attempt(attempt, p_remote, p_told, p_observed_at) as unsettled
            from jsonb_array_elements(p_sending) with ordinality as listed (attempt, place)
            -- Once an attempt, not once a mention.
            offset 0
        ) as judged
        where unsettled <> '{}' or attempt ? 'existence'
    );
end;
$$;
comment on function media_sync.settle_sending(jsonb, jsonb, text[], timestamptz) is
    'The attempts with what an observation leaves open of them; null when nothing is.';
revoke all on function media_sync.settle_sending(jsonb, jsonb, text[], timestamptz) from public, anon, authenticated;

create or replace function media_sync.arrived_values(p_sending jsonb, p_public_id text, p_told text[], p_observed_at timestamptz)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
    -- A grouped write goes by name. Taken by Cloudinary before the look-up began, on the asset that still has the name: it
    -- was there, and what the look-up shows is what somebody made of it since.
    return (
        select coalesce(jsonb_object_agg(sent.key, sent.value order by attempt.place), '{}')
        from jsonb_array_elements(p_sending) with ordinality as attempt (value, place)
        cross join lateral jsonb_each(attempt.value -> 'sent') as sent
        where (attempt.value -> 'arrived' ->> sent.key)::timestamptz <= p_observed_at
            and media_sync.is_told(p_told, sent.key)
            and p_public_id in (attempt.value ->> 'name', attempt.value ->> 'rename', attempt.value ->> 'detour')
    );
end;
$$;
comment on function media_sync.arrived_values(jsonb, text, text[], timestamptz) is
    'What is known to have been in Cloudinary before an observation that shows the asset under p_public_id, value by value.';
revoke all on function media_sync.arrived_values(jsonb, text, text[], timestamptz) from public, anon, authenticated;

create or replace function media_sync.settle_existence(p_sending jsonb, p_existence text, p_observed_at timestamptz)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
    return (
        select jsonb_agg(attempt order by place)
        from jsonb_array_elements(p_sending) with ordinality as listed (attempt, place)
        where case
            when not attempt ? 'existence' then true
            when attempt ->> 'existence' = p_existence then false
            when p_observed_at >= (attempt ->> 'landed_at')::timestamptz then false
            else p_observed_at < (attempt ->> 'until')::timestamptz
        end
    );
end;
$$;
comment on function media_sync.settle_existence(jsonb, text, timestamptz) is
    'The attempts that an observation of the asset, live or deleted, leaves open; null when none is.';
revoke all on function media_sync.settle_existence(jsonb, text, timestamptz) from public, anon, authenticated;

create or replace function media_sync.has_attempt(p_sending jsonb, p_existence text)
returns boolean
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
    return coalesce(p_sending @> jsonb_build_array(jsonb_build_object('existence', p_existence)), false);
end;
$$;
comment on function media_sync.has_attempt(jsonb, text) is 'True when an attempt to make the asset deleted or live is under way.';
revoke all on function media_sync.has_attempt(jsonb, text) from public, anon, authenticated;

create or replace function media_sync.lock_assets(p_ids uuid[])
returns void
language plpgsql
set search_path = ''
as $$
begin
    perform
    from public.media_assets as asset
    where asset.id = any (p_ids)
    order by asset.asset_id
    for no key update;
end;
$$;
comment on function media_sync.lock_assets(uuid[]) is
    'Locks rows in the one order in which every writer locks them, by asset_id, so that writers wait for each other instead of deadlocking.';
revoke all on function media_sync.lock_assets(uuid[]) from public, anon, authenticated;
grant execute on function media_sync.lock_assets(uuid[]) to authenticated, service_role;
