-- Health of the quarantine: who is set aside.

create or replace function media_sync.check_quarantine()
returns table (check_name text, status text, message text, value text)
language plpgsql
stable
set search_path = ''
as $$
declare
    v_count constant bigint := (select count(*) from media_sync.quarantine);
begin
    return query values (
        'quarantine',
        case when v_count > 0 then 'degraded' else 'ok' end,
        case
            when v_count > 0 then (
                select format(
                    '%s cannot be stored: %s%s. %s',
                    media_sync.health_count(
                        v_count,
                        'asset is set aside, because what Cloudinary holds of it',
                        'assets are set aside, because what Cloudinary holds of them'
                    ),
                    string_agg(format('%s (%s)', coalesce(nullif(left(public_id, 100), ''), asset_id), rtrim(reason, '.')), ', ' order by since),
                    case when v_count > 5 then ', … (GET sync names the others)' else '' end,
                    case v_count
                        when 1 then 'Mend it in Cloudinary; it comes by itself then.'
                        else 'Mend them in Cloudinary; they come by themselves then.'
                    end
                )
                from (select * from media_sync.quarantine order by since limit 5) as first
            )
            else 'No asset is set aside.'
        end,
        v_count::text
    );
end;
$$;
comment on function media_sync.check_quarantine() is 'Check quarantine (value: how many assets are set aside).';
revoke all on function media_sync.check_quarantine() from public, anon, authenticated;
