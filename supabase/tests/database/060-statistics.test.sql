-- The counters equal a recount, whatever happened to the rows and in whatever statements.
begin;
\ir helpers.sql
select plan(28);

create function tests.recount()
returns table (
    total_assets bigint, total_images bigint, total_videos bigint, total_raw bigint, total_size bigint, synced_assets bigint,
    pending_assets bigint, error_assets bigint, conflict_assets bigint, deleted_assets bigint, pending_deletions bigint, out_of_scope_assets bigint
)
language sql
as $$
    select
        count(*) filter (where live),
        count(*) filter (where live and resource_type = 'image'),
        count(*) filter (where live and resource_type = 'video'),
        count(*) filter (where live and resource_type = 'raw'),
        coalesce(sum(bytes) filter (where live), 0)::bigint,
        count(*) filter (where live and sync_status = 'synced'),
        count(*) filter (where live and sync_status = 'pending'),
        count(*) filter (where in_scope and sync_status = 'error'),
        count(*) filter (where live and sync_status = 'conflict'),
        count(*) filter (where deleted_at is not null),
        count(*) filter (where deleted_at is not null and sync_status <> 'synced'),
        count(*) filter (where deleted_at is null and not in_scope)
    from (select *, in_scope and deleted_at is null as live from public.media_assets) as asset;
$$;

create function tests.statistics_equal_a_recount(title text)
returns text
language sql
as $$
    select results_eq('select * from public.get_media_statistics()', 'select * from tests.recount()', title);
$$;

create function tests.usage_equals_a_recount(title text)
returns text
language sql
as $$
    select is_empty(
        $query$select asset.id, asset.usage_count, count(usage.id)
        from public.media_assets as asset
        left join public.media_usage as usage on usage.media_asset_id = asset.id and usage.removed_at is null
        group by asset.id
        having asset.usage_count <> count(usage.id)$query$,
        title
    );
$$;

-- 1. Nothing, and one of each

select results_eq(
    'select * from public.get_media_statistics()',
    'select 0::bigint, 0::bigint, 0::bigint, 0::bigint, 0::bigint, 0::bigint, 0::bigint, 0::bigint, 0::bigint, 0::bigint, 0::bigint, 0::bigint',
    'an empty library → every figure is zero'
);
insert into public.media_assets (cloud_name, asset_id, public_id, resource_type, bytes, sync_status, deleted_at, in_scope) values
    ('demo', 'image', 'image', 'image', 1, 'synced', null, true),
    ('demo', 'video', 'video', 'video', 10, 'pending', null, true),
    ('demo', 'raw', 'raw', 'raw', 100, 'error', null, true),
    ('demo', 'unknown', 'unknown', 'raw', null, 'conflict', null, true),
    ('demo', 'deleted', 'deleted', 'image', 1000, 'synced', now(), true),
    ('demo', 'deleting', 'deleting', 'image', 1000, 'pending', now(), true),
    ('demo', 'undeletable', 'undeletable', 'image', 1000, 'error', now(), true),
    ('demo', 'outside', 'outside', 'image', 1000, 'synced', null, false);
select results_eq(
    'select * from public.get_media_statistics()',
    'values (4::bigint, 1::bigint, 1::bigint, 2::bigint, 111::bigint, 1::bigint, 1::bigint, 2::bigint, 1::bigint, 3::bigint, 2::bigint, 1::bigint)',
    'one asset of each kind → counted where it belongs'
);
select tests.statistics_equal_a_recount('one asset of each kind → equals a recount');

insert into media_sync.statistics (slot, total_assets, total_size) values (100, 5, 50), (101, -2, -20);
select results_eq(
    'select total_assets, total_size from public.get_media_statistics()', 'values (7::bigint, 141::bigint)', 'counters of several backends → added up'
);
delete from media_sync.statistics where slot >= 100;

-- 2. Statement by statement

create function tests.after(statement text, title text)
returns text
language plpgsql
as $$
begin
    execute statement;
    return tests.statistics_equal_a_recount(title || ' → equals a recount');
end;
$$;
select tests.after(statement, title)
from (values
    ($$insert into public.media_assets (cloud_name, asset_id, public_id, resource_type, bytes)
        select 'demo', 'many-' || i, 'many-' || i, 'image', i from generate_series(1, 50) as i$$, 'many inserted at once'),
    ($$update public.media_assets set bytes = bytes * 2$$, 'every size doubled'),
    ($$update public.media_assets set bytes = null where bytes % 3 = 0$$, 'sizes forgotten'),
    ($$update public.media_assets set resource_type = 'video' where bytes % 5 = 0$$, 'resource types changed'),
    ($$update public.media_assets set sync_status = 'pending' where asset_id like 'many-1%'$$, 'many pending'),
    ($$update public.media_assets set in_scope = not in_scope where asset_id like 'many-2%'$$, 'many out of scope'),
    ($$update public.media_assets set deleted_at = now() where asset_id like 'many-%1'$$, 'many deleted'),
    ($$update public.media_assets set deleted_at = null where deleted_at is not null$$, 'all restored'),
    ($$update public.media_assets set tags = '{new}'$$, 'all edited'),
    ($$update public.media_assets set sync_status = 'synced' where false$$, 'a statement that changes no row'),
    ($$insert into public.media_assets (cloud_name, asset_id, public_id, resource_type, bytes)
        select 'demo', 'many-' || i, 'many-' || i, 'raw', 7 from generate_series(40, 60) as i
        on conflict (cloud_name, asset_id) do update set resource_type = 'raw', bytes = 7$$, 'some inserted, some updated in one statement'),
    ($$with gone as (delete from public.media_assets where asset_id like 'many-3%' returning *)
        insert into public.media_assets (cloud_name, asset_id, public_id, resource_type)
        select cloud_name, 'again-' || asset_id, public_id, 'image' from gone$$, 'some deleted and inserted in one statement'),
    ($$delete from public.media_assets where asset_id like 'many-4%'$$, 'many rows removed'),
    ($$do 'begin
        begin
            update public.media_assets set deleted_at = now();
            raise exception ''undo'';
        exception when others then null;
        end;
    end'$$, 'a statement that was rolled back'),
    ($$delete from public.media_assets$$, 'every row removed')
) as statements (statement, title);
select is((select total_assets from public.get_media_statistics()), 0::bigint, 'every row removed → no asset');

-- 3. Ten thousand random changes of rows, by statements that change up to thirty at once; the same ones every time

select setseed(0.42);
do $$
declare
    types constant text[] := '{image,video,raw}';
    statuses constant text[] := '{synced,pending,error,conflict}';
    kind double precision;
    several text[];
    changed integer;
    done integer := 0;
begin
    while done < 10000 loop
        kind := random();
        several := array(select distinct floor(random() * 400)::integer::text from generate_series(1, 1 + floor(random() * 30)::integer));
        if kind < 0.30 then
            insert into public.media_assets (cloud_name, asset_id, public_id, resource_type, bytes, sync_status, in_scope)
            select
                'demo', one, one, types[1 + floor(random() * 3)], (random() * 1e9)::bigint, statuses[1 + floor(random() * 4)],
                random() < 0.8
            from unnest(several) as one
            on conflict (cloud_name, asset_id) do update set bytes = excluded.bytes, resource_type = excluded.resource_type;
        elsif kind < 0.45 then
            update public.media_assets set sync_status = statuses[1 + floor(random() * 4)]
            where cloud_name = 'demo' and asset_id = any (several);
        elsif kind < 0.55 then
            update public.media_assets set bytes = nullif(floor(random() * 1000)::bigint % 10, 0)
            where cloud_name = 'demo' and asset_id = any (several);
        elsif kind < 0.65 then
            update public.media_assets set deleted_at = case when deleted_at is null then now() end
            where cloud_name = 'demo' and asset_id = any (several);
        elsif kind < 0.70 then
            update public.media_assets set in_scope = not in_scope where cloud_name = 'demo' and asset_id = any (several);
        elsif kind < 0.75 then
            delete from public.media_assets where cloud_name = 'demo' and asset_id = any (several);
        elsif kind < 0.87 then
            insert into public.media_usage (media_asset_id, usage_type, reference_table, reference_id)
            select id, 'cover', 'articles', floor(random() * 5)::integer::text
            from public.media_assets
            where cloud_name = 'demo' and asset_id = any (several)
            on conflict do nothing;
        elsif kind < 0.92 then
            -- Each use moves to another asset, and ends or begins again, with a reference of its own each time.
            update public.media_usage
            set
                media_asset_id = coalesce(
                    (select id from public.media_assets where cloud_name = 'demo' and asset_id = several[1]), media_asset_id
                ),
                reference_id = concat_ws('-', done, id),
                removed_at = case when removed_at is null and random() < 0.5 then now() end
            where media_asset_id in (select id from public.media_assets where cloud_name = 'demo' and asset_id = any (several));
        else
            delete from public.media_usage
            where media_asset_id in (select id from public.media_assets where cloud_name = 'demo' and asset_id = any (several));
        end if;
        get diagnostics changed = row_count;
        done := done + changed;
    end loop;
end;
$$;
select cmp_ok((select count(*) from public.media_assets), '>', 100::bigint, '10,000 random changes → leave assets to count');
select tests.statistics_equal_a_recount('10,000 random changes → statistics equal a recount');
select tests.usage_equals_a_recount('10,000 random changes → usage_count equals a recount');
select cmp_ok((select sum(usage_count) from public.media_assets), '>', 0::bigint, '10,000 random changes → leave usage to count');
delete from public.media_usage;
select is((select sum(usage_count) from public.media_assets), 0::bigint, 'all usage removed → no asset is in use');

-- 4. What a merge, a deletion and a restore do

select media_sync.merge_observations(
    'demo',
    (select jsonb_agg(jsonb_build_object('asset_id', i::text, 'public_id', i::text, 'resource_type', 'raw', 'bytes', i)) from generate_series(1, 500) as i),
    now(), 'api'
);
select tests.statistics_equal_a_recount('a page merged → equals a recount');
select public.soft_delete_media_assets(array(select id from public.media_assets where in_scope limit 100));
select public.restore_media_asset(id) from public.media_assets where deleted_at is not null and in_scope limit 50;
select tests.statistics_equal_a_recount('deletions and restores → equals a recount');
select media_sync.confirm_absence('demo', array(select asset_id from public.media_assets limit 60), now(), 'api');
select tests.statistics_equal_a_recount('assets gone in Cloudinary → equals a recount');

select * from finish();
rollback;
