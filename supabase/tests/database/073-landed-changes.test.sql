-- The log tells what a push changed, also where the notification of the write was quicker than its answer.
begin;
\ir helpers.sql
select plan(4);

select is(
    media_sync.landed_changes('{"display_name": "old", "tags": ["a"]}', '{"display_name": "new"}'),
    '{"display_name": {"from": "old", "to": "new"}}', 'the answer first → before and after'
);
select is(
    media_sync.landed_changes('{"display_name": "new", "tags": ["a"]}', '{"display_name": "new"}'),
    '{"display_name": {"to": "new"}}', 'the notification first → what was written'
);
select is(
    media_sync.landed_changes('{"display_name": "new", "tags": ["a"]}', '{"display_name": "new", "tags": {"added": ["b"]}}'),
    '{"display_name": {"to": "new"}, "tags": {"from": ["a"], "to": ["a", "b"]}}', 'one of both first → each as it is known'
);
select is(media_sync.landed_changes('{"display_name": "new"}', '{}'), null, 'nothing landed → nothing');

select * from finish();
rollback;
