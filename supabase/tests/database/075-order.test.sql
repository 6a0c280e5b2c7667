-- The acts on collections and usage: assets added, ordered, moved, removed in one call.
begin;
\ir helpers.sql
select plan(48);

insert into public.media_assets (id, cloud_name, asset_id, public_id, resource_type, observed_at, deleted_at, in_scope)
select
    ('00000000-0000-4000-8000-00000000a00' || i)::uuid, 'demo', 'a' || i, 'a' || i, 'image', now(),
    case when i = 8 then now() end, i <> 9
from generate_series(1, 9) as i;
insert into public.media_collections (id, slug, name) values
    ('00000000-0000-4000-8000-00000000c001', 'one', 'One'),
    ('00000000-0000-4000-8000-00000000c002', 'two', 'Two');
select tests.create_user('00000000-0000-4000-8000-0000000000ee', 'editor@example.com', 'editor');

create function tests.ids(numbers integer[])
returns uuid[]
language sql
as $$
    select array(select ('00000000-0000-4000-8000-00000000a00' || number)::uuid from unnest(numbers) with ordinality as wanted (number, place) order by place);
$$;
-- Ids as the numbers of their assets, in their order.
create function tests.numbers(ids jsonb)
returns text
language sql
as $$
    select coalesce(string_agg(right(id, 1), '' order by place), '') from jsonb_array_elements_text(ids) with ordinality as listed (id, place);
$$;
create function tests.collection(number integer)
returns uuid
language sql
as $$
    select ('00000000-0000-4000-8000-00000000c00' || number)::uuid;
$$;
create function tests.items(number integer)
returns text
language sql
as $$
    select coalesce(string_agg(right(media_asset_id::text, 1), '' order by position, added_at, media_asset_id), '')
    from public.media_collection_items where collection_id = tests.collection(number);
$$;
create function tests.place(id text, kind text default 'gallery', field text default null)
returns jsonb
language sql
as $$
    select jsonb_strip_nulls(jsonb_build_object('usage_type', kind, 'reference_table', 'articles', 'reference_id', id, 'field', field));
$$;
create function tests.used(reference text, kind text default 'gallery', wanted text default '')
returns text
language sql
as $$
    select coalesce(string_agg(right(media_asset_id::text, 1), '' order by position, created_at, media_asset_id), '')
    from public.media_usage
    where reference_id = reference and usage_type = kind and field = wanted and removed_at is null;
$$;
grant usage on schema tests to authenticated;
grant execute on all functions in schema tests to authenticated;
select tests.authenticate_as('authenticated', 'editor', '00000000-0000-4000-8000-0000000000ee');

-- 1. Collections

select is(tests.numbers(public.add_to_media_collection(tests.collection(1), tests.ids('{3,1,2}'))), '312', 'assets added → stand there, in the order named');
select is(tests.numbers(public.add_to_media_collection(tests.collection(1), tests.ids('{1,5,5,4}'))), '154', 'more added, some of them twice or there already → answered as they stand');
select is(tests.items(1), '31254', 'more added → behind the others, and what was there stays');
select is(tests.numbers(public.add_to_media_collection(tests.collection(1), tests.ids('{8,9,7}'))), '7', 'assets that are deleted or out of scope → left out');
select is(
    (select distinct added_by from public.media_collection_items), '00000000-0000-4000-8000-0000000000ee'::uuid, 'assets added → by the caller'
);
select is(tests.numbers(public.reorder_media_collection(tests.collection(1), tests.ids('{4,2}'), (tests.ids('{3}'))[1])), '423157', 'two moved before the first → in their order');
select is(tests.items(1), '423157', 'two moved before the first → stored');
select is(tests.numbers(public.reorder_media_collection(tests.collection(1), tests.ids('{4}'), (tests.ids('{1}'))[1])), '234157', 'one moved down → before the one named');
select is(tests.numbers(public.reorder_media_collection(tests.collection(1), tests.ids('{2,3}'))), '415723', 'before none → to the end');
select is(tests.numbers(public.reorder_media_collection(tests.collection(1), tests.ids('{1,2,3,4,5,7}'))), '123457', 'all named → in that order');
select is(tests.numbers(public.reorder_media_collection(tests.collection(1), tests.ids('{6,3,3}'), (tests.ids('{1}'))[1])), '312457', 'one that is not there, one twice → the one moves');
select throws_ok(
    $$select public.reorder_media_collection(tests.collection(1), tests.ids('{1}'), (tests.ids('{6}'))[1])$$, '22023',
    'The asset before which the others should stand is not in that list, or is one of them.', 'before one that is not there → refused'
);
select throws_ok($$select public.reorder_media_collection(tests.collection(1), tests.ids('{1}'), (tests.ids('{1}'))[1])$$, '22023', null, 'before itself → refused');
select is(
    (select string_agg(position::text, '' order by position) from public.media_collection_items where collection_id = tests.collection(1)),
    '012345', 'ordered → positions from 0 without gaps'
);
select is(tests.numbers(public.add_to_media_collection(tests.collection(2), tests.ids('{6,2}'))), '62', 'another collection → its own');
select is(tests.numbers(public.move_between_media_collections(tests.collection(1), tests.ids('{4,2,6}'), tests.collection(2))), '24', 'moved to another collection → those that stood in the first, as they stand now');
select is(tests.items(1) || ' ' || tests.items(2), '3157 624', 'moved → gone here, at the end there, and no one twice');
select throws_ok($$select public.move_between_media_collections(tests.collection(1), tests.ids('{1}'), tests.collection(1))$$, '22023', null, 'moved to where they stand → refused');
select is(tests.numbers(public.remove_from_media_collection(tests.collection(1), tests.ids('{5,6}'))), '5', 'taken out → those that stood there');
select is(tests.items(1) || ' ' || tests.items(2), '317 624', 'taken out → of that collection alone');
select throws_ok($$select public.add_to_media_collection('00000000-0000-4000-8000-00000000cfff', '{}')$$, 'PT404', null, 'a collection that is not there → 404');
select throws_ok(
    $$select public.add_to_media_collection(tests.collection(1), array(select gen_random_uuid() from generate_series(1, 1001)))$$, '22023',
    'One call names at most 1000 assets.', '1001 assets → refused by name of the limit'
);

-- 2. Usage

select is(tests.numbers(public.attach_media_assets(tests.ids('{2,1,8,9}'), tests.place('7'))), '21', 'assets attached → those that are live and in scope');
select is(tests.numbers(public.attach_media_assets(tests.ids('{1,4}'), tests.place('7'))), '14', 'attached again with another → both are there');
select is(tests.used('7'), '214', 'attached again → behind the others, each once');
select is((select usage_count from public.media_assets where public_id = 'a1'), 1, 'attached twice → counted once');
select is(tests.numbers(public.reorder_media_usage(tests.ids('{4}'), tests.place('7'), (tests.ids('{2}'))[1])), '421', 'one moved to the front → in that order');
select is(tests.numbers(public.reorder_media_usage(tests.ids('{1,2,4}'), tests.place('7'))), '124', 'all named → in that order');
select is(
    (select count(*) from public.media_usage where created_by is distinct from '00000000-0000-4000-8000-0000000000ee'::uuid), 0::bigint,
    'ordered → recorded by whoever attached them'
);
select is(tests.numbers(public.attach_media_assets(tests.ids('{2}'), tests.place('7', 'cover', 'header'))), '2', 'another kind and field of the same row → a place of its own');
select is(tests.numbers(public.move_media_usage(tests.ids('{2,3,1}'), tests.place('7'), tests.place('8'))), '21', 'moved to another place → those that were in use here');
select is(tests.used('7') || ' ' || tests.used('8') || ' ' || tests.used('7', 'cover', 'header'), '4 21 2', 'moved → gone here, there in the order named');
select is((select count(*) from public.media_usage where removed_at is not null), 0::bigint, 'moved → no use ended');
select public.attach_media_assets(tests.ids('{4}'), tests.place('8'));
select is(tests.numbers(public.move_media_usage(tests.ids('{4}'), tests.place('8'), tests.place('7'))), '4', 'moved to where it is in use already → it leaves');
select is(tests.used('7') || ' ' || tests.used('8'), '4 21', 'moved to where it is in use already → once there');
select is((select usage_count from public.media_assets where public_id = 'a4'), 1, 'moved to where it is in use already → counted once');
select throws_ok($$select public.move_media_usage(tests.ids('{4}'), tests.place('7'), tests.place('7', field => ''))$$, '22023', null, 'moved to where they are → refused');
select is(tests.numbers(public.detach_media_assets(tests.ids('{2,1}'), tests.place('8'))), '12', 'detached → the use ends');
select is(tests.numbers(public.detach_media_assets(tests.ids('{2,1}'), tests.place('8'))), '', 'detached twice → nothing more');
select is((select usage_count from public.media_assets where public_id = 'a2'), 1, 'detached → counted no more');
select is(tests.numbers(public.detach_media_assets(null, '{"reference_table": "articles", "reference_id": "7"}')), '24', 'a row of the app deleted → all its uses end');
select is((select sum(usage_count) from public.media_assets), 0::bigint, 'all uses ended → none counted');
select throws_ok(format('select public.attach_media_assets(tests.ids(''{1}''), %L)', place), '22023', null, format('place %s → refused', place))
from unnest(array[
    '[]', '{"usage_type": "a", "reference_table": "b"}', '{"usage_type": 1, "reference_table": "b", "reference_id": "c"}',
    '{"reference_table": "b", "reference_id": "c"}', '{"usage_type": "a", "reference_table": "b", "reference_id": "c", "other": "d"}'
]) as place;

select tests.authenticate_as('authenticated');
select throws_ok($$select public.attach_media_assets('{}', tests.place('7'))$$, '42501', 'Managing usage needs the role editor or admin.', 'a viewer → refused with a sentence');

select * from finish();
rollback;
