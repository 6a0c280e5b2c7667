-- Stand-in for Realtime's side of the database: its table, the functions that send, and a notification after the
-- commit that tells the stack's own server which message to deliver. A real one is told from this by the record that
-- it keeps of its migrations, and left alone.
create schema if not exists realtime;

create table if not exists realtime.messages (
    id uuid not null default gen_random_uuid(),
    topic text not null,
    extension text not null,
    payload jsonb,
    event text,
    private boolean default false,
    updated_at timestamp not null default now(),
    inserted_at timestamp not null default now(),
    primary key (id, inserted_at)
);
alter table realtime.messages enable row level security;
create index if not exists messages_inserted_at_idx on realtime.messages (inserted_at);

grant usage on schema realtime to anon, authenticated, service_role;
grant select, insert, update on realtime.messages to anon, authenticated, service_role;

create or replace function realtime.topic()
returns text
language sql
stable
set search_path = ''
as $$
    select nullif(pg_catalog.current_setting('realtime.topic', true), '')::text
$$;

-- Too long for a notification is a payload, not an id.
create or replace function realtime.notify_message()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
    perform pg_catalog.pg_notify('realtime_messages', new.id::text);
    return null;
end
$$;

create or replace trigger notify_message
    after insert on realtime.messages
    for each row when (new.extension = 'broadcast')
    execute function realtime.notify_message();

-- As on a project: what cannot be sent is a warning, and the statement goes on.
create or replace function realtime.send(payload jsonb, event text, topic text, private boolean default true)
returns void
language plpgsql
as $$
declare
    generated_id uuid := gen_random_uuid();
begin
    perform pg_catalog.set_config('realtime.topic', $3, true);
    insert into realtime.messages (id, payload, event, topic, private, extension)
    values (
        generated_id,
        case when $1 ? 'id' then $1 else pg_catalog.jsonb_set($1, '{id}', pg_catalog.to_jsonb(generated_id)) end,
        $2,
        $3,
        $4,
        'broadcast'
    );
exception
    when others then
        raise warning 'ErrorSendingBroadcastMessage: %', sqlerrm;
end
$$;

create or replace function realtime.broadcast_changes(
    topic_name text,
    event_name text,
    operation text,
    table_name text,
    table_schema text,
    new record,
    old record,
    level text default 'ROW'
)
returns void
language plpgsql
as $$
begin
    if level = 'STATEMENT' then
        raise exception 'function can only be triggered for each row, not for each statement';
    end if;
    perform realtime.send(
        pg_catalog.jsonb_build_object(
            'old_record', old, 'record', new, 'operation', operation, 'table', table_name, 'schema', table_schema
        ),
        event_name,
        topic_name
    );
exception
    when others then
        raise exception 'Failed to process the row: %', sqlerrm;
end
$$;
