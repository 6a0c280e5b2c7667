-- What is said of a setting that cannot be: its name and what it is for, and nothing of the others.
begin;
\ir helpers.sql

select plan(6);

select throws_ok(
    $$update media_sync.settings set log_retention = '1 second'$$, '23514',
    'The setting log_retention can not be 00:00:01. How long successful log rows are kept; at least 7 days.', 'too short → its name and the floor'
);
select throws_ok(
    $$update media_sync.settings set viewers = 'everyone'$$, '23514',
    'The setting viewers can not be everyone. ' || col_description('media_sync.settings'::regclass, (
        select attnum from pg_attribute where attrelid = 'media_sync.settings'::regclass and attname = 'viewers'
    )), 'no such choice → the choices'
);
select throws_matching(
    $$update media_sync.settings set alert_url = 'http://secret-token@10.0.0.1/'$$, '^The setting alert_url can not be that\. Where a change', 'an address → not repeated'
);
select throws_ok(
    'update media_sync.settings set viewers = null', '23502', null, 'null → the code of a missing value'
);
select throws_matching(
    $$select public.update_sync_settings('{"look_up_cap": 5}')$$, '^The setting look_up_cap can not be 5\.', 'through the API → the same'
);
select lives_ok($$update media_sync.settings set look_up_cap = 100, alert_url = 'https://hooks.example.com/a'$$, 'what can be → is taken');

select * from finish();
rollback;
