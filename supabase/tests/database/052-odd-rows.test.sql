-- What came odd or large from Cloudinary does not keep the rest of its row from being edited.
begin;
\ir helpers.sql
select plan(15);

insert into public.media_assets (cloud_name, asset_id, public_id, resource_type, display_name, tags, context, metadata, observed_at)
values
    ('demo', 'odd', repeat('p', 300), 'image', repeat('n', 300), '{"a,b"," blank ",x}', '{"a=b": "1", "alt": "Text"}', '{}', now()),
    (
        'demo', 'large', 'large', 'image', 'Large', '{}',
        (select jsonb_object_agg('key' || place, repeat(md5(place::text), 100)) from generate_series(1, 20) as place), '{}', now()
    );
update public.media_assets as asset set base = media_sync.editable_fields(asset);

-- Edits as an editor; returns the status that the row is in then, or why it was refused.
create function tests.edit(wanted text, assignment text)
returns text
language plpgsql
as $$
declare
    refused text;
begin
    perform tests.authenticate_as('authenticated', 'editor', '00000000-0000-4000-8000-0000000000ee');
    begin
        execute format('update public.media_assets set %s where asset_id = %L', assignment, wanted);
    exception
        when invalid_parameter_value then refused := sqlerrm;
    end;
    perform tests.clear_authentication();
    return coalesce(refused, (select sync_status from public.media_assets where asset_id = wanted));
end;
$$;
create function tests.get(wanted text)
returns public.media_assets
language sql
as $$
    select asset from public.media_assets as asset where asset.asset_id = wanted;
$$;

-- 1. Odd values that nobody touches

select is(tests.edit('odd', $$display_name = 'New'$$), 'pending', 'another field → taken');
select is(tests.edit('odd', $$tags = tags || '{" y "}'$$), 'pending', 'a tag beside odd ones → taken');
select is((tests.get('odd')).tags, '{"a,b"," blank ",x,y}'::text[], 'a tag beside odd ones → those stay as they are');
select matches(tests.edit('odd', $$tags = tags || '{"c,d"}'$$), '^A tag must not contain a comma', 'an odd tag of one''s own → refused');
select is(tests.edit('odd', $$tags = '{x}'$$), 'pending', 'odd tags taken away → taken');
select is(tests.edit('odd', $$context = context || '{"alt": "New"}'$$), 'pending', 'a context value beside an odd key → taken');
select is(tests.edit('odd', $$context = context || '{"a=b": "2"}'$$), 'pending', 'another value under an odd key that is there → taken');
select matches(tests.edit('odd', $$context = context || '{"c=d": "2"}'$$), '^A context value must be a string', 'an odd key of one''s own → refused');
select is(tests.edit('odd', $$metadata = '{"sku": "7"}'$$), 'pending', 'metadata beside a long name → taken');
select matches(tests.edit('odd', $$public_id = repeat('q', 256)$$), '^public_id is 1 to 255 characters long\.$', 'a long name of one''s own → refused');

-- 2. Large values

select is(tests.edit('large', $$display_name = 'New'$$), 'pending', 'another field of a large row → taken');
select is(tests.edit('large', $$context = context || '{"alt": "Text"}'$$), 'pending', 'a little more in a large field → taken');
select is(
    tests.edit('large', format('context = context || %L', jsonb_build_object('much', repeat('x', 9000)))),
    'context holds at most 32768 bytes.', 'much more in a large field → refused by name'
);
select is(tests.edit('large', $$context = context - '{key1,key2}'::text[]$$), 'pending', 'less in a large field → taken');
select cmp_ok((select max(length(search_text)) from public.media_assets), '<=', 10000, 'a large row → searched in its first 10,000 characters');

select * from finish();
rollback;
