-- What the time of an event proves about a write or a look-up of ours.

create or replace function media_sync.latest_moment(p_triggered_at timestamptz)
returns timestamptz
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
    -- Some events tell whole seconds.
    return p_triggered_at
        + case when date_trunc('second', p_triggered_at, 'UTC') = p_triggered_at then interval '1 second' else interval '0' end;
end;
$$;
comment on function media_sync.latest_moment(timestamptz) is 'Before which moment an event of that time has happened, or at it.';
revoke all on function media_sync.latest_moment(timestamptz) from public, anon, authenticated;

create or replace function media_sync.may_echo(p_attempt jsonb, p_triggered_at timestamptz)
returns boolean
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
    -- What happened before the write was planned is not its doing, though it brought the same value: an echo may come late.
    -- Should Cloudinary's clock be slow, a look-up settles the write instead.
    return coalesce((p_attempt ->> 'at')::timestamptz < media_sync.latest_moment(p_triggered_at), false);
end;
$$;
comment on function media_sync.may_echo(jsonb, timestamptz) is 'Whether what happened in Cloudinary at that time may be what the attempt sent.';
revoke all on function media_sync.may_echo(jsonb, timestamptz) from public, anon, authenticated;

create or replace function media_sync.is_overtaken(p_triggered_at timestamptz, p_observed_at timestamptz)
returns boolean
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
    -- Cloudinary repeats a notification for some minutes; a time that is further back is the fault of a clock and proves nothing.
    return coalesce(
        media_sync.latest_moment(p_triggered_at) < p_observed_at and p_triggered_at > p_observed_at - interval '1 hour', false
    );
end;
$$;
comment on function media_sync.is_overtaken(timestamptz, timestamptz) is
    'Whether a row was seen after what an event of that time tells had happened, so that it may have been changed again by then.';
revoke all on function media_sync.is_overtaken(timestamptz, timestamptz) from public, anon, authenticated;
