-- An observation is one asset in Cloudinary's own names. A key that is absent was not told and leaves what the row has.

create type media_sync.merge_outcome as (
    asset_id text,
    media_asset_id uuid,
    outcome text,
    conflict_count integer
);
comment on type media_sync.merge_outcome is 'What became of one observation: inserted, updated, restored, unchanged, stale, undecided, out_of_scope or quarantined.';

create or replace function media_sync.observed_assets(p_cloud_name text, p_observations jsonb)
returns table (asset_id text, observation jsonb, asset public.media_assets)
language plpgsql
stable
set search_path = ''
as $$
begin
    -- A listing may repeat an asset when the library changes under it; the last mention counts.
    -- The limit keeps this a look-up a row: in a first sync the planner knows nothing of the table yet, and would read
    -- all that is in it for every page.
    return query
    select incoming.asset_id, incoming.observation, known.asset
    from (
        select distinct on (element ->> 'asset_id') element ->> 'asset_id' as asset_id, element as observation
        from jsonb_array_elements(p_observations) with ordinality as listed (element, place)
        order by element ->> 'asset_id', place desc
    ) as incoming
    left join lateral (
        select present as asset
        from public.media_assets as present
        where present.cloud_name = p_cloud_name and present.asset_id = incoming.asset_id
        limit 1
    ) as known on true;
end;
$$;
comment on function media_sync.observed_assets(text, jsonb) is 'Each observed asset once, beside its row where there is one.';
revoke all on function media_sync.observed_assets(text, jsonb) from public, anon, authenticated;

create or replace function media_sync.observed_extra(p_extra jsonb, p_observation jsonb)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
declare
    -- An answer that tells a key tells what was sent for it as well, or it can be stored by now.
    v_originals constant jsonb := ((p_extra -> 'original_values') - array(select jsonb_object_keys(p_observation)))
        || coalesce(p_observation -> 'extra' -> 'original_values', '{}');
begin
    return ((p_extra || coalesce(p_observation -> 'extra', '{}')) - 'original_values')
        || case when v_originals <> '{}' then jsonb_build_object('original_values', v_originals) else '{}' end;
end;
$$;
comment on function media_sync.observed_extra(jsonb, jsonb) is
    'extra after an observation, where it holds original_values: what Cloudinary sent for keys that cannot be stored like that.';
revoke all on function media_sync.observed_extra(jsonb, jsonb) from public, anon, authenticated;

create or replace function media_sync.observed_content(p_asset public.media_assets, p_observation jsonb)
returns public.media_assets
language plpgsql
stable
set search_path = ''
as $$
begin
    return jsonb_populate_record(
        p_asset,
        p_observation - media_sync.editable_keys() - array['delta', 'observed_at', 'answered_at']
            || jsonb_build_object('extra', case
                when p_asset.extra ? 'original_values' then media_sync.observed_extra(p_asset.extra, p_observation)
                else coalesce(p_asset.extra, '{}') || coalesce(p_observation -> 'extra', '{}')
            end)
            -- What was not told with another version belongs to the content before it.
            || case
                when p_observation ? 'version' and (p_observation ->> 'version')::bigint is distinct from p_asset.version
                    then (
                        select coalesce(jsonb_object_agg(key, null), '{}')
                        from unnest(media_sync.fact_keys()) as key
                        where not p_observation ? key
                    )
                else '{}'::jsonb
            end
    );
end;
$$;
comment on function media_sync.observed_content(public.media_assets, jsonb) is 'The row with everything that Cloudinary alone decides as observed; what was not told stays.';
revoke all on function media_sync.observed_content(public.media_assets, jsonb) from public, anon, authenticated;

create or replace function media_sync.observed_fields(p_base jsonb, p_observation jsonb)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
    return case
        when p_observation ? 'delta' then media_sync.apply_difference(p_base, p_observation -> 'delta')
        -- Cloudinary's order of tags may change without a change of tags.
        when media_sync.same_tags(p_base -> 'tags', p_observation -> 'tags')
            then p_base || (p_observation - media_sync.content_keys() - 'tags')
        else p_base || (p_observation - media_sync.content_keys())
    end;
end;
$$;
comment on function media_sync.observed_fields(jsonb, jsonb) is
    'The editable fields as Cloudinary has them; what was not told is as last agreed. An observation with a delta, as notifications give it, tells what that changes.';
revoke all on function media_sync.observed_fields(jsonb, jsonb) from public, anon, authenticated;

create or replace function media_sync.told_fields(p_observation jsonb)
returns text[]
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
    return case
        when p_observation ? 'delta' then array(select jsonb_object_keys(media_sync.flat_difference(p_observation -> 'delta')))
        else array(select key from jsonb_object_keys(p_observation) as key where key = any (media_sync.editable_keys()))
    end;
end;
$$;
comment on function media_sync.told_fields(jsonb) is 'The fields, or of a delta the values, that an observation tells.';
revoke all on function media_sync.told_fields(jsonb) from public, anon, authenticated;

create or replace function media_sync.content_changes(p_from public.media_assets, p_to public.media_assets)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
    v_facts constant text[] := media_sync.fact_keys();
begin
    return (
        select jsonb_object_agg(key, value)
        from jsonb_each(media_sync.changed_fields(
            to_jsonb(p_from) - media_sync.editable_keys() - '{last_updated,search_text,facts_source,facts_tries,facts_not_before}'::text[],
            to_jsonb(p_to) - media_sync.editable_keys() - '{last_updated,search_text,facts_source,facts_tries,facts_not_before}'::text[]
        ))
        where case
            -- A listing tells less than a look-up: what is only now told of the same content, or not yet of another, is no change.
            when key = any (v_facts) then
                case
                    when p_from.version is distinct from p_to.version then value ->> 'to' is not null
                    else value ->> 'from' is not null
                end
            else p_from.version is distinct from p_to.version or not (key = 'extra' and value -> 'to' @> (value -> 'from'))
        end
    );
end;
$$;
comment on function media_sync.content_changes(public.media_assets, public.media_assets) is
    'What Cloudinary changed of what it alone decides: field to { from, to }; null when nothing. Facts that are merely told for the first time do not count.';
revoke all on function media_sync.content_changes(public.media_assets, public.media_assets) from public, anon, authenticated;
