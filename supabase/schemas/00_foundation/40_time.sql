-- Times: how a row remembers its last change, how health shows one, and how long a failed attempt waits.

create or replace function media_sync.touch_updated_at()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
    new.updated_at := clock_timestamp();
    return new;
end;
$$;
comment on function media_sync.touch_updated_at() is 'Keeps updated_at at the time of the last change.';
revoke all on function media_sync.touch_updated_at() from public, anon, authenticated;

create or replace function media_sync.health_time(p_time timestamptz)
returns text
language sql
stable
set search_path = ''
as $$
    select to_char(p_time at time zone 'UTC', 'YYYY-MM-DD HH24:MI') || ' UTC';
$$;
comment on function media_sync.health_time(timestamptz) is 'A time as health shows it.';
revoke all on function media_sync.health_time(timestamptz) from public, anon, authenticated;

create or replace function media_sync.health_count(p_count bigint, p_one text, p_many text)
returns text
language sql
stable
set search_path = ''
as $$
    select p_count || ' ' || case p_count when 1 then p_one else p_many end;
$$;
comment on function media_sync.health_count(bigint, text, text) is 'A number with its words as health shows it: 1 asset is, 2 assets are.';
revoke all on function media_sync.health_count(bigint, text, text) from public, anon, authenticated;

create or replace function media_sync.backoff(p_attempts integer, p_cap interval, p_random double precision)
returns interval
language sql
immutable
parallel safe
set search_path = ''
as $$
    -- exp(1), exp(2), … seconds, of which the second half is left to chance so that rows spread out.
    select least(make_interval(secs => exp(least(p_attempts, 10))), p_cap) * (0.5 + p_random / 2);
$$;
comment on function media_sync.backoff(integer, interval, double precision) is 'Pause before the next attempt: exponential, capped, with jitter from a number in [0, 1).';
revoke all on function media_sync.backoff(integer, interval, double precision) from public, anon, authenticated;
