-- Health of pg_net: whether it sends what it is handed. It works a batch at a time, and a batch lasts as long as its slowest
-- request: somebody else's that hangs holds up the wake of a push. Nothing in the database can hasten it.

create or replace function media_sync.check_requests()
returns table (check_name text, status text, message text, value text)
language plpgsql
stable
set search_path = ''
as $$
declare
    v_waiting bigint := 0;
    v_oldest timestamptz;
begin
    if media_sync.known_table('net.http_request_queue') is not null then
        -- What is on its way stands there as well, until its batch ends: at most 5 s for ours.
        execute format(
            $query$
                select
                    (select count(*) from (select from %1$I.http_request_queue limit 10000) as waiting),
                    (
                        select min(invocation.requested_at)
                        from media_sync.invocations as invocation
                        where invocation.requested_at > (select clock_timestamp()) - interval '1 hour'
                            and exists (select from %1$I.http_request_queue as queued where queued.id = invocation.request_id)
                    )
            $query$,
            'net'
        ) into v_waiting, v_oldest;
    end if;
    return query values (
        'requests',
        case
            when v_oldest < clock_timestamp() - interval '5 minutes' then 'failing'
            when v_oldest < clock_timestamp() - interval '15 seconds' then 'degraded'
            else 'ok'
        end,
        case
            when v_oldest < clock_timestamp() - interval '15 seconds' then format(
                'In pg_net %s, one of ours since %s, so that edits reach Cloudinary late: whose they are tells select url, timeout_milliseconds from net.http_request_queue order by id limit 5; one that hangs holds up the others until its timeout, and where nothing moves at all, run select net.worker_restart().',
                media_sync.health_count(v_waiting, 'request waits', 'requests wait'), media_sync.health_time(v_oldest)
            )
            else 'Requests leave through pg_net.'
        end,
        v_waiting::text
    );
exception
    when insufficient_privilege then
        return query values ('requests', 'ok', 'The owner of Media Sync may not see what waits in pg_net.', null::text);
end;
$$;
comment on function media_sync.check_requests() is 'Check requests (value: how many wait in pg_net, anybody''s, at most 10,000).';
revoke all on function media_sync.check_requests() from public, anon, authenticated;
