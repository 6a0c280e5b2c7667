-- Health of a single one: each sentence that counts says it in the singular, and of two in the plural.
begin;
\ir helpers.sql
select plan(23);

create function tests.message(wanted text)
returns text
language sql
as $$
    select message from public.get_sync_health() where check_name = wanted;
$$;

create function tests.many(wanted integer, wanted_status text)
returns void
language sql
as $$
    delete from public.media_assets;
    insert into public.media_assets (cloud_name, asset_id, public_id, resource_type, observed_at, sync_status, edited_at)
    select 'demo', 'a' || place, 'a' || place, 'image', now(), wanted_status, clock_timestamp() - interval '1 hour'
    from generate_series(1, wanted) as place;
$$;

create function tests.aside(wanted integer)
returns void
language sql
as $$
    delete from media_sync.quarantine;
    insert into media_sync.quarantine (cloud_name, asset_id, public_id, reason)
    select 'demo', 'q' || place, 'q' || place, 'Odd.' from generate_series(1, wanted) as place;
$$;

savepoint empty;

-- 1. Assets and edits

select tests.many(1, 'pending');
select matches(tests.message('pending_edits'), '^1 edit waits for Cloudinary, since 20', 'an edit waits → one');
select tests.many(2, 'pending');
select matches(tests.message('pending_edits'), '^2 edits wait for Cloudinary, the oldest since 20', 'two edits wait → two');
select tests.many(1, 'error');
select matches(tests.message('assets_in_error'), '^1 asset could not be pushed: see its sync_error, then', 'an asset in error → one');
select tests.many(2, 'error');
select matches(tests.message('assets_in_error'), '^2 assets could not be pushed: see their sync_error, then', 'two assets in error → two');
select tests.many(1, 'conflict');
select matches(tests.message('open_conflicts'), '^1 asset changed on both sides and waits for a decision:', 'a conflict → one');
select tests.many(2, 'conflict');
select matches(tests.message('open_conflicts'), '^2 assets changed on both sides and wait for a decision:', 'two conflicts → two');
rollback to empty;

select tests.aside(1);
select is(
    tests.message('quarantine'),
    '1 asset is set aside, because what Cloudinary holds of it cannot be stored: q1 (Odd). Mend it in Cloudinary; it comes by itself then.',
    'an asset set aside → one'
);
select tests.aside(2);
select matches(
    tests.message('quarantine'), '^2 assets are set aside, because what Cloudinary holds of them .* Mend them in Cloudinary; they come by themselves then\.$', 'two set aside → two'
);
rollback to empty;

-- 2. Both sides, and backups

select public.media_sync_note_comparison(1);
select matches(tests.message('equality'), ' found 1 asset that differs or is missing on a side:', 'a difference → one');
select public.media_sync_note_comparison(2);
select matches(tests.message('equality'), ' found 2 assets that differ or are missing on a side:', 'two differences → two');
update media_sync.health_state set sampled_assets = 1, sampled_backups = 0;
select matches(tests.message('backups'), ': of 1 asset that was looked at Cloudinary keeps no backup', 'one looked at, without a backup → one');
update media_sync.health_state set sampled_backups = 1;
select matches(tests.message('backups'), ': of the one that was looked at Cloudinary keeps a backup', 'one looked at, with a backup → one');
update media_sync.health_state set sampled_assets = 2, sampled_backups = 2;
select matches(tests.message('backups'), ': of all 2 that were looked at Cloudinary keeps a backup', 'two looked at → two');
rollback to empty;

-- 3. What is lost, hidden or out of reach

update media_sync.health_state set rows_lost_at = clock_timestamp(), lost_rows = 1;
select matches(tests.message('loss'), '^The row of 1 asset is gone since 20.*: the next ticks bring it back from Cloudinary', 'a row lost → one');
update media_sync.health_state set lost_rows = 2;
select matches(tests.message('loss'), '^The rows of 2 assets are gone since 20.*: the next ticks bring them back from Cloudinary', 'two rows lost → two');
rollback to empty;
insert into media_sync.kept_links (media_asset_id, kind, link)
select gen_random_uuid(), kind, '{}' from unnest('{usage,collection,collection}'::text[]) as kind;
select matches(tests.message('loss'), '^1 place of use and 2 places in collections belong', 'places without their asset → each counted');
rollback to empty;

insert into media_sync.runs (kind, status, cloud_name, source, blocked_by) values ('full', 'blocked', 'demo', 'cron', '{"absent": 1, "live": 1}');
select matches(tests.message('delete_guard'), ' would delete 1 of 1 asset: if', 'a blocked run over one asset → one');
update media_sync.runs set kind = 'scope';
select matches(tests.message('delete_guard'), ' would hide 1 of 1 asset and waits', 'a change of folders that would hide one → one');
update media_sync.runs set kind = 'full', status = 'completed', expected = 1;
update media_sync.settings set include_folders = '{nowhere}';
select matches(tests.message('scope'), '^The one asset does not lie in include_folders', 'folders without the one asset → one');
update media_sync.runs set expected = 2;
select matches(tests.message('scope'), '^None of 2 assets lies in include_folders', 'folders without both assets → two');
rollback to empty;

insert into media_sync.rate_limits (cloud_name, call_limit, remaining, reset_at) values ('demo', 500, 1, clock_timestamp() + interval '20 minutes');
select matches(tests.message('quota'), '^Only 1 of 500 Admin API calls is left until', 'a call left → one');
update media_sync.rate_limits set remaining = 2;
select matches(tests.message('quota'), '^Only 2 of 500 Admin API calls are left until', 'two calls left → two');
rollback to empty;

select results_eq(
    $$select media_sync.health_count(place, 'is', 'are') from generate_series(0, 2) as place$$,
    $$values ('0 are'), ('1 is'), ('2 are')$$,
    'none, one, two → only one in the singular'
);

select * from finish();
rollback;
