-- A write went by a name that another asset had got just before, and the notification tells of that one: what it shows is
-- nobody's edit, and what the asset had is written again.
begin;
\ir helpers.sql
select plan(34);

insert into public.media_assets (cloud_name, asset_id, public_id, resource_type, tags, context, sync_status, observed_at)
select 'demo', asset_id, asset_id, 'image', '{old}', '{"alt": "its own", "caption": "its own"}', 'synced', now() - interval '1 hour'
from unnest('{meant,met,known,later,seen,edited,swapped,own,answered,late,again,before,unseen,overwritten,kept}'::text[]) as asset_id;
alter table public.media_assets disable trigger user;
update public.media_assets as asset set base = media_sync.editable_fields(asset);
-- Of a context one key was taken away and one kept, and a tag was added.
update public.media_assets
set
    sync_status = 'pending', tags = '{old,new}', context = '{"caption": "its own"}',
    sending = jsonb_build_array(jsonb_build_object(
        'id', gen_random_uuid(), 'name', 'name', 'at', clock_timestamp() - interval '2 seconds', 'until', clock_timestamp() + interval '1 minute',
        'sent', '{"tags.new": true, "context.alt": null, "context.caption": "its own", "context.*": null, "public_id": "wanted"}'::jsonb
    ))
where asset_id = 'meant';
alter table public.media_assets enable trigger user;

create function tests.tell(id text, fields jsonb, at timestamptz default clock_timestamp())
returns jsonb
language sql
as $$
    select public.media_sync_receive_event('demo', jsonb_build_object(
        'dedup_key', gen_random_uuid(), 'notification_type', 'some', 'body', '{}', 'triggered_at', at,
        'effects', jsonb_build_array(jsonb_build_object(
            'kind', 'delta', 'asset_id', id, 'public_id', 'name', 'resource_type', 'image', 'type', 'upload', 'fields', fields
        ))
    ));
$$;
create function tests.seen(wanted text)
returns text
language sql
as $$ select row(context, tags, sync_status)::text from public.media_assets where asset_id = wanted $$;

select tests.tell('met', '{"context": {"set": {}, "removed": ["alt", "caption"]}}');
select is(
    tests.seen('met'), row('{"alt": "its own", "caption": "its own"}'::jsonb, '{old}'::text[], 'pending')::text,
    'a whole context taken from another asset, also keys that were to stay → its own is written again'
);
select is(
    (select string_agg(error_code, ' ') from public.media_sync_log where asset_id = 'met' and operation = 'update'), 'landed_elsewhere',
    'and the log says why'
);
select is((select count(*) from public.media_sync_log where asset_id = 'met' and operation = 'conflict'), 0::bigint, 'and blames nobody');

select tests.tell('met', '{"context": {"set": {"caption": "its own"}, "removed": []}, "tags": {"added": ["new"], "removed": []}}');
select is(
    (select row(context, tags)::text from public.media_assets where asset_id = 'met'),
    row('{"alt": "its own", "caption": "its own"}'::jsonb, '{old}'::text[])::text, 'and what came with it is taken away again'
);

select media_sync.mark_misplaced('demo', 'nowhere', 'name', '{"tags.new": true}', clock_timestamp(), 'webhook');
select alike(
    (select error_message from public.media_sync_log where asset_id = 'nowhere' and error_code = 'landed_elsewhere'),
    '%is to be set again in Cloudinary.', 'what reached an asset that has no row here → the log says that nobody puts it right'
);

select tests.tell('known', '{"context": {"set": {"alt": "another"}, "removed": []}}');
select is(
    (select context from public.media_assets where asset_id = 'known'), '{"alt": "another", "caption": "its own"}',
    'a value that we did not send → somebody''s edit'
);
select tests.tell('known', '{"tags": {"added": [], "removed": ["old"]}}');
select is((select tags from public.media_assets where asset_id = 'known'), '{}', 'a tag that we did not take away → somebody''s edit');

select tests.tell('later', '{"context": {"set": {}, "removed": ["alt"]}}', clock_timestamp() - interval '10 minutes');
select is(
    (select count(*) from public.media_sync_log where asset_id = 'later' and error_code = 'landed_elsewhere'), 0::bigint,
    'an event from before the write → not by us'
);

-- The notification is later than a look-up, which took what it saw for somebody's edit.
create function tests.see(id text, told jsonb)
returns void
language sql
as $$
    select media_sync.merge_observations('demo', jsonb_build_array(jsonb_build_object(
        'asset_id', id, 'public_id', 'name', 'resource_type', 'image', 'type', 'upload'
    ) || told), clock_timestamp(), 'api');
$$;
select tests.see('seen', '{"tags": ["old", "new", "theirs"], "context": {"caption": "its own"}, "display_name": "Of seen"}');
select is(
    tests.seen('seen'), row('{"caption": "its own"}'::jsonb, '{old,new,theirs}'::text[], 'synced')::text, 'seen before anything is told → taken'
);
select tests.tell('seen', '{"tags": {"added": ["new"], "removed": []}, "context": {"set": {}, "removed": ["alt"]}}');
select is(
    tests.seen('seen'), row('{"alt": "its own", "caption": "its own"}'::jsonb, '{old,theirs}'::text[], 'pending')::text,
    'told after a look-up had taken it → it has its own again, and what else was seen'
);
select tests.see('seen', '{"tags": ["old", "new", "theirs"], "context": {"caption": "its own"}, "display_name": "Of seen"}');
select is(
    tests.seen('seen'), row('{"alt": "its own", "caption": "its own"}'::jsonb, '{old,theirs}'::text[], 'pending')::text,
    'seen once more → it is known for ours, and put right'
);
select is((select count(*) from public.media_sync_log where asset_id = 'seen' and operation = 'conflict'), 0::bigint, 'and nobody is blamed');

select tests.see('edited', '{"tags": ["old"], "context": {"caption": "its own"}}');
update public.media_assets set context = '{"alt": "edited here", "caption": "its own"}' where asset_id = 'edited';
select tests.tell('edited', '{"context": {"set": {}, "removed": ["alt"]}}');
select tests.see('edited', '{"tags": ["old"], "context": {"caption": "its own"}}');
select is(
    tests.seen('edited'), row('{"alt": "edited here", "caption": "its own"}'::jsonb, '{old}'::text[], 'pending')::text,
    'edited here after it was taken → the edit stands'
);
select is((select count(*) from public.media_sync_log where asset_id = 'edited' and operation = 'conflict'), 0::bigint, 'and meets nobody');

create function tests.name_of(wanted text)
returns text
language sql
as $$ select row(base ->> 'public_id', public_id, sync_status)::text from public.media_assets where asset_id = wanted $$;
select tests.tell('swapped', '{"public_id": "wanted"}');
select is(
    tests.name_of('swapped'), row('wanted', 'name', 'pending')::text,
    'renamed by mistake before the row had heard of its name → it gets the one by which the call went'
);
select tests.see('swapped', '{"public_id": "name"}');
select is(tests.name_of('swapped'), row('name', 'name', 'synced')::text, 'given back already → nothing is left, and nobody is blamed');

-- Names went round: the same was sent to that name for this asset too, once it had the name.
alter table public.media_assets disable trigger user;
update public.media_assets
set
    public_id = 'wanted', base = base || '{"public_id": "name"}', sync_status = 'pending',
    sending = jsonb_build_array(jsonb_build_object(
        'id', '00000000-0000-4000-8000-000000000001', 'name', 'name', 'rename', 'wanted',
        'at', clock_timestamp() - interval '1 second', 'until', clock_timestamp() + interval '1 minute', 'sent', '{"public_id": "wanted"}'::jsonb
    ))
where asset_id in ('own', 'answered');
alter table public.media_assets enable trigger user;
select tests.tell('own', '{"public_id": "wanted"}');
select is(tests.name_of('own'), row('wanted', 'wanted', 'synced')::text, 'another asset''s rename is the same → its own echo settles it');
select public.media_sync_confirm_push('demo', gen_random_uuid(), clock_timestamp(), jsonb_build_array(jsonb_build_object(
    'id', id, 'action', 'update', 'attempt', '00000000-0000-4000-8000-000000000001',
    'landed', jsonb_build_array(jsonb_build_object('difference', '{"public_id": "wanted"}'::jsonb, 'at', clock_timestamp())),
    'answers', jsonb_build_array(jsonb_build_object('asset_id', asset_id, 'public_id', 'wanted', 'resource_type', 'image', 'type', 'upload'))
)), 'api')
from public.media_assets
where asset_id = 'answered';
select is(tests.name_of('answered'), row('wanted', 'wanted', 'synced')::text, 'answered → it has the name');
select tests.tell('answered', '{"public_id": "wanted"}');
select is(tests.name_of('answered'), row('wanted', 'wanted', 'synced')::text, 'and its echo after the answer takes nothing back');
select is(
    (select count(*) from public.media_sync_log where asset_id in ('own', 'answered') and error_code = 'landed_elsewhere'), 0::bigint,
    'and nothing reached it by mistake'
);

-- Somebody changes what came by mistake before it is put right, and puts it back: that is theirs, though only the first is told.
create function tests.state(wanted text)
returns text
language sql
as $$ select row(context ->> 'alt', sync_status)::text from public.media_assets where asset_id = wanted $$;
update public.media_assets
set sending = jsonb_set(sending, '{0,sent}', sending -> 0 -> 'sent' || '{"context.alt": "wrong"}')
where asset_id = 'meant';
select tests.tell(asset_id, '{"context": {"set": {"alt": "wrong"}, "removed": []}}') from unnest('{late,again,before,overwritten,kept}'::text[]) as asset_id;
select tests.see(asset_id, '{"tags": ["old"], "context": {"alt": "wrong", "caption": "its own"}}')
from unnest('{late,again,before,overwritten,kept}'::text[]) as asset_id;
select is(tests.state('late'), '("its own",pending)', 'a value that came by mistake → is to be put right');
select tests.tell('late', '{"context": {"set": {"alt": "theirs"}, "removed": []}}');
select tests.see('late', '{"tags": ["old"], "context": {"alt": "wrong", "caption": "its own"}}');
select is(tests.state('late'), '(wrong,synced)', 'changed there, and then back to it → somebody''s');
select tests.tell('again', '{"context": {"set": {"alt": "theirs"}, "removed": []}}');
select tests.see('again', '{"tags": ["old"], "context": {"alt": "theirs", "caption": "its own"}}');
select is(tests.state('again'), '(theirs,synced)', 'changed there → taken');
select is((select count(*) from public.media_sync_log where asset_id in ('late', 'again') and operation = 'conflict'), 0::bigint, 'and meets nobody');
select media_sync.mark_misplaced('demo', 'unseen', 'name', '{"context.alt": "wrong"}', clock_timestamp() - interval '1 second', 'api');
select tests.tell('unseen', '{"context": {"set": {"alt": "theirs"}, "removed": []}}');
select is(tests.state('unseen'), '("its own",pending)', 'changed there after only the answer had told of the mistake → looked up');
select tests.see('unseen', '{"tags": ["old"], "context": {"alt": "wrong", "caption": "its own"}}');
select is(tests.state('unseen'), '(wrong,synced)', 'and back to it → somebody''s');
select tests.tell('before', '{"context": {"set": {"alt": "theirs"}, "removed": []}}', clock_timestamp() - interval '1 minute');
select tests.see('before', '{"tags": ["old"], "context": {"alt": "wrong", "caption": "its own"}}');
select is(tests.state('before'), '("its own",pending)', 'changed there before the mistake → it is put right');
update public.media_assets set context = '{"alt": "edited here", "caption": "its own"}' where asset_id = 'before';
select tests.tell('before', '{"context": {"set": {"alt": "theirs"}, "removed": []}}');
select tests.see('before', '{"tags": ["old"], "context": {"alt": "wrong", "caption": "its own"}}');
select is(tests.state('before'), '("edited here",pending)', 'edited here meanwhile → the edit stands');

-- An overwrite shows the whole asset, and is no delta.
create function tests.overwrite(id text, told jsonb)
returns jsonb
language sql
as $$
    select public.media_sync_receive_event('demo', jsonb_build_object(
        'dedup_key', gen_random_uuid(), 'notification_type', 'upload', 'body', '{}', 'triggered_at', clock_timestamp(),
        'effects', jsonb_build_array(jsonb_build_object('kind', 'observe', 'asset_id', id, 'observation', jsonb_build_object(
            'asset_id', id, 'public_id', 'name', 'resource_type', 'image', 'type', 'upload', 'version', 2
        ) || told))
    ));
$$;
select tests.overwrite('overwritten', '{"tags": ["old"], "context": {"alt": "theirs"}}');
select is(tests.state('overwritten'), '("its own",pending)', 'overwritten there with another value → looked up');
select tests.see('overwritten', '{"tags": ["old"], "context": {"alt": "theirs"}, "version": 2}');
select is(
    tests.seen('overwritten'), row('{"alt": "theirs"}'::jsonb, '{old}'::text[], 'synced')::text, 'and theirs is taken, also the key that they left out'
);
select is((select count(*) from public.media_sync_log where asset_id = 'overwritten' and operation = 'conflict'), 0::bigint, 'and meets nobody');
select tests.overwrite('kept', '{"tags": ["old"]}');
select tests.see('kept', '{"tags": ["old"], "context": {"alt": "wrong", "caption": "its own"}, "version": 2}');
select is(tests.state('kept'), '("its own",pending)', 'overwritten there without a context → what came by mistake is put right');

-- What was done in Cloudinary's console is no write of ours.
select public.media_sync_receive_event('demo', jsonb_build_object(
    'dedup_key', gen_random_uuid(), 'notification_type', 'some', 'body', '{}', 'triggered_at', clock_timestamp(),
    'effects', '[{"kind": "delta", "asset_id": "later", "public_id": "name", "resource_type": "image", "type": "upload", "fields": {"tags": {"added": ["new"], "removed": []}}, "by_person": true}]'::jsonb
));
select is(
    (select row(tags, sync_status)::text from public.media_assets where asset_id = 'later'), row('{old,new}'::text[], 'synced')::text,
    'a tag that we sent to that name, and that a person added → the person''s edit'
);
select is(
    (select count(*) from public.media_sync_log where asset_id = 'later' and error_code = 'landed_elsewhere'), 0::bigint, 'and not by us'
);

select * from finish();
rollback;
