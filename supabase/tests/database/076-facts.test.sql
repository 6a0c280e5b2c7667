-- Facts that listings do not tell: neither edits nor existence, taken of the same version only, asked for once.
begin;
\ir helpers.sql
\ir observations.sql
select plan(50);

-- An asset as a listing, a search and a detail tell it.
create function tests.listed(asset_id text, told jsonb default '{}')
returns jsonb
language sql
as $$
    select tests.asset(asset_id, told) - array['etag'];
$$;
create function tests.found(asset_id text, told jsonb default '{}')
returns jsonb
language sql
as $$
    select tests.asset(asset_id, '{"etag": "e1", "uploaded_at": "2026-01-02T03:04:05Z", "last_updated": {"updated_at": "2026-01-03T00:00:00Z"}}') || told;
$$;
create function tests.detailed(asset_id text, told jsonb default '{}')
returns jsonb
language sql
as $$
    select tests.found(asset_id, '{"original_filename": "holiday"}') - array['uploaded_at'] || told;
$$;
create function tests.state(wanted text)
returns text
language sql
as $$
    select concat_ws(' ', coalesce(facts_source, 'told'), facts_tries, case facts_not_before when '-infinity' then 'now' else 'later' end)
    from public.media_assets where asset_id = wanted;
$$;
create function tests.tell(asked text, variadic observations jsonb[])
returns integer
language sql
as $$
    select media_sync.tell_facts('demo', to_jsonb(observations), asked);
$$;

-- 1. What waits for what

select tests.observe(1, array[tests.listed('a'), tests.listed('v', '{"resource_type": "video"}')], '{"listed": true}');
select is(tests.state('a'), 'search 0 now', 'new in a listing → the search is asked at once');
select tests.observe(1, array[tests.listed('b')]);
select is(tests.state('b'), 'search 0 later', 'new in a look-up → after a while');
select tests.observe(1, array[tests.found('c', '{"original_filename": "c"}')]);
select is(tests.state('c'), 'told 0 later', 'everything told at once → nothing is asked');
select tests.observe(1, array[tests.found('d')]);
select is(tests.state('d'), 'detail 0 later', 'everything told that searches tell → the detail is asked');
select is(media_sync.untold_facts(tests.get('a')), '{etag,uploaded_at,original_filename,last_updated}', 'an image needs no duration');
select is('duration' = any (media_sync.untold_facts(tests.get('v'))), true, 'a video does');
select is(media_sync.facts_source(tests.get('d'), 'search', '{image original_filename}'), null, 'what no detail tells → no detail is asked');
select is(
    media_sync.facts_source(media_sync.with_facts(tests.get('c'), '{}'), null, '{last_updated}'), null, 'times that searches refuse → no search is asked for them'
);

-- 2. Taken as facts

call tests.forget_log();
create temporary table before as select updated_at, base, observed_at, last_synced_at, tags from public.media_assets where asset_id = 'a';
select is(tests.tell('search', tests.found('a', '{"tags": ["one", "two"], "pages": 3, "extra": {"x": 1}}')), 1, 'a search shows the row''s version → told');
select is(
    (select row(etag, uploaded_at, pages, last_updated)::text from tests.get('a')),
    row('e1', '2026-01-02T03:04:05Z'::timestamptz, 3, '{"updated_at": "2026-01-03T00:00:00Z"}'::jsonb)::text, 'its facts are on the row'
);
select results_eq(
    $$select updated_at, base, observed_at, last_synced_at, tags from public.media_assets where asset_id = 'a'$$, 'select * from before',
    'and nothing else is: no edit, no time of ours'
);
select is((tests.get('a')).extra, '{"asset_folder_id": "f"}'::jsonb, 'nor what only searches say');
select is(tests.new_log('a'), '', 'no audit row');
select is(tests.state('a'), 'detail 0 now', 'then the detail is asked');
create temporary table place as select tests.row_of('a') as place;
select is(tests.tell(null, tests.found('a')), 0, 'the same told again → nothing is written');
select is(tests.row_of('a'), (select place from place), 'and the row lies where it lay');
select tests.tell('detail', tests.detailed('a'));
select is((tests.get('a')).original_filename, 'holiday', 'a detail tells the file''s name');
select is(tests.state('a'), 'told 0 now', 'and nothing more is asked');

-- 3. What is not taken

select tests.tell('search', tests.found('v', '{"version": 1760000001, "etag": "other"}'));
select is((tests.get('v')).etag, null, 'another version → none of its facts');
select is(tests.state('v'), 'search 1 later', 'and the search is asked again after a while');
select tests.tell('search', jsonb_build_object('asset_id', 'v'));
select is(tests.state('v'), 'detail 0 later', 'not shown the second time either → the detail is asked');
select tests.tell('search', tests.found('b', '{"tags": ["other"], "display_name": "Other"}'));
select is((select row(etag, last_updated, tags)::text from tests.get('b')), '(e1,{},"{one,two}")', 'other fields → facts of the content, no times, no edit');
select is(tests.state('b'), 'search 1 later', 'and the times are asked for again');
select is(tests.tell('search', tests.asset('nobody')), 0, 'an asset without a row → no row comes of it');
update public.media_assets set deleted_at = now() where asset_id = 'd';
select is(tests.tell('detail', tests.detailed('d')), 0, 'a deleted asset → nothing is told, nothing revived');
select is((tests.get('d')).deleted_at is not null, true, 'it stays deleted');

-- 4. Edits that wait

update public.media_assets set tags = '{mine}' where asset_id = 'b';
select is((tests.get('b')).sync_status, 'pending', 'edited here');
select tests.tell('search', tests.found('b'));
select is(
    (select row(sync_status, tags, base ->> 'tags', last_updated <> '{}')::text from tests.get('b')), '(pending,{mine},"[""one"", ""two""]",t)',
    'facts of what both agreed on → told; the edit waits as before'
);

-- 5. Facts end with what they are of

select tests.observe(10, array[tests.listed('c', '{"tags": ["new"]}')]);
select is((select row(etag, last_updated)::text from tests.get('c')), '(e1,{})', 'an edit there without times → the times are outdated, the content is not');
select is(tests.state('c'), 'search 0 later', 'and asked for after a while');
select tests.observe(11, array[tests.listed('c', '{"tags": ["newer"], "last_updated": {"updated_at": "2026-02-01T00:00:00Z"}}')]);
select is((tests.get('c')).last_updated ->> 'updated_at', '2026-02-01T00:00:00Z', 'an edit there with its times → they are on the row');
select is(tests.state('c'), 'told 0 later', 'and need not be asked for');
select tests.tell(null, tests.found('c', '{"tags": ["newer"]}'));
select is((tests.get('c')).last_updated ->> 'updated_at', '2026-02-01T00:00:00Z', 'older times of the same fields → not taken: they only move on');
call tests.forget_log();
select tests.observe(12, array[tests.listed('c', '{"version": 1760000001, "tags": ["newer"]}')]);
select is(
    (select row(etag, uploaded_at, original_filename, last_updated)::text from tests.get('c')), '(,,,{})', 'new content of which nothing is told → nothing of the old is left'
);
select is(tests.changes('c', 'upload'), '{"version": {"from": 1760000000, "to": 1760000001}}'::jsonb, 'the audit row tells what changed, not what is not told');
select is(tests.state('c'), 'search 0 later', 'and all is asked for anew');

-- 6. What a search told of what is looked up then

select media_sync.queue_seen('demo', jsonb_build_array(tests.found('a', '{"tags": ["x"], "last_updated": {"updated_at": "2026-03-01T00:00:00Z"}}')), '{a}', 'test');
select is(
    media_sync.with_seen('demo', jsonb_build_array(tests.listed('a', '{"tags": ["x"]}'))) -> 0 -> 'last_updated' ->> 'updated_at',
    '2026-03-01T00:00:00Z', 'the look-up shows the same → its times are those that the search told'
);
select is(
    media_sync.with_seen('demo', jsonb_build_array(tests.listed('a', '{"tags": ["y"]}'))) -> 0 -> 'last_updated', null, 'it shows another state → it has no times'
);
select is(
    media_sync.with_seen('demo', jsonb_build_array(tests.listed('a', '{"version": 1760000009}'))) -> 0 -> 'etag', null, 'it shows another version → none of the facts'
);
select media_sync.queue_refresh('demo', '{a}', 'an event');
select is((select seen from media_sync.refresh_queue where asset_id = 'a'), null, 'asked for again for another reason → what the search told counts no more');

-- 7. What details do not tell

insert into media_sync.detail_facts values ('demo', 'image', 'original_filename', 20, 0), ('demo', 'image', 'etag', 20, 1), ('demo', 'raw', 'etag', 19, 0);
select is(media_sync.vain_facts('demo'), '{image original_filename}', 'twenty details without a fact, and none with it → it is asked for in vain');
update public.media_assets set facts_source = 'detail', facts_not_before = '-infinity', original_filename = null where asset_id = 'a';
select is(media_sync.next_details('demo', 'infinity', 10), array['v'], 'an asset that lacks nothing else → it is not asked for');
select is(tests.state('a'), 'told 0 now', 'and waits no more');

-- 8. What is left to others

create function tests.spare(call_limit integer, remaining integer)
returns text
language plpgsql
as $$
begin
    perform media_sync.record_traffic('demo', null, jsonb_build_object(
        'calls', 1,
        'rate_limit', jsonb_build_object('limit', call_limit, 'remaining', remaining, 'reset_at', date_trunc('hour', now()) + interval '2 hours')
    ));
    return media_sync.call_budget('demo') ->> 'spare_calls';
end;
$$;
select is(tests.spare(500, 151), '1', 'a tenth of the quota for people and a fifth for pulls → what is above is spare');
update public.media_assets set facts_source = 'detail', facts_not_before = '-infinity' where asset_id = 'v';
select is(media_sync.facts_are_due('demo'), false, 'before the first complete pull → no facts are due');
insert into media_sync.runs (cloud_name, kind, source, status, started_at, finished_at)
values ('demo', 'full', 'cron', 'completed', now() - interval '2 hours', now());
select is(media_sync.facts_are_due('demo'), false, 'a full pull that has just ended → not at once');
update media_sync.runs set finished_at = now() - interval '1 minute' where kind = 'full';
select is(media_sync.facts_are_due('demo'), true, 'one call to spare, an asset to ask for → facts are due');
select is(tests.spare(500, 150), '0', 'what is left is theirs → nothing is spare');
select is(media_sync.facts_are_due('demo'), false, 'nothing to spare → no facts are due');
select is(tests.spare(2000, 1900), '1300', 'a larger plan within the hour → counted by its own numbers');

select * from finish();
rollback;
