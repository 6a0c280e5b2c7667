-- Which changes searches have shown already. A search reaches back an hour, because the index lags; without a memory every
-- tick of the hour after a bulk change would read all its pages again.

create or replace function media_sync.remember_hits(
    p_cloud_name text,
    p_observations jsonb,
    p_since timestamptz,
    p_total bigint,
    p_observed_at timestamptz
)
returns boolean
language plpgsql
set search_path = ''
as $$
begin
    insert into media_sync.search_hits as known (cloud_name, asset_id, updated_at)
    select distinct on (shown.asset_id) p_cloud_name, shown.asset_id, coalesce(shown.updated_at, p_observed_at)
    from (
        select element ->> 'asset_id' as asset_id, (element -> 'last_updated' ->> 'updated_at')::timestamptz as updated_at
        from jsonb_array_elements(p_observations) as element
    ) as shown
    left join media_sync.search_hits as earlier on earlier.cloud_name = p_cloud_name and earlier.asset_id = shown.asset_id
    -- An asset whose time is not told and that was shown since p_since already may be there for the change known of it.
    where shown.updated_at is not null or earlier.updated_at is null or earlier.updated_at < p_since
    order by shown.asset_id, shown.updated_at desc nulls last
    on conflict (cloud_name, asset_id) do update
    set updated_at = excluded.updated_at
    where known.updated_at < excluded.updated_at;
    -- Every change that the search counts has been shown, here or by an earlier search.
    return p_total <= (
        select count(*) from media_sync.search_hits where cloud_name = p_cloud_name and updated_at >= p_since
    );
end;
$$;
comment on function media_sync.remember_hits(text, jsonb, timestamptz, bigint, timestamptz) is
    'Remembers what a page of a search for changes since p_since shows. True when nothing on its other pages is news: p_total is how many the search finds. p_observed_at stands for times that are not told.';
revoke all on function media_sync.remember_hits(text, jsonb, timestamptz, bigint, timestamptz) from public, anon, authenticated;

create or replace function media_sync.forget_hits(p_cloud_name text, p_asset_ids text[], p_before timestamptz)
returns void
language plpgsql
set search_path = ''
as $$
begin
    -- What is gone is not counted by searches either.
    delete from media_sync.search_hits
    where cloud_name = p_cloud_name and (asset_id = any (p_asset_ids) or updated_at < p_before);
end;
$$;
comment on function media_sync.forget_hits(text, text[], timestamptz) is 'Forgets what searches have shown of these assets, and of changes from before a time.';
revoke all on function media_sync.forget_hits(text, text[], timestamptz) from public, anon, authenticated;
