-- Renames that wait for a name which another asset has.

create or replace function media_sync.invite_waiting_names(p_cloud_name text)
returns void
language plpgsql
set search_path = ''
-- Rows are looked up one by one, however few the table had when this was planned.
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
declare
    v_ids uuid[];
begin
    -- Rows that others hold are being pushed or edited at this moment, and will be tried anyway.
    v_ids := array(
        select waiting.id
        from public.media_assets as waiting
        where waiting.sync_status = 'pending'
            and waiting.cloud_name = p_cloud_name
            and waiting.waits_for_name
            and waiting.next_attempt_at is not null
            and not exists (
                select from public.media_assets as holder
                where holder.cloud_name = p_cloud_name
                    and holder.public_id = waiting.public_id
                    and holder.id <> waiting.id
                    and holder.deleted_at is null
                    and holder.base ->> 'public_id' = waiting.public_id
                    and holder.resource_type = waiting.resource_type
                    and holder.type = waiting.type
            )
        for no key update skip locked
    );
    update public.media_assets set next_attempt_at = null where id = any (v_ids);
end;
$$;
comment on function media_sync.invite_waiting_names(text) is 'Rows that waited for a name which its holder has left are tried at once.';
revoke all on function media_sync.invite_waiting_names(text) from public, anon, authenticated;
