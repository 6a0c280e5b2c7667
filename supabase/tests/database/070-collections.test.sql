-- Collections and usage: what they are for, and what they refuse.
begin;
\ir helpers.sql
select plan(54);

insert into public.media_assets (id, cloud_name, asset_id, public_id, resource_type, observed_at, updated_at)
select ('00000000-0000-4000-8000-00000000a00' || i)::uuid, 'demo', 'a' || i, 'a' || i, 'image', now(), '2026-06-01T00:00:00Z'
from generate_series(1, 4) as i;
select tests.create_user('00000000-0000-4000-8000-0000000000ee', 'editor@example.com', 'editor');

-- 1. The slug

select tests.authenticate_as('authenticated', 'editor', '00000000-0000-4000-8000-0000000000ee');
select lives_ok(format('insert into public.media_collections (slug, name) values (%L, ''A name'')', slug), format('slug %s → taken', slug))
from unnest('{a,7,summer,summer-2026,a-b-c}'::text[]) as slug;
select throws_ok(
    format('insert into public.media_collections (slug, name) values (%L, ''A name'')', slug), '23514', null, format('slug %s → refused', to_json(slug))
)
from unnest(array['', 'Summer', 'a b', '-a', 'a-', 'a--b', 'a_b', 'a/b', 'é', E'a\n']) as slug;
select throws_ok($$insert into public.media_collections (slug, name) values ('summer', 'Again')$$, '23505', null, 'a slug that is taken → refused');
select throws_ok($$insert into public.media_collections (slug, name) values (null, 'None')$$, '23502', null, 'no slug → refused');
select throws_ok($$insert into public.media_collections (slug, name) values ('nameless', '')$$, '23514', null, 'no name → refused');
select results_eq(
    $$select is_public, position, parent_id, created_by from public.media_collections where slug = 'summer'$$,
    $$values (false, 0, null::uuid, '00000000-0000-4000-8000-0000000000ee'::uuid)$$,
    'a new collection → private, at the top, by whoever made it'
);

-- 2. Nesting and order

-- Editors cannot choose ids; these tests need known ones.
select tests.clear_authentication();
insert into public.media_collections (id, slug, name, parent_id, position) values
    ('00000000-0000-4000-8000-00000000c001', 'parent', 'Parent', null, 0),
    ('00000000-0000-4000-8000-00000000c002', 'child-b', 'B', '00000000-0000-4000-8000-00000000c001', 2),
    ('00000000-0000-4000-8000-00000000c003', 'child-a', 'A', '00000000-0000-4000-8000-00000000c001', 1),
    ('00000000-0000-4000-8000-00000000c004', 'grandchild', 'G', '00000000-0000-4000-8000-00000000c002', 0);
select tests.authenticate_as('authenticated', 'editor', '00000000-0000-4000-8000-0000000000ee');
select results_eq(
    $$select slug from public.media_collections where parent_id = '00000000-0000-4000-8000-00000000c001' order by position$$,
    '{child-a,child-b}'::text[],
    'collections within a collection → in their order'
);
select throws_ok(
    $$update public.media_collections set parent_id = id where slug = 'parent'$$, '23514', null, 'a collection within itself → refused'
);
select throws_ok(
    $$update public.media_collections set parent_id = '00000000-0000-4000-8000-00000000cfff' where slug = 'parent'$$, '23503', null,
    'a collection within one that is not there → refused'
);
delete from public.media_collections where slug = 'parent';
select set_eq(
    $$select slug, parent_id from public.media_collections where slug in ('child-a', 'child-b', 'grandchild')$$,
    $$values ('child-a', null::uuid), ('child-b', null), ('grandchild', '00000000-0000-4000-8000-00000000c002')$$,
    'the outer collection deleted → those within move to the top, with their own'
);
select tests.clear_authentication();
update public.media_collections set updated_at = '2026-06-01T00:00:00Z' where slug = 'child-a';
select tests.authenticate_as('authenticated', 'editor', '00000000-0000-4000-8000-0000000000ee');
update public.media_collections set name = 'New' where slug = 'child-a';
select cmp_ok(
    (select updated_at from public.media_collections where slug = 'child-a'), '>', '2026-06-01T00:00:00Z'::timestamptz,
    'a collection changed → says when'
);

-- 3. Its assets

insert into public.media_collection_items (collection_id, media_asset_id, position)
select '00000000-0000-4000-8000-00000000c002', ('00000000-0000-4000-8000-00000000a00' || i)::uuid, 9 - i from generate_series(1, 3) as i;
select throws_ok(
    $$insert into public.media_collection_items (collection_id, media_asset_id)
    values ('00000000-0000-4000-8000-00000000c002', '00000000-0000-4000-8000-00000000a001')$$,
    '23505', null, 'an asset twice in a collection → refused'
);
select throws_ok(
    $$insert into public.media_collection_items (collection_id, media_asset_id)
    values ('00000000-0000-4000-8000-00000000c002', '00000000-0000-4000-8000-00000000afff')$$,
    '42501', null, 'an asset that is not there → refused, as one that is hidden'
);
select results_eq(
    $$select asset.public_id from public.media_collection_items as item join public.media_assets as asset on asset.id = item.media_asset_id
    where item.collection_id = '00000000-0000-4000-8000-00000000c002' order by item.position$$,
    '{a3,a2,a1}'::text[],
    'the assets of a collection → in their order'
);
select is(
    (select distinct added_by from public.media_collection_items), '00000000-0000-4000-8000-0000000000ee'::uuid, 'an asset added → by whom'
);

-- 4. Who sees a public collection

select tests.authenticate_as('anon');
select is_empty('select id from public.media_collections', 'a private collection → nobody without a sign-in sees it');
select is_empty('select media_asset_id from public.media_collection_items', 'a private collection → nor its items');
select is_empty('select id from public.media_assets', 'a private collection → nor its assets');
select tests.clear_authentication();
update public.media_collections set is_public = true where slug = 'child-b';
update public.media_assets set deleted_at = now() where public_id = 'a2';
select tests.authenticate_as('anon');
select set_eq('select slug from public.media_collections', '{child-b}'::text[], 'made public → anyone sees it, and not those within');
select set_eq('select public_id from public.media_assets', '{a1,a3}'::text[], 'made public → anyone sees its live assets');
select throws_ok('update public.media_collections set is_public = true', '42501', null, 'made public → nobody without a sign-in may change it');
select tests.clear_authentication();
insert into public.media_collections (id, slug, name, is_public) values ('00000000-0000-4000-8000-00000000c005', 'other', 'Other', true);
insert into public.media_collection_items (collection_id, media_asset_id)
values ('00000000-0000-4000-8000-00000000c005', '00000000-0000-4000-8000-00000000a001');
select tests.authenticate_as('anon');
select results_eq(
    'select public_id from public.media_assets order by 1', '{a1,a3}'::text[], 'an asset in two public collections → seen once'
);
select tests.clear_authentication();
update public.media_collections set is_public = false where slug = 'child-b';
select tests.authenticate_as('anon');
select set_eq('select public_id from public.media_assets', '{a1}'::text[], 'made private again → only what another one shows');
select tests.clear_authentication();
delete from public.media_collections where slug = 'other';
select is((select count(*) from public.media_assets), 4::bigint, 'a collection deleted → its assets stay');
select is(
    (select count(*) from public.media_collection_items where collection_id = '00000000-0000-4000-8000-00000000c005'), 0::bigint,
    'a collection deleted → its items go'
);
delete from public.media_assets where public_id = 'a3';
select set_eq(
    $$select asset.public_id from public.media_collection_items as item join public.media_assets as asset on asset.id = item.media_asset_id$$,
    '{a1,a2}'::text[], 'an asset''s row removed → it leaves its collections'
);

-- 5. Usage: one live row for each place

create function tests.usage_count(wanted text)
returns integer
language sql
as $$
    select usage_count from public.media_assets where public_id = wanted;
$$;
select tests.authenticate_as('authenticated', 'editor', '00000000-0000-4000-8000-0000000000ee');
insert into public.media_usage (media_asset_id, usage_type, reference_table, reference_id)
values ('00000000-0000-4000-8000-00000000a001', 'cover', 'articles', '1');
select is((select created_by from public.media_usage), '00000000-0000-4000-8000-0000000000ee'::uuid, 'a use recorded → by whom');
select throws_ok(
    $$insert into public.media_usage (media_asset_id, usage_type, reference_table, reference_id)
    values ('00000000-0000-4000-8000-00000000a001', 'cover', 'articles', '1')$$,
    '23505', null, 'the same use again → refused'
);
select lives_ok(
    $$insert into public.media_usage (media_asset_id, usage_type, reference_table, reference_id)
    values ('00000000-0000-4000-8000-00000000a001', 'cover', 'articles', '1')
    on conflict (media_asset_id, usage_type, reference_table, reference_id, field) where removed_at is null do nothing$$,
    'the same use again, where that is no news → nothing'
);
select is(tests.usage_count('a1'), 1, 'one use → usage_count 1');
insert into public.media_usage (media_asset_id, usage_type, reference_table, reference_id, field)
values ('00000000-0000-4000-8000-00000000a001', 'cover', 'articles', '1', 'thumbnail'),
    ('00000000-0000-4000-8000-00000000a001', 'gallery', 'articles', '1', ''),
    ('00000000-0000-4000-8000-00000000a001', 'cover', 'articles', '2', ''),
    ('00000000-0000-4000-8000-00000000a002', 'cover', 'articles', '1', '');
select is(tests.usage_count('a1') || ' ' || tests.usage_count('a2'), '4 1', 'uses in other places → counted for each asset');
update public.media_usage set removed_at = now() where reference_id = '1' and usage_type = 'cover' and field = '';
select is(tests.usage_count('a1') || ' ' || tests.usage_count('a2'), '3 0', 'uses ended → counted no more');
update public.media_usage set removed_at = now() where removed_at is not null;
select is(tests.usage_count('a1') || ' ' || tests.usage_count('a2'), '3 0', 'uses ended twice → counted once');
select lives_ok(
    $$insert into public.media_usage (media_asset_id, usage_type, reference_table, reference_id)
    values ('00000000-0000-4000-8000-00000000a001', 'cover', 'articles', '1')$$,
    'a use that ended, begun again → taken'
);
select is(
    (select count(*) from public.media_usage where media_asset_id = '00000000-0000-4000-8000-00000000a001' and usage_type = 'cover' and reference_id = '1' and field = ''),
    2::bigint, 'a use that ended → stays as history'
);
select throws_ok(
    $$update public.media_usage set removed_at = null
    where removed_at is not null and media_asset_id = '00000000-0000-4000-8000-00000000a001'$$,
    '23505', null, 'a use that ended, revived beside the live one → refused'
);
update public.media_usage set media_asset_id = '00000000-0000-4000-8000-00000000a002' where reference_id = '2';
select is(tests.usage_count('a1') || ' ' || tests.usage_count('a2'), '3 1', 'a use moved to another asset → counted there');
delete from public.media_usage where reference_id = '2';
select is(tests.usage_count('a1') || ' ' || tests.usage_count('a2'), '3 0', 'a use deleted → counted no more');
select throws_ok(
    $$insert into public.media_usage (media_asset_id, usage_type, reference_table, reference_id)
    values ('00000000-0000-4000-8000-00000000afff', 'cover', 'articles', '1')$$,
    '42501', null, 'the use of an asset that is not there → refused, as of one that is hidden'
);
select tests.clear_authentication();
select is(
    (select row(updated_at, sync_status, edited_at)::text from public.media_assets where public_id = 'a1'),
    row('2026-06-01T00:00:00Z'::timestamptz, 'synced', null::timestamptz)::text,
    'counting uses → is no edit of the asset'
);
delete from public.media_assets where public_id = 'a1';
select is(
    (select count(*) from public.media_usage where media_asset_id = '00000000-0000-4000-8000-00000000a001'), 0::bigint,
    'an asset''s row removed → its usage goes'
);

select * from finish();
rollback;
