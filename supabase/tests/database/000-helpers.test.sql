-- The helpers that every other file relies on.
begin;
\ir helpers.sql
select plan(6);

select tests.create_user('00000000-0000-4000-8000-0000000000aa', 'editor@example.com', 'editor');

select tests.authenticate_as('anon');
select is(current_user::text, 'anon', 'authenticate_as(anon) → the role is anon');
select is(auth.uid(), null, 'authenticate_as(anon) → nobody is signed in');

select tests.authenticate_as('authenticated', 'editor', '00000000-0000-4000-8000-0000000000aa');
select is(
    auth.uid(),
    '00000000-0000-4000-8000-0000000000aa'::uuid,
    'authenticate_as(authenticated) → the token names the user'
);
select is(
    auth.jwt() -> 'app_metadata' ->> 'media_role',
    'editor',
    'authenticate_as(authenticated, editor) → the token carries the media role'
);

select tests.authenticate_as('service_role');
select is(current_user::text, 'service_role', 'authenticate_as(service_role) → the role is service_role');

select tests.clear_authentication();
select is(current_user, session_user, 'clear_authentication → the owner again');

select * from finish();
rollback;
