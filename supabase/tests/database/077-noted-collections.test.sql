-- The collections that stand on an asset for the search index: all in which it stands, whatever made it stand there.
begin;
\ir helpers.sql
select plan(12);

insert into public.media_assets (id, cloud_name, asset_id, public_id, resource_type, observed_at, updated_at)
select ('00000000-0000-4000-8000-00000000a00' || i)::uuid, 'demo', 'a' || i, 'a' || i, 'image', now(), '2026-06-01T00:00:00Z'
from generate_series(1, 4) as i;
insert into public.media_collections (id, slug, name, is_public) values
    ('00000000-0000-4000-8000-00000000c001', 'one', 'One', true), ('00000000-0000-4000-8000-00000000c002', 'two', 'Two', false);
select tests.create_user('00000000-0000-4000-8000-0000000000ee', 'editor@example.com', 'editor');

create function tests.noted()
returns text
language sql
security definer
as $$
    select string_agg(
        asset.asset_id || ':' || array_to_string(array(
            select collection.slug from unnest(asset.collection_ids) with ordinality as noted (id, place)
            join public.media_collections as collection on collection.id = noted.id
            order by noted.place
        ), ','), ' ' order by asset.asset_id
    )
    from public.media_assets as asset where asset.collection_ids <> '{}';
$$;
create function tests.shown(collection text)
returns text
language sql
as $$
    select coalesce(string_agg(item ->> 'asset_id', ' ' order by item ->> 'asset_id'), '')
    from jsonb_array_elements(public.list_media_assets(jsonb_build_object('collection', collection)) -> 'items') as item;
$$;
grant execute on function tests.noted(), tests.shown(text) to authenticated;

select tests.authenticate_as('authenticated', 'editor', '00000000-0000-4000-8000-0000000000ee');
select public.add_to_media_collection('00000000-0000-4000-8000-00000000c001', array['00000000-0000-4000-8000-00000000a001', '00000000-0000-4000-8000-00000000a002']::uuid[]);
select is(tests.noted(), 'a1:one a2:one', 'assets added to a collection → noted');
insert into public.media_collection_items (collection_id, media_asset_id)
select collection.id, '00000000-0000-4000-8000-00000000a003'::uuid from public.media_collections as collection;
select is(tests.noted(), 'a1:one a2:one a3:one,two', 'an asset added to two at once → both noted');
select public.reorder_media_collection('00000000-0000-4000-8000-00000000c001', array['00000000-0000-4000-8000-00000000a003']::uuid[], '00000000-0000-4000-8000-00000000a001');
select is(tests.noted(), 'a1:one a2:one a3:one,two', 'reordered → as before');
select public.move_between_media_collections('00000000-0000-4000-8000-00000000c001', array['00000000-0000-4000-8000-00000000a001']::uuid[], '00000000-0000-4000-8000-00000000c002');
select is(tests.noted(), 'a1:one,two a2:one a3:one,two', 'moved to another → the other noted too');
select is(tests.shown('one') || '; ' || tests.shown('two'), 'a2 a3; a1 a3', 'moved to another → shown there alone');
update public.media_collection_items set media_asset_id = '00000000-0000-4000-8000-00000000a004' where media_asset_id = '00000000-0000-4000-8000-00000000a002';
select is(tests.noted(), 'a1:one,two a2:one a3:one,two a4:one', 'an item given to another asset → noted there');
select is(tests.shown('one'), 'a3 a4', 'an item given to another asset → shown so');
select public.move_between_media_collections('00000000-0000-4000-8000-00000000c002', array['00000000-0000-4000-8000-00000000a001']::uuid[], '00000000-0000-4000-8000-00000000c001');
select is(tests.noted(), 'a1:one,two a2:one a3:one,two a4:one', 'moved back → noted once');
select is(tests.shown('one'), 'a1 a3 a4', 'moved back → shown again');
select throws_ok($$update public.media_assets set collection_ids = '{}'$$, '42501', null, 'an editor, the note itself → denied');
select tests.clear_authentication();
select is(
    (select bool_and(updated_at = '2026-06-01T00:00:00Z' and sync_status = 'synced' and edited_at is null) from public.media_assets), true,
    'noting collections → is no edit of an asset'
);
delete from public.media_collections where slug = 'one';
select is(tests.noted(), 'a1:two a2: a3:two a4:', 'a collection deleted → what is noted of it means nothing');

select * from finish();
rollback;
