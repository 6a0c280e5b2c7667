-- One row per Cloudinary asset.

create or replace function media_sync.name_text(p_name text)
returns text
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
    return translate(media_sync.fold_text(left(p_name, 200)), e'\x02\x03', '  ');
end;
$$;
comment on function media_sync.name_text(text) is 'A name as the search ranks it: its first 200 characters, folded.';
revoke all on function media_sync.name_text(text) from public, anon, authenticated;
-- Index expressions are computed with the rights of whoever writes the row.
grant execute on function media_sync.name_text(text) to authenticated, service_role;

create or replace function media_sync.search_text(
    p_public_id text,
    p_display_name text,
    p_original_filename text,
    p_tags text[],
    p_context jsonb,
    p_metadata jsonb
)
returns text
-- plpgsql keeps its plan; a function in SQL that sets search_path is planned at each call.
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
declare
    v_segment constant text := case when strpos(p_public_id, '/') > 0 then split_part(p_public_id, '/', -1) else p_public_id end;
    v_name constant text := case when p_display_name <> '' then p_display_name else v_segment end;
    v_text text;
begin
    -- The names come first, each between two marks, by which the ranking knows a whole name and its beginning.
    v_text := e'\x02' || left(v_name, 200) || e'\x03'
        || case when v_segment <> v_name then e'\x02' || left(v_segment, 200) || e'\x03' else '' end
        || case
            when p_original_filename <> v_name and p_original_filename <> v_segment then e'\x02' || left(p_original_filename, 200) || e'\x03'
            else ''
        end;
    if v_name ~ '[\x02\x03]' or v_segment ~ '[\x02\x03]' or p_original_filename ~ '[\x02\x03]' then
        v_text := translate(v_text, e'\x02\x03', '  ');
    end if;
    -- What one asset holds must not make every search slow: the first of each, and so many characters in all.
    return left(media_sync.fold_text(v_text || left(
        -- A line each, so that no phrase reaches from one into another.
        case when v_segment <> p_public_id or length(v_segment) > 200 then left(p_public_id, 1000) || e'\n' else '' end
        || case when length(v_name) > 200 then left(v_name, 1000) || e'\n' else '' end
        || case when length(p_original_filename) > 200 then left(p_original_filename, 1000) || e'\n' else '' end
        || array_to_string(case when cardinality(p_tags) > 1000 then p_tags[1:1000] else p_tags end, e'\n')
        || case when p_context = '{}' and p_metadata = '{}' then '' else (
            -- Of metadata a value may be a list, which is looked through as its JSON.
            select coalesce(string_agg(e'\n' || left(value, 1000), ''), '')
            from (select value from jsonb_each_text(p_context) union all select value from jsonb_each_text(p_metadata)) as every_value
        ) end,
        10000
    )), 10000);
end;
$$;
comment on function media_sync.search_text(text, text, text, text[], jsonb, jsonb) is
    'What the library search looks through, folded, at most 10,000 characters. Immutable, because text[] and jsonb print the same for everybody.';
revoke all on function media_sync.search_text(text, text, text, text[], jsonb, jsonb) from public, anon, authenticated;
-- It is computed with the rights of whoever writes the row.
grant execute on function media_sync.search_text(text, text, text, text[], jsonb, jsonb) to authenticated, service_role;

create or replace function media_sync.search_signs(p_search_text text)
returns text[]
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
    return string_to_array(regexp_replace(p_search_text, '[a-z0-9 \n\x02\x03]+', '', 'g'), null)
        || case when octet_length(p_search_text) <> length(p_search_text) then array['beyond ascii'] end;
end;
$$;
comment on function media_sync.search_signs(text) is
    'The characters of a search text of which trigrams tell nothing: all but ASCII letters, digits and space. One entry more for a text that is not all ASCII.';
revoke all on function media_sync.search_signs(text) from public, anon, authenticated;
-- Index expressions are computed with the rights of whoever writes the row.
grant execute on function media_sync.search_signs(text) to authenticated, service_role;

create or replace function media_sync.filter_keys(p_folder text, p_resource_type text, p_format text, p_type text)
returns text[]
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
declare
    v_keys text[] := array['=' || p_folder, 'resource_type ' || p_resource_type, 'type ' || p_type, 'format ' || p_format];
    v_path text := '';
    v_part text;
begin
    if p_folder <> '' then
        foreach v_part in array string_to_array(p_folder, '/') loop
            v_path := v_path || '/' || v_part;
            v_keys := v_keys || v_path;
        end loop;
    end if;
    return v_keys;
end;
$$;
comment on function media_sync.filter_keys(text, text, text, text) is
    'What filters ask for of an asset: its folder (=a/b), that folder and each above (/a, /a/b), resource_type, type and format.';
revoke all on function media_sync.filter_keys(text, text, text, text) from public, anon, authenticated;
-- Index expressions are computed with the rights of whoever writes the row.
grant execute on function media_sync.filter_keys(text, text, text, text) to authenticated, service_role;

create table public.media_assets (
    id uuid primary key default gen_random_uuid(),
    cloud_name text not null,
    asset_id text not null,
    public_id text not null check (public_id <> ''),
    resource_type text not null check (resource_type in ('image', 'video', 'raw')),
    type text not null default 'upload',
    format text,
    version bigint,
    bytes bigint,
    width integer,
    height integer,
    duration double precision,
    pages integer,
    etag text,
    url text,
    secure_url text,
    original_filename text,
    folder text not null default '',
    display_name text,
    tags text[] not null default '{}',
    context jsonb not null default '{}' check (jsonb_typeof(context) = 'object'),
    metadata jsonb not null default '{}' check (jsonb_typeof(metadata) = 'object'),
    access_mode text,
    moderation_status text,
    extra jsonb not null default '{}' check (jsonb_typeof(extra) = 'object'),
    uploaded_at timestamptz,
    last_updated jsonb not null default '{}' check (jsonb_typeof(last_updated) = 'object'),
    base jsonb not null default '{}' check (jsonb_typeof(base) = 'object'),
    conflicts jsonb check (jsonb_typeof(conflicts) = 'object'),
    sending jsonb check (jsonb_typeof(sending) = 'array'),
    edited jsonb not null default '{}' check (jsonb_typeof(edited) = 'object'),
    undecided jsonb check (jsonb_typeof(undecided) = 'object'),
    sync_status text not null default 'synced' check (sync_status in ('synced', 'pending', 'error', 'conflict')),
    sync_error text,
    sync_attempts integer not null default 0,
    next_attempt_at timestamptz,
    waits_for_name boolean not null default false,
    edited_at timestamptz,
    edited_by uuid,
    observed_at timestamptz not null default '-infinity',
    last_event_at timestamptz,
    last_synced_at timestamptz,
    facts_source text check (facts_source in ('search', 'detail')),
    facts_tries smallint not null default 0,
    facts_not_before timestamptz not null default '-infinity',
    in_scope boolean not null default true,
    usage_count integer not null default 0 check (usage_count >= 0),
    collection_ids uuid[] not null default '{}',
    created_by uuid,
    deleted_at timestamptz,
    deleted_by uuid,
    restore_requested_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    search_text text not null default '',
    -- Nearly every row has the same cloud_name: with it in front, a table without statistics would be read through this index.
    constraint media_assets_identity unique (asset_id, cloud_name)
);

comment on table public.media_assets is 'One row per Cloudinary asset. Edit an editable column (tags, context, metadata, display_name, folder, public_id) and the change reaches Cloudinary; everything else follows Cloudinary.';
comment on column public.media_assets.id is 'Our key, made of cloud_name and asset_id: a row that was lost comes back with it.';
comment on column public.media_assets.cloud_name is 'Cloudinary product environment that the asset belongs to.';
comment on column public.media_assets.asset_id is 'Cloudinary''s immutable identity; survives rename, move and overwrite.';
comment on column public.media_assets.public_id is 'Editable. Cloudinary''s public_id; unique only per resource_type and type there, and no key here.';
comment on column public.media_assets.resource_type is 'image, video (audio included) or raw.';
comment on column public.media_assets.type is 'Delivery type: upload, private, authenticated, fetch, …';
comment on column public.media_assets.format is 'File format; often null for raw, whose extension is part of public_id.';
comment on column public.media_assets.version is 'Cloudinary''s version: unix seconds of the last content change.';
comment on column public.media_assets.bytes is 'Size of the original in bytes.';
comment on column public.media_assets.width is 'Width in pixels.';
comment on column public.media_assets.height is 'Height in pixels.';
comment on column public.media_assets.duration is 'Length in seconds.';
comment on column public.media_assets.pages is 'Number of pages or frames.';
comment on column public.media_assets.etag is 'MD5 of the content, once an answer told it (listings do not).';
comment on column public.media_assets.url is 'Delivery URL over HTTP.';
comment on column public.media_assets.secure_url is 'Delivery URL over HTTPS.';
comment on column public.media_assets.original_filename is 'Name of the uploaded file without extension.';
comment on column public.media_assets.folder is 'Editable. asset_folder in dynamic-folder mode, the path part of public_id in fixed-folder mode; empty for the root.';
comment on column public.media_assets.display_name is 'Editable. Name shown in Cloudinary''s Media Library.';
comment on column public.media_assets.tags is 'Editable. A set: order has no meaning.';
comment on column public.media_assets.context is 'Editable. Contextual metadata: key to string.';
comment on column public.media_assets.metadata is 'Editable. Structured metadata: external_id of the field to its value.';
comment on column public.media_assets.access_mode is 'public or authenticated, where Cloudinary tells it.';
comment on column public.media_assets.moderation_status is 'pending, approved, rejected, queued or aborted, where moderated.';
comment on column public.media_assets.extra is 'Whatever else Cloudinary told about the asset, by its own names.';
comment on column public.media_assets.uploaded_at is 'When the present content was uploaded, once an answer told it.';
comment on column public.media_assets.last_updated is 'Cloudinary''s times of change by kind, as told of the state that base holds; empty: not told.';
comment on column public.media_assets.base is 'The editable fields as both sides last agreed on them. What differs from it is a local edit.';
comment on column public.media_assets.conflicts is 'Open conflicts of the policy manual: field to base, database and cloudinary values.';
comment on column public.media_assets.sending is 'What is on its way to Cloudinary and may or may not have arrived: a list of attempts; null: nothing. While it stands the row is not synced.';
comment on column public.media_assets.edited is 'When each value that is not agreed yet was last edited here: display_name, context.<key>, … to its time.';
comment on column public.media_assets.undecided is 'Under the policy newest: what Cloudinary showed for values that were changed on both sides, until an answer tells times.';
comment on column public.media_assets.sync_status is 'synced; pending: an edit or deletion waits for Cloudinary; error: attempts are used up (set to pending to retry); conflict: a person must resolve.';
comment on column public.media_assets.sync_error is 'Why the last attempt to push failed.';
comment on column public.media_assets.sync_attempts is 'Failed attempts since the last local edit.';
comment on column public.media_assets.next_attempt_at is 'Not pushed before this time; null means at once.';
comment on column public.media_assets.waits_for_name is 'The wanted public_id was taken at the last attempt; the row is tried again when its holder leaves it.';
comment on column public.media_assets.edited_at is 'When an editable column was last changed here.';
comment on column public.media_assets.edited_by is 'User who changed it then; null for a secret key.';
comment on column public.media_assets.observed_at is 'Database time at which the Cloudinary request began whose answer this row reflects, of a write: at which its answer had come; older observations are ignored.';
comment on column public.media_assets.last_event_at is 'Cloudinary''s time of the latest notification that touched this row; older ones are stale.';
comment on column public.media_assets.last_synced_at is 'When both sides were last known equal after a change.';
comment on column public.media_assets.facts_source is 'What is to be asked next for facts that listings do not tell: search or detail; null: whatever Cloudinary tells of them is here.';
comment on column public.media_assets.facts_tries is 'Searches for its facts that did not show the asset as the row has it: the index lags.';
comment on column public.media_assets.facts_not_before is 'It is not asked for its facts before this time: a notification or a pull may tell them meanwhile.';
comment on column public.media_assets.in_scope is 'False when settings.include_folders leaves out the folder that the asset has in Cloudinary: kept and hidden. An edit that is under way goes on.';
comment on column public.media_assets.usage_count is 'Live rows of media_usage; maintained by a trigger.';
comment on column public.media_assets.collection_ids is 'Collections that it stands in, and perhaps some that it has left: for the search index, which meets them with everything else. Maintained by a trigger.';
comment on column public.media_assets.created_by is 'User who uploaded it through Media Sync, if any.';
comment on column public.media_assets.deleted_at is 'When it was deleted; with sync_status synced both sides have let go of it.';
comment on column public.media_assets.deleted_by is 'User who deleted it here; null when it went in Cloudinary.';
comment on column public.media_assets.restore_requested_at is 'When a confirmed deletion was asked to be undone from Cloudinary''s backup.';
comment on column public.media_assets.created_at is 'When the asset was created, as Cloudinary tells it.';
comment on column public.media_assets.updated_at is 'When this row last changed in a way that users see.';
comment on column public.media_assets.search_text is 'Written by a trigger: names, tags, context and metadata as the library search looks through them, folded; see media_sync.search_text().';

-- The library page walks these in order; `id` makes every order total, so that keyset cursors are exact. The included
-- columns let a page deep in the library be found without reading the rows before it.
create index media_assets_created_at_index on public.media_assets (created_at desc, id desc) include (deleted_at, in_scope);
create index media_assets_updated_at_index on public.media_assets (updated_at desc, id desc) include (deleted_at, in_scope);
create index media_assets_public_id_index on public.media_assets (public_id, id) include (deleted_at, in_scope);
create index media_assets_bytes_index on public.media_assets ((coalesce(bytes, 0)), id) include (bytes, deleted_at, in_scope);
create index media_assets_display_name_index on public.media_assets ((coalesce(display_name, '')), id);
-- ?folder=, ?folder=&recursive=true, and what operators type: where folder = … order by created_at desc.
create index media_assets_folder_index on public.media_assets (folder text_pattern_ops, created_at desc, id desc);
-- ?resource_type=raw, ?format=gif, ?type=private, ?used=true: few among many, or many in order.
create index media_assets_resource_type_index on public.media_assets (resource_type, created_at desc, id desc);
create index media_assets_format_index on public.media_assets (format, created_at desc, id desc);
create index media_assets_type_index on public.media_assets (type, created_at desc, id desc) where type <> 'upload';
create index media_assets_used_index on public.media_assets (created_at desc, id desc) where usage_count > 0;
-- ?search=, ranked: the very name and its beginning among any number of matches. Most assets have one name only.
create index media_assets_name_index on public.media_assets
    (media_sync.name_text(coalesce(nullif(display_name, ''), split_part(public_id, '/', -1))) text_pattern_ops);
create index media_assets_path_name_index on public.media_assets (media_sync.name_text(split_part(public_id, '/', -1)) text_pattern_ops)
    where display_name <> '' and split_part(public_id, '/', -1) <> display_name;
create index media_assets_filename_index on public.media_assets (media_sync.name_text(original_filename) text_pattern_ops)
    where original_filename <> split_part(public_id, '/', -1)
        and original_filename <> coalesce(nullif(display_name, ''), split_part(public_id, '/', -1));
create index media_assets_unsynced_index on public.media_assets (sync_status, next_attempt_at nulls first) where sync_status <> 'synced';
-- What is on its way, of which each notification asks: a few rows, however many wait.
create index media_assets_sending_index on public.media_assets (cloud_name) where sending is not null;
create index media_assets_deleted_index on public.media_assets (deleted_at desc, id desc) where deleted_at is not null;
-- What is to be asked for its facts next.
create index media_assets_facts_index on public.media_assets (facts_source, facts_not_before, created_at)
    where facts_source is not null and deleted_at is null and in_scope;
-- ?deleted=true, by time of creation.
create index media_assets_trash_index on public.media_assets (created_at desc, id desc) where deleted_at is not null;

alter table public.media_assets enable row level security;
revoke all on public.media_assets from public, anon, authenticated, service_role;
-- What a page shows and an app asks for; the sync's own columns and who deleted an asset are no viewer's business.
grant select (
    id, cloud_name, asset_id, public_id, resource_type, type, format, version, bytes, width, height, duration, pages, etag,
    url, secure_url, original_filename, folder, display_name, tags, context, metadata, access_mode, moderation_status,
    uploaded_at, sync_status, last_synced_at, in_scope, usage_count, created_by, deleted_at, created_at, updated_at, search_text
) on public.media_assets to authenticated;
-- What an editor may change; sync columns are nobody's to write through the data API.
grant update (tags, context, metadata, display_name, folder, public_id) on public.media_assets to authenticated;
grant select, insert, update, delete on public.media_assets to service_role;

create policy "Viewers read live assets, editors the trash too"
    on public.media_assets for select to authenticated
    using (in_scope and (select media_sync.is_viewer()) and (deleted_at is null or (select media_sync.is_editor())));

create policy "Editors change live assets"
    on public.media_assets for update to authenticated
    using (in_scope and deleted_at is null and (select media_sync.is_editor()))
    with check (in_scope and deleted_at is null and (select media_sync.is_editor()));

create index media_assets_waiting_index on public.media_assets (greatest(edited_at, deleted_at, restore_requested_at))
    where sync_status = 'pending';
