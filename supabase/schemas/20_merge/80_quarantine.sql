-- What cannot be stored is set aside alone, and told; the rest of its page is merged.

create or replace function media_sync.is_refused_value(p_sqlstate text)
returns boolean
language sql
immutable
parallel safe
set search_path = ''
as $$
    -- Data, rules of the table, limits of the program, and what our own triggers refuse. Anything else (locks, memory,
    -- shutdown, a mistake in our code) is nobody's value, and would be taken for one asset after the other.
    select left(p_sqlstate, 2) in ('21', '22', '23', '54', 'P0') or p_sqlstate = 'XX000';
$$;
comment on function media_sync.is_refused_value(text) is 'True for errors that a value of one asset causes.';
revoke all on function media_sync.is_refused_value(text) from public, anon, authenticated;

create or replace function media_sync.refusal_reason(p_sqlstate text, p_constraint text, p_column text)
returns text
language sql
immutable
parallel safe
set search_path = ''
as $$
    -- Never Postgres' own words, which quote values and names of ours.
    select case
        when p_sqlstate = '23514' then format(
            'Its %s is none that is known here.', coalesce(substring(p_constraint from '^media_assets_(.*)_check[0-9]*$'), 'state')
        )
        when p_sqlstate = '23502' then format('It has no %s.', coalesce(nullif(p_column, ''), 'value where one is needed'))
        when p_sqlstate in ('22P05', '22021') then 'It holds characters that cannot be stored.'
        when p_sqlstate = '22003' then 'It holds a number that is out of range.'
        when p_sqlstate in ('22007', '22008') then 'It holds a time that does not exist.'
        when p_sqlstate = '54001' then 'Its values are nested too deeply.'
        when left(p_sqlstate, 2) = '54' then 'One of its names or tags is too long.'
        else format('The database refuses one of its values (SQLSTATE %s).', p_sqlstate)
    end;
$$;
comment on function media_sync.refusal_reason(text, text, text) is 'Why the database refused an asset, as a sentence of ours.';
revoke all on function media_sync.refusal_reason(text, text, text) from public, anon, authenticated;

create or replace function media_sync.set_aside(
    p_cloud_name text,
    p_observation jsonb,
    p_reason text,
    p_source text,
    p_run_id uuid
)
returns void
language plpgsql
set search_path = ''
as $$
declare
    v_asset_id constant text := left(p_observation ->> 'asset_id', 255);
    v_public_id constant text := left(coalesce(p_observation ->> 'public_id', ''), 1000);
    v_is_new boolean;
begin
    v_is_new := not exists (
        select from media_sync.quarantine
        where cloud_name = p_cloud_name and asset_id = v_asset_id and reason = p_reason
    );
    insert into media_sync.quarantine as aside (cloud_name, asset_id, public_id, resource_type, reason)
    values (p_cloud_name, v_asset_id, v_public_id, left(coalesce(p_observation ->> 'resource_type', ''), 255), p_reason)
    on conflict (cloud_name, asset_id) do update set reason = excluded.reason, seen_at = clock_timestamp();
    if v_is_new then
        insert into public.media_sync_log (
            operation, status, direction, source, media_asset_id, asset_id, public_id, run_id, error_code, error_message
        )
        values (
            'quarantine', 'error', 'pull', p_source,
            (select id from public.media_assets where cloud_name = p_cloud_name and asset_id = v_asset_id),
            v_asset_id, v_public_id, p_run_id, 'quarantined', p_reason
        );
    end if;
    update media_sync.runs
    set
        error_count = error_count + 1,
        errors = case
            when jsonb_array_length(errors) < 50
                then errors || jsonb_build_object('public_id', v_public_id, 'code', 'quarantined', 'message', p_reason)
            else errors
        end
    where id = p_run_id;
end;
$$;
comment on function media_sync.set_aside(text, jsonb, text, text, uuid) is
    'Sets an asset aside that cannot be stored: quarantine, an error row in the log the first time, an error of the run.';
revoke all on function media_sync.set_aside(text, jsonb, text, text, uuid) from public, anon, authenticated;

create or replace function media_sync.let_back(p_cloud_name text, p_asset_ids text[], p_source text, p_run_id uuid)
returns void
language plpgsql
set search_path = ''
as $$
begin
    -- Nearly always there is nobody to let back.
    if not exists (select from media_sync.quarantine where cloud_name = p_cloud_name) then
        return;
    end if;
    with held as materialized (
        select aside.asset_id
        from media_sync.quarantine as aside
        where aside.cloud_name = p_cloud_name and aside.asset_id = any (p_asset_ids)
        -- Of assets that have no row nothing else is held.
        order by aside.asset_id
        for update
    ),
    back as (
        delete from media_sync.quarantine as aside
        using held
        where aside.cloud_name = p_cloud_name and aside.asset_id = held.asset_id
        returning aside.asset_id, aside.public_id
    )
    insert into public.media_sync_log (operation, status, direction, source, media_asset_id, asset_id, public_id, run_id)
    select 'quarantine', 'success', 'pull', p_source, known.id, back.asset_id, back.public_id, p_run_id
    from back
    left join lateral (
        select asset.id
        from public.media_assets as asset
        where asset.cloud_name = p_cloud_name and asset.asset_id = back.asset_id
        limit 1
    ) as known on true;
    if found then
        -- Edits of theirs that waited go out now.
        perform media_sync.lock_observed(p_cloud_name, '[]', p_asset_ids);
        update public.media_assets
        set next_attempt_at = null
        where cloud_name = p_cloud_name
            and asset_id = any (p_asset_ids)
            and sync_status = 'pending'
            and next_attempt_at is not null;
    end if;
end;
$$;
comment on function media_sync.let_back(text, text[], text, uuid) is 'Ends the quarantine of assets that fit again, or are gone, with their audit rows.';
revoke all on function media_sync.let_back(text, text[], text, uuid) from public, anon, authenticated;

create or replace function media_sync.merge_observations(
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
    v_storable jsonb := p_observations;
    v_outcomes media_sync.merge_outcome[];
    v_constraint text;
    v_column text;
    v_refusal text;
    v_half jsonb;
    v_is_odd constant boolean := jsonb_path_exists(p_observations, '$[*].unstorable');
begin
    -- The rows before the quarantine, and all of the page at once: whoever sets some aside and then merges the rest would hold
    -- the one and wait for the others.
    if v_is_odd or (
        -- A notification holds them already; and nearly always nothing is set aside.
        not p_options ? 'event_at'
        and exists (select from media_sync.quarantine where cloud_name = p_cloud_name)
        and exists (
            select from media_sync.quarantine as aside
            where aside.cloud_name = p_cloud_name
                and aside.asset_id in (select element ->> 'asset_id' from jsonb_array_elements(p_observations) as element)
        )
    ) then
        perform media_sync.lock_observed(p_cloud_name, p_observations);
    end if;
    if v_is_odd then
        select
            coalesce(jsonb_agg(element) filter (where not element ? 'unstorable'), '[]'),
            jsonb_agg(element order by element ->> 'asset_id') filter (where element ? 'unstorable')
        into v_storable, v_half
        from jsonb_array_elements(p_observations) as element;
        perform media_sync.set_aside(p_cloud_name, element, element ->> 'unstorable', p_source, p_run_id)
        from jsonb_array_elements(v_half) as element;
        return query
        select element ->> 'asset_id', null::uuid, 'quarantined', 0 from jsonb_array_elements(v_half) as element;
    end if;

    begin
        v_outcomes := array(
            select merged::media_sync.merge_outcome
            from media_sync.merge_page(p_cloud_name, v_storable, p_observed_at, p_source, p_run_id, p_options) as merged
        );
    exception
        when others then
            if not media_sync.is_refused_value(sqlstate) then
                raise;
            end if;
            get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
            v_refusal := media_sync.refusal_reason(sqlstate, v_constraint, v_column);
    end;

    if v_refusal is null then
        -- A delta tells too little to prove that the whole fits.
        perform media_sync.let_back(
            p_cloud_name,
            array(select element ->> 'asset_id' from jsonb_array_elements(v_storable) as element where not element ? 'delta'),
            p_source, p_run_id
        );
        return query select * from unnest(v_outcomes);
    elsif jsonb_array_length(v_storable) = 1 then
        perform media_sync.set_aside(p_cloud_name, v_storable -> 0, v_refusal, p_source, p_run_id);
        return query values (v_storable -> 0 ->> 'asset_id', null::uuid, 'quarantined', 0);
    else
        -- What was locked is free again, and the first half may set some aside: the second would be locked after that.
        perform media_sync.lock_observed(p_cloud_name, v_storable);
        -- By asset_id, so that new rows and the quarantine come in the one order of all writers.
        for v_half in
            select jsonb_agg(element order by rank)
            from (
                select element, row_number() over (order by element ->> 'asset_id', place) as rank, count(*) over () as total
                from jsonb_array_elements(v_storable) with ordinality as listed (element, place)
            ) as ranked
            group by rank * 2 <= total
            order by rank * 2 <= total desc
        loop
            return query
            select * from media_sync.merge_observations(p_cloud_name, v_half, p_observed_at, p_source, p_run_id, p_options);
        end loop;
    end if;
end;
$$;
comment on function media_sync.merge_observations(text, jsonb, timestamptz, text, uuid, jsonb) is
    'Merges a page of observations into the rows, with their audit rows, and returns one outcome per asset: as merge_page(), or quarantined for those that cannot be stored, which are set aside alone. Options: force (re-merge what looks unchanged), stamp (remember the look-up), event_at (when what a notification tells has happened), created_by (user of an upload), listed (a page of a listing, which may be of old assets).';
revoke all on function media_sync.merge_observations(text, jsonb, timestamptz, text, uuid, jsonb) from public, anon, authenticated;
