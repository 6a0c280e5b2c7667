-- The library search: what is found, in which order, and that no way of finding differs from another.
begin;
\ir helpers.sql
select no_plan();

create function tests.find(query jsonb)
returns text
language plpgsql
as $$
declare
    answer jsonb;
    walked text[] := '{}';
begin
    perform tests.authenticate_as('authenticated');
    for step in 1 .. 500 loop
        answer := public.list_media_assets(query);
        walked := walked || array(select item ->> 'asset_id' from jsonb_array_elements(answer -> 'items') as item);
        exit when answer ->> 'next' is null;
        query := query || jsonb_build_object('cursor', answer -> 'next');
    end loop;
    perform tests.clear_authentication();
    return coalesce(array_to_string(walked, ' '), '');
end;
$$;
create function tests.search(words text)
returns text
language sql
as $$
    select coalesce(string_agg(found, ' ' order by found collate "C"), '')
    from regexp_split_to_table(nullif(tests.find(jsonb_build_object('search', words)), ''), ' ') as found;
$$;

-- 1. What is found

insert into public.media_assets (cloud_name, asset_id, public_id, resource_type, folder, display_name, original_filename, tags, context, metadata, observed_at) values
    ('demo', 'nfc', normalize('café au lait', nfc), 'image', normalize('Été/Zürich', nfc), null, null, array[normalize('Frühling', nfc)], '{}', '{}', now()),
    ('demo', 'nfd', normalize('Café noir', nfd), 'image', normalize('Été', nfc) || '/' || normalize('Zürich', nfd), null, null, array[normalize('Frühling', nfd)], '{}', '{}', now()),
    ('demo', 'letters', 'x/Øresund Łódź Straße', 'image', '', 'ΣΊΣΥΦΟΣ', 'Ævar', '{}', '{"alt": "Bjǫrn"}', '{}', now()),
    ('demo', 'metadata', 'plain', 'image', '', null, null, '{}', '{"alt": "The quick brown fox"}', '{"sku": "Zx-81", "list": ["first value", "second"], "number": 4711}', now()),
    ('demo', 'korean', '한국어 東京タワー', 'image', '', null, null, '{"京都"}', '{}', '{}', now()),
    ('demo', 'signs', 'a+b=c (50%) "said"', 'image', '', 'file_name-v2', null, '{"brown"}', '{"alt": "fox quick"}', '{}', now());
select is(tests.search(words), expected, format('search %s → %s', words, expected))
from (values
    ('cafe', 'nfc nfd'), ('CAFÉ', 'nfc nfd'), (normalize('café', nfd), 'nfc nfd'), ('fruhling', 'nfc nfd'), ('zurich', ''),
    ('oresund', 'letters'), ('ØRESUND', 'letters'), ('lodz', 'letters'), ('strasse', 'letters'), ('STRAẞE', 'letters'), ('σισυφος', 'letters'), ('aevar', 'letters'),
    ('bjorn', 'letters'), ('zx-81', 'metadata'), ('second', 'metadata'), ('4711', 'metadata'), ('number', ''),
    ('한국', 'korean'), ('국', 'korean'), ('京', 'korean'), ('京タ', 'korean'), ('京都', 'korean'), ('都京', ''),
    ('quick brown', 'metadata signs'), ('"quick brown"', 'metadata'), ('"brown  fox"', 'metadata'), ('"fox the"', ''), ('"first value" quick', 'metadata'),
    ('brown -fox', ''), ('fox -"quick brown"', 'signs'), ('-fox cafe', 'nfc nfd'), ('cafe -noir', 'nfc'), ('-a', 'korean'), ('50%', 'signs'), ('(', 'signs'), ('"', 'metadata signs'),
    ('-', 'metadata signs'), ('+b', 'signs'), ('_', 'signs'), ('q', 'metadata signs'), ('xq', ''), ('zx', 'metadata'), ('x8', ''), ('a', 'letters metadata nfc nfd signs'),
    ('e-v', 'signs'), ('""', ''), ('  ', 'korean letters metadata nfc nfd signs')
) as searches (words, expected);
select is(tests.search(repeat('word ', 20)), '', 'twenty words → searched');
select throws_ok(format('select public.list_media_assets(%L)', jsonb_build_object('search', (select string_agg('w' || i, ' ') from generate_series(1, 21) as i))), '22023', null, 'twenty-one words → refused');
select throws_ok(format('select public.list_media_assets(%L)', jsonb_build_object('search', repeat('x', 201))), '22023', null, '201 characters → refused');
select is(tests.find(jsonb_build_object('tags', jsonb_build_array(normalize('Frühling', nfd)), 'sort_by', 'public_id')), tests.find(jsonb_build_object('tags', jsonb_build_array(normalize('Frühling', nfc)), 'sort_by', 'public_id')), 'a tag in NFD → the same as in NFC');
select is(tests.find('{"tags": ["fruhling"]}'), '', 'a tag without its accents → another tag');
select is(length(tests.find(jsonb_build_object('folder', folder))), 7, format('folder %s → both twins', folder)) from unnest(array[normalize('Été/Zürich', nfc), normalize('Été/Zürich', nfd)]) as folder;
select is(length(tests.find(jsonb_build_object('folder', normalize('Été', nfd), 'recursive', true))), 7, 'a folder in NFD, recursive → both twins below');

-- 2. In which order

delete from public.media_assets;
insert into public.media_assets (cloud_name, asset_id, public_id, resource_type, display_name, original_filename, tags, observed_at, created_at) values
    ('demo', 'a1-name', 'Sunset', 'image', null, null, '{}', now(), '2020-01-01'),
    ('demo', 'a2-display', 'x/1', 'image', 'SÜNSET', null, '{}', now(), '2020-01-02'),
    ('demo', 'a3-file', 'x/2', 'image', 'Other', 'sunset', '{}', now(), '2020-01-03'),
    ('demo', 'a4-segment', 'x/sunset', 'image', 'Another', null, '{}', now(), '2020-01-04'),
    ('demo', 'b1-begins', 'sunset-beach', 'image', null, null, '{}', now(), '2020-02-01'),
    ('demo', 'b2-begins', 'x/3', 'image', 'Sunsets', null, '{}', now(), '2020-02-02'),
    ('demo', 'c1-word', 'the sunset', 'image', null, null, '{}', now(), '2020-03-01'),
    ('demo', 'c2-tag', 'tagged', 'image', null, null, '{sunset}', now(), '2020-03-02'),
    ('demo', 'c3-folder', 'sunset/file', 'image', null, null, '{}', now(), '2020-03-03'),
    ('demo', 'd1-part', 'onesunsetted', 'image', null, null, '{}', now(), '2026-01-01'),
    ('demo', 'd2-part', 'thesunsets', 'image', null, null, '{}', now(), '2026-01-02');
create function tests.ranked()
returns text
language sql
immutable
as $$
    select 'a4-segment a3-file a2-display a1-name b2-begins b1-begins c3-folder c2-tag c1-word d2-part d1-part'::text;
$$;
select is(tests.find(jsonb_build_object('search', words)), tests.ranked(), format('search %s → the very name, its beginning, whole words, substrings; the newest first within each', words))
from unnest('{sunset,SUNSET,sünset,"\"sunset\""}'::text[]) as words;
select is(tests.find(jsonb_build_object('search', 'sunset', 'limit', size)), tests.ranked(), format('search, %s a page → the same order', size)) from unnest('{1,2,3,5}'::integer[]) as size;
select is(tests.find('{"search": "sunset", "sort_order": "asc", "limit": 2}'), 'a1-name a2-display a3-file a4-segment b1-begins b2-begins c1-word c2-tag c3-folder d1-part d2-part', 'search, ascending → the oldest first within each');
select is(tests.find('{"search": "sunset", "sort_by": "public_id", "limit": 2}'), tests.find('{"search": "sunset", "sort_by": "public_id"}'), 'search by another sort → its pages');
select is(split_part(tests.find('{"search": "x/sunset"}'), ' ', 1), 'a4-segment', 'a public_id as a whole → first');
select is(split_part(tests.find('{"search": "the sunset"}'), ' ', 1), 'c1-word', 'two words that are a name → first');
select is(tests.find('{"search": "-sunset"}'), '', 'only an exclusion → what is left');
select is(tests.find('{"search": "-sunsets -tagged -onesunsetted -beach", "sort_by": "relevance"}'), 'c3-folder c1-word a4-segment a3-file a2-display a1-name', 'only exclusions → the newest first');

-- 3. Each way of finding gives the same: the whole table read, an index, and the walk of the order's index

create temporary table ways (way text, query jsonb, found text);
insert into public.media_assets (id, cloud_name, asset_id, public_id, resource_type, format, bytes, folder, display_name, tags, context, usage_count, observed_at, created_at, updated_at)
select
    md5(i::text)::uuid, 'demo', 'n' || i, concat_ws('/', (array['p', 'p', 'q'])[1 + i % 3], concat_ws(' ', (array['sunset', 'sunsets', 'a sunset', 'xsunset', 'other'])[1 + i % 5], i % 37)),
    (array['image', 'image', 'video', 'raw'])[1 + i % 4], (array['jpg', 'png', 'gif'])[1 + i % 3], i % 11, (array['', 'a', 'a/b', 'c'])[1 + i % 4],
    case when i % 7 = 0 then 'Sunset' when i % 7 = 1 then '%s qz ' || i end, array[(array['even', 'odd'])[1 + i % 2], 't' || i % 50, case when i % 97 < 30 then 'early' end], jsonb_build_object('alt', '%sword' || i % 90),
    case when i % 30 = 0 then 1 else 0 end, now(), '2024-01-01'::timestamptz + i % 97 * interval '8 days', '2026-02-01'::timestamptz + i % 13 * interval '1 hour'
from generate_series(1, 700) as i;
insert into public.media_collections (id, slug, name, is_public) values ('00000000-0000-4000-8000-00000000c001', 'some', 'Some', true);
insert into public.media_collection_items (collection_id, media_asset_id) select '00000000-0000-4000-8000-00000000c001'::uuid, md5(i::text)::uuid from generate_series(1, 700, 9) as i;
analyze public.media_assets;
create temporary table questions as
select query || jsonb_build_object('limit', 20 + row_number() over () % 7) as query
from (values
    ('{"search": "sunset"}'::jsonb), ('{"search": "sunset", "sort_by": "bytes"}'), ('{"search": "q"}'), ('{"search": "qz"}'), ('{"search": "sunset -xsunset", "sort_order": "asc"}'),
    ('{"search": "/", "sort_by": "public_id"}'), ('{"search": "word7 sunset"}'), ('{"search": "\"a sunset\""}'), ('{"search": "sunset", "tags": ["even"]}'), ('{"search": "nothing of it"}'),
    ('{"tags": ["even"]}'), ('{"tags": ["even", "odd"]}'), ('{"tags": ["even", "t4"], "sort_by": "updated_at"}'), ('{"folder": "a"}'), ('{"folder": "a", "recursive": true, "sort_by": "display_name"}'),
    ('{"resource_type": "video", "sort_by": "bytes", "sort_order": "asc"}'), ('{"format": "gif", "used": true}'), ('{"used": false, "sort_by": "bytes"}'), ('{"collection": "some"}'),
    ('{"collection": "some", "tags": ["odd"], "sort_by": "public_id", "sort_order": "asc"}'), ('{"created_after": "2024-03-02", "created_before": "2024-09-03"}'), ('{"type": "private"}'),
    ('{"tags": ["early"]}'), ('{"tags": ["early"], "sort_order": "asc"}'), ('{"search": "early"}'), ('{"search": "sunset", "tags": ["early"], "folder": "a", "recursive": true}')
) as asked (query);
insert into ways select 'read whole', query, tests.find(query) from questions;
select is((select count(*) from ways where found <> ''), 22::bigint, 'the questions → most have an answer');
create or replace function media_sync.small_library() returns integer language sql immutable set search_path = '' as 'select 0';
insert into ways select 'fetched by an index', query, tests.find(query) from questions;
create or replace function media_sync.few_matches() returns integer language sql immutable set search_path = '' as 'select 2';
create or replace function media_sync.few_ranked_matches() returns integer language sql immutable set search_path = '' as 'select 2';
insert into ways select 'walked', query, tests.find(query) from questions;
create or replace function media_sync.walk_budget() returns integer language sql immutable set search_path = '' as 'select 40';
insert into ways select 'walked in short steps', query, tests.find(query) from questions;
create or replace function media_sync.many_candidates() returns integer language sql immutable set search_path = '' as 'select 0';
insert into ways select 'walked to the end of a step, whatever indexes find', query, tests.find(query) from questions;
create or replace function media_sync.few_matches() returns integer language sql immutable set search_path = '' as 'select 10000';
create or replace function media_sync.few_ranked_matches() returns integer language sql immutable set search_path = '' as 'select 10000';
insert into ways select 'walked although few match', query, tests.find(query) from questions;
select is(
    (select string_agg(found, E'\n') from ways where ways.query = questions.query and found is distinct from whole.found),
    null, format('%s → the same, in the same order, in each way', questions.query)
)
from questions
join ways as whole on whole.query = questions.query and whole.way = 'read whole';

select * from finish();
rollback;
