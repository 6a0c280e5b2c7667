-- Health of the scope: whether anything is mirrored at all.

create or replace function media_sync.check_scope()
returns table (check_name text, status text, message text, value text)
language plpgsql
stable
set search_path = ''
as $$
declare
    v_include constant text[] := (select include_folders from media_sync.settings);
    v_live constant bigint := (select coalesce(sum(total_assets), 0)::bigint from media_sync.statistics);
    v_expected bigint;
begin
    if v_include <> '{}' and v_live = 0 then
        select run.expected into v_expected
        from media_sync.runs as run
        where run.kind = 'full' and run.status = 'completed'
        order by run.started_at desc
        limit 1;
    end if;
    return query values (
        'scope',
        case when v_expected > 0 then 'degraded' else 'ok' end,
        case
            when v_expected > 0 then format(
                '%s in include_folders = %L: name folders that exist, or mirror all with update media_sync.settings set include_folders = ''{}''.',
                case v_expected when 1 then 'The one asset does not lie' else format('None of %s assets lies', v_expected) end, v_include
            )
            else 'The mirrored folders are there.'
        end,
        v_live::text
    );
end;
$$;
comment on function media_sync.check_scope() is 'Check scope (value: mirrored assets): a misspelt folder, or one that was renamed in Cloudinary, mirrors nothing.';
revoke all on function media_sync.check_scope() from public, anon, authenticated;
