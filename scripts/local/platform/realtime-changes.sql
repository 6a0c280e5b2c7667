-- Stand-in for Postgres Changes. A project reads them from the write-ahead log; here a trigger notes them, on tables that
-- somebody listens to, and what a listener sees of one is decided as there, after the commit.
do $$
begin
    if not exists (select from pg_catalog.pg_publication where pubname = 'supabase_realtime') then
        create publication supabase_realtime;
    end if;
exception
    when insufficient_privilege then
        raise notice 'publication supabase_realtime not made: %', sqlerrm;
end
$$;

create unlogged table if not exists realtime.changes (
    id bigint generated always as identity primary key,
    schema_name text not null,
    table_name text not null,
    operation text not null,
    record jsonb,
    old_record jsonb,
    noted_at timestamptz not null default clock_timestamp()
);
create index if not exists changes_noted_at_idx on realtime.changes (noted_at);

create or replace function realtime.note_change()
returns trigger
language plpgsql
-- Whoever writes to the table has no rights here.
security definer
set search_path = ''
as $$
declare
    noted bigint;
begin
    insert into realtime.changes (schema_name, table_name, operation, record, old_record)
    values (
        tg_table_schema,
        tg_table_name,
        tg_op,
        case when tg_op <> 'DELETE' then pg_catalog.to_jsonb(new) end,
        case when tg_op <> 'INSERT' then pg_catalog.to_jsonb(old) end
    )
    returning id into noted;
    perform pg_catalog.pg_notify('realtime_changes', noted::text);
    return null;
end
$$;

-- Which tables a subscription means; from now on their changes are noted. One that was published before may have been
-- renamed or taken out since: its trigger does no harm.
create or replace function realtime.watch_tables(schema_pattern text, table_pattern text)
returns setof regclass
language plpgsql
set search_path = ''
as $$
declare
    entity regclass;
begin
    for entity in
        select pg_catalog.format('%I.%I', published.schemaname, published.tablename)::regclass
        from pg_catalog.pg_publication_tables as published
        where published.pubname = 'supabase_realtime'
            and schema_pattern in ('*', published.schemaname)
            and table_pattern in ('*', published.tablename)
    loop
        if not exists (select from pg_catalog.pg_trigger where tgrelid = entity and tgname = 'realtime_note_change') then
            execute pg_catalog.format(
                'create trigger realtime_note_change after insert or update or delete on %s
                     for each row execute function realtime.note_change()',
                entity
            );
        end if;
        return next entity;
    end loop;
end
$$;

-- Whether a row passes a subscription's conditions: a list of { column, operator, value, negate }. Compared as the
-- column's own type; what cannot be compared does not pass.
create or replace function realtime.passes(entity regclass, item jsonb, conditions jsonb)
returns boolean
language plpgsql
stable
set search_path = ''
as $$
declare
    condition record;
    passed boolean;
begin
    for condition in
        select wanted.*, pg_catalog.format_type(attribute.atttypid, attribute.atttypmod) as type
        from pg_catalog.jsonb_to_recordset(conditions) as wanted (
            "column" text, operator text, value text, negate boolean
        )
        left join pg_catalog.pg_attribute as attribute
            on attribute.attrelid = entity and attribute.attname = wanted."column" and attribute.attnum > 0
    loop
        if condition.type is null then
            raise exception 'invalid column for filter %', condition."column";
        end if;
        execute pg_catalog.format(
            case condition.operator
                when 'eq' then 'select item.%1$I = $2::%2$s'
                when 'neq' then 'select item.%1$I <> $2::%2$s'
                when 'lt' then 'select item.%1$I < $2::%2$s'
                when 'lte' then 'select item.%1$I <= $2::%2$s'
                when 'gt' then 'select item.%1$I > $2::%2$s'
                when 'gte' then 'select item.%1$I >= $2::%2$s'
                when 'isdistinct' then 'select item.%1$I is distinct from $2::%2$s'
                when 'in' then 'select item.%1$I = any($2::%2$s[])'
                when 'like' then 'select item.%1$I::text like $2'
                when 'ilike' then 'select item.%1$I::text ilike $2'
                when 'match' then 'select item.%1$I::text ~ $2'
                when 'imatch' then 'select item.%1$I::text ~* $2'
                when 'is' then 'select case pg_catalog.lower($2)
                    when ''null'' then item.%1$I is null
                    else item.%1$I::text = pg_catalog.lower($2) end'
            end || ' from pg_catalog.jsonb_populate_record(null::%3$s, $1) as item',
            condition."column",
            condition.type,
            entity
        )
        into passed
        using item, condition.value;
        if coalesce(passed, false) = condition.negate then
            return false;
        end if;
    end loop;
    return true;
end
$$;

-- What one subscription is told of one change: null, or the message as Realtime composes it. Row level security is asked
-- for the row as it is now, by its primary key; a deleted row cannot be asked for, so that only its key is told.
create or replace function realtime.tell_change(
    change_id bigint,
    claimed_role text,
    claims jsonb,
    conditions jsonb,
    selected text[]
)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
    change realtime.changes;
    entity regclass;
    has_policies boolean;
    tells_all_of_old boolean;
    keys text[];
    readable text[];
    message jsonb;
    seen boolean;
begin
    select * into change from realtime.changes where id = change_id;
    entity := pg_catalog.to_regclass(pg_catalog.format('%I.%I', change.schema_name, change.table_name));
    if entity is null or not exists (
        select from pg_catalog.pg_publication_tables
        where pubname = 'supabase_realtime' and schemaname = change.schema_name and tablename = change.table_name
    ) then
        return null;
    end if;
    select relrowsecurity, relreplident = 'f' into has_policies, tells_all_of_old
    from pg_catalog.pg_class where oid = entity;
    keys := array(
        select attribute.attname::text
        from pg_catalog.pg_index as index
        join pg_catalog.pg_attribute as attribute
            on attribute.attrelid = entity and attribute.attnum = any(index.indkey)
        where index.indrelid = entity and index.indisprimary
    );
    readable := array(
        select attribute.attname::text
        from pg_catalog.pg_attribute as attribute
        where attribute.attrelid = entity and attribute.attnum > 0 and not attribute.attisdropped
            and pg_catalog.has_column_privilege(claimed_role::name, entity, attribute.attname, 'select')
            and (selected is null or attribute.attname = any(selected) or attribute.attname = any(keys))
        order by attribute.attnum
    );
    message := pg_catalog.jsonb_build_object(
        'schema', change.schema_name, 'table', change.table_name, 'type', change.operation,
        'commit_timestamp', pg_catalog.to_char(change.noted_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
        'errors', null
    );
    if change.operation <> 'DELETE' and keys = '{}' then
        return message || '{"errors": ["Error 400: Bad Request, no primary key"]}';
    elsif change.operation <> 'DELETE' and not keys <@ readable then
        return message || '{"errors": ["Error 401: Unauthorized"]}';
    elsif not realtime.passes(entity, coalesce(change.record, change.old_record), conditions) then
        return null;
    end if;
    if has_policies and change.operation <> 'DELETE' then
        perform pg_catalog.set_config('role', claimed_role, true), pg_catalog.set_config('request.jwt.claims', claims::text, true),
            pg_catalog.set_config('request.jwt.claim.sub', coalesce(claims ->> 'sub', ''), true),
            pg_catalog.set_config('request.jwt.claim.role', claimed_role, true);
        execute pg_catalog.format(
            'select exists (select from %1$s as item, pg_catalog.jsonb_populate_record(null::%1$s, $1) as told where %2$s)',
            entity,
            (select pg_catalog.string_agg(pg_catalog.format('item.%1$I = told.%1$I', key), ' and ') from unnest(keys) as key)
        ) into seen using change.record;
        perform pg_catalog.set_config('role', 'none', true);
        if not seen then
            return null;
        end if;
    end if;
    return message || pg_catalog.jsonb_build_object(
        'columns', (
            select pg_catalog.jsonb_agg(
                pg_catalog.jsonb_build_object('name', attribute.attname, 'type', type.typname) order by attribute.attnum
            )
            from pg_catalog.pg_attribute as attribute
            join pg_catalog.pg_type as type on type.oid = attribute.atttypid
            where attribute.attrelid = entity and attribute.attname = any(readable)
        )
    ) || case when change.record is null then '{}' else pg_catalog.jsonb_build_object(
        'record', (select pg_catalog.jsonb_object_agg(key, value) from pg_catalog.jsonb_each(change.record) where key = any(readable))
    ) end || case when change.old_record is null then '{}' else pg_catalog.jsonb_build_object(
        'old_record', (
            select coalesce(pg_catalog.jsonb_object_agg(key, value), '{}')
            from pg_catalog.jsonb_each(change.old_record)
            where key = any(readable)
                and (key = any(keys) or (tells_all_of_old and not (has_policies and change.operation = 'DELETE')))
        )
    ) end;
end
$$;
revoke all on function realtime.watch_tables(text, text), realtime.passes(regclass, jsonb, jsonb) from public;
revoke all on function realtime.tell_change(bigint, text, jsonb, jsonb, text[]) from public;
