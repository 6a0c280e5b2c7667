-- Who may do what: the access matrix, role by role, table by table, column by column, verb by verb; and every function.
begin;
\ir helpers.sql
\ir access-matrix.psql
\ir access-checks.sql
select no_plan();

select is(found, expected, title) from tests.access_checks();
select is_empty('select gap from tests.access_gaps()', 'what exists and what the matrix names → the same');

-- Only app_metadata makes an editor.
select set_config('request.jwt.claims', '{"role": "authenticated", "sub": "00000000-0000-4000-8000-000000000001", "user_metadata": {"media_role": "admin"}, "media_role": "admin"}', true);
select set_config('role', 'authenticated', true);
select set_eq('select public_id from public.media_assets', '{public,private,loose}'::text[], 'user_metadata.media_role admin → what a viewer reads');
select is_empty('select id from public.media_sync_log', 'user_metadata.media_role admin → no log');
select is_empty($$update public.media_assets set tags = '{new}' returning id$$, 'user_metadata.media_role admin → no edit');
select throws_ok(
    $$insert into public.media_collections (slug, name) values ('new', 'New')$$, '42501', null, 'user_metadata.media_role admin → no collection'
);

-- Which rows, by name.
select tests.authenticate_as('anon');
select set_eq('select public_id from public.media_assets', '{public}'::text[], 'anyone → the live assets of public collections');
select set_eq('select slug from public.media_collections', '{public}'::text[], 'anyone → the public collections');
select throws_ok('select * from public.media_assets', '42501', null, 'anyone, every column → denied');
select throws_ok('select 1 from public.media_assets where created_by is null', '42501', null, 'anyone, a filter on a hidden column → denied');
select tests.authenticate_as('authenticated', 'editor');
select set_eq('select public_id from public.media_assets', '{public,private,loose,deleted}'::text[], 'editor → the live assets and the trash');
select tests.clear_authentication();
update public.media_collections set is_public = false;
select is(tests.try('anonymous', 'select id from public.media_assets'), '0', 'anyone, no public collection → nothing');

-- The owner of a database session without any token is the service: the SQL editor and cron.
select is(media_sync.media_role(), 'service', 'a session of the owner → the service');

select * from finish();
rollback;
