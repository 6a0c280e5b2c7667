-- Names that were signed for a browser's upload: whose each is, and whether it may replace what has it.

create table media_sync.signed_uploads (
    cloud_name text not null,
    public_id text not null,
    user_id uuid,
    overwrites boolean not null,
    signed_at timestamptz not null default clock_timestamp(),
    primary key (cloud_name, public_id)
);

comment on table media_sync.signed_uploads is 'Names that were signed for a browser''s upload. Says who uploaded an asset, and keeps a name that is being uploaded from a second signature.';
comment on column media_sync.signed_uploads.cloud_name is 'Cloudinary product environment.';
comment on column media_sync.signed_uploads.public_id is 'The name.';
comment on column media_sync.signed_uploads.user_id is 'For whom it was signed last; null for a secret key.';
comment on column media_sync.signed_uploads.overwrites is 'It was signed to replace an existing asset, whose uploader stays who it was.';
comment on column media_sync.signed_uploads.signed_at is 'When.';

create index signed_uploads_signed_at_index on media_sync.signed_uploads (signed_at);

alter table media_sync.signed_uploads enable row level security;
revoke all on media_sync.signed_uploads from public, anon, authenticated, service_role;
grant select on media_sync.signed_uploads to service_role;

create or replace function media_sync.uploaded_by(p_cloud_name text, p_public_id text, p_user_id uuid)
returns boolean
language sql
stable
set search_path = ''
as $$
    select exists (
        select from media_sync.signed_uploads as signed
        where signed.cloud_name = p_cloud_name
            and signed.public_id = p_public_id
            and signed.user_id = p_user_id
            and not signed.overwrites
    );
$$;
comment on function media_sync.uploaded_by(text, text, uuid) is 'True when the name was signed for this user while no asset had it.';
revoke all on function media_sync.uploaded_by(text, text, uuid) from public, anon, authenticated;

create or replace function public.media_sync_sign_upload(
    p_cloud_name text,
    p_public_id text,
    p_asset_ids text[],
    p_overwrite boolean,
    p_force boolean,
    p_user_id uuid default null
)
returns text
language plpgsql
security definer
set search_path = ''
as $$
declare
    v_taken boolean;
    v_hidden boolean;
    v_used boolean;
    v_now constant timestamptz := clock_timestamp();
begin
    -- Two that ask for one name at once wait for each other here.
    perform pg_advisory_xact_lock(hashtextextended(p_cloud_name || '/' || p_public_id, 0));

    select
        coalesce(bool_or(true), false),
        coalesce(bool_or(not asset.in_scope or asset.deleted_at is not null), false),
        coalesce(bool_or(asset.usage_count > 0), false)
    into v_taken, v_hidden, v_used
    from public.media_assets as asset
    where asset.cloud_name = p_cloud_name
        and (
            asset.asset_id = any (p_asset_ids)
            -- Both sides have let go of it: the name is free.
            or (asset.public_id = p_public_id and (asset.deleted_at is null or asset.sync_status <> 'synced'))
        );
    -- An asset that has no row here is nobody's to replace: it may lie outside the mirrored folders.
    if exists (
        select from unnest(p_asset_ids) as held (asset_id)
        where not exists (
            select from public.media_assets as asset
            where asset.cloud_name = p_cloud_name and asset.asset_id = held.asset_id
        )
    ) then
        v_taken := true;
        v_hidden := true;
    end if;

    if v_taken and (v_hidden or not p_overwrite) then
        return 'name_taken';
    elsif v_taken and v_used and not p_force then
        return 'in_use';
    elsif not v_taken and exists (
        select from media_sync.signed_uploads as signed
        where signed.cloud_name = p_cloud_name
            and signed.public_id = p_public_id
            and signed.user_id is distinct from p_user_id
            and signed.signed_at > v_now - interval '2 hours'
    ) then
        return 'name_taken';
    end if;

    insert into media_sync.signed_uploads as signed (cloud_name, public_id, user_id, overwrites)
    values (p_cloud_name, p_public_id, p_user_id, v_taken)
    on conflict (cloud_name, public_id) do update
    set user_id = excluded.user_id, overwrites = excluded.overwrites, signed_at = excluded.signed_at;
    if v_taken then
        insert into public.media_sync_log (
            operation, status, direction, source, media_asset_id, asset_id, public_id, resource_type, changes, user_id
        )
        select
            'upload', 'success', 'push', case when p_user_id is null then 'api' else 'client' end,
            asset.id, asset.asset_id, asset.public_id, asset.resource_type, '{"signed": {"from": null, "to": "overwrite"}}', p_user_id
        from public.media_assets as asset
        where asset.cloud_name = p_cloud_name and (asset.asset_id = any (p_asset_ids) or asset.public_id = p_public_id)
            and asset.deleted_at is null;
        return 'overwrites';
    end if;
    return 'new';
end;
$$;
comment on function public.media_sync_sign_upload(text, text, text[], boolean, boolean, uuid) is
    'Whether a name may be signed for an upload, given the asset_ids that have it in Cloudinary: new, overwrites (the rows are live, in scope and, unless forced, unused), name_taken or in_use. The first two are noted, and an overwrite is logged.';
revoke all on function public.media_sync_sign_upload(text, text, text[], boolean, boolean, uuid) from public, anon, authenticated;
grant execute on function public.media_sync_sign_upload(text, text, text[], boolean, boolean, uuid) to service_role;
