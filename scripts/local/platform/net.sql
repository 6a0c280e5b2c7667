-- Stand-in for pg_net: its functions' signatures, its queue and its response table. The requests are sent
-- by the stack's worker, which a notification wakes after the commit; a rollback takes the request back.
create schema if not exists net;

do $$
begin
    create domain net.http_method as text
    check (value ilike 'get' or value ilike 'post' or value ilike 'delete');
exception
    when duplicate_object then null;
end
$$;

create unlogged table if not exists net.http_request_queue (
    id bigserial not null,
    method net.http_method not null,
    url text not null,
    headers jsonb,
    body bytea,
    timeout_milliseconds int not null
);

create unlogged table if not exists net._http_response (
    id bigint,
    status_code int,
    content_type text,
    headers jsonb,
    content text,
    timed_out boolean,
    error_msg text,
    created timestamptz not null default now()
);

create index if not exists _http_response_created_idx on net._http_response (created);

create or replace function net._urlencode_string(string varchar)
returns text
language sql
immutable
set search_path = ''
as $$
    select coalesce(
        pg_catalog.string_agg(
            case
                when octets.value ~ '^[a-zA-Z0-9_.~-]$' then octets.value
                else pg_catalog.upper(
                    pg_catalog.regexp_replace(
                        pg_catalog.encode(pg_catalog.convert_to(octets.value, 'UTF8'), 'hex'),
                        '(..)', '%\1', 'g'
                    )
                )
            end,
            '' order by octets.position
        ),
        ''
    )
    from pg_catalog.regexp_split_to_table(string, '') with ordinality as octets (value, position)
$$;

create or replace function net._encode_url(url text, params jsonb)
returns text
language sql
immutable
set search_path = ''
as $$
    select case
        when parameters.query is null then url
        when pg_catalog.strpos(url, '?') > 0 then url || '&' || parameters.query
        else url || '?' || parameters.query
    end
    from (
        select pg_catalog.string_agg(
            net._urlencode_string(parameter.key) || '=' || net._urlencode_string(parameter.value), '&'
        ) as query
        from pg_catalog.jsonb_each_text(params) as parameter
    ) as parameters
$$;

create or replace function net.wake()
returns void
language sql
set search_path = ''
as $$
    select pg_catalog.pg_notify('net_http_request_queue', '')
$$;

-- For whoever types it on a project: the stack's worker is another process, which is woken.
create or replace function net.worker_restart()
returns boolean
language plpgsql
set search_path = ''
as $$
begin
    perform net.wake();
    return true;
end
$$;

create or replace function net.http_get(
    url text,
    params jsonb default '{}'::jsonb,
    headers jsonb default '{}'::jsonb,
    timeout_milliseconds int default 5000
)
returns bigint
language plpgsql
volatile
parallel safe
strict
set search_path = ''
as $$
declare
    request_id bigint;
begin
    insert into net.http_request_queue (method, url, headers, timeout_milliseconds)
    values ('GET', net._encode_url(url, params), headers, timeout_milliseconds)
    returning id into request_id;
    perform net.wake();
    return request_id;
end
$$;

create or replace function net.http_post(
    url text,
    body jsonb default '{}'::jsonb,
    params jsonb default '{}'::jsonb,
    headers jsonb default '{"Content-Type": "application/json"}'::jsonb,
    timeout_milliseconds int default 5000
)
returns bigint
language plpgsql
volatile
parallel safe
set search_path = ''
as $$
declare
    request_id bigint;
    content_type text;
begin
    select header.value
    into content_type
    from pg_catalog.jsonb_each_text(coalesce(headers, '{}'::jsonb)) as header
    where pg_catalog.lower(header.key) = 'content-type'
    limit 1;

    if content_type is null then
        headers := coalesce(headers, '{}'::jsonb) || '{"Content-Type": "application/json"}'::jsonb;
    elsif content_type <> 'application/json' then
        raise exception 'Content-Type header must be "application/json"';
    end if;

    insert into net.http_request_queue (method, url, headers, body, timeout_milliseconds)
    values (
        'POST',
        net._encode_url(url, params),
        headers,
        pg_catalog.convert_to(body::text, 'UTF8'),
        timeout_milliseconds
    )
    returning id into request_id;
    perform net.wake();
    return request_id;
end
$$;

create or replace function net.http_delete(
    url text,
    params jsonb default '{}'::jsonb,
    headers jsonb default '{}'::jsonb,
    timeout_milliseconds int default 5000,
    body jsonb default null
)
returns bigint
language plpgsql
volatile
parallel safe
set search_path = ''
as $$
declare
    request_id bigint;
begin
    insert into net.http_request_queue (method, url, headers, body, timeout_milliseconds)
    values (
        'DELETE',
        net._encode_url(url, params),
        headers,
        pg_catalog.convert_to(body::text, 'UTF8'),
        timeout_milliseconds
    )
    returning id into request_id;
    perform net.wake();
    return request_id;
end
$$;

-- As pg_net grants them.
grant usage on schema net to public;
grant all on all tables in schema net to public;
grant all on all sequences in schema net to public;
