-- What an observation makes of a row, decided without writing anything.

create type media_sync.decision as (
    asset public.media_assets,
    content public.media_assets,
    observed_at timestamptz,
    base jsonb,
    merged jsonb,
    conflicts jsonb,
    open_conflicts jsonb,
    sending jsonb,
    existence text,
    sync_status text,
    in_scope boolean,
    field_changes jsonb,
    content_changes jsonb,
    undecided boolean
);
comment on type media_sync.decision is
    'What becomes of one row: existence is live (it was and is), deleted (it was and is), returned (Cloudinary has it again, or still), or survived (its content changed there after it was deleted here).';

create or replace function media_sync.in_folder_mode(p_fields jsonb, p_fallback jsonb, p_folder_mode text)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
    return case
        -- There the folder is the path of the public_id and nothing else, and names to show do not exist.
        when p_folder_mode = 'fixed' then p_fields || jsonb_build_object(
            'folder', coalesce(substring(p_fields ->> 'public_id' from '^(.*)/'), ''), 'display_name', p_fallback -> 'display_name'
        )
        else p_fields
    end;
end;
$$;
comment on function media_sync.in_folder_mode(jsonb, jsonb, text) is
    'Editable fields with what follows from the others in fixed-folder mode; p_fallback gives the display_name there.';
revoke all on function media_sync.in_folder_mode(jsonb, jsonb, text) from public, anon, authenticated;

create or replace function media_sync.content_was_replaced(p_asset public.media_assets, p_content public.media_assets)
returns boolean
language plpgsql
stable
set search_path = ''
as $$
begin
    return case
        -- An etag that was not told says nothing about the content.
        when p_asset.etag is not null and p_content.etag is not null then p_asset.etag <> p_content.etag
        -- Restoring makes a new version of the old content.
        else p_content.version is distinct from p_asset.version and not media_sync.has_attempt(p_asset.sending, 'live')
    end;
end;
$$;
comment on function media_sync.content_was_replaced(public.media_assets, public.media_assets) is
    'True when Cloudinary holds other content than the row knows, and our own restore is not the reason.';
revoke all on function media_sync.content_was_replaced(public.media_assets, public.media_assets) from public, anon, authenticated;

create or replace function media_sync.observed_existence(
    p_asset public.media_assets,
    p_content public.media_assets,
    p_sending jsonb
)
returns text
language plpgsql
stable
set search_path = ''
as $$
begin
    return case
        when p_asset.deleted_at is null then 'live'
        -- Both sides had let go of it.
        when p_asset.sync_status = 'synced' then 'returned'
        when p_asset.restore_requested_at is not null then
            -- The deletion that was taken back may still arrive; until then nobody can promise that it is live.
            case when media_sync.has_attempt(p_sending, 'deleted') then 'deleted' else 'returned' end
        when media_sync.content_was_replaced(p_asset, p_content) then 'survived'
        else 'deleted'
    end;
end;
$$;
comment on function media_sync.observed_existence(public.media_assets, public.media_assets, jsonb) is
    'What it means for a row that Cloudinary shows its asset: live, deleted, returned or survived. p_sending: the attempts that are left.';
revoke all on function media_sync.observed_existence(public.media_assets, public.media_assets, jsonb) from public, anon, authenticated;

create or replace function media_sync.without_shared_context(p_base jsonb, p_context jsonb)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
    -- Keys that the row has count as edits made here from now on, and are written unless they are there. Keys that were taken
    -- away here stay agreed on, so that they are taken away there.
    return p_base || jsonb_build_object('context', (p_base -> 'context') - array(select jsonb_object_keys(p_context)));
end;
$$;
comment on function media_sync.without_shared_context(jsonb, jsonb) is
    'base, when a write of ours may have cleared the context in Cloudinary. p_context: what the row has.';
revoke all on function media_sync.without_shared_context(jsonb, jsonb) from public, anon, authenticated;

create or replace function media_sync.lasting_state(p_base jsonb, p_remote jsonb, p_sent jsonb, p_context jsonb)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
    -- A context that is being set as a whole is empty for a moment, or for good if its writer dies. What both sides agreed on
    -- is not that moment, or its end would pass for an edit.
    if p_remote -> 'context' <> '{}' or not coalesce(p_sent -> 'context.*' @> '[null]', false) then
        return p_remote;
    end if;
    return p_remote || jsonb_build_object('context', (
        select coalesce(jsonb_object_agg(key, value), '{}')
        from jsonb_each(media_sync.without_shared_context(p_base, p_context) -> 'context')
        where not coalesce(p_sent -> ('context.' || key) @> '[null]', false)
    ));
end;
$$;
comment on function media_sync.lasting_state(jsonb, jsonb, jsonb, jsonb) is
    'What an observation makes of base: the editable fields in Cloudinary, but for what a write of ours, of which p_sent (see open_values()) is on its way, shows for a moment. p_context: what the row has.';
revoke all on function media_sync.lasting_state(jsonb, jsonb, jsonb, jsonb) from public, anon, authenticated;

create or replace function media_sync.unclear_conflicts(
    p_asset public.media_assets,
    p_agreed jsonb,
    p_merged jsonb,
    p_remote jsonb,
    p_observation jsonb,
    p_observed_at timestamptz
)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
    v_told text[];
    v_seen jsonb;
    v_base jsonb;
    v_wanted jsonb;
begin
    if p_asset.sending is null then
        return '{}'::jsonb;
    end if;
    v_told := media_sync.told_fields(p_observation);
    v_seen := media_sync.flat_fields(p_remote);
    v_base := media_sync.flat_fields(p_agreed);
    v_wanted := media_sync.flat_fields(p_merged);
    return (
        select coalesce(
            jsonb_object_agg(key, jsonb_strip_nulls(jsonb_build_object(
                'base', v_base -> key, 'database', v_wanted -> key, 'cloudinary', v_seen -> key
            )) || '{"kept": "database"}'),
            '{}'
        )
        from (
            select key
            from jsonb_each(
                media_sync.unclear_values(p_asset.sending, p_remote ->> 'public_id', v_told, p_observed_at, v_seen)
                || media_sync.emptied_values(p_asset.sending, v_told, p_observed_at, v_base, v_seen)
            )
            -- A delta tells what changed, never what is missing.
            where not p_observation ? 'delta' and media_sync.same_value(v_wanted -> key, value)
            union
            select key
            from jsonb_each(media_sync.lost_values(p_asset.sending, v_told, v_base, v_seen))
            where not media_sync.same_value(v_wanted -> key, value)
        ) as unclear
    );
end;
$$;
comment on function media_sync.unclear_conflicts(public.media_assets, jsonb, jsonb, jsonb, jsonb, timestamptz) is
    'What is sent again although somebody in Cloudinary may have taken it back, as conflicts that the row won.';
revoke all on function media_sync.unclear_conflicts(public.media_assets, jsonb, jsonb, jsonb, jsonb, timestamptz)
    from public, anon, authenticated;

create or replace function media_sync.decide(
    p_asset public.media_assets,
    p_observation jsonb,
    p_observed_at timestamptz,
    p_settings media_sync.settings
)
returns media_sync.decision
language plpgsql
stable
set search_path = ''
as $$
declare
    v_known constant jsonb := media_sync.editable_fields(p_asset);
    v_mode constant text := p_settings.folder_mode;
    v_decision media_sync.decision;
    -- A base that was lost leaves what the row has for what was not told.
    v_base constant jsonb := media_sync.in_folder_mode(v_known || p_asset.base, v_known || p_asset.base, v_mode);
    v_agreed jsonb := p_asset.base;
    v_remote jsonb;
    v_sent jsonb := '{}'::jsonb;
    v_told text[];
    v_merge record;
begin
    v_decision.asset := p_asset;
    v_decision.observed_at := coalesce((p_observation ->> 'answered_at')::timestamptz, p_observed_at);
    v_decision.content := media_sync.observed_content(p_asset, p_observation);
    v_remote := media_sync.observed_fields(v_base, p_observation);
    v_remote := media_sync.in_folder_mode(v_remote, v_remote, v_mode);
    v_decision.content := media_sync.await_facts(
        p_asset, v_decision.content, not p_observation ? 'last_updated' and not media_sync.same_fields(v_remote, v_base),
        p_observed_at, p_settings.search_refuses
    );
    v_decision.base := v_remote;
    v_decision.sending := p_asset.sending;
    -- Asked of few rows, and then more than once.
    if p_asset.sending is not null or p_asset.undecided is not null then
        v_told := media_sync.told_fields(p_observation);
    end if;
    if p_asset.sending is not null then
        v_sent := media_sync.open_values(p_asset.sending, p_observed_at);
        v_decision.base := media_sync.lasting_state(p_asset.base, v_remote, v_sent, p_asset.context);
        v_decision.sending := media_sync.settle_sending(p_asset.sending, media_sync.flat_fields(v_remote), v_told, p_observed_at);
        -- A delta tells what changed; of whether the asset is there now, and what else it has, it tells nothing.
        if not p_observation ? 'delta' then
            v_agreed := media_sync.apply_values(
                p_asset.base, media_sync.arrived_values(p_asset.sending, v_remote ->> 'public_id', v_told, p_observed_at)
            );
            v_agreed := media_sync.without_cleared(v_agreed, p_asset.sending, v_remote, v_told, p_observed_at);
            v_decision.sending := media_sync.settle_existence(v_decision.sending, 'live', p_observed_at);
        end if;
    end if;

    if p_asset.undecided is not null then
        v_agreed := media_sync.since_undecided(v_agreed, p_asset.undecided, v_remote, v_told);
    end if;

    if p_asset.sync_status = 'synced' and p_asset.deleted_at is null then
        v_decision.merged := v_remote;
        v_decision.conflicts := '{}';
    else
        select * into v_merge from media_sync.merge(
            case when v_mode = 'fixed' then v_agreed - '{folder,display_name}'::text[] else v_agreed end,
            case when v_mode = 'fixed' then v_known - '{folder,display_name}'::text[] else v_known end,
            v_sent,
            case when v_mode = 'fixed' then v_remote - '{folder,display_name}'::text[] else v_remote end,
            p_settings.conflict_policy, p_asset.edited, coalesce(p_observation -> 'last_updated', '{}')
        );
        v_decision.merged := media_sync.in_folder_mode(v_merge.merged, v_remote, v_mode);
        v_decision.conflicts := media_sync.unclear_conflicts(
            p_asset, v_agreed, v_decision.merged, v_remote, p_observation, p_observed_at
        ) || v_merge.conflicts;
        v_decision.sending := media_sync.with_lost(v_decision.sending, v_merge.conflicts);
    end if;
    -- Who was last is asked of the asset's detail, the one answer that tells times.
    v_decision.undecided := p_settings.conflict_policy = 'newest'
        and not p_observation ? 'last_updated'
        and exists (select from jsonb_each(v_decision.conflicts) where value ->> 'kept' = 'open');

    v_decision.existence := media_sync.observed_existence(p_asset, v_decision.content, v_decision.sending);
    v_decision.open_conflicts := media_sync.open_conflicts(
        coalesce(p_asset.conflicts, '{}') || v_decision.conflicts, v_decision.merged, v_remote
    );
    v_decision.sync_status := case
        when v_decision.existence = 'deleted' then p_asset.sync_status
        when v_decision.open_conflicts is not null then 'conflict'
        when v_decision.sending is null and v_decision.base = v_remote and media_sync.same_fields(v_decision.merged, v_remote)
            then 'synced'
        when p_asset.sync_status = 'error' then 'error'
        else 'pending'
    end;
    -- The folder that Cloudinary has decides: an edit that leads out of scope is carried to its end first.
    v_decision.in_scope := media_sync.in_scope(v_remote ->> 'folder', p_settings.include_folders);
    v_decision.field_changes := media_sync.changed_fields(v_known, v_decision.merged);
    if v_decision.content is distinct from p_asset then
        v_decision.content_changes := media_sync.content_changes(p_asset, v_decision.content);
    end if;
    -- An address that changes alone follows a rename that is in the log already.
    if v_decision.content_changes - array['url', 'secure_url'] = '{}' then
        v_decision.content_changes := null;
    end if;
    if p_asset.undecided is not null or v_decision.undecided then
        v_decision.content.undecided := media_sync.still_undecided(p_asset.undecided, v_decision, media_sync.told_fields(p_observation));
    end if;
    return v_decision;
end;
$$;
comment on function media_sync.decide(public.media_assets, jsonb, timestamptz, media_sync.settings) is
    'What one observation makes of one row. Pure: the same arguments decide the same.';
revoke all on function media_sync.decide(public.media_assets, jsonb, timestamptz, media_sync.settings) from public, anon, authenticated;
