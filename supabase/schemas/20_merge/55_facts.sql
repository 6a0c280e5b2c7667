-- Facts that listings do not tell: etag, uploaded_at, original_filename, duration, pages, and the times of change. They are
-- taken from whatever tells them of the same version. They never count as edits, nor as a sign that an asset is there or gone:
-- the search index, which tells most of them, lags.

create or replace function media_sync.untold_facts(p_asset public.media_assets)
returns text[]
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
    -- Whether an asset has pages, nobody knows before they are told.
    return array_remove(array[
        case when p_asset.etag is null then 'etag' end,
        case when p_asset.uploaded_at is null then 'uploaded_at' end,
        case when p_asset.original_filename is null then 'original_filename' end,
        case when p_asset.duration is null and p_asset.resource_type = 'video' then 'duration' end,
        case when coalesce(p_asset.last_updated, '{}') = '{}' then 'last_updated' end
    ], null);
end;
$$;
comment on function media_sync.untold_facts(public.media_assets) is 'The facts that an asset of its kind has and the row does not know.';
revoke all on function media_sync.untold_facts(public.media_assets) from public, anon, authenticated;

create or replace function media_sync.facts_source(p_asset public.media_assets, p_asked text, p_vain text[])
returns text
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
declare
    v_untold constant text[] := media_sync.untold_facts(p_asset);
begin
    return case
        when p_asked is null
            and (
                v_untold && '{etag,uploaded_at,duration}'
                or ('last_updated' = any (v_untold) and 'last_updated' <> all (p_vain))
            ) then 'search'
        -- For times of change alone nobody asks a detail: an edit outdates them, and a detail is a call.
        when p_asked is distinct from 'detail' and exists (
            select from unnest(v_untold) as fact
            where fact in ('etag', 'original_filename', 'duration') and p_asset.resource_type || ' ' || fact <> all (p_vain)
        ) then 'detail'
    end;
end;
$$;
comment on function media_sync.facts_source(public.media_assets, text, text[]) is
    'What is to be asked for the facts that a row does not know: search, detail or null (nothing would tell them). p_asked: what was asked already; p_vain: see vain_facts().';
revoke all on function media_sync.facts_source(public.media_assets, text, text[]) from public, anon, authenticated;

create or replace function media_sync.vain_facts(p_cloud_name text)
returns text[]
language plpgsql
stable
set search_path = ''
as $$
begin
    return (select search_refuses from media_sync.settings) || array(
        select resource_type || ' ' || fact
        from media_sync.detail_facts
        where cloud_name = p_cloud_name and asked >= 20 and told = 0
    );
end;
$$;
comment on function media_sync.vain_facts(text) is
    'What is asked for in vain: what searches refuse (metadata, last_updated), and facts that no detail has told (<resource_type> <fact>).';
revoke all on function media_sync.vain_facts(text) from public, anon, authenticated;

create or replace function media_sync.await_facts(
    p_before public.media_assets,
    p_content public.media_assets,
    p_is_outdated boolean,
    p_observed_at timestamptz,
    p_vain text[]
)
returns public.media_assets
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
declare
    v_is_new constant boolean := p_content.version is distinct from p_before.version;
begin
    if p_content is not distinct from p_before and not p_is_outdated then
        return p_content;
    end if;
    -- Times that were not told with a change belong to the state before it.
    if p_is_outdated or (v_is_new and p_content.last_updated = p_before.last_updated) then
        p_content.last_updated := '{}';
    end if;
    -- A row of which a search is due already need not wait any longer for it.
    if v_is_new or (p_is_outdated and p_before.facts_source is distinct from 'search') then
        p_content.facts_source := media_sync.facts_source(p_content, null, p_vain);
        p_content.facts_tries := 0;
        p_content.facts_not_before := p_observed_at + interval '15 minutes';
    elsif p_before.facts_source is not null then
        -- What searches did not show was another state.
        p_content.facts_tries := case when p_is_outdated then 0 else p_before.facts_tries end;
        p_content.facts_source := media_sync.facts_source(
            p_content, case p_before.facts_source when 'detail' then 'search' end, p_vain
        );
    end if;
    return p_content;
end;
$$;
comment on function media_sync.await_facts(public.media_assets, public.media_assets, boolean, timestamptz, text[]) is
    'A row''s content as an observation makes it, with what is to be asked for the facts that it left untold. p_is_outdated: editable fields changed, and no times were told with them. p_vain: see vain_facts().';
revoke all on function media_sync.await_facts(public.media_assets, public.media_assets, boolean, timestamptz, text[])
    from public, anon, authenticated;

create or replace function media_sync.shows_base(p_asset public.media_assets, p_observation jsonb)
returns boolean
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
    return p_observation ? 'public_id'
        and (p_observation ->> 'version')::bigint is not distinct from p_asset.version
        and media_sync.same_fields(media_sync.observed_fields(p_asset.base, p_observation), p_asset.base);
end;
$$;
comment on function media_sync.shows_base(public.media_assets, jsonb) is 'True when an answer shows the asset in the state on which both sides agreed.';
revoke all on function media_sync.shows_base(public.media_assets, jsonb) from public, anon, authenticated;

create or replace function media_sync.with_facts(p_asset public.media_assets, p_observation jsonb)
returns public.media_assets
language plpgsql
stable
set search_path = ''
as $$
declare
    v_times constant jsonb := coalesce(p_observation -> 'last_updated', '{}');
begin
    if not p_observation ? 'public_id' or (p_observation ->> 'version')::bigint is distinct from p_asset.version then
        return p_asset;
    end if;
    p_asset.etag := coalesce(p_asset.etag, p_observation ->> 'etag');
    p_asset.uploaded_at := coalesce(p_asset.uploaded_at, (p_observation ->> 'uploaded_at')::timestamptz);
    p_asset.original_filename := coalesce(p_asset.original_filename, p_observation ->> 'original_filename');
    p_asset.duration := coalesce(p_asset.duration, (p_observation ->> 'duration')::double precision);
    p_asset.pages := coalesce(p_asset.pages, (p_observation ->> 'pages')::integer);
    -- Times of change are facts about a state, not about the content. They only move on.
    if v_times <> '{}'
        and p_asset.sending is null
        and (
            p_asset.last_updated = '{}'
            or (v_times ->> 'updated_at')::timestamptz > (p_asset.last_updated ->> 'updated_at')::timestamptz
        )
        and media_sync.shows_base(p_asset, p_observation)
    then
        p_asset.last_updated := v_times;
    end if;
    return p_asset;
end;
$$;
comment on function media_sync.with_facts(public.media_assets, jsonb) is
    'The row with the facts that it does not know and an answer tells of the same version; nothing else of the answer is taken.';
revoke all on function media_sync.with_facts(public.media_assets, jsonb) from public, anon, authenticated;

create or replace function media_sync.seen_facts(p_observation jsonb, p_seen jsonb)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
declare
    -- What both answers tell; one of them may not be told metadata, or display names.
    v_keys constant text[] := array(
        select key from unnest(media_sync.editable_keys()) as key where p_observation ? key and p_seen ? key
    );
begin
    if p_seen is null or p_observation ? 'unstorable' or p_seen -> 'version' is distinct from p_observation -> 'version' then
        return '{}'::jsonb;
    end if;
    return (
        select coalesce(jsonb_object_agg(key, value), '{}')
        from jsonb_each(p_seen)
        where key = any (media_sync.fact_keys())
            or (
                key = 'last_updated'
                and value <> '{}'
                and media_sync.same_fields(
                    (select jsonb_object_agg(told.key, told.value) from jsonb_each(p_observation) as told where told.key = any (v_keys)),
                    (select jsonb_object_agg(told.key, told.value) from jsonb_each(p_seen) as told where told.key = any (v_keys))
                )
            )
    );
end;
$$;
comment on function media_sync.seen_facts(jsonb, jsonb) is
    'What a search told, p_seen, that belongs to what a look-up shows: facts of the same version, and the times of change where both show the same fields.';
revoke all on function media_sync.seen_facts(jsonb, jsonb) from public, anon, authenticated;

create or replace function media_sync.after_facts(
    p_asset public.media_assets,
    p_observation jsonb,
    p_asked text,
    p_vain text[],
    p_now timestamptz
)
returns public.media_assets
language plpgsql
stable
set search_path = ''
as $$
declare
    v_told public.media_assets := media_sync.with_facts(p_asset, p_observation);
begin
    if p_asset.facts_source is null then
        return v_told;
    elsif p_asked = 'detail' then
        v_told.facts_source := null;
    elsif p_asked is null or p_asset.facts_source <> p_asked then
        v_told.facts_source := media_sync.facts_source(v_told, case p_asset.facts_source when 'detail' then 'search' end, p_vain);
    elsif media_sync.shows_base(p_asset, p_observation) or p_asset.facts_tries > 0 then
        v_told.facts_source := media_sync.facts_source(v_told, 'search', p_vain);
        v_told.facts_tries := 0;
    else
        -- The index lags. A second search shows whether it has caught up; a third is not made.
        v_told.facts_tries := 1;
        v_told.facts_not_before := p_now + interval '10 minutes';
    end if;
    return v_told;
end;
$$;
comment on function media_sync.after_facts(public.media_assets, jsonb, text, text[], timestamptz) is
    'with_facts(), and what is to be asked next. p_asked: search or detail, where the asset was asked for its facts; null: the answer was made for another reason. p_vain: see vain_facts().';
revoke all on function media_sync.after_facts(public.media_assets, jsonb, text, text[], timestamptz) from public, anon, authenticated;

create or replace function media_sync.tell_facts(p_cloud_name text, p_observations jsonb, p_asked text default null)
returns integer
language plpgsql
set search_path = ''
-- Rows are looked up one by one, however few the table had when this was planned.
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
declare
    v_vain constant text[] := media_sync.vain_facts(p_cloud_name);
    v_now constant timestamptz := clock_timestamp();
    v_ids uuid[];
    v_count integer;
begin
    -- Most of what an answer shows is known: only rows that will be written are locked.
    select array_agg((known.asset).id) into v_ids
    from media_sync.observed_assets(p_cloud_name, p_observations) as known
    where (known.asset).id is not null
        and (known.asset).deleted_at is null
        and not known.observation ? 'unstorable'
        and media_sync.after_facts(known.asset, known.observation, p_asked, v_vain, v_now) is distinct from known.asset;
    if v_ids is null then
        return 0;
    end if;
    perform media_sync.lock_assets(v_ids);

    with told as materialized (
        select media_sync.after_facts(known.asset, known.observation, p_asked, v_vain, v_now) as asset
        from media_sync.observed_assets(p_cloud_name, p_observations) as known
        where (known.asset).id = any (v_ids) and (known.asset).deleted_at is null
    )
    update public.media_assets as target
    set
        etag = (told.asset).etag,
        uploaded_at = (told.asset).uploaded_at,
        original_filename = (told.asset).original_filename,
        duration = (told.asset).duration,
        pages = (told.asset).pages,
        last_updated = (told.asset).last_updated,
        facts_source = (told.asset).facts_source,
        facts_tries = (told.asset).facts_tries,
        facts_not_before = (told.asset).facts_not_before
    from told
    where target.id = (told.asset).id;
    get diagnostics v_count = row_count;
    return v_count;
end;
$$;
comment on function media_sync.tell_facts(text, jsonb, text) is
    'Puts facts that answers tell on the rows that do not know them: no edit, no audit row, nothing about being there or gone. p_asked: see after_facts(). Returns how many rows that changed.';
revoke all on function media_sync.tell_facts(text, jsonb, text) from public, anon, authenticated;
