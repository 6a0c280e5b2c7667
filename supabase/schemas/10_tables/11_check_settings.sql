-- A setting that cannot be is refused with a sentence about it. PostgreSQL's own message would print the whole row, with
-- every other setting in it, and an alert URL may carry a token of its receiver.

create or replace function media_sync.check_settings()
returns trigger
language plpgsql
set search_path = ''
as $$
declare
    v_rule record;
    v_holds boolean;
begin
    for v_rule in
        select attname, pg_get_expr(conbin, conrelid) as expression, 'check_violation' as code
        from pg_catalog.pg_constraint
        join pg_catalog.pg_attribute on attrelid = conrelid and attnum = conkey[1]
        where conrelid = tg_relid and contype = 'c'
        union all
        select attname, format('%I is not null', attname), 'not_null_violation'
        from pg_catalog.pg_attribute
        where attrelid = tg_relid and attnum > 0 and attnotnull and not attisdropped
        order by 3, 1
    loop
        execute format('select %s from (select ($1).*) as settings', v_rule.expression) into v_holds using new;
        if not v_holds then
            raise exception 'The setting % can not be %. %',
                v_rule.attname,
                case v_rule.attname when 'alert_url' then 'that' else coalesce(to_jsonb(new) ->> v_rule.attname, 'null') end,
                (
                    select col_description(tg_relid, attnum) from pg_catalog.pg_attribute
                    where attrelid = tg_relid and attname = v_rule.attname
                )
                using errcode = v_rule.code;
        end if;
    end loop;
    return new;
end;
$$;
comment on function media_sync.check_settings() is 'Refuses a setting that its column does not allow, with its name, its value (an alert URL''s is left out) and what it is for.';
revoke all on function media_sync.check_settings() from public, anon, authenticated;

create or replace trigger check_settings
    before insert or update on media_sync.settings
    for each row execute function media_sync.check_settings();
