-- Values that both sides changed under the policy newest, seen by an answer that tells no times: nothing is written until one
-- does. What was seen is noted on the row, since the next answer may show something else.

create or replace function media_sync.since_undecided(p_agreed jsonb, p_undecided jsonb, p_remote jsonb, p_told text[])
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
declare
    v_remote constant jsonb := media_sync.flat_fields(p_remote);
    v_seen jsonb;
begin
    select jsonb_object_agg(key, value) into v_seen
    from jsonb_each(p_undecided)
    where media_sync.is_told(p_told, key) and not media_sync.same_value(value, v_remote -> key);
    return media_sync.apply_values(p_agreed, v_seen)
        || coalesce((select jsonb_object_agg(key, value) from jsonb_each(v_seen) where key = split_part(key, '.', 1)), '{}');
end;
$$;
comment on function media_sync.since_undecided(jsonb, jsonb, jsonb, text[]) is
    'base for the merge, where Cloudinary showed something else in between that was not decided upon: what it shows now is a change again, even if it is what both sides had agreed on.';
revoke all on function media_sync.since_undecided(jsonb, jsonb, jsonb, text[]) from public, anon, authenticated;

create or replace function media_sync.still_undecided(p_undecided jsonb, p_decision media_sync.decision, p_told text[])
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
declare
    v_base constant jsonb := media_sync.flat_fields((p_decision.asset).base);
    v_kept jsonb;
begin
    select coalesce(jsonb_object_agg(key, value), '{}') into v_kept
    from jsonb_each(p_undecided)
    where not media_sync.is_told(p_told, key);
    if p_decision.undecided then
        -- What it was before stays: back at what both sides had agreed on it would look as if nothing had happened.
        select v_kept || jsonb_object_agg(key, case
            when media_sync.same_value(value -> 'cloudinary', v_base -> key) then p_undecided -> key
            else value -> 'cloudinary'
        end) into v_kept
        from jsonb_each(p_decision.conflicts)
        where value ->> 'kept' = 'open';
    end if;
    return nullif(v_kept, '{}');
end;
$$;
comment on function media_sync.still_undecided(jsonb, media_sync.decision, text[]) is
    'What Cloudinary showed and nobody has decided upon, after a decision.';
revoke all on function media_sync.still_undecided(jsonb, media_sync.decision, text[]) from public, anon, authenticated;

create or replace function media_sync.note_undecided(p_cloud_name text, p_undecided media_sync.decision[])
returns void
language plpgsql
set search_path = ''
as $$
begin
    if p_undecided is null then
        return;
    end if;
    update public.media_assets as target
    set undecided = (decided.content).undecided
    from unnest(p_undecided) as decided
    where target.id = (decided.asset).id and target.undecided is distinct from (decided.content).undecided;
    perform media_sync.queue_refresh(
        p_cloud_name, array(select (decided.asset).asset_id from unnest(p_undecided) as decided), 'changed on both sides', true
    );
end;
$$;
comment on function media_sync.note_undecided(text, media_sync.decision[]) is
    'Notes what was seen and could not be decided upon, and asks for the answer that tells times. The caller holds the rows'' locks.';
revoke all on function media_sync.note_undecided(text, media_sync.decision[]) from public, anon, authenticated;
