-- Generated from supabase/schemas by `deno task migration`. Edit the schemas, not this file: until release
-- 0.1.0 it is generated anew with each change; from then on it is frozen.

-- What has one of our names and is not ours is never replaced.

do $guard$
declare
    v_taken text[];
begin
    if to_regclass('media_sync.migrations') is not null then
        raise exception 'Media Sync is installed in this database already, and nothing was changed. Later versions come by deno task deploy; where the Supabase CLI applies this file, tell it so: supabase migration repair --status applied <the number in the name of the file>.';
    end if;
    if to_regnamespace('media_sync') is not null then
        v_taken := array['the schema media_sync'];
    end if;
    v_taken := v_taken || array(
            select format('public.%I', relname)
            from pg_catalog.pg_class
            where relnamespace = 'public'::regnamespace and relname = any ($names${
                media_assets, media_collection_items, media_collections, media_sync_log, media_usage, media_assets_bytes_index,
                media_assets_created_at_index, media_assets_deleted_index, media_assets_display_name_index,
                media_assets_facts_index, media_assets_filename_index, media_assets_folder_index, media_assets_format_index,
                media_assets_name_index, media_assets_path_name_index, media_assets_public_id_index,
                media_assets_resource_type_index, media_assets_search_index, media_assets_sending_index,
                media_assets_trash_index, media_assets_type_index, media_assets_unsynced_index, media_assets_updated_at_index,
                media_assets_used_index, media_assets_waiting_index, media_collection_items_asset_index,
                media_collection_items_position_index, media_collections_parent_index, media_collections_public_index,
                media_sync_log_asset_index, media_sync_log_created_at_index, media_sync_log_problem_index,
                media_sync_log_run_index, media_usage_asset_index, media_usage_live_index, media_usage_reference_index
            }$names$::name[])
        )
        || array(
            select format('public.%I', typname)
            from pg_catalog.pg_type
            where typnamespace = 'public'::regnamespace and typrelid = 0 and typname = any ($names${
                media_assets, media_collection_items, media_collections, media_sync_log, media_usage
            }$names$::name[])
        )
        || array(
            select format('public.%I(%s)', proname, pg_catalog.pg_get_function_identity_arguments(oid))
            from pg_catalog.pg_proc
            where pronamespace = 'public'::regnamespace and proname = any ($names${
                add_to_media_collection, attach_media_assets, cleanup_old_sync_logs, detach_media_assets, edit_media_assets,
                enable_media_broadcast, find_media_assets, get_media_asset, get_media_facets, get_media_statistics,
                get_media_version, get_sync_health, get_sync_health_summary, get_sync_overview, get_sync_run,
                get_sync_settings, get_sync_snapshots, get_sync_status, list_media_assets, list_webhook_events,
                media_sync_absent_assets, media_sync_allow_mass_delete, media_sync_apply_observations, media_sync_begin_push,
                media_sync_begin_sweep, media_sync_claim_refresh, media_sync_claim_shard, media_sync_clock,
                media_sync_compare_page, media_sync_confirm_push, media_sync_continue_facts, media_sync_due,
                media_sync_find_assets, media_sync_finish_run, media_sync_get_event, media_sync_note_comparison,
                media_sync_pause_run, media_sync_plan_observations, media_sync_plan_push, media_sync_plan_shards,
                media_sync_receive_event, media_sync_record_traffic, media_sync_release_pending, media_sync_release_refresh,
                media_sync_repair, media_sync_replay_event, media_sync_report_error, media_sync_restart_shard,
                media_sync_set_webhook_events, media_sync_settle_absences, media_sync_settle_look_up, media_sync_sign_upload,
                media_sync_start_run, media_sync_store_page, media_sync_store_search_page, media_sync_take_snapshot,
                media_sync_version, media_sync_webhook_status, move_between_media_collections, move_media_usage,
                read_media_library, rebuild_media_sync, remove_from_media_collection, reorder_media_collection,
                reorder_media_usage, resolve_media_conflicts, restore_media_asset, retry_media_assets, schedule_media_sync,
                soft_delete_media_asset, soft_delete_media_assets, test_media_alert, unschedule_media_sync,
                update_sync_settings
            }$names$::name[])
        )
        || array(
            select format('the policy %I on realtime.messages', policyname)
            from pg_catalog.pg_policies
            where schemaname = 'realtime' and policyname in ('Viewers receive changes of media assets', 'Nobody sends changes of media assets')
        );
    -- By query text, since there may be no pg_cron.
    if to_regclass('cron.job') is not null then
        execute $query$
            select $1 || array(
                select format('the job %I', jobname) from cron.job where starts_with(jobname, 'media-sync-') and database = current_database()
            )
        $query$ into v_taken using v_taken;
    end if;
    if cardinality(v_taken) > 0 then
        raise exception 'Media Sync was not installed, and nothing was changed, because these names are taken: %. Rename them, or move tables to another schema (alter table … set schema …), and do it again.', array_to_string(v_taken, ', ');
    end if;
end;
$guard$;

-- supabase/schemas/00_foundation/10_schemas.sql

-- Schemas and extensions. `public` is what clients reach through the data API; `media_sync` holds the machinery and
-- is not exposed.

create schema media_sync;
comment on schema media_sync is
    'Machinery of Media Sync: settings, runs, queues and the functions that decide what a row becomes. Not exposed through the data API.';

revoke all on schema media_sync from public, anon, authenticated;
-- Policies are checked with the caller's rights, and so are the role functions below that they call.
grant usage on schema media_sync to anon, authenticated, service_role;

-- supabase/schemas/00_foundation/15_ledger.sql

-- What an installation did: which migrations this database has, whoever applied them, and what came along with them.

create table media_sync.migrations (
    version text primary key,
    name text not null,
    schema_digest text not null,
    applied_at timestamptz not null default clock_timestamp()
);

comment on table media_sync.migrations is 'The migrations of Media Sync that this database has. Each notes itself, so that it makes no difference who applies it; the project''s own record is left alone.';
comment on column media_sync.migrations.version is 'The number in the name of the file, as Media Sync ships it.';
comment on column media_sync.migrations.name is 'Its topic.';
comment on column media_sync.migrations.schema_digest is 'media_sync.schema_digest() after it: tells states between two releases apart.';
comment on column media_sync.migrations.applied_at is 'When it was applied.';

alter table media_sync.migrations enable row level security;
revoke all on media_sync.migrations from public, anon, authenticated, service_role;
grant select on media_sync.migrations to service_role;

create table media_sync.brought_along (
    kind text not null check (kind in ('schema', 'extension', 'function', 'secret')),
    name text not null,
    noted_at timestamptz not null default clock_timestamp(),
    primary key (kind, name)
);

comment on table media_sync.brought_along is 'What the installation added to the project beside its own schema and its names in public: what is listed here goes with it, and nothing else.';
comment on column media_sync.brought_along.kind is 'schema, extension, function (an Edge Function) or secret (a variable of the Edge Functions).';
comment on column media_sync.brought_along.name is 'Its name.';
comment on column media_sync.brought_along.noted_at is 'When it was added.';

alter table media_sync.brought_along enable row level security;
revoke all on media_sync.brought_along from public, anon, authenticated, service_role;
grant select on media_sync.brought_along to service_role;

-- supabase/schemas/00_foundation/16_extensions.sql

-- Searches need pg_trgm. Where a project has it, in whatever schema, it stays there.

do $$
begin
    if exists (select from pg_catalog.pg_extension where extname = 'pg_trgm') then
        return;
    end if;
    if to_regnamespace('extensions') is null then
        create schema extensions;
        insert into media_sync.brought_along (kind, name) values ('schema', 'extensions');
    end if;
    create extension pg_trgm with schema extensions;
    insert into media_sync.brought_along (kind, name) values ('extension', 'pg_trgm');
end;
$$;

-- supabase/schemas/00_foundation/20_roles.sql

-- Who is calling.

create or replace function media_sync.viewers()
returns text
language plpgsql
stable
-- Policies ask on behalf of callers who may not read the settings.
security definer
set search_path = ''
as $$
begin
    return (select settings.viewers from media_sync.settings as settings);
end;
$$;
comment on function media_sync.viewers() is 'The setting viewers: authenticated, or assigned.';
revoke all on function media_sync.viewers() from public, anon, authenticated;
grant execute on function media_sync.viewers() to authenticated, service_role;

create or replace function media_sync.owns_media_sync(p_role text)
returns boolean
language sql
stable
set search_path = ''
as $$
    -- True for superusers too. `usage`: a member that does not inherit has these rights only after it has switched.
    select pg_has_role(p_role, (select nspowner from pg_catalog.pg_namespace where nspname = 'media_sync'), 'usage');
$$;
comment on function media_sync.owns_media_sync(text) is 'True for the owner of Media Sync''s schema, whoever inherits the owner''s rights, and superusers.';
revoke all on function media_sync.owns_media_sync(text) from public, anon, authenticated;
grant execute on function media_sync.owns_media_sync(text) to anon, authenticated, service_role;

create or replace function media_sync.token_role()
returns text
language plpgsql
stable
set search_path = ''
as $$
declare
    v_token constant jsonb := auth.jwt();
    v_role constant text := v_token -> 'app_metadata' ->> 'media_role';
begin
    -- Anybody who is logged in to the database can set a token for the session. Only the platform's sessions are believed.
    if session_user <> 'authenticator' and not starts_with(session_user, 'supabase_') and not media_sync.owns_media_sync(session_user) then
        return 'anonymous';
    elsif coalesce(v_token ->> 'is_anonymous', 'false') <> 'false' then
        return 'anonymous';
    elsif v_role in ('viewer', 'editor', 'admin') then
        return v_role;
    elsif media_sync.viewers() = 'authenticated' then
        return 'viewer';
    end if;
    return 'anonymous';
end;
$$;
comment on function media_sync.token_role() is
    'The role that the session''s token gives: admin, editor, viewer or anonymous. Reads app_metadata, which users cannot edit; never user_metadata.';
revoke all on function media_sync.token_role() from public, anon, authenticated;
grant execute on function media_sync.token_role() to anon, authenticated, service_role;

create or replace function media_sync.media_role()
returns text
language sql
stable
set search_path = ''
as $$
    -- The setting `role` is what the API switched to; unlike current_user it is the caller's inside definer functions.
    select case current_setting('role')
        when 'anon' then 'anonymous'
        when 'authenticated' then media_sync.token_role()
        when 'service_role' then 'service'
        -- Somebody is logged in to the database itself: the SQL editor, a cron job, a migration.
        else case
            when media_sync.owns_media_sync(coalesce(nullif(current_setting('role'), 'none'), session_user)) then 'service'
            else 'anonymous'
        end
    end;
$$;
comment on function media_sync.media_role() is
    'The caller''s role: service, admin, editor, viewer or anonymous. Service: a secret key, the owner, a superuser; a role that is merely a member of another is anonymous.';
revoke all on function media_sync.media_role() from public, anon, authenticated;
grant execute on function media_sync.media_role() to anon, authenticated, service_role;

create or replace function media_sync.is_viewer()
returns boolean
language sql
stable
set search_path = ''
as $$
    select media_sync.media_role() in ('viewer', 'editor', 'admin', 'service');
$$;
comment on function media_sync.is_viewer() is 'True for viewers, editors, admins and the service.';
revoke all on function media_sync.is_viewer() from public, anon, authenticated;
grant execute on function media_sync.is_viewer() to anon, authenticated, service_role;

create or replace function media_sync.is_editor()
returns boolean
language sql
stable
set search_path = ''
as $$
    select media_sync.media_role() in ('editor', 'admin', 'service');
$$;
comment on function media_sync.is_editor() is 'True for editors, admins and the service.';
revoke all on function media_sync.is_editor() from public, anon, authenticated;
grant execute on function media_sync.is_editor() to anon, authenticated, service_role;

create or replace function media_sync.is_admin()
returns boolean
language sql
stable
set search_path = ''
as $$
    select media_sync.media_role() in ('admin', 'service');
$$;
comment on function media_sync.is_admin() is 'True for admins and the service.';
revoke all on function media_sync.is_admin() from public, anon, authenticated;
grant execute on function media_sync.is_admin() to anon, authenticated, service_role;

-- supabase/schemas/00_foundation/30_objects.sql

-- Small functions on objects, lists and patterns that every layer uses.

create or replace function media_sync.patch_object(p_object jsonb, p_patch jsonb)
returns jsonb
language sql
immutable
parallel safe
set search_path = ''
as $$
    select (p_object || p_patch) - array(select key from jsonb_each(p_patch) where jsonb_typeof(value) = 'null');
$$;
comment on function media_sync.patch_object(jsonb, jsonb) is 'The object with the patch''s keys set, and those that are null there removed.';
revoke all on function media_sync.patch_object(jsonb, jsonb) from public, anon, authenticated;
grant execute on function media_sync.patch_object(jsonb, jsonb) to authenticated, service_role;

create or replace function media_sync.shown_object(p_object jsonb)
returns jsonb
language sql
immutable
parallel safe
set search_path = ''
as $$
    -- What came much larger from Cloudinary than any edit may be would make every page that shows it too large.
    select case when octet_length(p_object::text) > 65536 then jsonb_build_object('…', 'Too large for a list; see the asset itself.') else p_object end;
$$;
comment on function media_sync.shown_object(jsonb) is 'An object as lists show it: one of more than 65,536 bytes is replaced by a sentence.';
revoke all on function media_sync.shown_object(jsonb) from public, anon, authenticated;

create or replace function media_sync.field_value(p_fields jsonb, p_field text)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
    return case
        when p_field like 'context.%' then p_fields -> 'context' -> substr(p_field, 9)
        when p_field like 'metadata.%' then p_fields -> 'metadata' -> substr(p_field, 10)
        else p_fields -> p_field
    end;
end;
$$;
comment on function media_sync.field_value(jsonb, text) is 'Value of a field named as in conflicts: tags, display_name, context.<key>, metadata.<external_id>.';
revoke all on function media_sync.field_value(jsonb, text) from public, anon, authenticated;

create or replace function media_sync.keep_order(p_values jsonb)
returns jsonb
-- plpgsql keeps its plan; a function in SQL that sets search_path is planned at each call.
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
    return (
        select coalesce(jsonb_agg(value order by place), '[]')
        from (
            select value, min(place) as place
            from jsonb_array_elements_text(p_values) with ordinality as listed (value, place)
            group by value
        ) as distinct_values
    );
end;
$$;
comment on function media_sync.keep_order(jsonb) is 'The list of texts without repetitions, each where it first stood.';
revoke all on function media_sync.keep_order(jsonb) from public, anon, authenticated;

create or replace function media_sync.like_pattern(p_text text)
returns text
language sql
immutable
parallel safe
set search_path = ''
as $$
    select regexp_replace(p_text, '([\\%_])', '\\\1', 'g');
$$;
comment on function media_sync.like_pattern(text) is 'The text as a pattern of like that means itself.';
revoke all on function media_sync.like_pattern(text) from public, anon, authenticated;

-- supabase/schemas/00_foundation/35_text.sql

-- Texts as a search compares them, and the forms of Unicode in which one name may be written.

create or replace function media_sync.fold_text(p_text text)
returns text
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
    -- Most names are ASCII, where folding is lower() and nothing else.
    if octet_length(p_text) = length(p_text) then
        return lower(p_text);
    end if;
    -- Compatibility forms and accents are taken apart (NFKD), the accents left out, and what remains put together again
    -- (NFC). The extension unaccent does this too, but its function is not immutable. What has no decomposition is listed.
    return normalize(
        replace(replace(replace(replace(
            translate(
                lower(regexp_replace(normalize(p_text, nfkd), '[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]', '', 'g')),
                'øłđħŧıðςØŁĐĦ', 'oldhtidσoldh'
            ),
            'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe'), 'þ', 'th'),
        nfc
    );
end;
$$;
comment on function media_sync.fold_text(text) is
    'The text as the search compares it: without case, accents and difference of Unicode form. Immutable.';
revoke all on function media_sync.fold_text(text) from public, anon, authenticated;
-- A generated column and index expressions are computed with the rights of whoever writes the row.
grant execute on function media_sync.fold_text(text) to authenticated, service_role;

create or replace function media_sync.unicode_forms(p_text text)
returns text[]
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
declare
    v_forms text[] := array[''];
    v_part text;
    v_place integer := 0;
begin
    if octet_length(p_text) = length(p_text) then
        return array[p_text];
    end if;
    -- A path grows part by part, and its folders may have been named on different machines: macOS writes NFD, others NFC.
    foreach v_part in array string_to_array(p_text, '/') loop
        v_place := v_place + 1;
        v_forms := array(
            select distinct prefix || case when v_place = 1 then '' else '/' end || form
            from unnest(v_forms) as prefix
            cross join unnest(array[v_part, normalize(v_part, nfc), normalize(v_part, nfd)]) as form
            limit 64
        );
    end loop;
    return v_forms;
end;
$$;
comment on function media_sync.unicode_forms(text) is
    'A name or path in every Unicode form that it may be stored in, each part of a path on its own; at most 64.';
revoke all on function media_sync.unicode_forms(text) from public, anon, authenticated;

-- supabase/schemas/00_foundation/37_platform.sql

-- What the platform may or may not bring. A schema that the owner may not use is as good as none: PostgreSQL's own to_regclass()
-- and to_regprocedure() end in an error there, which must not end a statement of somebody's.

create or replace function media_sync.known_table(p_name text)
returns regclass
language plpgsql
stable
set search_path = ''
as $$
begin
    return to_regclass(p_name);
exception
    when insufficient_privilege then
        return null;
end;
$$;
comment on function media_sync.known_table(text) is 'A table or view by its name; null where there is none, or none that the owner may reach.';
revoke all on function media_sync.known_table(text) from public, anon, authenticated;

create or replace function media_sync.known_function(p_name text)
returns regprocedure
language plpgsql
stable
set search_path = ''
as $$
begin
    return to_regprocedure(p_name);
exception
    when insufficient_privilege then
        return null;
end;
$$;
comment on function media_sync.known_function(text) is 'A function by its name and the types of its arguments; null where there is none, or none that the owner may reach.';
revoke all on function media_sync.known_function(text) from public, anon, authenticated;

create or replace function media_sync.closed_schema(p_name text)
returns boolean
language sql
stable
set search_path = ''
as $$
    select coalesce(not has_schema_privilege(current_user, to_regnamespace(p_name)::oid, 'usage'), false);
$$;
comment on function media_sync.closed_schema(text) is 'Whether there is a schema of that name that the owner may not use.';
revoke all on function media_sync.closed_schema(text) from public, anon, authenticated;

-- supabase/schemas/00_foundation/40_time.sql

-- Times: how a row remembers its last change, how health shows one, and how long a failed attempt waits.

create or replace function media_sync.touch_updated_at()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
    new.updated_at := clock_timestamp();
    return new;
end;
$$;
comment on function media_sync.touch_updated_at() is 'Keeps updated_at at the time of the last change.';
revoke all on function media_sync.touch_updated_at() from public, anon, authenticated;

create or replace function media_sync.health_time(p_time timestamptz)
returns text
language sql
stable
set search_path = ''
as $$
    select to_char(p_time at time zone 'UTC', 'YYYY-MM-DD HH24:MI') || ' UTC';
$$;
comment on function media_sync.health_time(timestamptz) is 'A time as health shows it.';
revoke all on function media_sync.health_time(timestamptz) from public, anon, authenticated;

create or replace function media_sync.health_count(p_count bigint, p_one text, p_many text)
returns text
language sql
stable
set search_path = ''
as $$
    select p_count || ' ' || case p_count when 1 then p_one else p_many end;
$$;
comment on function media_sync.health_count(bigint, text, text) is 'A number with its words as health shows it: 1 asset is, 2 assets are.';
revoke all on function media_sync.health_count(bigint, text, text) from public, anon, authenticated;

create or replace function media_sync.backoff(p_attempts integer, p_cap interval, p_random double precision)
returns interval
language sql
immutable
parallel safe
set search_path = ''
as $$
    -- exp(1), exp(2), … seconds, of which the second half is left to chance so that rows spread out.
    select least(make_interval(secs => exp(least(p_attempts, 10))), p_cap) * (0.5 + p_random / 2);
$$;
comment on function media_sync.backoff(integer, interval, double precision) is 'Pause before the next attempt: exponential, capped, with jitter from a number in [0, 1).';
revoke all on function media_sync.backoff(integer, interval, double precision) from public, anon, authenticated;

-- supabase/schemas/00_foundation/90_version.sql

-- What this database holds. The functions refuse one that is older than they are.

create or replace function media_sync.version()
returns text
language sql
immutable
parallel safe
set search_path = ''
as $$
    select '0.1.0-dev';
$$;
comment on function media_sync.version() is 'The release that the schema belongs to; -dev until it is cut.';
revoke all on function media_sync.version() from public, anon, authenticated;
grant execute on function media_sync.version() to service_role;

-- supabase/schemas/10_tables/10_settings.sql

-- Settings: one row that operators change by SQL or through the console; effective at the next tick.

create or replace function media_sync.is_public_address(p_url text)
returns boolean
language sql
immutable
parallel safe
set search_path = ''
as $$
    -- A name with a dot and an alphabetic top-level domain: no IP address in any notation, no user, no control character.
    select p_url ~* '^https://([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]([a-z0-9-]*[a-z0-9])?(:[0-9]{1,5})?([/?#][!-~]*)?$'
        and p_url !~* '^https://[^/?#:]*\.(local|localhost|localdomain|internal|intranet|lan|home|corp|private|arpa|onion)([:/?#]|$)'
        and p_url !~* '^https://[^/?#:]*\.(nip|sslip|xip)\.io([:/?#]|$)'
        and length(p_url) <= 2000;
$$;
comment on function media_sync.is_public_address(text) is
    'True for an https URL whose host is a public name: no address, no name of this machine or of a private network, no line breaks. What a name resolves to is not known here.';
revoke all on function media_sync.is_public_address(text) from public, anon, authenticated;
grant execute on function media_sync.is_public_address(text) to service_role;

create table media_sync.settings (
    id boolean primary key default true check (id),
    conflict_policy text not null default 'cloudinary'
        check (conflict_policy in ('cloudinary', 'database', 'newest', 'manual')),
    include_folders text[] not null default '{}',
    wanted_folders text[],
    folder_mode text check (folder_mode in ('dynamic', 'fixed')),
    delete_guard_percent numeric not null default 50 check (delete_guard_percent between 0 and 100),
    delete_guard_minimum integer not null default 10 check (delete_guard_minimum >= 0),
    quota_reserve_percent numeric not null default 10 check (quota_reserve_percent between 0 and 100),
    push_max_attempts integer not null default 8 check (push_max_attempts > 0),
    push_backoff_cap interval not null default interval '1 hour' check (push_backoff_cap > interval '0'),
    incremental_interval interval not null default interval '1 minute' check (incremental_interval >= interval '0'),
    incremental_overlap interval not null default interval '1 hour' check (incremental_overlap >= interval '0'),
    full_interval interval not null default interval '1 day' check (full_interval > interval '0'),
    -- Floors: whoever may change settings must not be able to erase what they did.
    log_retention interval not null default interval '30 days' check (log_retention >= interval '7 days'),
    problem_log_retention interval not null default interval '90 days' check (problem_log_retention >= interval '30 days'),
    event_retention interval not null default interval '14 days' check (event_retention >= interval '1 day'),
    run_retention interval not null default interval '30 days' check (run_retention >= interval '7 days'),
    snapshot_retention interval not null default interval '90 days' check (snapshot_retention >= interval '7 days'),
    webhook_silence interval not null default interval '1 day' check (webhook_silence > interval '0'),
    webhook_events text[] not null default '{}',
    look_up_cap integer check (look_up_cap between 10 and 1000),
    search_refuses text[] not null default '{}' check (search_refuses <@ '{metadata,last_updated}'),
    full_requested_at timestamptz,
    alert_url text check (media_sync.is_public_address(alert_url)),
    viewers text not null default 'authenticated' check (viewers in ('authenticated', 'assigned')),
    updated_at timestamptz not null default now()
);

comment on table media_sync.settings is 'The one row of settings.';
comment on column media_sync.settings.id is 'Always true: there is one row.';
comment on column media_sync.settings.conflict_policy is 'Who wins when both sides changed one value: cloudinary, database, newest, or manual (a person resolves it).';
comment on column media_sync.settings.include_folders is 'Folders to mirror, with their subfolders; empty means the whole library. Narrowing hides rows and deletes nothing.';
comment on column media_sync.settings.wanted_folders is 'An include_folders that would hide more than the delete guard lets through: it waits until the blocked run is allowed; null takes the wish back.';
comment on column media_sync.settings.folder_mode is 'Cloudinary''s folder mode of this product environment, read from GET /config; null until known.';
comment on column media_sync.settings.delete_guard_percent is 'A reconcile that would delete more than this share of the library blocks (percent).';
comment on column media_sync.settings.delete_guard_minimum is 'The share guard acts only from this many deletions on.';
comment on column media_sync.settings.quota_reserve_percent is 'Share of the hourly Admin API quota that background work leaves to people (percent).';
comment on column media_sync.settings.push_max_attempts is 'Attempts before a push rests in status error.';
comment on column media_sync.settings.push_backoff_cap is 'Longest pause between two attempts.';
comment on column media_sync.settings.incremental_interval is 'Pause between incremental pulls, and before what listings do not tell is asked for.';
comment on column media_sync.settings.incremental_overlap is 'How far an incremental pull looks back behind the last one every ten minutes, to cover the lag of Cloudinary''s search index; the others look back five minutes, or as far.';
comment on column media_sync.settings.full_interval is 'Pause between full reconciles.';
comment on column media_sync.settings.log_retention is 'How long successful log rows are kept; at least 7 days.';
comment on column media_sync.settings.problem_log_retention is 'How long rows with status error or conflict are kept, at least 30 days; open conflicts are kept for ever.';
comment on column media_sync.settings.event_retention is 'How long webhook events are kept in the inbox; at least 1 day.';
comment on column media_sync.settings.run_retention is 'How long finished runs are kept; at least 7 days.';
comment on column media_sync.settings.snapshot_retention is 'How long hourly health snapshots are kept; at least 7 days.';
comment on column media_sync.settings.webhook_silence is 'Health degrades when no webhook came for this long although assets changed.';
comment on column media_sync.settings.webhook_events is 'Notification types that are registered with Cloudinary for the webhook function.';
comment on column media_sync.settings.look_up_cap is 'How many asset_ids one look-up may name; null: not known, each sync learns it from Cloudinary''s answers. deno task probe finds it out.';
comment on column media_sync.settings.search_refuses is 'What searches of this account do not tell, as Cloudinary has refused it; it is asked for again after every full reconcile.';
comment on column media_sync.settings.full_requested_at is 'A full reconcile is due unless one that began later is completed.';
comment on column media_sync.settings.alert_url is 'Where a change of health is posted (JSON that Slack-compatible receivers show): https and a public host name; null means nowhere.';
comment on column media_sync.settings.viewers is 'Who may read the library: authenticated (every signed-in user, anonymous sign-ins excepted) or assigned (only users with app_metadata.media_role viewer, editor or admin).';
comment on column media_sync.settings.updated_at is 'When the settings were last changed.';

alter table media_sync.settings enable row level security;
revoke all on media_sync.settings from public, anon, authenticated, service_role;
grant select, update on media_sync.settings to service_role;

insert into media_sync.settings default values;

create or replace trigger touch_updated_at
    before update on media_sync.settings
    for each row
    when (new is distinct from old)
    execute function media_sync.touch_updated_at();

-- supabase/schemas/10_tables/11_check_settings.sql

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

-- supabase/schemas/10_tables/20_media_assets.sql

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

-- supabase/schemas/10_tables/22_search_text.sql

-- search_text of a row follows what it is made of.

create or replace function media_sync.write_search_text()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
    new.search_text := media_sync.search_text(
        new.public_id, new.display_name, new.original_filename, new.tags, new.context, new.metadata
    );
    return new;
end;
$$;
comment on function media_sync.write_search_text() is 'Keeps search_text: a generated column would be computed anew by every update of a table that has triggers before it.';
revoke all on function media_sync.write_search_text() from public, anon, authenticated;

create or replace trigger write_search_text_of_new
    before insert on public.media_assets
    for each row execute function media_sync.write_search_text();

-- By its name the last of the triggers before an update, so that it sees what the others made of the row.
create or replace trigger write_search_text
    before update on public.media_assets
    for each row
    when (
        (new.public_id, new.display_name, new.original_filename, new.tags, new.context, new.metadata, new.search_text)
            is distinct from (old.public_id, old.display_name, old.original_filename, old.tags, old.context, old.metadata, old.search_text)
    )
    execute function media_sync.write_search_text();

-- supabase/schemas/10_tables/23_search_index.sql

-- ?tags=a,b, ?collection= and ?search=: words of three letters and more by their trigrams, what trigrams know nothing of by its signs.
-- One index for all of them and the other filters, because it meets them in one pass: what is frequent in each and never
-- together is found to be nothing without a list of either. Its seasons, of a hundred days, tell the near from the far.
do $$
begin
    -- pg_trgm is where the project has it.
    execute format(
        $index$
            create index media_assets_search_index on public.media_assets using gin (
                search_text %I.gin_trgm_ops, media_sync.search_signs(search_text), tags,
                media_sync.filter_keys(folder, resource_type, format, type), collection_ids,
                (array[date_bin('100 days', created_at, 'epoch')])
            )
        $index$,
        (
            select nspname
            from pg_catalog.pg_extension
            join pg_catalog.pg_namespace on pg_namespace.oid = extnamespace
            where extname = 'pg_trgm'
        )
    );
end;
$$;

-- supabase/schemas/10_tables/30_media_sync_log.sql

-- The audit trail: every operation on either side, who caused it and how it ended.

create table public.media_sync_log (
    id bigint generated always as identity primary key,
    operation text not null check (operation in (
        'upload', 'update', 'rename', 'move', 'delete', 'restore', 'conflict', 'resolve', 'run', 'event', 'settings', 'cleanup',
        'quarantine', 'repair'
    )),
    status text not null check (status in ('success', 'error', 'conflict', 'skipped', 'stale')),
    direction text check (direction in ('pull', 'push')),
    source text not null check (source in ('webhook', 'cron', 'api', 'client', 'console')),
    media_asset_id uuid,
    asset_id text,
    public_id text,
    resource_type text,
    changes jsonb,
    error_code text,
    error_message text,
    run_id uuid,
    user_id uuid,
    processing_time_ms double precision,
    resolved_at timestamptz,
    created_at timestamptz not null default now()
);

comment on table public.media_sync_log is 'The audit trail: one row per operation. Trimmed by cleanup_old_sync_logs().';
comment on column public.media_sync_log.id is 'Ascending with time of writing.';
comment on column public.media_sync_log.operation is 'What was done: upload, update, rename, move, delete, restore, conflict, resolve, run, event, settings, cleanup, quarantine or repair.';
comment on column public.media_sync_log.status is 'success, error, conflict, skipped (nothing to do) or stale (overtaken by a newer state).';
comment on column public.media_sync_log.direction is 'pull: from Cloudinary; push: to Cloudinary.';
comment on column public.media_sync_log.source is 'What set it off: webhook, cron, api, client or console.';
comment on column public.media_sync_log.media_asset_id is 'Row of media_assets. No foreign key: the trail outlives the row.';
comment on column public.media_sync_log.asset_id is 'Cloudinary''s asset_id.';
comment on column public.media_sync_log.public_id is 'public_id at that time.';
comment on column public.media_sync_log.resource_type is 'resource_type of the asset.';
comment on column public.media_sync_log.changes is 'Field to { from, to }; for conflicts field to { base, database, cloudinary, kept }.';
comment on column public.media_sync_log.error_code is 'Stable slug of the error.';
comment on column public.media_sync_log.error_message is 'Sentence for people; never holds a secret.';
comment on column public.media_sync_log.run_id is 'Run that did it. No foreign key: the trail outlives the run.';
comment on column public.media_sync_log.user_id is 'User who caused it, if one did.';
comment on column public.media_sync_log.processing_time_ms is 'Milliseconds it took; for an asset of a page its share of the page.';
comment on column public.media_sync_log.resolved_at is 'For conflicts: when it was decided; null with status conflict means open.';
comment on column public.media_sync_log.created_at is 'When it happened.';

create index media_sync_log_created_at_index on public.media_sync_log (created_at desc) include (operation, status, processing_time_ms);
create index media_sync_log_problem_index on public.media_sync_log (status, created_at desc) where status in ('error', 'conflict');
create index media_sync_log_asset_index on public.media_sync_log (asset_id, created_at desc);
create index media_sync_log_run_index on public.media_sync_log (run_id) where run_id is not null;

alter table public.media_sync_log enable row level security;
revoke all on public.media_sync_log from public, anon, authenticated, service_role;
grant select on public.media_sync_log to authenticated;
-- Written by functions alone: not even a secret key changes what the trail says. Its sequence is nobody's: older projects
-- grant every new one to all API roles.
grant select on public.media_sync_log to service_role;
revoke all on sequence public.media_sync_log_id_seq from public, anon, authenticated, service_role;

create policy "Admins read the log"
    on public.media_sync_log for select to authenticated
    using ((select media_sync.is_admin()));

-- supabase/schemas/10_tables/40_media_usage.sql

-- Where assets are used. An asset in use is not deleted without force.

create table public.media_usage (
    id uuid primary key default gen_random_uuid(),
    media_asset_id uuid not null references public.media_assets (id) on delete cascade,
    usage_type text not null,
    reference_table text not null,
    reference_id text not null,
    field text not null default '',
    position integer not null default 0,
    created_by uuid default auth.uid(),
    created_at timestamptz not null default now(),
    removed_at timestamptz
);

comment on table public.media_usage is 'Where assets are used: one row per place. Set removed_at when the use ends; the row stays as history.';
comment on column public.media_usage.id is 'Key.';
comment on column public.media_usage.media_asset_id is 'The asset in use.';
comment on column public.media_usage.usage_type is 'Kind of use, in the app''s own words: cover, gallery, avatar, …';
comment on column public.media_usage.reference_table is 'Table of the row that uses the asset.';
comment on column public.media_usage.reference_id is 'Key of that row.';
comment on column public.media_usage.field is 'Column or path within that row.';
comment on column public.media_usage.position is 'Order among the assets of that place.';
comment on column public.media_usage.created_by is 'User who recorded the use.';
comment on column public.media_usage.created_at is 'Since when.';
comment on column public.media_usage.removed_at is 'When the use ended; null while in use.';

-- One live row per place makes recording a use idempotent.
create unique index media_usage_live_index
    on public.media_usage (media_asset_id, usage_type, reference_table, reference_id, field)
    where removed_at is null;
create index media_usage_asset_index on public.media_usage (media_asset_id);
create index media_usage_reference_index on public.media_usage (reference_table, reference_id);

alter table public.media_usage enable row level security;
revoke all on public.media_usage from public, anon, authenticated, service_role;
-- Who recorded a use, and when, is written by default and trigger from the caller's token.
grant select, delete on public.media_usage to authenticated;
grant insert (media_asset_id, usage_type, reference_table, reference_id, field, position) on public.media_usage to authenticated;
grant update (media_asset_id, usage_type, reference_table, reference_id, field, position, removed_at)
    on public.media_usage to authenticated;
grant select, insert, update, delete on public.media_usage to service_role;

create policy "Viewers read the usage of assets that they see"
    on public.media_usage for select to authenticated
    using (
        (select media_sync.is_viewer())
        and exists (select from public.media_assets as asset where asset.id = media_usage.media_asset_id)
    );
create policy "Editors record usage of assets that they see"
    on public.media_usage for insert to authenticated
    with check (
        (select media_sync.is_editor())
        and exists (select from public.media_assets as asset where asset.id = media_usage.media_asset_id)
    );
create policy "Editors change usage of assets that they see"
    on public.media_usage for update to authenticated
    using (
        (select media_sync.is_editor())
        and exists (select from public.media_assets as asset where asset.id = media_usage.media_asset_id)
    )
    with check (
        (select media_sync.is_editor())
        and exists (select from public.media_assets as asset where asset.id = media_usage.media_asset_id)
    );
create policy "Editors delete usage of assets that they see"
    on public.media_usage for delete to authenticated
    using (
        (select media_sync.is_editor())
        and exists (select from public.media_assets as asset where asset.id = media_usage.media_asset_id)
    );

create or replace function media_sync.sign_usage()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
    new.created_by := auth.uid();
    new.created_at := clock_timestamp();
    return new;
end;
$$;
comment on function media_sync.sign_usage() is 'A use that moved to another place or asset was recorded by whoever moved it.';
revoke all on function media_sync.sign_usage() from public, anon, authenticated;

create or replace trigger sign_usage
    before update on public.media_usage
    for each row
    when (
        (new.media_asset_id, new.usage_type, new.reference_table, new.reference_id, new.field)
            is distinct from (old.media_asset_id, old.usage_type, old.reference_table, old.reference_id, old.field)
    )
    execute function media_sync.sign_usage();

create or replace function media_sync.count_usage()
returns trigger
language plpgsql
-- Editors may write usage but not the counter on the asset.
security definer
set search_path = ''
as $$
declare
    v_ids uuid[];
    v_changes integer[];
begin
    -- A transition table exists only for its own kind of statement, hence the text.
    execute format(
        $query$
            select array_agg(media_asset_id), array_agg(change)
            from (
                select media_asset_id, sum(sign)::integer as change
                from (%s) as uses
                where removed_at is null
                group by 1
                having sum(sign) <> 0
            ) as changes
        $query$,
        case tg_op
            when 'INSERT' then 'select 1 as sign, media_asset_id, removed_at from inserted'
            when 'DELETE' then 'select -1 as sign, media_asset_id, removed_at from deleted'
            else 'select 1 as sign, media_asset_id, removed_at from inserted
                union all select -1, media_asset_id, removed_at from deleted'
        end
    ) into v_ids, v_changes;
    perform media_sync.lock_assets(v_ids);
    update public.media_assets as asset
    set usage_count = asset.usage_count + delta.change
    from unnest(v_ids, v_changes) as delta (id, change)
    where asset.id = delta.id;
    return null;
end;
$$;
comment on function media_sync.count_usage() is 'Keeps media_assets.usage_count equal to the number of live usage rows.';
revoke all on function media_sync.count_usage() from public, anon, authenticated;

create or replace trigger count_usage_on_insert
    after insert on public.media_usage
    referencing new table as inserted
    for each statement execute function media_sync.count_usage();

create or replace trigger count_usage_on_delete
    after delete on public.media_usage
    referencing old table as deleted
    for each statement execute function media_sync.count_usage();

create or replace trigger count_usage_on_update
    after update on public.media_usage
    referencing old table as deleted new table as inserted
    for each statement execute function media_sync.count_usage();

-- supabase/schemas/10_tables/50_media_collections.sql

-- Collections: nested, ordered groups of assets. A public one is what anyone may see.

create table public.media_collections (
    id uuid primary key default gen_random_uuid(),
    parent_id uuid references public.media_collections (id) on delete set null check (parent_id <> id),
    slug text not null unique
        check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$')
        -- Collections are asked for by slug or id: a slug must not pass for another's id.
        check (slug !~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'),
    name text not null check (name <> ''),
    description text,
    is_public boolean not null default false,
    position integer not null default 0,
    created_by uuid default auth.uid(),
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);

comment on table public.media_collections is 'Named groups of assets; nested through parent_id.';
comment on column public.media_collections.id is 'Key.';
comment on column public.media_collections.parent_id is 'Collection that this one stands in; null at the top.';
comment on column public.media_collections.slug is 'Name in URLs: lower-case letters, digits and hyphens; not the form of an id.';
comment on column public.media_collections.name is 'Name for people.';
comment on column public.media_collections.description is 'What it is for.';
comment on column public.media_collections.is_public is 'True: anyone may read its live assets.';
comment on column public.media_collections.position is 'Order among its siblings.';
comment on column public.media_collections.created_by is 'User who made it.';
comment on column public.media_collections.created_at is 'When it was made.';
comment on column public.media_collections.updated_at is 'When it last changed.';

create index media_collections_parent_index on public.media_collections (parent_id, position);
create index media_collections_public_index on public.media_collections (id) where is_public;

alter table public.media_collections enable row level security;
revoke all on public.media_collections from public, anon, authenticated, service_role;
-- is_public is what the policies of items ask for.
grant select (id, slug, name, position, is_public) on public.media_collections to anon;
-- Who made it, and when, is written by the defaults from the caller's token.
grant select, delete on public.media_collections to authenticated;
grant insert (parent_id, slug, name, description, is_public, position) on public.media_collections to authenticated;
grant update (parent_id, slug, name, description, is_public, position) on public.media_collections to authenticated;
grant select, insert, update, delete on public.media_collections to service_role;

create policy "Anyone reads public collections"
    on public.media_collections for select to anon
    using (is_public);
create policy "Viewers read collections"
    on public.media_collections for select to authenticated
    using ((select media_sync.is_viewer()));
create policy "Editors make collections"
    on public.media_collections for insert to authenticated
    with check ((select media_sync.is_editor()));
create policy "Editors change collections"
    on public.media_collections for update to authenticated
    using ((select media_sync.is_editor()))
    with check ((select media_sync.is_editor()));
create policy "Editors delete collections"
    on public.media_collections for delete to authenticated
    using ((select media_sync.is_editor()));

create or replace trigger touch_updated_at
    before update on public.media_collections
    for each row
    when (new is distinct from old)
    execute function media_sync.touch_updated_at();

create or replace function media_sync.refuse_collection_cycle()
returns trigger
language plpgsql
-- Editors see every collection, but the check must not depend on what its caller sees.
security definer
set search_path = ''
as $$
begin
    -- Two transactions that nest two collections in each other would not see each other's change.
    perform pg_advisory_xact_lock(hashtextextended('media_sync.collections', 0));
    if exists (
        with recursive above as (
            select id, parent_id from public.media_collections where id = new.parent_id
            union
            select parent.id, parent.parent_id
            from public.media_collections as parent
            join above on parent.id = above.parent_id
        )
        select from above where new.id in (id, parent_id)
    ) then
        raise exception 'A collection cannot stand inside itself.' using errcode = 'check_violation';
    end if;
    return new;
end;
$$;
comment on function media_sync.refuse_collection_cycle() is 'Keeps the nesting of collections a tree.';
revoke all on function media_sync.refuse_collection_cycle() from public, anon, authenticated;

create or replace trigger refuse_collection_cycle
    -- On insert too: one statement may bring two collections that name each other.
    before insert or update of id, parent_id on public.media_collections
    for each row
    when (new.parent_id is not null)
    execute function media_sync.refuse_collection_cycle();

create table public.media_collection_items (
    collection_id uuid not null references public.media_collections (id) on delete cascade,
    media_asset_id uuid not null references public.media_assets (id) on delete cascade,
    position integer not null default 0,
    added_by uuid default auth.uid(),
    added_at timestamptz not null default now(),
    primary key (collection_id, media_asset_id)
);

comment on table public.media_collection_items is 'Assets of a collection, in order.';
comment on column public.media_collection_items.collection_id is 'The collection.';
comment on column public.media_collection_items.media_asset_id is 'The asset.';
comment on column public.media_collection_items.position is 'Order within the collection.';
comment on column public.media_collection_items.added_by is 'User who added it.';
comment on column public.media_collection_items.added_at is 'When it was added.';

create index media_collection_items_asset_index on public.media_collection_items (media_asset_id, collection_id);
create index media_collection_items_position_index on public.media_collection_items (collection_id, position);

alter table public.media_collection_items enable row level security;
revoke all on public.media_collection_items from public, anon, authenticated, service_role;
grant select (collection_id, media_asset_id, position) on public.media_collection_items to anon;
-- Who added it, and when, is written by default and trigger from the caller's token.
grant select, delete on public.media_collection_items to authenticated;
grant insert (collection_id, media_asset_id, position) on public.media_collection_items to authenticated;
grant update (collection_id, media_asset_id, position) on public.media_collection_items to authenticated;
grant select, insert, update, delete on public.media_collection_items to service_role;

create or replace function media_sync.public_asset_ids()
returns setof uuid
language sql
stable
-- The policies of items and of assets would otherwise ask for each other without end.
security definer
set search_path = ''
as $$
    select item.media_asset_id
    from public.media_collection_items as item
    join public.media_collections as collection on collection.id = item.collection_id
    join public.media_assets as asset on asset.id = item.media_asset_id
    where collection.is_public and asset.in_scope and asset.deleted_at is null;
$$;
comment on function media_sync.public_asset_ids() is 'The live assets in scope that stand in a public collection: what anyone may see.';
revoke all on function media_sync.public_asset_ids() from public, anon, authenticated;
grant execute on function media_sync.public_asset_ids() to anon, authenticated, service_role;

create policy "Anyone reads live items of public collections"
    on public.media_collection_items for select to anon
    using (
        collection_id in (select id from public.media_collections where is_public)
        and media_asset_id in (select media_sync.public_asset_ids())
    );
create policy "Viewers read items whose assets they see"
    on public.media_collection_items for select to authenticated
    using (
        (select media_sync.is_viewer())
        and exists (select from public.media_assets as asset where asset.id = media_collection_items.media_asset_id)
    );
create policy "Editors add collection items whose assets they see"
    on public.media_collection_items for insert to authenticated
    with check (
        (select media_sync.is_editor())
        and exists (select from public.media_assets as asset where asset.id = media_collection_items.media_asset_id)
    );
create policy "Editors change collection items whose assets they see"
    on public.media_collection_items for update to authenticated
    using (
        (select media_sync.is_editor())
        and exists (select from public.media_assets as asset where asset.id = media_collection_items.media_asset_id)
    );
create policy "Editors remove collection items whose assets they see"
    on public.media_collection_items for delete to authenticated
    using (
        (select media_sync.is_editor())
        and exists (select from public.media_assets as asset where asset.id = media_collection_items.media_asset_id)
    );

create or replace function media_sync.sign_collection_item()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
    new.added_by := auth.uid();
    new.added_at := clock_timestamp();
    return new;
end;
$$;
comment on function media_sync.sign_collection_item() is 'An item that shows another asset, or stands elsewhere, was added by whoever changed it.';
revoke all on function media_sync.sign_collection_item() from public, anon, authenticated;

create or replace trigger sign_collection_item
    before update on public.media_collection_items
    for each row
    when ((new.collection_id, new.media_asset_id) is distinct from (old.collection_id, old.media_asset_id))
    execute function media_sync.sign_collection_item();

create or replace function media_sync.note_collections()
returns trigger
language plpgsql
-- Editors may write items but not this column of the asset.
security definer
set search_path = ''
as $$
declare
    -- What is noted stays noted: these need not be locked.
    v_ids constant uuid[] := array(
        select distinct asset.id
        from added
        join public.media_assets as asset on asset.id = added.media_asset_id
        where not added.collection_id = any (asset.collection_ids)
    );
begin
    if v_ids = '{}' then
        return null;
    end if;
    perform media_sync.lock_assets(v_ids);
    update public.media_assets as asset
    set collection_ids = asset.collection_ids || array(
        select added.collection_id from added
        where added.media_asset_id = asset.id and not added.collection_id = any (asset.collection_ids)
        order by added.collection_id
    )
    where asset.id = any (v_ids);
    return null;
end;
$$;
comment on function media_sync.note_collections() is
    'Notes on assets the collections to which they were added. One that an asset leaves may stay noted: to take a collection of 100,000 away writes none of them.';
revoke all on function media_sync.note_collections() from public, anon, authenticated;

create or replace trigger note_collections_on_insert
    after insert on public.media_collection_items
    referencing new table as added
    for each statement execute function media_sync.note_collections();

create or replace trigger note_collections_on_update
    after update on public.media_collection_items
    referencing new table as added
    for each statement execute function media_sync.note_collections();

-- Anyone sees the assets of public collections, and of those only what a page needs to show them.
grant select (
    id, cloud_name, asset_id, public_id, resource_type, type, format, version, bytes, width, height, duration, pages,
    url, secure_url, original_filename, folder, display_name, tags, context, created_at, updated_at, deleted_at, in_scope,
    search_text
) on public.media_assets to anon;

create policy "Anyone reads live assets of public collections"
    on public.media_assets for select to anon
    using (in_scope and deleted_at is null and id in (select media_sync.public_asset_ids()));

-- supabase/schemas/10_tables/60_statistics.sql

-- Counters that are kept with every statement, so that statistics cost the same for ten assets and ten million.
--
-- One row of counters would make every writer wait for every other. The counters are spread over slots, of which a
-- writer takes one that is free, so that nobody ever waits for one; a reader adds the slots up.

create table media_sync.statistics (
    slot smallint primary key,
    total_assets bigint not null default 0,
    total_images bigint not null default 0,
    total_videos bigint not null default 0,
    total_raw bigint not null default 0,
    total_size bigint not null default 0,
    synced_assets bigint not null default 0,
    pending_assets bigint not null default 0,
    error_assets bigint not null default 0,
    conflict_assets bigint not null default 0,
    deleted_assets bigint not null default 0,
    pending_deletions bigint not null default 0,
    out_of_scope_assets bigint not null default 0
);

comment on table media_sync.statistics is 'Maintained counters; the truth is the sum over all slots.';
comment on column media_sync.statistics.slot is 'Number of the slot.';
comment on column media_sync.statistics.total_assets is 'Live assets in scope.';
comment on column media_sync.statistics.total_images is 'Live images in scope.';
comment on column media_sync.statistics.total_videos is 'Live videos in scope.';
comment on column media_sync.statistics.total_raw is 'Live raw files in scope.';
comment on column media_sync.statistics.total_size is 'Bytes of the live assets in scope.';
comment on column media_sync.statistics.synced_assets is 'Live assets in scope with sync_status synced.';
comment on column media_sync.statistics.pending_assets is 'Live assets in scope with sync_status pending.';
comment on column media_sync.statistics.error_assets is 'Live or deleted assets in scope with sync_status error.';
comment on column media_sync.statistics.conflict_assets is 'Live assets in scope with sync_status conflict.';
comment on column media_sync.statistics.deleted_assets is 'Deleted assets, confirmed or not.';
comment on column media_sync.statistics.pending_deletions is 'Deleted here, not yet confirmed by Cloudinary.';
comment on column media_sync.statistics.out_of_scope_assets is 'Live assets that settings.include_folders leaves out.';

alter table media_sync.statistics enable row level security;
revoke all on media_sync.statistics from public, anon, authenticated, service_role;
grant select on media_sync.statistics to service_role;

insert into media_sync.statistics (slot) select generate_series(0, 63);

create or replace function media_sync.free_slot()
returns smallint
language plpgsql
volatile
set search_path = ''
as $$
declare
    -- The own slot first, so that a transaction of many statements keeps to it.
    v_own constant smallint := pg_catalog.pg_backend_pid() % 64;
    v_slot smallint;
begin
    select slot into v_slot from media_sync.statistics where slot = v_own for no key update skip locked;
    if v_slot is null then
        select slot into v_slot from media_sync.statistics order by slot limit 1 for no key update skip locked;
    end if;
    return coalesce(v_slot, v_own);
end;
$$;
comment on function media_sync.free_slot() is 'A slot of the counters that no other transaction holds. Where all are taken, one that must be waited for.';
revoke all on function media_sync.free_slot() from public, anon, authenticated;

-- Assets that count alike.
create type media_sync.asset_count as (
    resource_type text,
    sync_status text,
    in_scope boolean,
    deleted boolean,
    assets bigint,
    bytes bigint
);
comment on type media_sync.asset_count is 'How many assets that count alike came (or, below zero, went), and their bytes.';
revoke all on type media_sync.asset_count from public;

create or replace function media_sync.add_counts(p_counts media_sync.asset_count[])
returns void
language plpgsql
set search_path = ''
as $$
begin
    insert into media_sync.statistics as total
    select
        media_sync.free_slot(),
        coalesce(sum(assets) filter (where live), 0),
        coalesce(sum(assets) filter (where live and resource_type = 'image'), 0),
        coalesce(sum(assets) filter (where live and resource_type = 'video'), 0),
        coalesce(sum(assets) filter (where live and resource_type = 'raw'), 0),
        coalesce(sum(bytes) filter (where live), 0),
        coalesce(sum(assets) filter (where live and sync_status = 'synced'), 0),
        coalesce(sum(assets) filter (where live and sync_status = 'pending'), 0),
        coalesce(sum(assets) filter (where in_scope and sync_status = 'error'), 0),
        coalesce(sum(assets) filter (where live and sync_status = 'conflict'), 0),
        coalesce(sum(assets) filter (where deleted), 0),
        coalesce(sum(assets) filter (where deleted and sync_status <> 'synced'), 0),
        coalesce(sum(assets) filter (where not deleted and not in_scope), 0)
    from (select *, in_scope and not deleted as live from unnest(p_counts)) as change
    on conflict (slot) do update set
        total_assets = total.total_assets + excluded.total_assets,
        total_images = total.total_images + excluded.total_images,
        total_videos = total.total_videos + excluded.total_videos,
        total_raw = total.total_raw + excluded.total_raw,
        total_size = total.total_size + excluded.total_size,
        synced_assets = total.synced_assets + excluded.synced_assets,
        pending_assets = total.pending_assets + excluded.pending_assets,
        error_assets = total.error_assets + excluded.error_assets,
        conflict_assets = total.conflict_assets + excluded.conflict_assets,
        deleted_assets = total.deleted_assets + excluded.deleted_assets,
        pending_deletions = total.pending_deletions + excluded.pending_deletions,
        out_of_scope_assets = total.out_of_scope_assets + excluded.out_of_scope_assets;
end;
$$;
comment on function media_sync.add_counts(media_sync.asset_count[]) is 'Adds to the counters in a slot that nobody else holds.';
revoke all on function media_sync.add_counts(media_sync.asset_count[]) from public, anon, authenticated;

create or replace function media_sync.count_assets()
returns trigger
language plpgsql
-- Whoever may change an asset moves the counters, but nobody may write them.
security definer
set search_path = ''
as $$
declare
    v_counts media_sync.asset_count[];
begin
    -- A transition table exists only for its own kind of statement; a statement for each kind, so that each is planned once.
    if tg_op = 'INSERT' then
        v_counts := array(
            select row(resource_type, sync_status, in_scope, deleted_at is not null, count(*), sum(bytes))::media_sync.asset_count
            from inserted
            group by resource_type, sync_status, in_scope, deleted_at is not null
        );
    elsif tg_op = 'DELETE' then
        v_counts := array(
            select row(resource_type, sync_status, in_scope, deleted_at is not null, -count(*), -sum(bytes))::media_sync.asset_count
            from deleted
            group by resource_type, sync_status, in_scope, deleted_at is not null
        );
    else
        v_counts := array(
            select row(resource_type, sync_status, in_scope, is_deleted, sum(sign), sum(sign * bytes))::media_sync.asset_count
            from (
                select 1 as sign, resource_type, sync_status, in_scope, deleted_at is not null as is_deleted, bytes from inserted
                union all
                select -1, resource_type, sync_status, in_scope, deleted_at is not null, bytes from deleted
            ) as signed
            group by resource_type, sync_status, in_scope, is_deleted
            having sum(sign) <> 0 or sum(sign * bytes) <> 0
        );
    end if;
    if v_counts <> '{}' then
        perform media_sync.add_counts(v_counts);
    end if;
    return null;
end;
$$;
comment on function media_sync.count_assets() is 'Moves the counters by what one statement changed.';
revoke all on function media_sync.count_assets() from public, anon, authenticated;

create or replace trigger count_assets_on_insert
    after insert on public.media_assets
    referencing new table as inserted
    for each statement execute function media_sync.count_assets();

create or replace trigger count_assets_on_update
    after update on public.media_assets
    referencing old table as deleted new table as inserted
    for each statement execute function media_sync.count_assets();

create or replace trigger count_assets_on_delete
    after delete on public.media_assets
    referencing old table as deleted
    for each statement execute function media_sync.count_assets();

-- supabase/schemas/10_tables/70_runs.sql

-- What a run knows about itself: its checkpoint, one cursor per listing shard, and what it has seen.

create table media_sync.runs (
    id uuid primary key default gen_random_uuid(),
    kind text not null check (kind in ('full', 'partial', 'incremental', 'push', 'refresh', 'single', 'scope', 'facts')),
    status text not null default 'running' check (status in ('running', 'completed', 'blocked', 'failed')),
    cloud_name text not null,
    source text not null check (source in ('webhook', 'cron', 'api', 'client', 'console')),
    options jsonb not null default '{}',
    user_id uuid,
    expected bigint,
    synced_items bigint not null default 0,
    updated_items bigint not null default 0,
    deleted_items bigint not null default 0,
    pushed_items bigint not null default 0,
    unchanged_items bigint not null default 0,
    conflicts bigint not null default 0,
    api_calls bigint not null default 0,
    error_count bigint not null default 0,
    errors jsonb not null default '[]',
    blocked_by jsonb,
    allowed_at timestamptz,
    started_at timestamptz not null default clock_timestamp(),
    touched_at timestamptz not null default clock_timestamp(),
    erring_since timestamptz,
    finished_at timestamptz
);

comment on table media_sync.runs is 'One row per run of a sync; its cursors are its checkpoint.';
comment on column media_sync.runs.id is 'Key; run_id in every answer and log row.';
comment on column media_sync.runs.kind is 'full: reconcile; partial: a reconcile of one resource_type or folder; incremental: changes since the last pull; push: local edits; refresh: queued look-ups; single: one asset; scope: a change of include_folders that waits to be allowed; facts: what listings do not tell.';
comment on column media_sync.runs.status is 'running, completed, blocked (the delete guard stopped it before any write) or failed.';
comment on column media_sync.runs.cloud_name is 'Cloudinary product environment.';
comment on column media_sync.runs.source is 'What started it.';
comment on column media_sync.runs.options is 'What was asked for: resource_type, folder, batch_size, force, dry_run.';
comment on column media_sync.runs.user_id is 'User who asked for it, if one did.';
comment on column media_sync.runs.expected is 'Assets expected, for progress; null when unknown.';
comment on column media_sync.runs.synced_items is 'Assets new here.';
comment on column media_sync.runs.updated_items is 'Rows changed by what Cloudinary told.';
comment on column media_sync.runs.deleted_items is 'Assets found absent from Cloudinary, or destroyed there.';
comment on column media_sync.runs.pushed_items is 'Assets whose edits reached Cloudinary.';
comment on column media_sync.runs.unchanged_items is 'Assets found equal.';
comment on column media_sync.runs.conflicts is 'Values changed on both sides.';
comment on column media_sync.runs.api_calls is 'Cloudinary calls made.';
comment on column media_sync.runs.error_count is 'Errors met.';
comment on column media_sync.runs.errors is 'The first 50 errors: { public_id, code, message }.';
comment on column media_sync.runs.blocked_by is 'Why the delete guard stopped it: { reason, absent, live, limit_percent, minimum }.';
comment on column media_sync.runs.allowed_at is 'When someone allowed this blocked run''s deletions, once.';
comment on column media_sync.runs.started_at is 'When it started.';
comment on column media_sync.runs.touched_at is 'When it last made progress.';
comment on column media_sync.runs.erring_since is 'Its first error since it last got on; null while it does.';
comment on column media_sync.runs.finished_at is 'When it ended; null while running.';

create index runs_started_at_index on media_sync.runs (started_at desc);
-- At most one open run of a kind per library: ticks that overlap join it.
create unique index runs_open_index on media_sync.runs (cloud_name, kind) where status = 'running' and kind in ('full', 'incremental', 'facts');

alter table media_sync.runs enable row level security;
revoke all on media_sync.runs from public, anon, authenticated, service_role;
grant select on media_sync.runs to service_role;

create index runs_ended_index on media_sync.runs (kind, status, cloud_name, started_at) where status <> 'running';

create index runs_running_index on media_sync.runs (started_at) where status = 'running';

create index runs_unsettled_index on media_sync.runs (started_at desc) where status in ('blocked', 'failed');

create index runs_blocked_index on media_sync.runs (cloud_name, started_at desc) where status = 'blocked';

create table media_sync.run_cursors (
    run_id uuid not null references media_sync.runs (id) on delete cascade,
    shard text not null,
    resource_type text check (resource_type in ('image', 'video', 'raw')),
    type text,
    created_from timestamptz,
    created_until timestamptz,
    cursor text,
    status text not null default 'pending' check (status in ('pending', 'completed')),
    pages integer not null default 0,
    seen bigint not null default 0,
    synced_items bigint not null default 0,
    updated_items bigint not null default 0,
    unchanged_items bigint not null default 0,
    conflicts bigint not null default 0,
    restarts integer not null default 0,
    lease_token uuid,
    leased_until timestamptz,
    primary key (run_id, shard)
);

comment on table media_sync.run_cursors is 'Checkpoint of a run: one row per shard of the listing.';
comment on column media_sync.run_cursors.run_id is 'The run.';
comment on column media_sync.run_cursors.shard is 'Name of the shard within the run.';
comment on column media_sync.run_cursors.resource_type is 'resource_type that it lists; null for the search of an incremental pull, which finds all.';
comment on column media_sync.run_cursors.type is 'Delivery type that it lists; null lists all of them.';
comment on column media_sync.run_cursors.created_from is 'Lists assets created at or after this; null: no lower bound. A run of kind facts moves it on.';
comment on column media_sync.run_cursors.created_until is 'Lists assets created before this; null: no upper bound.';
comment on column media_sync.run_cursors.cursor is 'next_cursor of the last page that is stored; null before the first page.';
comment on column media_sync.run_cursors.status is 'completed once the listing reached its end.';
comment on column media_sync.run_cursors.pages is 'Pages stored.';
comment on column media_sync.run_cursors.seen is 'Assets listed.';
comment on column media_sync.run_cursors.synced_items is 'Assets new here.';
comment on column media_sync.run_cursors.updated_items is 'Rows changed.';
comment on column media_sync.run_cursors.unchanged_items is 'Assets found equal.';
comment on column media_sync.run_cursors.conflicts is 'Values changed on both sides.';
comment on column media_sync.run_cursors.restarts is 'Times that an expired cursor sent it back to the start.';
comment on column media_sync.run_cursors.lease_token is 'Worker that holds it.';
comment on column media_sync.run_cursors.leased_until is 'When that worker loses it, unless a page renews it.';

alter table media_sync.run_cursors enable row level security;
revoke all on media_sync.run_cursors from public, anon, authenticated, service_role;
grant select on media_sync.run_cursors to service_role;

create table media_sync.run_pages (
    run_id uuid not null,
    shard text not null,
    page integer not null,
    media_asset_ids uuid[] not null,
    observed_at timestamptz not null,
    primary key (run_id, shard, page),
    foreign key (run_id, shard) references media_sync.run_cursors (run_id, shard) on delete cascade
);

comment on table media_sync.run_pages is 'Which assets an unfinished run has listed, a page a row; the sweep looks for those absent here. Emptied when the run ends.';
comment on column media_sync.run_pages.run_id is 'The run.';
comment on column media_sync.run_pages.shard is 'The shard.';
comment on column media_sync.run_pages.page is 'Number of the page within the shard.';
comment on column media_sync.run_pages.media_asset_ids is 'Rows of the assets on the page.';
comment on column media_sync.run_pages.observed_at is 'Database time at which the page was asked for.';

alter table media_sync.run_pages enable row level security;
revoke all on media_sync.run_pages from public, anon, authenticated, service_role;
grant select on media_sync.run_pages to service_role;

create table media_sync.run_absences (
    run_id uuid not null references media_sync.runs (id) on delete cascade,
    asset_id text not null,
    primary key (run_id, asset_id)
);

comment on table media_sync.run_absences is 'Assets that a completed listing did not show and that are still to be looked up.';
comment on column media_sync.run_absences.run_id is 'The run.';
comment on column media_sync.run_absences.asset_id is 'The asset.';

alter table media_sync.run_absences enable row level security;
revoke all on media_sync.run_absences from public, anon, authenticated, service_role;
grant select on media_sync.run_absences to service_role;

-- supabase/schemas/10_tables/80_queues.sql

-- What waits to be done: look-ups, notifications, and the wake of a push.

create table media_sync.push_leases (
    media_asset_id uuid primary key references public.media_assets (id) on delete cascade,
    lease_token uuid not null,
    leased_until timestamptz not null,
    claims integer not null default 1
);

comment on table media_sync.push_leases is 'Which edited rows a worker is pushing. Not on the rows: a thousand rows of which nothing changes would be written anew, with all their indexes.';
comment on column media_sync.push_leases.media_asset_id is 'The row.';
comment on column media_sync.push_leases.lease_token is 'The worker that is pushing it.';
comment on column media_sync.push_leases.leased_until is 'When that worker loses it.';
comment on column media_sync.push_leases.claims is 'Claims by workers that have not settled it: they died, perhaps of it. From the second on it is pushed alone, after the fifth not at all.';

create index push_leases_deadly_index on media_sync.push_leases (media_asset_id) where claims >= 2;

alter table media_sync.push_leases enable row level security;
revoke all on media_sync.push_leases from public, anon, authenticated, service_role;
grant select on media_sync.push_leases to service_role;

create table media_sync.refresh_queue (
    cloud_name text not null,
    asset_id text not null,
    reason text not null,
    requested_at timestamptz not null default clock_timestamp(),
    attempts integer not null default 0,
    not_before timestamptz not null default '-infinity',
    needs_detail boolean not null default false,
    seen jsonb check (jsonb_typeof(seen) = 'object'),
    lease_token uuid,
    leased_until timestamptz,
    primary key (cloud_name, asset_id)
);

comment on table media_sync.refresh_queue is 'Assets whose true state must be fetched from Cloudinary.';
comment on column media_sync.refresh_queue.cloud_name is 'Cloudinary product environment.';
comment on column media_sync.refresh_queue.asset_id is 'The asset.';
comment on column media_sync.refresh_queue.reason is 'What put it here, for people.';
comment on column media_sync.refresh_queue.requested_at is 'When it was last asked for; only an answer to a request that began later settles it.';
comment on column media_sync.refresh_queue.attempts is 'Failed look-ups.';
comment on column media_sync.refresh_queue.not_before is 'Not looked up before this time.';
comment on column media_sync.refresh_queue.needs_detail is 'Only the asset''s detail will do: a batched look-up tells no times of change.';
comment on column media_sync.refresh_queue.seen is 'What the search index showed of it when it was put here: where the look-up shows the same state, the facts that only searches tell are taken from this.';
comment on column media_sync.refresh_queue.lease_token is 'Worker that holds it.';
comment on column media_sync.refresh_queue.leased_until is 'When that worker loses it.';

create index refresh_queue_order_index on media_sync.refresh_queue (not_before, requested_at);

alter table media_sync.refresh_queue enable row level security;
revoke all on media_sync.refresh_queue from public, anon, authenticated, service_role;
grant select on media_sync.refresh_queue to service_role;

create table media_sync.webhook_events (
    id bigint generated always as identity primary key,
    dedup_key text not null unique,
    notification_type text not null,
    body text not null,
    triggered_at timestamptz,
    signature_key text,
    result text not null default 'stored' check (result in ('applied', 'stored', 'ignored', 'stale', 'failed')),
    error_message text,
    deliveries integer not null default 1,
    received_at timestamptz not null default clock_timestamp(),
    applied_at timestamptz
);

comment on table media_sync.webhook_events is 'The inbox: every verified notification, stored before it is applied.';
comment on column media_sync.webhook_events.id is 'Key, in order of arrival.';
comment on column media_sync.webhook_events.dedup_key is 'SHA-256 of the raw body: copies of one notification share it.';
comment on column media_sync.webhook_events.notification_type is 'Cloudinary''s notification_type.';
comment on column media_sync.webhook_events.body is 'The raw body.';
comment on column media_sync.webhook_events.triggered_at is 'When the change happened, as Cloudinary tells it.';
comment on column media_sync.webhook_events.signature_key is 'Name of the API key that signed it; no secret.';
comment on column media_sync.webhook_events.result is 'What became of it.';
comment on column media_sync.webhook_events.error_message is 'Why it failed.';
comment on column media_sync.webhook_events.deliveries is 'Times it was delivered.';
comment on column media_sync.webhook_events.received_at is 'When it first came.';
comment on column media_sync.webhook_events.applied_at is 'When it was last applied.';

create index webhook_events_received_at_index on media_sync.webhook_events (received_at desc);

alter table media_sync.webhook_events enable row level security;
revoke all on media_sync.webhook_events from public, anon, authenticated, service_role;
grant select on media_sync.webhook_events to service_role;

create table media_sync.wakes (
    id boolean primary key default true check (id),
    waiting_since timestamptz,
    sent_at timestamptz,
    begun_at timestamptz
);

comment on table media_sync.wakes is 'The one row about waking a push.';
comment on column media_sync.wakes.id is 'Always true: there is one row.';
comment on column media_sync.wakes.waiting_since is 'When the wake was sent that no push has answered yet; null: none waits.';
comment on column media_sync.wakes.sent_at is 'When a wake was last sent.';
comment on column media_sync.wakes.begun_at is 'When a push last began.';

alter table media_sync.wakes enable row level security;
revoke all on media_sync.wakes from public, anon, authenticated, service_role;
grant select on media_sync.wakes to service_role;

insert into media_sync.wakes default values;

create table media_sync.wake_requests (
    transaction_id xid8 primary key
);

comment on table media_sync.wake_requests is 'Transactions that will wake a push when they commit; empty between transactions.';
comment on column media_sync.wake_requests.transaction_id is 'The transaction, once however many statements it has.';

alter table media_sync.wake_requests enable row level security;
revoke all on media_sync.wake_requests from public, anon, authenticated, service_role;
grant select on media_sync.wake_requests to service_role;

-- supabase/schemas/10_tables/85_quarantine.sql

-- Assets whose facts cannot be stored. One of them never stops the others: it is set aside here, and told.

create table media_sync.quarantine (
    cloud_name text not null,
    asset_id text not null,
    public_id text not null default '',
    resource_type text not null default '',
    reason text not null,
    since timestamptz not null default clock_timestamp(),
    seen_at timestamptz not null default clock_timestamp(),
    primary key (cloud_name, asset_id)
);

comment on table media_sync.quarantine is 'Assets that Cloudinary shows and that cannot be stored as they are. Each leaves by itself once it fits, or is gone.';
comment on column media_sync.quarantine.cloud_name is 'Cloudinary product environment.';
comment on column media_sync.quarantine.asset_id is 'The asset; where Cloudinary tells no asset_id, a text that names it.';
comment on column media_sync.quarantine.public_id is 'Its public_id as far as it can be stored, for people.';
comment on column media_sync.quarantine.resource_type is 'Its resource_type as Cloudinary tells it.';
comment on column media_sync.quarantine.reason is 'Why it cannot be stored, as a sentence.';
comment on column media_sync.quarantine.since is 'When it was set aside.';
comment on column media_sync.quarantine.seen_at is 'When Cloudinary last showed it so.';

create index quarantine_since_index on media_sync.quarantine (since desc);

alter table media_sync.quarantine enable row level security;
revoke all on media_sync.quarantine from public, anon, authenticated, service_role;
grant select on media_sync.quarantine to service_role;

-- supabase/schemas/10_tables/86_search_hits.sql

-- What searches of the last hour have shown already, so that a tick that finds nothing new costs one call.

create table media_sync.search_hits (
    cloud_name text not null,
    asset_id text not null,
    updated_at timestamptz not null,
    primary key (cloud_name, asset_id)
);

comment on table media_sync.search_hits is 'Assets that searches for changes have shown, as long as such a search reaches back to them.';
comment on column media_sync.search_hits.cloud_name is 'Cloudinary product environment.';
comment on column media_sync.search_hits.asset_id is 'The asset.';
comment on column media_sync.search_hits.updated_at is 'Cloudinary''s time of its latest change that a search has shown; where searches tell no times, when the asset was first shown.';

create index search_hits_updated_at_index on media_sync.search_hits (cloud_name, updated_at);

alter table media_sync.search_hits enable row level security;
revoke all on media_sync.search_hits from public, anon, authenticated, service_role;
grant select on media_sync.search_hits to service_role;

-- supabase/schemas/10_tables/87_detail_facts.sql

-- Which facts the details of assets tell in this account, as they have shown: what none of them tells is not asked for.

create table media_sync.detail_facts (
    cloud_name text not null,
    resource_type text not null,
    fact text not null,
    asked bigint not null default 0,
    told bigint not null default 0,
    primary key (cloud_name, resource_type, fact)
);

comment on table media_sync.detail_facts is 'Which facts the details of assets have told. One that twenty of them did not tell, and none did, is not asked for any more; delete its row to ask again.';
comment on column media_sync.detail_facts.cloud_name is 'Cloudinary product environment.';
comment on column media_sync.detail_facts.resource_type is 'Kind of asset.';
comment on column media_sync.detail_facts.fact is 'Column of media_assets.';
comment on column media_sync.detail_facts.asked is 'Details that were asked for because this, or something else, was not told yet.';
comment on column media_sync.detail_facts.told is 'Those of them that told it.';

alter table media_sync.detail_facts enable row level security;
revoke all on media_sync.detail_facts from public, anon, authenticated, service_role;
grant select on media_sync.detail_facts to service_role;

-- supabase/schemas/10_tables/88_kept_links.sql

-- What is kept of an asset's links when its row is lost: where it is used and in which collections it stands. They are
-- nowhere but here, while the row comes back with the next reconcile, and finds them again.

create or replace function media_sync.row_id(p_cloud_name text, p_asset_id text)
returns uuid
language sql
immutable
parallel safe
set search_path = ''
as $$
    -- A UUID of version 8 (RFC 9562): 122 bits of the hash, with the version's and the variant's bits.
    select overlay(overlay(left(hash, 32) placing '8' from 13 for 1) placing 'a' from 17 for 1)::uuid
    from (select encode(sha256(convert_to(p_cloud_name || '/' || p_asset_id, 'UTF8')), 'hex') as hash) as hashed;
$$;
comment on function media_sync.row_id(text, text) is 'The key of an asset''s row: the same in every database, and again after a loss.';
revoke all on function media_sync.row_id(text, text) from public, anon, authenticated;

create table media_sync.kept_links (
    id bigint generated always as identity primary key,
    cloud_name text,
    asset_id text,
    media_asset_id uuid not null,
    public_id text,
    kind text not null check (kind in ('usage', 'collection')),
    link jsonb not null,
    kept_at timestamptz not null default clock_timestamp()
);

comment on table media_sync.kept_links is 'Usage and collection entries of assets whose rows were lost, until the asset is back.';
comment on column media_sync.kept_links.id is 'Ascending with time.';
comment on column media_sync.kept_links.cloud_name is 'Cloudinary product environment; null where the entry had lost its row without a word.';
comment on column media_sync.kept_links.asset_id is 'Cloudinary''s asset_id; null as above.';
comment on column media_sync.kept_links.media_asset_id is 'Key that the row had.';
comment on column media_sync.kept_links.public_id is 'public_id at that time, for people.';
comment on column media_sync.kept_links.kind is 'usage: a row of media_usage; collection: one of media_collection_items.';
comment on column media_sync.kept_links.link is 'That row.';
comment on column media_sync.kept_links.kept_at is 'When it lost its asset.';

create index kept_links_asset_index on media_sync.kept_links (cloud_name, asset_id);
create index kept_links_row_index on media_sync.kept_links (media_asset_id);

alter table media_sync.kept_links enable row level security;
revoke all on media_sync.kept_links from public, anon, authenticated, service_role;
grant select on media_sync.kept_links to service_role;

create or replace function media_sync.keep_links()
returns trigger
language plpgsql
-- Whoever removes a row need not be able to write what is kept of it.
security definer
set search_path = ''
as $$
begin
    -- Before the row goes, and its links with it. A deleted asset keeps its row for its history alone.
    insert into media_sync.kept_links (cloud_name, asset_id, media_asset_id, public_id, kind, link)
    select asset.cloud_name, asset.asset_id, asset.id, asset.public_id, link.kind, link.link
    from public.media_assets as asset
    cross join lateral (
        select 'usage' as kind, to_jsonb(usage) as link from public.media_usage as usage where usage.media_asset_id = asset.id
        union all
        select 'collection', to_jsonb(item) from public.media_collection_items as item where item.media_asset_id = asset.id
    ) as link
    where asset.deleted_at is null and (tg_op = 'TRUNCATE' or asset.id = old.id);
    -- Edits that had not reached Cloudinary were nowhere else: the log has them.
    insert into public.media_sync_log (
        operation, status, direction, source, media_asset_id, asset_id, public_id, resource_type, changes, error_code, error_message
    )
    select
        'update', 'error', 'push', 'client', asset.id, asset.asset_id, asset.public_id, asset.resource_type, edit.changes,
        'row_lost', 'The row was removed before this edit reached Cloudinary.'
    from public.media_assets as asset
    cross join lateral (select media_sync.changed_fields(asset.base, media_sync.editable_fields(asset)) as changes offset 0) as edit
    where asset.deleted_at is null
        and asset.sync_status <> 'synced'
        and edit.changes is not null
        and (tg_op = 'TRUNCATE' or asset.id = old.id);
    if tg_op = 'TRUNCATE' then
        return null;
    end if;
    return old;
end;
$$;
comment on function media_sync.keep_links() is 'Keeps the usage and the collections of live assets whose rows are removed, and logs edits that had not reached Cloudinary.';
revoke all on function media_sync.keep_links() from public, anon, authenticated;

create or replace trigger keep_links
    before delete on public.media_assets
    for each row
    when (old.deleted_at is null)
    execute function media_sync.keep_links();

create or replace trigger keep_links_of_all
    before truncate on public.media_assets
    for each statement execute function media_sync.keep_links();

create or replace function media_sync.forget_counts()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
    delete from media_sync.statistics;
    insert into media_sync.statistics (slot) select generate_series(0, 63);
    return null;
end;
$$;
comment on function media_sync.forget_counts() is 'No assets, no counters.';
revoke all on function media_sync.forget_counts() from public, anon, authenticated;

create or replace trigger forget_counts
    after truncate on public.media_assets
    for each statement execute function media_sync.forget_counts();

create or replace function media_sync.count_links(p_ids uuid[])
returns void
language sql
set search_path = ''
as $$
    update public.media_assets as asset
    set usage_count = counted.uses, collection_ids = counted.collections
    from (
        select
            known.id,
            (
                select count(*)::integer from public.media_usage as usage
                where usage.media_asset_id = known.id and usage.removed_at is null
            ) as uses,
            array(
                select item.collection_id from public.media_collection_items as item
                where item.media_asset_id = known.id order by item.collection_id
            ) as collections
        from public.media_assets as known
        where known.id = any (p_ids) or p_ids is null
    ) as counted
    where asset.id = counted.id
        and (asset.usage_count <> counted.uses or not asset.collection_ids @> counted.collections);
$$;
comment on function media_sync.count_links(uuid[]) is 'Counts the usage and notes the collections of assets anew; null: of all.';
revoke all on function media_sync.count_links(uuid[]) from public, anon, authenticated;

create or replace function media_sync.return_links()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
    v_ids constant uuid[] := array(select id from inserted);
begin
    if exists (select from media_sync.kept_links) then
        with found as materialized (
            select kept.id, inserted.id as row_id
            from inserted
            join media_sync.kept_links as kept on (kept.cloud_name, kept.asset_id) = (inserted.cloud_name, inserted.asset_id)
            union
            select kept.id, kept.media_asset_id from media_sync.kept_links as kept where kept.media_asset_id = any (v_ids)
        ),
        returned as (
            delete from media_sync.kept_links as kept
            using found
            where kept.id = found.id
            returning kept.kind, kept.link || jsonb_build_object('media_asset_id', found.row_id) as link
        ),
        used as (
            insert into public.media_usage
            select usage.* from returned cross join lateral jsonb_populate_record(null::public.media_usage, returned.link) as usage
            where returned.kind = 'usage'
            on conflict do nothing
        )
        insert into public.media_collection_items
        select item.*
        from returned
        cross join lateral jsonb_populate_record(null::public.media_collection_items, returned.link) as item
        where returned.kind = 'collection'
            and exists (select from public.media_collections as collection where collection.id = item.collection_id)
        on conflict do nothing;
    end if;
    -- Links that were there before their asset, as a dump may bring them: nobody has counted them.
    if exists (select from public.media_usage where media_asset_id = any (v_ids))
        or exists (select from public.media_collection_items where media_asset_id = any (v_ids))
    then
        perform media_sync.count_links(v_ids);
    end if;
    return null;
end;
$$;
comment on function media_sync.return_links() is 'Gives assets that come back their usage and their collections.';
revoke all on function media_sync.return_links() from public, anon, authenticated;

create or replace trigger return_links
    after insert on public.media_assets
    referencing new table as inserted
    for each statement execute function media_sync.return_links();

-- supabase/schemas/10_tables/90_surroundings.sql

-- What is remembered of the world around: Cloudinary's quota, requests to our functions, health.

create table media_sync.rate_limits (
    cloud_name text primary key,
    call_limit integer,
    remaining integer,
    reset_at timestamptz,
    blocked_until timestamptz,
    blocked_reason text,
    updated_at timestamptz not null default clock_timestamp()
);

comment on table media_sync.rate_limits is 'The Admin API''s hourly quota as Cloudinary last told it, shared by all workers.';
comment on column media_sync.rate_limits.cloud_name is 'Cloudinary product environment.';
comment on column media_sync.rate_limits.call_limit is 'Calls an hour.';
comment on column media_sync.rate_limits.remaining is 'Calls left until reset_at.';
comment on column media_sync.rate_limits.reset_at is 'When the quota is full again.';
comment on column media_sync.rate_limits.blocked_until is 'Nothing is called before this time: Cloudinary answered 420 or 429.';
comment on column media_sync.rate_limits.blocked_reason is 'Its sentence.';
comment on column media_sync.rate_limits.updated_at is 'When this was last told.';

alter table media_sync.rate_limits enable row level security;
revoke all on media_sync.rate_limits from public, anon, authenticated, service_role;
grant select on media_sync.rate_limits to service_role;

create table media_sync.invocations (
    id bigint generated always as identity primary key,
    request_id bigint not null,
    function_name text not null,
    requested_at timestamptz not null default clock_timestamp()
);

comment on table media_sync.invocations is 'Requests to our functions that were handed to pg_net. A row each: one that all callers update would make them wait for each other.';
comment on column media_sync.invocations.id is 'Ascending with time of writing.';
comment on column media_sync.invocations.request_id is 'pg_net''s id; the answer stands in net._http_response for some hours.';
comment on column media_sync.invocations.function_name is 'The function.';
comment on column media_sync.invocations.requested_at is 'When it was handed over; it is sent when the transaction commits.';

create index invocations_request_index on media_sync.invocations (request_id);
create index invocations_requested_at_index on media_sync.invocations (requested_at desc);

alter table media_sync.invocations enable row level security;
revoke all on media_sync.invocations from public, anon, authenticated, service_role;
grant select on media_sync.invocations to service_role;

create table media_sync.health_state (
    id boolean primary key default true check (id),
    status text not null default 'ok' check (status in ('ok', 'degraded', 'failing')),
    since timestamptz not null default clock_timestamp(),
    installed_at timestamptz not null default clock_timestamp(),
    jobs_wanted boolean not null default true,
    jobs_pending boolean not null default true,
    broadcast_pending boolean not null default true,
    broadcast_error text,
    known_rows bigint not null default 0,
    rows_lost_at timestamptz,
    lost_rows bigint not null default 0,
    settings_lost_at timestamptz,
    sampled_assets bigint not null default 0,
    sampled_backups bigint not null default 0,
    compared_at timestamptz,
    differences bigint not null default 0,
    functions jsonb not null default '{}'
);

comment on table media_sync.health_state is 'The one row of what health remembers: what was last alerted, and what the platform still lacked.';
comment on column media_sync.health_state.id is 'Always true: there is one row.';
comment on column media_sync.health_state.status is 'Overall health as last alerted.';
comment on column media_sync.health_state.since is 'When it became so.';
comment on column media_sync.health_state.installed_at is 'When Media Sync was installed: silence before that means nothing.';
comment on column media_sync.health_state.jobs_wanted is 'False: somebody took the jobs away with unschedule_media_sync(), and nothing brings them back by itself.';
comment on column media_sync.health_state.jobs_pending is 'The jobs could not be scheduled yet, or pg_cron has gone: ticks try again. False: they were in place, and what a person changes of them since stays.';
comment on column media_sync.health_state.broadcast_pending is 'Live updates could not be allowed yet, or Realtime has gone: ticks try again.';
comment on column media_sync.health_state.broadcast_error is 'Why it was refused last time.';
comment on column media_sync.health_state.known_rows is 'Rows of media_assets when the last full reconcile was complete. They never become fewer by themselves: a deleted asset keeps its row.';
comment on column media_sync.health_state.rows_lost_at is 'When rows were found to be missing, or a rebuild was asked for; null once a full reconcile that began later is complete.';
comment on column media_sync.health_state.lost_rows is 'Rows that were missing then; after the reconcile, those that did not come back.';
comment on column media_sync.health_state.sampled_assets is 'Assets of which searches told whether Cloudinary keeps a backup, the older ones fading.';
comment on column media_sync.health_state.sampled_backups is 'Those of them that have one.';
comment on column media_sync.health_state.compared_at is 'When both sides were last compared field by field (GET sync?verify=true), to the end.';
comment on column media_sync.health_state.differences is 'How many assets differed then, or were missing on a side.';
comment on column media_sync.health_state.functions is 'What each function told of its version when it last began: { "sync": { "version", "database" (the version that it found) } }.';
comment on column media_sync.health_state.settings_lost_at is 'When the row of settings was found missing and made anew with the defaults; null once somebody changes settings.';

alter table media_sync.health_state enable row level security;
revoke all on media_sync.health_state from public, anon, authenticated, service_role;
grant select on media_sync.health_state to service_role;

insert into media_sync.health_state default values;

create table media_sync.snapshots (
    taken_at timestamptz primary key default date_trunc('hour', clock_timestamp()),
    health text not null check (health in ('ok', 'degraded', 'failing')),
    figures jsonb not null
);

comment on table media_sync.snapshots is 'Hourly figures of health and size.';
comment on column media_sync.snapshots.taken_at is 'The hour.';
comment on column media_sync.snapshots.health is 'Health at that time.';
comment on column media_sync.snapshots.figures is 'Statistics, rate limit and checks at that time, and what the log told of the hour before.';

alter table media_sync.snapshots enable row level security;
revoke all on media_sync.snapshots from public, anon, authenticated, service_role;
grant select on media_sync.snapshots to service_role;

-- supabase/schemas/10_tables/95_alerts.sql

-- Alerts: what of health was told, and what is still to be delivered.

create table media_sync.health_checks (
    check_name text primary key,
    status text not null check (status in ('ok', 'degraded', 'failing')),
    since timestamptz not null default clock_timestamp(),
    told_at timestamptz not null default clock_timestamp()
);

comment on table media_sync.health_checks is 'What was last told of each check of health; one that is not here was never told to be other than ok.';
comment on column media_sync.health_checks.check_name is 'The check.';
comment on column media_sync.health_checks.status is 'Its status as last told.';
comment on column media_sync.health_checks.since is 'When it became so.';
comment on column media_sync.health_checks.told_at is 'When it was last told; while it fails it is told again.';

alter table media_sync.health_checks enable row level security;
revoke all on media_sync.health_checks from public, anon, authenticated, service_role;
grant select on media_sync.health_checks to service_role;

create table media_sync.alerts (
    id bigint generated always as identity primary key,
    check_name text not null,
    body jsonb not null,
    created_at timestamptz not null default clock_timestamp(),
    attempts integer not null default 0,
    next_attempt_at timestamptz not null default '-infinity',
    request_id bigint,
    sent_at timestamptz,
    delivered_at timestamptz,
    last_error text
);

comment on table media_sync.alerts is 'Alerts in their order, kept until settings.alert_url has taken them.';
comment on column media_sync.alerts.id is 'Ascending with time.';
comment on column media_sync.alerts.check_name is 'The check that it is about; test: somebody tried whether alerts arrive.';
comment on column media_sync.alerts.body is 'What is posted: { id, at, text, check, status, previous_status, message, health }; id stays when it is sent again, at is when it arose.';
comment on column media_sync.alerts.created_at is 'When it arose.';
comment on column media_sync.alerts.attempts is 'Times it was sent.';
comment on column media_sync.alerts.next_attempt_at is 'Not sent before this time.';
comment on column media_sync.alerts.request_id is 'pg_net''s id while an answer is awaited; else null.';
comment on column media_sync.alerts.sent_at is 'When it was last sent.';
comment on column media_sync.alerts.delivered_at is 'When the receiver was found to have taken it; null: not yet.';
comment on column media_sync.alerts.last_error is 'Why it was not taken last time.';

create index alerts_waiting_index on media_sync.alerts (id) where delivered_at is null;

alter table media_sync.alerts enable row level security;
revoke all on media_sync.alerts from public, anon, authenticated, service_role;
grant select on media_sync.alerts to service_role;

-- supabase/schemas/10_tables/96_library_versions.sql

-- The version of the library: it changes with every transaction that may change what a page or an item shows. From it
-- comes the ETag, by which a client learns that nothing is new without the page being read.
--
-- One row would make every writer wait for every other. The version is spread over slots, of which a writer marks one that
-- is free with its transaction's number; the marks of all slots are the version. It is seen when the change is seen.

create table media_sync.library_versions (
    slot smallint primary key,
    transaction_id bigint not null default 0
);

comment on table media_sync.library_versions is 'The version of the library: all marks together.';
comment on column media_sync.library_versions.slot is 'Number of the slot.';
comment on column media_sync.library_versions.transaction_id is 'The latest transaction that changed the library and marked this slot.';

alter table media_sync.library_versions enable row level security;
revoke all on media_sync.library_versions from public, anon, authenticated, service_role;
grant select on media_sync.library_versions to service_role;

insert into media_sync.library_versions (slot) select generate_series(0, 63);

create or replace function media_sync.mark_library_change()
returns void
language plpgsql
set search_path = ''
as $$
declare
    v_transaction constant bigint := pg_current_xact_id()::text::bigint;
    v_own constant smallint := pg_backend_pid() % 64;
    v_slot smallint;
    v_marked bigint;
begin
    select slot, transaction_id into v_slot, v_marked
    from media_sync.library_versions
    where slot = v_own
    for no key update skip locked;
    if v_slot is null then
        select slot, transaction_id into v_slot, v_marked
        from media_sync.library_versions
        order by transaction_id = v_transaction desc, slot
        limit 1
        for no key update skip locked;
    end if;
    -- Once a transaction is enough.
    if v_marked = v_transaction then
        return;
    end if;
    insert into media_sync.library_versions (slot, transaction_id)
    values (coalesce(v_slot, v_own), v_transaction)
    on conflict (slot) do update set transaction_id = excluded.transaction_id;
end;
$$;
comment on function media_sync.mark_library_change() is 'Makes the version of the library another one, as of this transaction.';
revoke all on function media_sync.mark_library_change() from public, anon, authenticated;

create or replace function media_sync.note_library_change()
returns trigger
language plpgsql
-- Whoever may change the library changes its version, but nobody may write that.
security definer
set search_path = ''
as $$
begin
    if exists (select from changed) then
        perform media_sync.mark_library_change();
    end if;
    return null;
end;
$$;
comment on function media_sync.note_library_change() is 'Another version, where a statement changed rows.';
revoke all on function media_sync.note_library_change() from public, anon, authenticated;

create or replace function media_sync.note_library_truncation()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
    perform media_sync.mark_library_change();
    return null;
end;
$$;
comment on function media_sync.note_library_truncation() is 'Another version, where a table was emptied.';
revoke all on function media_sync.note_library_truncation() from public, anon, authenticated;

create or replace trigger note_library_change_on_insert
    after insert on public.media_assets
    referencing new table as changed
    for each statement execute function media_sync.note_library_change();

create or replace trigger note_library_change_on_update
    after update on public.media_assets
    referencing new table as changed
    for each statement execute function media_sync.note_library_change();

create or replace trigger note_library_change_on_delete
    after delete on public.media_assets
    referencing old table as changed
    for each statement execute function media_sync.note_library_change();

create or replace trigger note_library_truncation
    after truncate on public.media_assets
    for each statement execute function media_sync.note_library_truncation();

create or replace trigger note_library_change_on_insert
    after insert on public.media_usage
    referencing new table as changed
    for each statement execute function media_sync.note_library_change();

create or replace trigger note_library_change_on_update
    after update on public.media_usage
    referencing new table as changed
    for each statement execute function media_sync.note_library_change();

create or replace trigger note_library_change_on_delete
    after delete on public.media_usage
    referencing old table as changed
    for each statement execute function media_sync.note_library_change();

create or replace trigger note_library_truncation
    after truncate on public.media_usage
    for each statement execute function media_sync.note_library_truncation();

create or replace trigger note_library_change_on_insert
    after insert on public.media_collections
    referencing new table as changed
    for each statement execute function media_sync.note_library_change();

create or replace trigger note_library_change_on_update
    after update on public.media_collections
    referencing new table as changed
    for each statement execute function media_sync.note_library_change();

create or replace trigger note_library_change_on_delete
    after delete on public.media_collections
    referencing old table as changed
    for each statement execute function media_sync.note_library_change();

create or replace trigger note_library_truncation
    after truncate on public.media_collections
    for each statement execute function media_sync.note_library_truncation();

create or replace trigger note_library_change_on_insert
    after insert on public.media_collection_items
    referencing new table as changed
    for each statement execute function media_sync.note_library_change();

create or replace trigger note_library_change_on_update
    after update on public.media_collection_items
    referencing new table as changed
    for each statement execute function media_sync.note_library_change();

create or replace trigger note_library_change_on_delete
    after delete on public.media_collection_items
    referencing old table as changed
    for each statement execute function media_sync.note_library_change();

create or replace trigger note_library_truncation
    after truncate on public.media_collection_items
    for each statement execute function media_sync.note_library_truncation();

create or replace trigger note_library_change_on_insert
    after insert on media_sync.quarantine
    referencing new table as changed
    for each statement execute function media_sync.note_library_change();

create or replace trigger note_library_change_on_update
    after update on media_sync.quarantine
    referencing new table as changed
    for each statement execute function media_sync.note_library_change();

create or replace trigger note_library_change_on_delete
    after delete on media_sync.quarantine
    referencing old table as changed
    for each statement execute function media_sync.note_library_change();

create or replace trigger note_library_truncation
    after truncate on media_sync.quarantine
    for each statement execute function media_sync.note_library_truncation();

create or replace trigger note_library_change_on_insert
    after insert on media_sync.settings
    referencing new table as changed
    for each statement execute function media_sync.note_library_change();

create or replace trigger note_library_change_on_update
    after update on media_sync.settings
    referencing new table as changed
    for each statement execute function media_sync.note_library_change();

create or replace trigger note_library_change_on_delete
    after delete on media_sync.settings
    referencing old table as changed
    for each statement execute function media_sync.note_library_change();

create or replace trigger note_library_truncation
    after truncate on media_sync.settings
    for each statement execute function media_sync.note_library_truncation();

-- supabase/schemas/10_tables/97_losses.sql

-- Losses are noted where they happen: rows of live assets that somebody removes, however that was done.

create or replace function media_sync.count_rows()
returns bigint
language sql
stable
set search_path = ''
as $$
    select coalesce(sum(total_assets + deleted_assets + out_of_scope_assets), 0)::bigint from media_sync.statistics;
$$;
comment on function media_sync.count_rows() is 'Rows of media_assets, by the counters.';
revoke all on function media_sync.count_rows() from public, anon, authenticated;

create or replace function media_sync.note_lost_rows(p_rows bigint)
returns void
language sql
set search_path = ''
as $$
    update media_sync.health_state
    set rows_lost_at = clock_timestamp(), lost_rows = lost_rows + p_rows
    where p_rows > 0;
$$;
comment on function media_sync.note_lost_rows(bigint) is 'Remembers that rows of live assets are gone, until a full reconcile has brought back what it can.';
revoke all on function media_sync.note_lost_rows(bigint) from public, anon, authenticated;

create or replace function media_sync.note_loss()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
    if tg_op = 'TRUNCATE' then
        perform media_sync.note_lost_rows((select coalesce(sum(total_assets + out_of_scope_assets), 0)::bigint from media_sync.statistics));
    else
        perform media_sync.note_lost_rows((select count(*) from deleted where deleted_at is null));
    end if;
    return null;
end;
$$;
comment on function media_sync.note_loss() is 'Notes how many rows of live assets one statement removed: nothing of Media Sync ever does.';
revoke all on function media_sync.note_loss() from public, anon, authenticated;

create or replace trigger note_loss
    after delete on public.media_assets
    referencing old table as deleted
    for each statement execute function media_sync.note_loss();

create or replace trigger note_loss_of_all
    before truncate on public.media_assets
    for each statement execute function media_sync.note_loss();

create or replace function media_sync.settle_loss()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
    v_state media_sync.health_state;
begin
    select * into v_state from media_sync.health_state;
    update media_sync.health_state set known_rows = media_sync.count_rows();
    if v_state.rows_lost_at > new.started_at or v_state.rows_lost_at is null then
        return null;
    end if;
    -- Links whose row went without a word (a trigger was off, a dump was older) have no asset: they are kept apart.
    with usage as (
        delete from public.media_usage as usage
        where not exists (select from public.media_assets as asset where asset.id = usage.media_asset_id)
        returning media_asset_id, to_jsonb(usage) as link
    ),
    item as (
        delete from public.media_collection_items as item
        where not exists (select from public.media_assets as asset where asset.id = item.media_asset_id)
        returning media_asset_id, to_jsonb(item) as link
    )
    insert into media_sync.kept_links (media_asset_id, kind, link)
    select media_asset_id, 'usage', link from usage union all select media_asset_id, 'collection', link from item;
    update media_sync.health_state set rows_lost_at = null, lost_rows = 0;
    insert into public.media_sync_log (operation, status, source, run_id, changes)
    values (
        'repair', 'success', new.source, new.id,
        jsonb_build_object(
            'lost_rows', v_state.lost_rows, 'new_rows', new.synced_items, 'links_without_asset', (select count(*) from media_sync.kept_links)
        )
    );
    return null;
end;
$$;
comment on function media_sync.settle_loss() is 'A full reconcile that began after a loss is complete: what Cloudinary has is back.';
revoke all on function media_sync.settle_loss() from public, anon, authenticated;

create or replace trigger settle_loss
    after update on media_sync.runs
    for each row
    when (new.kind = 'full' and new.status = 'completed' and old.status <> 'completed')
    execute function media_sync.settle_loss();

-- supabase/schemas/20_merge/10_fields.sql

-- The six editable fields of an asset as one jsonb object: public_id, folder, display_name, tags, context, metadata.
-- An absent key is a value of its own ("not set"), so that removing a key is a change like any other.

-- The keys of an observation that are not editable here. What is left of it after taking them away is editable.
create or replace function media_sync.content_keys()
returns text[]
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
    return '{asset_id,resource_type,type,format,version,bytes,width,height,duration,pages,etag,url,secure_url,original_filename,access_mode,moderation_status,extra,uploaded_at,last_updated,created_at,delta,observed_at,answered_at}'::text[];
end;
$$;
comment on function media_sync.content_keys() is 'Keys of an observation that Cloudinary alone decides.';
revoke all on function media_sync.content_keys() from public, anon, authenticated;

create or replace function media_sync.editable_keys()
returns text[]
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
    return '{public_id,folder,display_name,tags,context,metadata}'::text[];
end;
$$;
comment on function media_sync.editable_keys() is 'Keys that both sides may change.';
revoke all on function media_sync.editable_keys() from public, anon, authenticated;

create or replace function media_sync.fact_keys()
returns text[]
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
    return '{etag,uploaded_at,original_filename,duration,pages}'::text[];
end;
$$;
comment on function media_sync.fact_keys() is 'Facts about an asset''s content that listings do not tell.';
revoke all on function media_sync.fact_keys() from public, anon, authenticated;

create or replace function media_sync.editable_fields(p_asset public.media_assets)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
    return jsonb_build_object(
        'public_id', p_asset.public_id,
        'folder', p_asset.folder,
        'display_name', p_asset.display_name,
        'tags', to_jsonb(p_asset.tags),
        'context', p_asset.context,
        'metadata', p_asset.metadata
    );
end;
$$;
comment on function media_sync.editable_fields(public.media_assets) is 'The editable fields of a row in the form that merge() takes.';
revoke all on function media_sync.editable_fields(public.media_assets) from public, anon, authenticated;

create or replace function media_sync.same_tags(p_one jsonb, p_other jsonb)
returns boolean
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
    -- jsonb containment compares arrays as sets.
    return coalesce(p_one = p_other or (p_one @> p_other and p_other @> p_one), p_one is null and p_other is null);
end;
$$;
comment on function media_sync.same_tags(jsonb, jsonb) is 'True when both arrays hold the same set of tags.';
revoke all on function media_sync.same_tags(jsonb, jsonb) from public, anon, authenticated;

create or replace function media_sync.same_fields(p_one jsonb, p_other jsonb)
returns boolean
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
    return p_one = p_other
        or ((p_one - 'tags') = (p_other - 'tags') and media_sync.same_tags(p_one -> 'tags', p_other -> 'tags'));
end;
$$;
comment on function media_sync.same_fields(jsonb, jsonb) is 'True when two sets of editable fields are equal; the order of tags has no meaning.';
revoke all on function media_sync.same_fields(jsonb, jsonb) from public, anon, authenticated;

create or replace function media_sync.changed_fields(p_from jsonb, p_to jsonb)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
    -- Most of what is compared is the same.
    if p_from = p_to then
        return null;
    end if;
    return (
        select jsonb_object_agg(key, jsonb_build_object('from', p_from -> key, 'to', p_to -> key))
        from (select jsonb_object_keys(p_from) as key union select jsonb_object_keys(p_to)) as every_key
        where p_from -> key is distinct from p_to -> key
            and not (key = 'tags' and media_sync.same_tags(p_from -> key, p_to -> key))
    );
end;
$$;
comment on function media_sync.changed_fields(jsonb, jsonb) is 'Field to { from, to } for every field that differs; null when none does.';
revoke all on function media_sync.changed_fields(jsonb, jsonb) from public, anon, authenticated;

create or replace function media_sync.apply_difference(p_base jsonb, p_difference jsonb)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
    -- difference: { tags: { added, removed }, context: { set, removed }, metadata: { set, removed }, display_name, folder, public_id }
    return p_base
        || (p_difference - array['tags', 'context', 'metadata'])
        || case when p_difference ? 'tags' then jsonb_build_object('tags', (
            select media_sync.keep_order(
                (p_base -> 'tags') - array(select jsonb_array_elements_text(coalesce(p_difference -> 'tags' -> 'removed', '[]')))
                    || coalesce(p_difference -> 'tags' -> 'added', '[]')
            )
        )) else '{}' end
        || case when p_difference ? 'context' then jsonb_build_object('context',
            (p_base -> 'context') - array(select jsonb_array_elements_text(coalesce(p_difference -> 'context' -> 'removed', '[]')))
                || coalesce(p_difference -> 'context' -> 'set', '{}')
        ) else '{}' end
        || case when p_difference ? 'metadata' then jsonb_build_object('metadata',
            (p_base -> 'metadata') - array(select jsonb_array_elements_text(coalesce(p_difference -> 'metadata' -> 'removed', '[]')))
                || coalesce(p_difference -> 'metadata' -> 'set', '{}')
        ) else '{}' end;
end;
$$;
comment on function media_sync.apply_difference(jsonb, jsonb) is
    'The fields after a difference: { tags: { added, removed }, context and metadata: { set, removed }, display_name, folder, public_id }.';
revoke all on function media_sync.apply_difference(jsonb, jsonb) from public, anon, authenticated;

create or replace function media_sync.flat_fields(p_fields jsonb)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
    return (p_fields - '{tags,context,metadata}'::text[])
        || coalesce((select jsonb_object_agg('tags.' || tag, true) from jsonb_array_elements_text(p_fields -> 'tags') as tag), '{}')
        || coalesce((select jsonb_object_agg('context.' || key, value) from jsonb_each(p_fields -> 'context')), '{}')
        || coalesce((select jsonb_object_agg('metadata.' || key, value) from jsonb_each(p_fields -> 'metadata')), '{}');
end;
$$;
comment on function media_sync.flat_fields(jsonb) is
    'Editable fields value by value: public_id, folder, display_name, tags.<tag> (true), context.<key>, metadata.<external_id>.';
revoke all on function media_sync.flat_fields(jsonb) from public, anon, authenticated;

create or replace function media_sync.apply_values(p_base jsonb, p_values jsonb)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
    return media_sync.apply_difference(p_base, (
        select jsonb_strip_nulls(jsonb_build_object(
            'tags', case when bool_or(field = 'tags') then jsonb_build_object(
                'added', jsonb_agg(part) filter (where field = 'tags' and value <> 'null'),
                'removed', jsonb_agg(part) filter (where field = 'tags' and value = 'null')
            ) end,
            'context', case when bool_or(field = 'context') then jsonb_build_object(
                'set', jsonb_object_agg(part, value) filter (where field = 'context' and value <> 'null'),
                'removed', jsonb_agg(part) filter (where field = 'context' and value = 'null')
            ) end,
            'metadata', case when bool_or(field = 'metadata') then jsonb_build_object(
                'set', jsonb_object_agg(part, value) filter (where field = 'metadata' and value <> 'null'),
                'removed', jsonb_agg(part) filter (where field = 'metadata' and value = 'null')
            ) end
        ))
        from (
            select split_part(key, '.', 1) as field, substr(key, strpos(key, '.') + 1) as part, value from jsonb_each(p_values)
        ) as parts
    ));
end;
$$;
comment on function media_sync.apply_values(jsonb, jsonb) is
    'The fields after single tags and keys took values, which go by the names of flat_fields(); null takes one away.';
revoke all on function media_sync.apply_values(jsonb, jsonb) from public, anon, authenticated;

create or replace function media_sync.row_bytes(p_context jsonb, p_metadata jsonb, p_tags text[])
returns bigint
-- plpgsql keeps its plan; a function in SQL that sets search_path is planned at each call.
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
    return octet_length(p_context::text)::bigint + octet_length(p_metadata::text) + octet_length(p_tags::text);
end;
$$;
comment on function media_sync.row_bytes(jsonb, jsonb, text[]) is 'What a row weighs in a request or an answer, in bytes.';
revoke all on function media_sync.row_bytes(jsonb, jsonb, text[]) from public, anon, authenticated;

-- supabase/schemas/20_merge/12_differences.sql

-- What must be sent so that one state becomes another.

create or replace function media_sync.keys_difference(p_base jsonb, p_local jsonb)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
    -- What is large is seldom what was changed.
    if p_base = p_local then
        return null;
    end if;
    return nullif(jsonb_strip_nulls(jsonb_build_object(
        'set', (
            select jsonb_object_agg(key, value) from jsonb_each(p_local) where value is distinct from coalesce(p_base, '{}') -> key
        ),
        'removed', (
            select jsonb_agg(key order by key) from jsonb_object_keys(p_base) as key where not coalesce(p_local, '{}') ? key
        )
    )), '{}');
end;
$$;
comment on function media_sync.keys_difference(jsonb, jsonb) is 'What turns one object into the other: { set, removed }; null when they are equal.';
revoke all on function media_sync.keys_difference(jsonb, jsonb) from public, anon, authenticated;

create or replace function media_sync.tags_difference(p_base jsonb, p_local jsonb)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
    -- Most edits leave them alone, and a query a row would be most of what claiming a thousand rows costs.
    if p_base = p_local then
        return null;
    end if;
    return nullif(jsonb_strip_nulls(jsonb_build_object(
        'added', (select jsonb_agg(tag order by tag) from jsonb_array_elements_text(p_local) as tag where not p_base ? tag),
        'removed', (select jsonb_agg(tag order by tag) from jsonb_array_elements_text(p_base) as tag where not p_local ? tag)
    )), '{}');
end;
$$;
comment on function media_sync.tags_difference(jsonb, jsonb) is 'The tags to add and to remove so that base becomes local: { added, removed }, each where there are any; null: none.';
revoke all on function media_sync.tags_difference(jsonb, jsonb) from public, anon, authenticated;

create or replace function media_sync.difference(p_base jsonb, p_local jsonb)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
declare
    -- A value of some megabytes is unpacked once, and not at each mention.
    v_base constant jsonb := p_base || '{}';
begin
    return jsonb_strip_nulls(jsonb_build_object(
        'public_id', case when p_local -> 'public_id' is distinct from v_base -> 'public_id' then p_local -> 'public_id' end,
        'folder', case when p_local -> 'folder' is distinct from v_base -> 'folder' then p_local -> 'folder' end,
        -- Cloudinary has no empty name; an empty one here is refused before it is sent.
        'display_name', case
            when p_local -> 'display_name' is distinct from v_base -> 'display_name' then to_jsonb(coalesce(p_local ->> 'display_name', ''))
        end,
        'tags', case
            when p_local -> 'tags' is distinct from v_base -> 'tags' then media_sync.tags_difference(v_base -> 'tags', p_local -> 'tags')
        end,
        'context', case
            when p_local -> 'context' is distinct from v_base -> 'context'
                then media_sync.keys_difference(v_base -> 'context', p_local -> 'context')
        end,
        'metadata', case
            when p_local -> 'metadata' is distinct from v_base -> 'metadata'
                then media_sync.keys_difference(v_base -> 'metadata', p_local -> 'metadata')
        end
    ));
end;
$$;
comment on function media_sync.difference(jsonb, jsonb) is
    'What must be sent so that base becomes local: { tags: { added, removed }, context and metadata: { set, removed }, display_name, folder, public_id }.';
revoke all on function media_sync.difference(jsonb, jsonb) from public, anon, authenticated;

create or replace function media_sync.flat_difference(p_difference jsonb)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
    return (p_difference - '{tags,context,metadata}'::text[])
        || coalesce((select jsonb_object_agg('tags.' || tag, true) from jsonb_array_elements_text(p_difference -> 'tags' -> 'added') as tag), '{}')
        || coalesce((select jsonb_object_agg('tags.' || tag, null) from jsonb_array_elements_text(p_difference -> 'tags' -> 'removed') as tag), '{}')
        || coalesce((select jsonb_object_agg('context.' || key, value) from jsonb_each(p_difference -> 'context' -> 'set')), '{}')
        || coalesce((select jsonb_object_agg('context.' || key, null) from jsonb_array_elements_text(p_difference -> 'context' -> 'removed') as key), '{}')
        || coalesce((select jsonb_object_agg('metadata.' || key, value) from jsonb_each(p_difference -> 'metadata' -> 'set')), '{}')
        || coalesce((select jsonb_object_agg('metadata.' || key, null) from jsonb_array_elements_text(p_difference -> 'metadata' -> 'removed') as key), '{}');
end;
$$;
comment on function media_sync.flat_difference(jsonb) is 'A difference value by value, named as in flat_fields(); null: taken away.';
revoke all on function media_sync.flat_difference(jsonb) from public, anon, authenticated;

-- supabase/schemas/20_merge/15_sending.sql

-- A write on its way: what has been sent to Cloudinary and may or may not have arrived.
--
-- `media_assets.sending` is a list of attempts, oldest first:
-- { id, at, until, name, rename, sent, landed, arrived, cleared, lost, detour, existence }.
--   at, until   database times between which the write can arrive;
--   name        the public_id that the calls go by;
--   rename      the public_id that they give it;
--   sent        value by value as in flat_fields(), null for one taken away;
--   landed      value -> the time from which on Cloudinary is known to have taken that part of the write;
--               context.* stands for all keys that a context set as a whole does not name;
--   arrived     the same for what Cloudinary took without showing the asset, as grouped writes are answered;
--   cleared     the worker that told what became of it may have cleared the context without setting it anew;
--   lost        values that lost to Cloudinary's before it was known whether they arrive, as keys;
--   detour      the name that a ring of renames passes through;
--   existence   deleted or live, for an attempt to destroy or to restore.
-- Until an attempt is settled Cloudinary may hold the old value or the sent one, and the row knows both.

create or replace function media_sync.write_horizon()
returns interval
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
    -- A write leaves at most 2 s after the look-up that it rests on, its call is given up after 20 s; the rest is the network's.
    return interval '1 minute';
end;
$$;
comment on function media_sync.write_horizon() is 'How long after it was planned a write to Cloudinary may still arrive.';
revoke all on function media_sync.write_horizon() from public, anon, authenticated;

create or replace function media_sync.open_values(p_sending jsonb, p_observed_at timestamptz default null)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
    return (
        select coalesce(jsonb_object_agg(key, sent_values), '{}')
        from (
            select key, jsonb_agg(value) as sent_values
            from (
                -- Who died in the middle of it may have left the context empty, whenever it is looked at: see 17_unclear_values.sql.
                -- Who lived to tell, and cleared nothing, has taken away no key that was to be set.
                select
                    sent.key,
                    case
                        when sent.key <> 'context.*' or not attempt ? 'landed' or attempt ? 'cleared' or attempt -> 'landed' ? sent.key
                            then sent.value
                        else jsonb_strip_nulls(attempt -> 'sent')
                    end as value
                from jsonb_array_elements(p_sending) as attempt
                cross join lateral jsonb_each(attempt -> 'sent') as sent
                -- Only on its way a context that is set as a whole may be empty for a moment.
                where not (sent.key = 'context.*' and coalesce((attempt -> 'landed' ->> sent.key)::timestamptz <= p_observed_at, false))
                    -- Nor has it left it empty, when it can no longer arrive.
                    and not (
                        sent.key = 'context.*' and attempt ? 'landed' and not attempt ? 'cleared'
                        and coalesce(p_observed_at >= (attempt ->> 'until')::timestamptz, false)
                    )
                union all
                select 'public_id', attempt -> 'detour'
                from jsonb_array_elements(p_sending) as attempt
                where attempt ? 'detour' and attempt -> 'sent' ? 'public_id'
            ) as every_value
            group by key
        ) as grouped
    );
end;
$$;
comment on function media_sync.open_values(jsonb, timestamptz) is
    'Value to the list of what has been sent for it and is not settled, a detour''s name included; as seen by an observation of that time. context.*: null for a context that may be cleared, and what is set for one that is replaced at most.';
revoke all on function media_sync.open_values(jsonb, timestamptz) from public, anon, authenticated;

create or replace function media_sync.is_told(p_told text[], p_key text)
returns boolean
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
    return array_position(p_told, p_key) is not null or array_position(p_told, split_part(p_key, '.', 1)) is not null;
end;
$$;
comment on function media_sync.is_told(text[], text) is 'True when an observation that tells these fields or values tells this value.';
revoke all on function media_sync.is_told(text[], text) from public, anon, authenticated;

create or replace function media_sync.is_unsettled(
    p_attempt jsonb,
    p_key text,
    p_sent jsonb,
    p_seen jsonb,
    p_observed_at timestamptz
)
returns boolean
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
    return case
        -- The rest of a context that is set as a whole goes with the keys that are named.
        when p_key = 'context.*' then true
        -- It has arrived: nothing of it is on its way any more.
        when coalesce(p_seen, 'null') = p_sent then false
        -- A ring's detour is half of the way, for as long as the other half may come.
        when p_key = 'public_id' and p_seen = p_attempt -> 'detour' then p_observed_at < (p_attempt ->> 'until')::timestamptz
        -- Taken by Cloudinary, and yet not there: it landed on another asset, or somebody changed it back.
        when p_observed_at >= (p_attempt -> 'landed' ->> p_key)::timestamptz then false
        else p_observed_at < (p_attempt ->> 'until')::timestamptz
    end;
end;
$$;
comment on function media_sync.is_unsettled(jsonb, text, jsonb, jsonb, timestamptz) is
    'Whether a sent value may still arrive, judged by an observation that shows p_seen for it.';
revoke all on function media_sync.is_unsettled(jsonb, text, jsonb, jsonb, timestamptz) from public, anon, authenticated;

create or replace function media_sync.settle_attempt(p_attempt jsonb, p_remote jsonb, p_told text[], p_observed_at timestamptz)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
    return (
        select case
            -- A context that is set as a whole is cleared first: what of it has been seen may be gone for a moment.
            when p_attempt -> 'sent' ? 'context.*'
                and exists (select from jsonb_object_keys(unsettled) as key where key like 'context.%' and key <> 'context.*')
                then unsettled || (select jsonb_object_agg(key, value) from jsonb_each(p_attempt -> 'sent') where key like 'context.%')
            else unsettled - 'context.*'
        end
        from (
            select coalesce(jsonb_object_agg(sent.key, sent.value), '{}') as unsettled
            from jsonb_each(p_attempt -> 'sent') as sent
            where not media_sync.is_told(p_told, sent.key)
                or media_sync.is_unsettled(p_attempt, sent.key, sent.value, p_remote -> sent.key, p_observed_at)
        ) as judged
    );
end;
$$;
comment on function media_sync.settle_attempt(jsonb, jsonb, text[], timestamptz) is
    'What an observation (value by value, of which it tells p_told) leaves open of the values that an attempt sent.';
revoke all on function media_sync.settle_attempt(jsonb, jsonb, text[], timestamptz) from public, anon, authenticated;

create or replace function media_sync.settle_sending(p_sending jsonb, p_remote jsonb, p_told text[], p_observed_at timestamptz)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
    return (
        select jsonb_agg(attempt || jsonb_build_object('sent', unsettled) order by place)
        from (
            select attempt, place, media_sync.settle_attempt(attempt, p_remote, p_told, p_observed_at) as unsettled
            from jsonb_array_elements(p_sending) with ordinality as listed (attempt, place)
            -- Once an attempt, not once a mention.
            offset 0
        ) as judged
        where unsettled <> '{}' or attempt ? 'existence'
    );
end;
$$;
comment on function media_sync.settle_sending(jsonb, jsonb, text[], timestamptz) is
    'The attempts with what an observation leaves open of them; null when nothing is.';
revoke all on function media_sync.settle_sending(jsonb, jsonb, text[], timestamptz) from public, anon, authenticated;

create or replace function media_sync.arrived_values(p_sending jsonb, p_public_id text, p_told text[], p_observed_at timestamptz)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
    -- A grouped write goes by name. Taken by Cloudinary before the look-up began, on the asset that still has the name: it
    -- was there, and what the look-up shows is what somebody made of it since.
    return (
        select coalesce(jsonb_object_agg(sent.key, sent.value order by attempt.place), '{}')
        from jsonb_array_elements(p_sending) with ordinality as attempt (value, place)
        cross join lateral jsonb_each(attempt.value -> 'sent') as sent
        where (attempt.value -> 'arrived' ->> sent.key)::timestamptz <= p_observed_at
            and media_sync.is_told(p_told, sent.key)
            and p_public_id in (attempt.value ->> 'name', attempt.value ->> 'rename', attempt.value ->> 'detour')
    );
end;
$$;
comment on function media_sync.arrived_values(jsonb, text, text[], timestamptz) is
    'What is known to have been in Cloudinary before an observation that shows the asset under p_public_id, value by value.';
revoke all on function media_sync.arrived_values(jsonb, text, text[], timestamptz) from public, anon, authenticated;

create or replace function media_sync.settle_existence(p_sending jsonb, p_existence text, p_observed_at timestamptz)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
    return (
        select jsonb_agg(attempt order by place)
        from jsonb_array_elements(p_sending) with ordinality as listed (attempt, place)
        where case
            when not attempt ? 'existence' then true
            when attempt ->> 'existence' = p_existence then false
            when p_observed_at >= (attempt ->> 'landed_at')::timestamptz then false
            else p_observed_at < (attempt ->> 'until')::timestamptz
        end
    );
end;
$$;
comment on function media_sync.settle_existence(jsonb, text, timestamptz) is
    'The attempts that an observation of the asset, live or deleted, leaves open; null when none is.';
revoke all on function media_sync.settle_existence(jsonb, text, timestamptz) from public, anon, authenticated;

create or replace function media_sync.has_attempt(p_sending jsonb, p_existence text)
returns boolean
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
    return coalesce(p_sending @> jsonb_build_array(jsonb_build_object('existence', p_existence)), false);
end;
$$;
comment on function media_sync.has_attempt(jsonb, text) is 'True when an attempt to make the asset deleted or live is under way.';
revoke all on function media_sync.has_attempt(jsonb, text) from public, anon, authenticated;

create or replace function media_sync.lock_assets(p_ids uuid[])
returns void
language plpgsql
set search_path = ''
as $$
begin
    perform
    from public.media_assets as asset
    where asset.id = any (p_ids)
    order by asset.asset_id
    for no key update;
end;
$$;
comment on function media_sync.lock_assets(uuid[]) is
    'Locks rows in the one order in which every writer locks them, by asset_id, so that writers wait for each other instead of deadlocking.';
revoke all on function media_sync.lock_assets(uuid[]) from public, anon, authenticated;
grant execute on function media_sync.lock_assets(uuid[]) to authenticated, service_role;

-- supabase/schemas/20_merge/17_unclear_values.sql

-- What Cloudinary does not show and may all the same be our own doing: where nobody can tell, it is sent again, and a conflict row
-- says so.

create or replace function media_sync.unclear_values(
    p_sending jsonb,
    p_public_id text,
    p_told text[],
    p_observed_at timestamptz,
    p_seen jsonb
)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
    -- The asset has another name by now. Was it renamed before the write, which then met another asset, or after, so that
    -- somebody took back what had arrived? Nobody can tell.
    return (
        select coalesce(jsonb_object_agg(sent.key, sent.value order by attempt.place), '{}')
        from jsonb_array_elements(p_sending) with ordinality as attempt (value, place)
        cross join lateral jsonb_each(attempt.value -> 'sent') as sent
        where (attempt.value -> 'arrived' ->> sent.key)::timestamptz <= p_observed_at
            and sent.key not in ('public_id', 'context.*')
            and media_sync.is_told(p_told, sent.key)
            and not media_sync.same_value(p_seen -> sent.key, sent.value)
            and p_public_id not in (attempt.value ->> 'name', coalesce(attempt.value ->> 'rename', ''), coalesce(attempt.value ->> 'detour', ''))
    );
end;
$$;
comment on function media_sync.unclear_values(jsonb, text, text[], timestamptz, jsonb) is
    'What Cloudinary took before an observation that does not show it, and shows the asset under another name: value to what was sent.';
revoke all on function media_sync.unclear_values(jsonb, text, text[], timestamptz, jsonb) from public, anon, authenticated;

create or replace function media_sync.emptied_values(
    p_sending jsonb,
    p_told text[],
    p_observed_at timestamptz,
    p_base jsonb,
    p_seen jsonb
)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
    -- The worker died before it told what became of a whole context, and the context is empty. Was it cleared and not set anew, or
    -- did somebody empty it before the write began? Nobody can tell. To take it for our own loses nothing that people wanted.
    return (
        select coalesce(jsonb_object_agg(sent.key, sent.value order by attempt.place), '{}')
        from jsonb_array_elements(p_sending) with ordinality as attempt (value, place)
        cross join lateral jsonb_each(attempt.value -> 'sent') as sent
        where attempt.value -> 'sent' ? 'context.*'
            and not attempt.value ? 'landed'
            and p_observed_at >= (attempt.value ->> 'until')::timestamptz
            and sent.key like 'context.%'
            and sent.value <> 'null'
            and p_base ? sent.key
            and media_sync.is_told(p_told, sent.key)
            and not exists (select from jsonb_object_keys(p_seen) as shown where shown like 'context.%')
    );
end;
$$;
comment on function media_sync.emptied_values(jsonb, text[], timestamptz, jsonb, jsonb) is
    'Context values of p_base that an observation does not show (p_seen; both value by value), since a worker may have died between clearing the context and setting it anew: value to what was sent.';
revoke all on function media_sync.emptied_values(jsonb, text[], timestamptz, jsonb, jsonb) from public, anon, authenticated;

create or replace function media_sync.with_lost(p_sending jsonb, p_conflicts jsonb)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
    if p_sending is null or not p_conflicts @? '$.* ? (@.kept == "cloudinary")' then
        return p_sending;
    end if;
    return (
        select jsonb_agg(case when lost is null then attempt else attempt || jsonb_build_object('lost', lost) end order by place)
        from jsonb_array_elements(p_sending) with ordinality as listed (attempt, place)
        cross join lateral (
            select jsonb_object_agg(key, true) || coalesce(attempt -> 'lost', '{}') as lost
            from jsonb_each(p_conflicts)
            where value ->> 'kept' = 'cloudinary' and attempt -> 'sent' ? key
            offset 0
        ) as beaten
    );
end;
$$;
comment on function media_sync.with_lost(jsonb, jsonb) is
    'The attempts, each with those of its values that lost to Cloudinary''s (p_conflicts) before it was known whether they would arrive.';
revoke all on function media_sync.with_lost(jsonb, jsonb) from public, anon, authenticated;

create or replace function media_sync.lost_values(p_sending jsonb, p_told text[], p_base jsonb, p_seen jsonb)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
    -- Cloudinary's value had won, and what had been sent against it is there now. Did it arrive late, or did somebody make the very
    -- same change there? Nobody can tell.
    return (
        select coalesce(jsonb_object_agg(sent.key, sent.value), '{}')
        from jsonb_array_elements(p_sending) as attempt
        cross join lateral jsonb_each(attempt -> 'sent') as sent
        where attempt -> 'lost' ? sent.key
            and media_sync.is_told(p_told, sent.key)
            and media_sync.same_value(p_seen -> sent.key, sent.value)
            and not media_sync.same_value(p_base -> sent.key, sent.value)
    );
end;
$$;
comment on function media_sync.lost_values(jsonb, text[], jsonb, jsonb) is
    'What an observation shows (p_seen) in the place of what is agreed on (p_base; both value by value), and may be a write of ours that lost and arrived late: value to what was sent.';
revoke all on function media_sync.lost_values(jsonb, text[], jsonb, jsonb) from public, anon, authenticated;

create or replace function media_sync.with_taken_back(p_base jsonb, p_sending jsonb, p_fields jsonb)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
    v_base constant jsonb := media_sync.flat_fields(p_base);
    v_wanted constant jsonb := media_sync.flat_fields(p_fields);
    v_sent jsonb;
    v_after jsonb;
begin
    -- Nobody will know whether it had arrived. If it had, it comes back as nobody's edit, and is taken back there too; if not,
    -- what comes back is what people here want.
    select jsonb_object_agg(sent.key, sent.value order by attempt.place)
    into v_sent
    from jsonb_array_elements(p_sending) with ordinality as attempt (value, place)
    cross join lateral jsonb_each(attempt.value -> 'sent') as sent
    where sent.key <> 'context.*'
        and p_base ? split_part(sent.key, '.', 1)
        and media_sync.same_value(v_base -> sent.key, v_wanted -> sent.key)
        and not media_sync.same_value(sent.value, v_wanted -> sent.key);
    if v_sent is null then
        return p_base;
    end if;
    v_after := media_sync.apply_values(p_base, v_sent)
        || coalesce((select jsonb_object_agg(key, value) from jsonb_each(v_sent) where key = split_part(key, '.', 1)), '{}');
    return media_sync.in_folder_mode(v_after, v_after, (select folder_mode from media_sync.settings));
end;
$$;
comment on function media_sync.with_taken_back(jsonb, jsonb, jsonb) is
    'What is agreed on about an asset that is gone: base, with what was sent and perhaps arrived where the row (p_fields) has what it had before, since people here took it back.';
revoke all on function media_sync.with_taken_back(jsonb, jsonb, jsonb) from public, anon, authenticated;

-- supabase/schemas/20_merge/20_merge.sql

-- merge(base, local, sent, remote): what a value becomes when either side, or both, changed it.
--
-- Pure: it reads nothing but its arguments. Values go by the names of flat_fields().

create or replace function media_sync.same_value(p_one jsonb, p_other jsonb)
returns boolean
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
    -- A value that is not there and one that is null are the same.
    return coalesce(p_one, 'null') = coalesce(p_other, 'null');
end;
$$;
comment on function media_sync.same_value(jsonb, jsonb) is 'True when two values are equal; none and null are.';
revoke all on function media_sync.same_value(jsonb, jsonb) from public, anon, authenticated;

create or replace function media_sync.sent_values(p_sent jsonb, p_key text, p_is_bare boolean, p_is_shown boolean)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
    return case
        when p_key like 'context.%' and p_sent ? 'context.*' then
            -- Cleared and not yet set anew it has no key at all. A missing key beside others was taken away by somebody, or
            -- somebody set those in between. What a key shows that is not missing, our clearing has not set.
            coalesce(p_sent -> p_key, '[]') || case
                when p_is_shown then '[]'::jsonb
                -- A context that is replaced at most loses no key that is set.
                when not exists (select from jsonb_array_elements(p_sent -> 'context.*') as whole where not whole ? p_key) then '[]'
                when p_is_bare then '[null]'
                else '[{}]'
            end
        else p_sent -> p_key
    end;
end;
$$;
comment on function media_sync.sent_values(jsonb, text, boolean, boolean) is
    'What has been sent for a value, as a list; null for nothing. A context that is set as a whole may be empty for a moment, and does not have the keys that are not named. p_is_bare: Cloudinary shows no context at all; p_is_shown: it shows this key.';
revoke all on function media_sync.sent_values(jsonb, text, boolean, boolean) from public, anon, authenticated;

create or replace function media_sync.merge_value(p_base jsonb, p_local jsonb, p_sent jsonb, p_remote jsonb)
returns text
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
    return case
        when media_sync.same_value(p_remote, p_base) then 'local'
        -- Our own write, seen: what people want meanwhile goes out after it.
        when exists (select from jsonb_array_elements(p_sent) as sent where media_sync.same_value(sent, p_remote)) then 'local'
        when media_sync.same_value(p_local, p_remote) then 'remote'
        when media_sync.same_value(p_local, p_base)
            -- A write on its way is an edit, even one that has been taken back here.
            and not exists (select from jsonb_array_elements(p_sent) as sent where not media_sync.same_value(sent, p_local))
            then 'remote'
        else 'conflict'
    end;
end;
$$;
comment on function media_sync.merge_value(jsonb, jsonb, jsonb, jsonb) is
    'Whose value stands after Cloudinary showed remote: local, remote, or conflict. sent is the list of values on their way.';
revoke all on function media_sync.merge_value(jsonb, jsonb, jsonb, jsonb) from public, anon, authenticated;

create or replace function media_sync.merge_tags(p_base jsonb, p_local jsonb, p_sent jsonb, p_remote jsonb)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
    -- A set merge cannot conflict: a tag is there or not, and one change of that is the same as the other. Cloudinary's
    -- order comes first.
    return (
        select coalesce(jsonb_agg(tag order by place), '[]')
        from jsonb_array_elements_text(media_sync.keep_order(p_remote || p_local)) with ordinality as listed (tag, place)
        where case
            when (p_remote ? tag) = (p_base ? tag) then p_local ? tag
            when p_sent -> ('tags.' || tag) @> jsonb_build_array(case when p_remote ? tag then true end) then p_local ? tag
            else p_remote ? tag
        end
    );
end;
$$;
comment on function media_sync.merge_tags(jsonb, jsonb, jsonb, jsonb) is 'Merges arrays of tags as sets; sent as in open_values().';
revoke all on function media_sync.merge_tags(jsonb, jsonb, jsonb, jsonb) from public, anon, authenticated;

create or replace function media_sync.newer_side(p_local_at timestamptz, p_remote_at text)
returns text
language plpgsql
stable
parallel safe
set search_path = ''
as $$
begin
    -- Here the clocks of the two sides meet, for the policy newest alone; else only in may_echo(), where it does no harm.
    return case
        when p_local_at > p_remote_at::timestamptz then 'local'
        when p_local_at < p_remote_at::timestamptz then 'remote'
    end;
end;
$$;
comment on function media_sync.newer_side(timestamptz, text) is 'Which side changed last; null where a time is unknown or both are equal.';
revoke all on function media_sync.newer_side(timestamptz, text) from public, anon, authenticated;

create or replace function media_sync.winner(p_policy text, p_key text, p_edited jsonb, p_times jsonb)
returns text
language plpgsql
stable
parallel safe
set search_path = ''
as $$
begin
    return case p_policy
        when 'database' then 'local'
        when 'cloudinary' then 'remote'
        -- Like with like: the edit of this value here, the change of its kind there.
        when 'newest' then coalesce(
            media_sync.newer_side((p_edited ->> p_key)::timestamptz, case split_part(p_key, '.', 1)
                when 'context' then p_times ->> 'context_updated_at'
                when 'metadata' then p_times ->> 'metadata_updated_at'
                when 'public_id' then coalesce(p_times ->> 'public_id_updated_at', p_times ->> 'updated_at')
                else p_times ->> 'updated_at'
            end),
            'open'
        )
        -- A person decides; until then the value stands here as it was edited here.
        else 'open'
    end;
end;
$$;
comment on function media_sync.winner(text, text, jsonb, jsonb) is
    'Who keeps a value that both sides changed: local, remote, or open. p_edited: value to the time of its last edit here; p_times: Cloudinary''s last_updated.';
revoke all on function media_sync.winner(text, text, jsonb, jsonb) from public, anon, authenticated;

create or replace function media_sync.merge_values(
    p_base jsonb,
    p_local jsonb,
    p_sent jsonb,
    p_remote jsonb,
    p_policy text,
    p_edited jsonb,
    p_times jsonb,
    out merged jsonb,
    out conflicts jsonb
)
language plpgsql
stable
parallel safe
set search_path = ''
as $$
declare
    v_is_bare constant boolean := not exists (select from jsonb_object_keys(p_remote) as key where key like 'context.%');
begin
    with decided as (
        select
            key,
            p_base -> key as base,
            p_local -> key as local,
            p_remote -> key as remote,
            media_sync.merge_value(
                p_base -> key, p_local -> key, media_sync.sent_values(p_sent, key, v_is_bare, p_remote ? key), p_remote -> key
            ) as outcome
        from (
            select jsonb_object_keys(p_base) as key
            union
            select jsonb_object_keys(p_local)
            union
            select jsonb_object_keys(p_remote)
        ) as every_key
    ),
    settled as (
        select *, case outcome when 'conflict' then media_sync.winner(p_policy, key, p_edited, p_times) else outcome end as side
        from decided
    ),
    kept as (
        select *, split_part(key, '.', 1) as field, case side when 'remote' then remote else local end as value from settled
    )
    select
        jsonb_build_object(
            'context', coalesce(jsonb_object_agg(substr(key, 9), value) filter (where field = 'context' and value is not null), '{}'),
            'metadata', coalesce(jsonb_object_agg(substr(key, 10), value) filter (where field = 'metadata' and value is not null), '{}')
        ) || coalesce(jsonb_object_agg(key, value) filter (where key = field and value is not null), '{}'),
        coalesce(
            jsonb_object_agg(
                key,
                jsonb_strip_nulls(jsonb_build_object('base', base, 'database', local, 'cloudinary', remote))
                    || jsonb_build_object('kept', case side when 'remote' then 'cloudinary' when 'local' then 'database' else 'open' end)
            ) filter (where outcome = 'conflict'),
            '{}'
        )
    into merged, conflicts
    from kept;
end;
$$;
comment on function media_sync.merge_values(jsonb, jsonb, jsonb, jsonb, text, jsonb, jsonb) is
    'The part of merge() for all fields but tags, which come value by value.';
revoke all on function media_sync.merge_values(jsonb, jsonb, jsonb, jsonb, text, jsonb, jsonb) from public, anon, authenticated;

create or replace function media_sync.merge(
    p_base jsonb,
    p_local jsonb,
    p_sent jsonb,
    p_remote jsonb,
    p_policy text,
    p_edited jsonb default '{}',
    p_times jsonb default '{}',
    out merged jsonb,
    out conflicts jsonb
)
language plpgsql
stable
parallel safe
set search_path = ''
as $$
begin
    merged := p_local;
    conflicts := '{}';
    if p_remote - 'tags' is distinct from p_base - 'tags' then
        select part.merged || jsonb_build_object('tags', p_local -> 'tags'), part.conflicts into merged, conflicts
        from media_sync.merge_values(
            media_sync.flat_fields(p_base - 'tags'), media_sync.flat_fields(p_local - 'tags'), p_sent,
            media_sync.flat_fields(p_remote - 'tags'), p_policy, p_edited, p_times
        ) as part;
    end if;
    if not coalesce(media_sync.same_tags(p_remote -> 'tags', p_base -> 'tags'), false) then
        merged := merged || jsonb_build_object('tags', media_sync.merge_tags(
            coalesce(p_base -> 'tags', '[]'), coalesce(p_local -> 'tags', '[]'), p_sent, coalesce(p_remote -> 'tags', '[]')
        ));
    end if;
end;
$$;
comment on function media_sync.merge(jsonb, jsonb, jsonb, jsonb, text, jsonb, jsonb) is
    'Merge of the editable fields of one asset, of which p_sent (see open_values()) is on its way: tags as a set, context and metadata key by key, the rest by value. Every value that loses is in conflicts: field to { base, database, cloudinary, kept }.';
revoke all on function media_sync.merge(jsonb, jsonb, jsonb, jsonb, text, jsonb, jsonb) from public, anon, authenticated;

-- supabase/schemas/20_merge/30_conflicts.sql

-- Conflicts that wait for a person, and their end.

create or replace function media_sync.open_conflicts(p_conflicts jsonb, p_merged jsonb, p_remote jsonb)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
    -- A conflict closes by itself once both sides hold the same value.
    return (
        select jsonb_object_agg(
            key,
            value || jsonb_build_object(
                'database', media_sync.field_value(p_merged, key), 'cloudinary', media_sync.field_value(p_remote, key)
            )
        )
        from jsonb_each(p_conflicts)
        where value ->> 'kept' = 'open'
            and media_sync.field_value(p_merged, key) is distinct from media_sync.field_value(p_remote, key)
    );
end;
$$;
comment on function media_sync.open_conflicts(jsonb, jsonb, jsonb) is 'The conflicts that still wait for a person, with both values as they are now; null when none does.';
revoke all on function media_sync.open_conflicts(jsonb, jsonb, jsonb) from public, anon, authenticated;

create or replace function media_sync.take_keys(p_local jsonb, p_base jsonb, p_decisions jsonb, p_prefix text)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
    return (
        p_local - array(
            select substr(key, length(p_prefix) + 1) from jsonb_object_keys(p_decisions) as key where starts_with(key, p_prefix)
        )
    )
        || coalesce(
            (
                select jsonb_object_agg(key, value)
                from jsonb_each(p_base)
                where p_decisions ? (p_prefix || key)
            ),
            '{}'
        );
end;
$$;
comment on function media_sync.take_keys(jsonb, jsonb, jsonb, text) is 'The object with the decided keys as they are in base.';
revoke all on function media_sync.take_keys(jsonb, jsonb, jsonb, text) from public, anon, authenticated;

create or replace function media_sync.close_conflicts()
returns trigger
language plpgsql
-- Editors close conflicts by editing, but may not write the log.
security definer
set search_path = ''
as $$
begin
    update public.media_sync_log
    set resolved_at = clock_timestamp()
    where asset_id = new.asset_id
        and media_asset_id = new.id
        and operation = 'conflict'
        and status = 'conflict'
        and resolved_at is null;
    return null;
end;
$$;
comment on function media_sync.close_conflicts() is 'A row without open conflicts leaves none open in the log, however they ended.';
revoke all on function media_sync.close_conflicts() from public, anon, authenticated;

create or replace trigger close_conflicts
    after update on public.media_assets
    for each row
    when (old.conflicts is not null and new.conflicts is null)
    execute function media_sync.close_conflicts();

create or replace function media_sync.without_cleared(
    p_agreed jsonb,
    p_sending jsonb,
    p_remote jsonb,
    p_told text[],
    p_observed_at timestamptz
)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
declare
    v_whole constant jsonb := jsonb_path_query_array(p_sending, '$[*] ? (exists(@.sent."context.*"))');
    v_cleared text[];
begin
    if v_whole = '[]' then
        return p_agreed;
    end if;
    -- A whole context is cleared and set anew by name. Where the asset has another name by now, the one may have met it and
    -- the other not: what was to be set is no longer agreed on, or our own clearing would pass for somebody's.
    select array_agg(substr(key, 9))
    into v_cleared
    from jsonb_each(media_sync.unclear_values(
        v_whole, p_remote ->> 'public_id', p_told, p_observed_at, media_sync.flat_fields(p_remote)
    ))
    where key like 'context.%' and not p_remote -> 'context' ? substr(key, 9);
    if v_cleared is null or not p_agreed ? 'context' then
        return p_agreed;
    end if;
    return p_agreed || jsonb_build_object('context', (p_agreed -> 'context') - v_cleared);
end;
$$;
comment on function media_sync.without_cleared(jsonb, jsonb, jsonb, text[], timestamptz) is
    'What is agreed on, without the context keys that our own write may have taken away from an asset which was renamed in the middle of it.';
revoke all on function media_sync.without_cleared(jsonb, jsonb, jsonb, text[], timestamptz) from public, anon, authenticated;

-- supabase/schemas/20_merge/40_scope.sql

-- The mirrored part of the library follows settings.include_folders: rows leave it and come back, nothing is deleted.

create or replace function media_sync.in_scope(p_folder text, p_include_folders text[])
returns boolean
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
    return p_include_folders = '{}' or exists (
        select from unnest(p_include_folders) as included (folder)
        where included.folder = '' or p_folder = included.folder or starts_with(p_folder, included.folder || '/')
    );
end;
$$;
comment on function media_sync.in_scope(text, text[]) is 'True when the folder, or one above it, is among the mirrored ones; an empty list mirrors everything.';
revoke all on function media_sync.in_scope(text, text[]) from public, anon, authenticated;

create or replace function media_sync.end_blocked_scope(p_status text)
returns void
language sql
set search_path = ''
as $$
    update media_sync.runs
    set
        status = p_status,
        finished_at = clock_timestamp(),
        touched_at = clock_timestamp(),
        errors = case p_status
            when 'failed' then errors || '{"code": "taken_back", "message": "Somebody took the change of include_folders back."}'::jsonb
            else errors
        end
    where kind = 'scope' and status = 'blocked';
$$;
comment on function media_sync.end_blocked_scope(text) is 'Ends the run that waits for a change of scope to be allowed: completed or failed.';
revoke all on function media_sync.end_blocked_scope(text) from public, anon, authenticated;

create or replace function media_sync.hides_too_much(p_settings media_sync.settings, p_include_folders text[])
returns boolean
language plpgsql
set search_path = ''
as $$
declare
    v_hidden bigint;
    v_shown bigint;
    v_cloud_name text;
begin
    select
        count(*) filter (where not media_sync.in_scope(coalesce(base ->> 'folder', folder), p_include_folders)), count(*), max(cloud_name)
    into v_hidden, v_shown, v_cloud_name
    from public.media_assets
    where in_scope and deleted_at is null;
    if v_hidden < p_settings.delete_guard_minimum or v_hidden <= v_shown * p_settings.delete_guard_percent / 100.0 or v_shown = 0 then
        return false;
    end if;
    -- One wish at a time: the latest.
    perform media_sync.end_blocked_scope('failed');
    insert into media_sync.runs (kind, status, cloud_name, source, options, blocked_by, finished_at)
    values (
        'scope', 'blocked', v_cloud_name, 'api', jsonb_build_object('include_folders', p_include_folders),
        jsonb_build_object(
            'reason', 'scope', 'absent', v_hidden, 'live', v_shown,
            'limit_percent', p_settings.delete_guard_percent, 'minimum', p_settings.delete_guard_minimum
        ),
        clock_timestamp()
    );
    return true;
end;
$$;
comment on function media_sync.hides_too_much(media_sync.settings, text[]) is
    'True when the guard stops these folders from becoming the mirrored ones, because they would hide too much at once: a blocked run says so then.';
revoke all on function media_sync.hides_too_much(media_sync.settings, text[]) from public, anon, authenticated;

create or replace function media_sync.apply_scope()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
    -- allow_scope() takes the wish over as it stands; nothing else does both at once.
    v_allowed constant boolean := old.wanted_folders is not null
        and new.wanted_folders is null and new.include_folders = old.wanted_folders;
    v_ids uuid[];
begin
    if not v_allowed
        and new.include_folders is distinct from old.include_folders
        and media_sync.hides_too_much(old, new.include_folders)
    then
        raise warning 'include_folders would hide most of the library and waits to be allowed: select * from get_sync_health().';
        new.wanted_folders := new.include_folders;
        new.include_folders := old.include_folders;
        return new;
    end if;
    perform media_sync.end_blocked_scope(case when v_allowed then 'completed' else 'failed' end);
    new.wanted_folders := null;
    if new.include_folders is not distinct from old.include_folders then
        return new;
    end if;
    v_ids := array(
        select id
        from public.media_assets
        where in_scope <> media_sync.in_scope(coalesce(base ->> 'folder', folder), new.include_folders)
    );
    perform media_sync.lock_assets(v_ids);
    -- Those alone: a row that somebody else changed meanwhile would be locked out of the order, and is the reconcile's.
    update public.media_assets as asset
    set in_scope = not asset.in_scope
    where asset.id = any (v_ids)
        and asset.in_scope <> media_sync.in_scope(coalesce(asset.base ->> 'folder', asset.folder), new.include_folders);
    -- Folders that were never mirrored have no rows yet: a full reconcile brings them.
    new.full_requested_at := clock_timestamp();
    return new;
end;
$$;
comment on function media_sync.apply_scope() is 'Hides rows that left the mirrored folders, shows those that came back, and asks for a full reconcile. A change that would hide too much waits in wanted_folders.';
revoke all on function media_sync.apply_scope() from public, anon, authenticated;

create or replace trigger apply_scope
    before update of include_folders, wanted_folders on media_sync.settings
    for each row
    when (new.include_folders is distinct from old.include_folders or new.wanted_folders is distinct from old.wanted_folders)
    execute function media_sync.apply_scope();

-- supabase/schemas/20_merge/50_observations.sql

-- An observation is one asset in Cloudinary's own names. A key that is absent was not told and leaves what the row has.

create type media_sync.merge_outcome as (
    asset_id text,
    media_asset_id uuid,
    outcome text,
    conflict_count integer
);
comment on type media_sync.merge_outcome is 'What became of one observation: inserted, updated, restored, unchanged, stale, undecided, out_of_scope or quarantined.';

create or replace function media_sync.observed_assets(p_cloud_name text, p_observations jsonb)
returns table (asset_id text, observation jsonb, asset public.media_assets)
language plpgsql
stable
set search_path = ''
as $$
begin
    -- A listing may repeat an asset when the library changes under it; the last mention counts.
    -- The limit keeps this a look-up a row: in a first sync the planner knows nothing of the table yet, and would read
    -- all that is in it for every page.
    return query
    select incoming.asset_id, incoming.observation, known.asset
    from (
        select distinct on (element ->> 'asset_id') element ->> 'asset_id' as asset_id, element as observation
        from jsonb_array_elements(p_observations) with ordinality as listed (element, place)
        order by element ->> 'asset_id', place desc
    ) as incoming
    left join lateral (
        select present as asset
        from public.media_assets as present
        where present.cloud_name = p_cloud_name and present.asset_id = incoming.asset_id
        limit 1
    ) as known on true;
end;
$$;
comment on function media_sync.observed_assets(text, jsonb) is 'Each observed asset once, beside its row where there is one.';
revoke all on function media_sync.observed_assets(text, jsonb) from public, anon, authenticated;

create or replace function media_sync.observed_extra(p_extra jsonb, p_observation jsonb)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
declare
    -- An answer that tells a key tells what was sent for it as well, or it can be stored by now.
    v_originals constant jsonb := ((p_extra -> 'original_values') - array(select jsonb_object_keys(p_observation)))
        || coalesce(p_observation -> 'extra' -> 'original_values', '{}');
begin
    return ((p_extra || coalesce(p_observation -> 'extra', '{}')) - 'original_values')
        || case when v_originals <> '{}' then jsonb_build_object('original_values', v_originals) else '{}' end;
end;
$$;
comment on function media_sync.observed_extra(jsonb, jsonb) is
    'extra after an observation, where it holds original_values: what Cloudinary sent for keys that cannot be stored like that.';
revoke all on function media_sync.observed_extra(jsonb, jsonb) from public, anon, authenticated;

create or replace function media_sync.observed_content(p_asset public.media_assets, p_observation jsonb)
returns public.media_assets
language plpgsql
stable
set search_path = ''
as $$
begin
    return jsonb_populate_record(
        p_asset,
        p_observation - media_sync.editable_keys() - array['delta', 'observed_at', 'answered_at']
            || jsonb_build_object('extra', case
                when p_asset.extra ? 'original_values' then media_sync.observed_extra(p_asset.extra, p_observation)
                else coalesce(p_asset.extra, '{}') || coalesce(p_observation -> 'extra', '{}')
            end)
            -- What was not told with another version belongs to the content before it.
            || case
                when p_observation ? 'version' and (p_observation ->> 'version')::bigint is distinct from p_asset.version
                    then (
                        select coalesce(jsonb_object_agg(key, null), '{}')
                        from unnest(media_sync.fact_keys()) as key
                        where not p_observation ? key
                    )
                else '{}'::jsonb
            end
    );
end;
$$;
comment on function media_sync.observed_content(public.media_assets, jsonb) is 'The row with everything that Cloudinary alone decides as observed; what was not told stays.';
revoke all on function media_sync.observed_content(public.media_assets, jsonb) from public, anon, authenticated;

create or replace function media_sync.observed_fields(p_base jsonb, p_observation jsonb)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
    return case
        when p_observation ? 'delta' then media_sync.apply_difference(p_base, p_observation -> 'delta')
        -- Cloudinary's order of tags may change without a change of tags.
        when media_sync.same_tags(p_base -> 'tags', p_observation -> 'tags')
            then p_base || (p_observation - media_sync.content_keys() - 'tags')
        else p_base || (p_observation - media_sync.content_keys())
    end;
end;
$$;
comment on function media_sync.observed_fields(jsonb, jsonb) is
    'The editable fields as Cloudinary has them; what was not told is as last agreed. An observation with a delta, as notifications give it, tells what that changes.';
revoke all on function media_sync.observed_fields(jsonb, jsonb) from public, anon, authenticated;

create or replace function media_sync.told_fields(p_observation jsonb)
returns text[]
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
    return case
        when p_observation ? 'delta' then array(select jsonb_object_keys(media_sync.flat_difference(p_observation -> 'delta')))
        else array(select key from jsonb_object_keys(p_observation) as key where key = any (media_sync.editable_keys()))
    end;
end;
$$;
comment on function media_sync.told_fields(jsonb) is 'The fields, or of a delta the values, that an observation tells.';
revoke all on function media_sync.told_fields(jsonb) from public, anon, authenticated;

create or replace function media_sync.content_changes(p_from public.media_assets, p_to public.media_assets)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
    v_facts constant text[] := media_sync.fact_keys();
begin
    return (
        select jsonb_object_agg(key, value)
        from jsonb_each(media_sync.changed_fields(
            to_jsonb(p_from) - media_sync.editable_keys() - '{last_updated,search_text,facts_source,facts_tries,facts_not_before}'::text[],
            to_jsonb(p_to) - media_sync.editable_keys() - '{last_updated,search_text,facts_source,facts_tries,facts_not_before}'::text[]
        ))
        where case
            -- A listing tells less than a look-up: what is only now told of the same content, or not yet of another, is no change.
            when key = any (v_facts) then
                case
                    when p_from.version is distinct from p_to.version then value ->> 'to' is not null
                    else value ->> 'from' is not null
                end
            else p_from.version is distinct from p_to.version or not (key = 'extra' and value -> 'to' @> (value -> 'from'))
        end
    );
end;
$$;
comment on function media_sync.content_changes(public.media_assets, public.media_assets) is
    'What Cloudinary changed of what it alone decides: field to { from, to }; null when nothing. Facts that are merely told for the first time do not count.';
revoke all on function media_sync.content_changes(public.media_assets, public.media_assets) from public, anon, authenticated;

-- supabase/schemas/20_merge/55_facts.sql

-- Facts that listings do not tell: etag, uploaded_at, original_filename, duration, pages, and the times of change. They are
-- taken from whatever tells them of the same version. They never count as edits, nor as a sign that an asset is there or gone:
-- the search index, which tells most of them, lags.

create or replace function media_sync.untold_facts(p_asset public.media_assets)
returns text[]
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
    -- Whether an asset has pages, nobody knows before they are told.
    return array_remove(array[
        case when p_asset.etag is null then 'etag' end,
        case when p_asset.uploaded_at is null then 'uploaded_at' end,
        case when p_asset.original_filename is null then 'original_filename' end,
        case when p_asset.duration is null and p_asset.resource_type = 'video' then 'duration' end,
        case when coalesce(p_asset.last_updated, '{}') = '{}' then 'last_updated' end
    ], null);
end;
$$;
comment on function media_sync.untold_facts(public.media_assets) is 'The facts that an asset of its kind has and the row does not know.';
revoke all on function media_sync.untold_facts(public.media_assets) from public, anon, authenticated;

create or replace function media_sync.facts_source(p_asset public.media_assets, p_asked text, p_vain text[])
returns text
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
declare
    v_untold constant text[] := media_sync.untold_facts(p_asset);
begin
    return case
        when p_asked is null
            and (
                v_untold && '{etag,uploaded_at,duration}'
                or ('last_updated' = any (v_untold) and 'last_updated' <> all (p_vain))
            ) then 'search'
        -- For times of change alone nobody asks a detail: an edit outdates them, and a detail is a call.
        when p_asked is distinct from 'detail' and exists (
            select from unnest(v_untold) as fact
            where fact in ('etag', 'original_filename', 'duration') and p_asset.resource_type || ' ' || fact <> all (p_vain)
        ) then 'detail'
    end;
end;
$$;
comment on function media_sync.facts_source(public.media_assets, text, text[]) is
    'What is to be asked for the facts that a row does not know: search, detail or null (nothing would tell them). p_asked: what was asked already; p_vain: see vain_facts().';
revoke all on function media_sync.facts_source(public.media_assets, text, text[]) from public, anon, authenticated;

create or replace function media_sync.vain_facts(p_cloud_name text)
returns text[]
language plpgsql
stable
set search_path = ''
as $$
begin
    return (select search_refuses from media_sync.settings) || array(
        select resource_type || ' ' || fact
        from media_sync.detail_facts
        where cloud_name = p_cloud_name and asked >= 20 and told = 0
    );
end;
$$;
comment on function media_sync.vain_facts(text) is
    'What is asked for in vain: what searches refuse (metadata, last_updated), and facts that no detail has told (<resource_type> <fact>).';
revoke all on function media_sync.vain_facts(text) from public, anon, authenticated;

create or replace function media_sync.await_facts(
    p_before public.media_assets,
    p_content public.media_assets,
    p_is_outdated boolean,
    p_observed_at timestamptz,
    p_vain text[]
)
returns public.media_assets
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
declare
    v_is_new constant boolean := p_content.version is distinct from p_before.version;
begin
    if p_content is not distinct from p_before and not p_is_outdated then
        return p_content;
    end if;
    -- Times that were not told with a change belong to the state before it.
    if p_is_outdated or (v_is_new and p_content.last_updated = p_before.last_updated) then
        p_content.last_updated := '{}';
    end if;
    -- A row of which a search is due already need not wait any longer for it.
    if v_is_new or (p_is_outdated and p_before.facts_source is distinct from 'search') then
        p_content.facts_source := media_sync.facts_source(p_content, null, p_vain);
        p_content.facts_tries := 0;
        p_content.facts_not_before := p_observed_at + interval '15 minutes';
    elsif p_before.facts_source is not null then
        -- What searches did not show was another state.
        p_content.facts_tries := case when p_is_outdated then 0 else p_before.facts_tries end;
        p_content.facts_source := media_sync.facts_source(
            p_content, case p_before.facts_source when 'detail' then 'search' end, p_vain
        );
    end if;
    return p_content;
end;
$$;
comment on function media_sync.await_facts(public.media_assets, public.media_assets, boolean, timestamptz, text[]) is
    'A row''s content as an observation makes it, with what is to be asked for the facts that it left untold. p_is_outdated: editable fields changed, and no times were told with them. p_vain: see vain_facts().';
revoke all on function media_sync.await_facts(public.media_assets, public.media_assets, boolean, timestamptz, text[])
    from public, anon, authenticated;

create or replace function media_sync.shows_base(p_asset public.media_assets, p_observation jsonb)
returns boolean
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
    return p_observation ? 'public_id'
        and (p_observation ->> 'version')::bigint is not distinct from p_asset.version
        and media_sync.same_fields(media_sync.observed_fields(p_asset.base, p_observation), p_asset.base);
end;
$$;
comment on function media_sync.shows_base(public.media_assets, jsonb) is 'True when an answer shows the asset in the state on which both sides agreed.';
revoke all on function media_sync.shows_base(public.media_assets, jsonb) from public, anon, authenticated;

create or replace function media_sync.with_facts(p_asset public.media_assets, p_observation jsonb)
returns public.media_assets
language plpgsql
stable
set search_path = ''
as $$
declare
    v_times constant jsonb := coalesce(p_observation -> 'last_updated', '{}');
begin
    if not p_observation ? 'public_id' or (p_observation ->> 'version')::bigint is distinct from p_asset.version then
        return p_asset;
    end if;
    p_asset.etag := coalesce(p_asset.etag, p_observation ->> 'etag');
    p_asset.uploaded_at := coalesce(p_asset.uploaded_at, (p_observation ->> 'uploaded_at')::timestamptz);
    p_asset.original_filename := coalesce(p_asset.original_filename, p_observation ->> 'original_filename');
    p_asset.duration := coalesce(p_asset.duration, (p_observation ->> 'duration')::double precision);
    p_asset.pages := coalesce(p_asset.pages, (p_observation ->> 'pages')::integer);
    -- Times of change are facts about a state, not about the content. They only move on.
    if v_times <> '{}'
        and p_asset.sending is null
        and (
            p_asset.last_updated = '{}'
            or (v_times ->> 'updated_at')::timestamptz > (p_asset.last_updated ->> 'updated_at')::timestamptz
        )
        and media_sync.shows_base(p_asset, p_observation)
    then
        p_asset.last_updated := v_times;
    end if;
    return p_asset;
end;
$$;
comment on function media_sync.with_facts(public.media_assets, jsonb) is
    'The row with the facts that it does not know and an answer tells of the same version; nothing else of the answer is taken.';
revoke all on function media_sync.with_facts(public.media_assets, jsonb) from public, anon, authenticated;

create or replace function media_sync.seen_facts(p_observation jsonb, p_seen jsonb)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
declare
    -- What both answers tell; one of them may not be told metadata, or display names.
    v_keys constant text[] := array(
        select key from unnest(media_sync.editable_keys()) as key where p_observation ? key and p_seen ? key
    );
begin
    if p_seen is null or p_observation ? 'unstorable' or p_seen -> 'version' is distinct from p_observation -> 'version' then
        return '{}'::jsonb;
    end if;
    return (
        select coalesce(jsonb_object_agg(key, value), '{}')
        from jsonb_each(p_seen)
        where key = any (media_sync.fact_keys())
            or (
                key = 'last_updated'
                and value <> '{}'
                and media_sync.same_fields(
                    (select jsonb_object_agg(told.key, told.value) from jsonb_each(p_observation) as told where told.key = any (v_keys)),
                    (select jsonb_object_agg(told.key, told.value) from jsonb_each(p_seen) as told where told.key = any (v_keys))
                )
            )
    );
end;
$$;
comment on function media_sync.seen_facts(jsonb, jsonb) is
    'What a search told, p_seen, that belongs to what a look-up shows: facts of the same version, and the times of change where both show the same fields.';
revoke all on function media_sync.seen_facts(jsonb, jsonb) from public, anon, authenticated;

create or replace function media_sync.after_facts(
    p_asset public.media_assets,
    p_observation jsonb,
    p_asked text,
    p_vain text[],
    p_now timestamptz
)
returns public.media_assets
language plpgsql
stable
set search_path = ''
as $$
declare
    v_told public.media_assets := media_sync.with_facts(p_asset, p_observation);
begin
    if p_asset.facts_source is null then
        return v_told;
    elsif p_asked = 'detail' then
        v_told.facts_source := null;
    elsif p_asked is null or p_asset.facts_source <> p_asked then
        v_told.facts_source := media_sync.facts_source(v_told, case p_asset.facts_source when 'detail' then 'search' end, p_vain);
    elsif media_sync.shows_base(p_asset, p_observation) or p_asset.facts_tries > 0 then
        v_told.facts_source := media_sync.facts_source(v_told, 'search', p_vain);
        v_told.facts_tries := 0;
    else
        -- The index lags. A second search shows whether it has caught up; a third is not made.
        v_told.facts_tries := 1;
        v_told.facts_not_before := p_now + interval '10 minutes';
    end if;
    return v_told;
end;
$$;
comment on function media_sync.after_facts(public.media_assets, jsonb, text, text[], timestamptz) is
    'with_facts(), and what is to be asked next. p_asked: search or detail, where the asset was asked for its facts; null: the answer was made for another reason. p_vain: see vain_facts().';
revoke all on function media_sync.after_facts(public.media_assets, jsonb, text, text[], timestamptz) from public, anon, authenticated;

create or replace function media_sync.tell_facts(p_cloud_name text, p_observations jsonb, p_asked text default null)
returns integer
language plpgsql
set search_path = ''
-- Rows are looked up one by one, however few the table had when this was planned.
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
declare
    v_vain constant text[] := media_sync.vain_facts(p_cloud_name);
    v_now constant timestamptz := clock_timestamp();
    v_ids uuid[];
    v_count integer;
begin
    -- Most of what an answer shows is known: only rows that will be written are locked.
    select array_agg((known.asset).id) into v_ids
    from media_sync.observed_assets(p_cloud_name, p_observations) as known
    where (known.asset).id is not null
        and (known.asset).deleted_at is null
        and not known.observation ? 'unstorable'
        and media_sync.after_facts(known.asset, known.observation, p_asked, v_vain, v_now) is distinct from known.asset;
    if v_ids is null then
        return 0;
    end if;
    perform media_sync.lock_assets(v_ids);

    with told as materialized (
        select media_sync.after_facts(known.asset, known.observation, p_asked, v_vain, v_now) as asset
        from media_sync.observed_assets(p_cloud_name, p_observations) as known
        where (known.asset).id = any (v_ids) and (known.asset).deleted_at is null
    )
    update public.media_assets as target
    set
        etag = (told.asset).etag,
        uploaded_at = (told.asset).uploaded_at,
        original_filename = (told.asset).original_filename,
        duration = (told.asset).duration,
        pages = (told.asset).pages,
        last_updated = (told.asset).last_updated,
        facts_source = (told.asset).facts_source,
        facts_tries = (told.asset).facts_tries,
        facts_not_before = (told.asset).facts_not_before
    from told
    where target.id = (told.asset).id;
    get diagnostics v_count = row_count;
    return v_count;
end;
$$;
comment on function media_sync.tell_facts(text, jsonb, text) is
    'Puts facts that answers tell on the rows that do not know them: no edit, no audit row, nothing about being there or gone. p_asked: see after_facts(). Returns how many rows that changed.';
revoke all on function media_sync.tell_facts(text, jsonb, text) from public, anon, authenticated;

-- supabase/schemas/20_merge/60_decide.sql

-- What an observation makes of a row, decided without writing anything.

create type media_sync.decision as (
    asset public.media_assets,
    content public.media_assets,
    observed_at timestamptz,
    base jsonb,
    merged jsonb,
    conflicts jsonb,
    open_conflicts jsonb,
    sending jsonb,
    existence text,
    sync_status text,
    in_scope boolean,
    field_changes jsonb,
    content_changes jsonb,
    undecided boolean
);
comment on type media_sync.decision is
    'What becomes of one row: existence is live (it was and is), deleted (it was and is), returned (Cloudinary has it again, or still), or survived (its content changed there after it was deleted here).';

create or replace function media_sync.in_folder_mode(p_fields jsonb, p_fallback jsonb, p_folder_mode text)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
    return case
        -- There the folder is the path of the public_id and nothing else, and names to show do not exist.
        when p_folder_mode = 'fixed' then p_fields || jsonb_build_object(
            'folder', coalesce(substring(p_fields ->> 'public_id' from '^(.*)/'), ''), 'display_name', p_fallback -> 'display_name'
        )
        else p_fields
    end;
end;
$$;
comment on function media_sync.in_folder_mode(jsonb, jsonb, text) is
    'Editable fields with what follows from the others in fixed-folder mode; p_fallback gives the display_name there.';
revoke all on function media_sync.in_folder_mode(jsonb, jsonb, text) from public, anon, authenticated;

create or replace function media_sync.content_was_replaced(p_asset public.media_assets, p_content public.media_assets)
returns boolean
language plpgsql
stable
set search_path = ''
as $$
begin
    return case
        -- An etag that was not told says nothing about the content.
        when p_asset.etag is not null and p_content.etag is not null then p_asset.etag <> p_content.etag
        -- Restoring makes a new version of the old content.
        else p_content.version is distinct from p_asset.version and not media_sync.has_attempt(p_asset.sending, 'live')
    end;
end;
$$;
comment on function media_sync.content_was_replaced(public.media_assets, public.media_assets) is
    'True when Cloudinary holds other content than the row knows, and our own restore is not the reason.';
revoke all on function media_sync.content_was_replaced(public.media_assets, public.media_assets) from public, anon, authenticated;

create or replace function media_sync.observed_existence(
    p_asset public.media_assets,
    p_content public.media_assets,
    p_sending jsonb
)
returns text
language plpgsql
stable
set search_path = ''
as $$
begin
    return case
        when p_asset.deleted_at is null then 'live'
        -- Both sides had let go of it.
        when p_asset.sync_status = 'synced' then 'returned'
        when p_asset.restore_requested_at is not null then
            -- The deletion that was taken back may still arrive; until then nobody can promise that it is live.
            case when media_sync.has_attempt(p_sending, 'deleted') then 'deleted' else 'returned' end
        when media_sync.content_was_replaced(p_asset, p_content) then 'survived'
        else 'deleted'
    end;
end;
$$;
comment on function media_sync.observed_existence(public.media_assets, public.media_assets, jsonb) is
    'What it means for a row that Cloudinary shows its asset: live, deleted, returned or survived. p_sending: the attempts that are left.';
revoke all on function media_sync.observed_existence(public.media_assets, public.media_assets, jsonb) from public, anon, authenticated;

create or replace function media_sync.without_shared_context(p_base jsonb, p_context jsonb)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
    -- Keys that the row has count as edits made here from now on, and are written unless they are there. Keys that were taken
    -- away here stay agreed on, so that they are taken away there.
    return p_base || jsonb_build_object('context', (p_base -> 'context') - array(select jsonb_object_keys(p_context)));
end;
$$;
comment on function media_sync.without_shared_context(jsonb, jsonb) is
    'base, when a write of ours may have cleared the context in Cloudinary. p_context: what the row has.';
revoke all on function media_sync.without_shared_context(jsonb, jsonb) from public, anon, authenticated;

create or replace function media_sync.lasting_state(p_base jsonb, p_remote jsonb, p_sent jsonb, p_context jsonb)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
    -- A context that is being set as a whole is empty for a moment, or for good if its writer dies. What both sides agreed on
    -- is not that moment, or its end would pass for an edit.
    if p_remote -> 'context' <> '{}' or not coalesce(p_sent -> 'context.*' @> '[null]', false) then
        return p_remote;
    end if;
    return p_remote || jsonb_build_object('context', (
        select coalesce(jsonb_object_agg(key, value), '{}')
        from jsonb_each(media_sync.without_shared_context(p_base, p_context) -> 'context')
        where not coalesce(p_sent -> ('context.' || key) @> '[null]', false)
    ));
end;
$$;
comment on function media_sync.lasting_state(jsonb, jsonb, jsonb, jsonb) is
    'What an observation makes of base: the editable fields in Cloudinary, but for what a write of ours, of which p_sent (see open_values()) is on its way, shows for a moment. p_context: what the row has.';
revoke all on function media_sync.lasting_state(jsonb, jsonb, jsonb, jsonb) from public, anon, authenticated;

create or replace function media_sync.unclear_conflicts(
    p_asset public.media_assets,
    p_agreed jsonb,
    p_merged jsonb,
    p_remote jsonb,
    p_observation jsonb,
    p_observed_at timestamptz
)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
    v_told text[];
    v_seen jsonb;
    v_base jsonb;
    v_wanted jsonb;
begin
    if p_asset.sending is null then
        return '{}'::jsonb;
    end if;
    v_told := media_sync.told_fields(p_observation);
    v_seen := media_sync.flat_fields(p_remote);
    v_base := media_sync.flat_fields(p_agreed);
    v_wanted := media_sync.flat_fields(p_merged);
    return (
        select coalesce(
            jsonb_object_agg(key, jsonb_strip_nulls(jsonb_build_object(
                'base', v_base -> key, 'database', v_wanted -> key, 'cloudinary', v_seen -> key
            )) || '{"kept": "database"}'),
            '{}'
        )
        from (
            select key
            from jsonb_each(
                media_sync.unclear_values(p_asset.sending, p_remote ->> 'public_id', v_told, p_observed_at, v_seen)
                || media_sync.emptied_values(p_asset.sending, v_told, p_observed_at, v_base, v_seen)
            )
            -- A delta tells what changed, never what is missing.
            where not p_observation ? 'delta' and media_sync.same_value(v_wanted -> key, value)
            union
            select key
            from jsonb_each(media_sync.lost_values(p_asset.sending, v_told, v_base, v_seen))
            where not media_sync.same_value(v_wanted -> key, value)
        ) as unclear
    );
end;
$$;
comment on function media_sync.unclear_conflicts(public.media_assets, jsonb, jsonb, jsonb, jsonb, timestamptz) is
    'What is sent again although somebody in Cloudinary may have taken it back, as conflicts that the row won.';
revoke all on function media_sync.unclear_conflicts(public.media_assets, jsonb, jsonb, jsonb, jsonb, timestamptz)
    from public, anon, authenticated;

create or replace function media_sync.decide(
    p_asset public.media_assets,
    p_observation jsonb,
    p_observed_at timestamptz,
    p_settings media_sync.settings
)
returns media_sync.decision
language plpgsql
stable
set search_path = ''
as $$
declare
    v_known constant jsonb := media_sync.editable_fields(p_asset);
    v_mode constant text := p_settings.folder_mode;
    v_decision media_sync.decision;
    -- A base that was lost leaves what the row has for what was not told.
    v_base constant jsonb := media_sync.in_folder_mode(v_known || p_asset.base, v_known || p_asset.base, v_mode);
    v_agreed jsonb := p_asset.base;
    v_remote jsonb;
    v_sent jsonb := '{}'::jsonb;
    v_told text[];
    v_merge record;
begin
    v_decision.asset := p_asset;
    v_decision.observed_at := coalesce((p_observation ->> 'answered_at')::timestamptz, p_observed_at);
    v_decision.content := media_sync.observed_content(p_asset, p_observation);
    v_remote := media_sync.observed_fields(v_base, p_observation);
    v_remote := media_sync.in_folder_mode(v_remote, v_remote, v_mode);
    v_decision.content := media_sync.await_facts(
        p_asset, v_decision.content, not p_observation ? 'last_updated' and not media_sync.same_fields(v_remote, v_base),
        p_observed_at, p_settings.search_refuses
    );
    v_decision.base := v_remote;
    v_decision.sending := p_asset.sending;
    -- Asked of few rows, and then more than once.
    if p_asset.sending is not null or p_asset.undecided is not null then
        v_told := media_sync.told_fields(p_observation);
    end if;
    if p_asset.sending is not null then
        v_sent := media_sync.open_values(p_asset.sending, p_observed_at);
        v_decision.base := media_sync.lasting_state(p_asset.base, v_remote, v_sent, p_asset.context);
        v_decision.sending := media_sync.settle_sending(p_asset.sending, media_sync.flat_fields(v_remote), v_told, p_observed_at);
        -- A delta tells what changed; of whether the asset is there now, and what else it has, it tells nothing.
        if not p_observation ? 'delta' then
            v_agreed := media_sync.apply_values(
                p_asset.base, media_sync.arrived_values(p_asset.sending, v_remote ->> 'public_id', v_told, p_observed_at)
            );
            v_agreed := media_sync.without_cleared(v_agreed, p_asset.sending, v_remote, v_told, p_observed_at);
            v_decision.sending := media_sync.settle_existence(v_decision.sending, 'live', p_observed_at);
        end if;
    end if;

    if p_asset.undecided is not null then
        v_agreed := media_sync.since_undecided(v_agreed, p_asset.undecided, v_remote, v_told);
    end if;

    if p_asset.sync_status = 'synced' and p_asset.deleted_at is null then
        v_decision.merged := v_remote;
        v_decision.conflicts := '{}';
    else
        select * into v_merge from media_sync.merge(
            case when v_mode = 'fixed' then v_agreed - '{folder,display_name}'::text[] else v_agreed end,
            case when v_mode = 'fixed' then v_known - '{folder,display_name}'::text[] else v_known end,
            v_sent,
            case when v_mode = 'fixed' then v_remote - '{folder,display_name}'::text[] else v_remote end,
            p_settings.conflict_policy, p_asset.edited, coalesce(p_observation -> 'last_updated', '{}')
        );
        v_decision.merged := media_sync.in_folder_mode(v_merge.merged, v_remote, v_mode);
        v_decision.conflicts := media_sync.unclear_conflicts(
            p_asset, v_agreed, v_decision.merged, v_remote, p_observation, p_observed_at
        ) || v_merge.conflicts;
        v_decision.sending := media_sync.with_lost(v_decision.sending, v_merge.conflicts);
    end if;
    -- Who was last is asked of the asset's detail, the one answer that tells times.
    v_decision.undecided := p_settings.conflict_policy = 'newest'
        and not p_observation ? 'last_updated'
        and exists (select from jsonb_each(v_decision.conflicts) where value ->> 'kept' = 'open');

    v_decision.existence := media_sync.observed_existence(p_asset, v_decision.content, v_decision.sending);
    v_decision.open_conflicts := media_sync.open_conflicts(
        coalesce(p_asset.conflicts, '{}') || v_decision.conflicts, v_decision.merged, v_remote
    );
    v_decision.sync_status := case
        when v_decision.existence = 'deleted' then p_asset.sync_status
        when v_decision.open_conflicts is not null then 'conflict'
        when v_decision.sending is null and v_decision.base = v_remote and media_sync.same_fields(v_decision.merged, v_remote)
            then 'synced'
        when p_asset.sync_status = 'error' then 'error'
        else 'pending'
    end;
    -- The folder that Cloudinary has decides: an edit that leads out of scope is carried to its end first.
    v_decision.in_scope := media_sync.in_scope(v_remote ->> 'folder', p_settings.include_folders);
    v_decision.field_changes := media_sync.changed_fields(v_known, v_decision.merged);
    if v_decision.content is distinct from p_asset then
        v_decision.content_changes := media_sync.content_changes(p_asset, v_decision.content);
    end if;
    -- An address that changes alone follows a rename that is in the log already.
    if v_decision.content_changes - array['url', 'secure_url'] = '{}' then
        v_decision.content_changes := null;
    end if;
    if p_asset.undecided is not null or v_decision.undecided then
        v_decision.content.undecided := media_sync.still_undecided(p_asset.undecided, v_decision, media_sync.told_fields(p_observation));
    end if;
    return v_decision;
end;
$$;
comment on function media_sync.decide(public.media_assets, jsonb, timestamptz, media_sync.settings) is
    'What one observation makes of one row. Pure: the same arguments decide the same.';
revoke all on function media_sync.decide(public.media_assets, jsonb, timestamptz, media_sync.settings) from public, anon, authenticated;

-- supabase/schemas/20_merge/62_undecided.sql

-- Values that both sides changed under the policy newest, seen by an answer that tells no times: nothing is written until one
-- does. What was seen is noted on the row, since the next answer may show something else.

create or replace function media_sync.since_undecided(p_agreed jsonb, p_undecided jsonb, p_remote jsonb, p_told text[])
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
declare
    v_remote constant jsonb := media_sync.flat_fields(p_remote);
    v_seen jsonb;
begin
    select jsonb_object_agg(key, value) into v_seen
    from jsonb_each(p_undecided)
    where media_sync.is_told(p_told, key) and not media_sync.same_value(value, v_remote -> key);
    return media_sync.apply_values(p_agreed, v_seen)
        || coalesce((select jsonb_object_agg(key, value) from jsonb_each(v_seen) where key = split_part(key, '.', 1)), '{}');
end;
$$;
comment on function media_sync.since_undecided(jsonb, jsonb, jsonb, text[]) is
    'base for the merge, where Cloudinary showed something else in between that was not decided upon: what it shows now is a change again, even if it is what both sides had agreed on.';
revoke all on function media_sync.since_undecided(jsonb, jsonb, jsonb, text[]) from public, anon, authenticated;

create or replace function media_sync.still_undecided(p_undecided jsonb, p_decision media_sync.decision, p_told text[])
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
declare
    v_base constant jsonb := media_sync.flat_fields((p_decision.asset).base);
    v_kept jsonb;
begin
    select coalesce(jsonb_object_agg(key, value), '{}') into v_kept
    from jsonb_each(p_undecided)
    where not media_sync.is_told(p_told, key);
    if p_decision.undecided then
        -- What it was before stays: back at what both sides had agreed on it would look as if nothing had happened.
        select v_kept || jsonb_object_agg(key, case
            when media_sync.same_value(value -> 'cloudinary', v_base -> key) then p_undecided -> key
            else value -> 'cloudinary'
        end) into v_kept
        from jsonb_each(p_decision.conflicts)
        where value ->> 'kept' = 'open';
    end if;
    return nullif(v_kept, '{}');
end;
$$;
comment on function media_sync.still_undecided(jsonb, media_sync.decision, text[]) is
    'What Cloudinary showed and nobody has decided upon, after a decision.';
revoke all on function media_sync.still_undecided(jsonb, media_sync.decision, text[]) from public, anon, authenticated;

create or replace function media_sync.note_undecided(p_cloud_name text, p_undecided media_sync.decision[])
returns void
language plpgsql
set search_path = ''
as $$
begin
    if p_undecided is null then
        return;
    end if;
    update public.media_assets as target
    set undecided = (decided.content).undecided
    from unnest(p_undecided) as decided
    where target.id = (decided.asset).id and target.undecided is distinct from (decided.content).undecided;
    perform media_sync.queue_refresh(
        p_cloud_name, array(select (decided.asset).asset_id from unnest(p_undecided) as decided), 'changed on both sides', true
    );
end;
$$;
comment on function media_sync.note_undecided(text, media_sync.decision[]) is
    'Notes what was seen and could not be decided upon, and asks for the answer that tells times. The caller holds the rows'' locks.';
revoke all on function media_sync.note_undecided(text, media_sync.decision[]) from public, anon, authenticated;

-- supabase/schemas/20_merge/65_write_decisions.sql

-- Decisions become rows and audit rows.

create or replace function media_sync.write_decisions(p_decisions media_sync.decision[], p_event_at timestamptz)
returns setof uuid
language plpgsql
set search_path = ''
-- Rows are looked up one by one, however few the table had when this was planned.
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
begin
    return query
    update public.media_assets as target
    set
        resource_type = (decided.content).resource_type,
        type = (decided.content).type,
        format = (decided.content).format,
        version = (decided.content).version,
        bytes = (decided.content).bytes,
        width = (decided.content).width,
        height = (decided.content).height,
        duration = (decided.content).duration,
        pages = (decided.content).pages,
        etag = (decided.content).etag,
        url = (decided.content).url,
        secure_url = (decided.content).secure_url,
        original_filename = (decided.content).original_filename,
        access_mode = (decided.content).access_mode,
        moderation_status = (decided.content).moderation_status,
        extra = (decided.content).extra,
        uploaded_at = (decided.content).uploaded_at,
        last_updated = (decided.content).last_updated,
        facts_source = (decided.content).facts_source,
        facts_tries = (decided.content).facts_tries,
        facts_not_before = (decided.content).facts_not_before,
        created_at = (decided.content).created_at,
        undecided = (decided.content).undecided,
        public_id = decided.merged ->> 'public_id',
        folder = decided.merged ->> 'folder',
        display_name = decided.merged ->> 'display_name',
        tags = array(select jsonb_array_elements_text(decided.merged -> 'tags')),
        context = decided.merged -> 'context',
        metadata = decided.merged -> 'metadata',
        base = decided.base,
        sending = decided.sending,
        conflicts = decided.open_conflicts,
        sync_status = decided.sync_status,
        sync_error = case when decided.sync_status = 'synced' then null else target.sync_error end,
        sync_attempts = case when decided.sync_status = 'synced' then 0 else target.sync_attempts end,
        next_attempt_at = case when decided.sync_status = 'synced' then null else target.next_attempt_at end,
        edited = case when decided.sync_status = 'synced' then '{}' else target.edited end,
        observed_at = greatest(decided.observed_at, target.observed_at),
        last_event_at = greatest(target.last_event_at, p_event_at),
        last_synced_at = case when decided.sync_status = 'synced' then clock_timestamp() else target.last_synced_at end,
        in_scope = decided.in_scope,
        deleted_at = case when decided.existence = 'deleted' then target.deleted_at end,
        deleted_by = case when decided.existence = 'deleted' then target.deleted_by end,
        restore_requested_at = case when decided.existence = 'deleted' then target.restore_requested_at end,
        updated_at = case
            when decided.field_changes is not null or decided.content_changes is not null
                or decided.existence in ('returned', 'survived')
                then clock_timestamp()
            else target.updated_at
        end
    from unnest(p_decisions) as decided
    where target.id = (decided.asset).id
        and (
            decided.field_changes is not null
            or decided.content is distinct from decided.asset
            or decided.base <> (decided.asset).base
            or decided.sending is distinct from (decided.asset).sending
            or decided.sync_status <> (decided.asset).sync_status
            or decided.in_scope <> (decided.asset).in_scope
            or decided.open_conflicts is distinct from (decided.asset).conflicts
            or decided.existence in ('returned', 'survived')
        )
    returning target.id;
end;
$$;
comment on function media_sync.write_decisions(media_sync.decision[], timestamptz) is
    'Writes what differs from the rows, and beside it the time of the event that told so; null: it was none. Returns the ids that it wrote. The caller holds the rows'' locks.';
revoke all on function media_sync.write_decisions(media_sync.decision[], timestamptz) from public, anon, authenticated;

create or replace function media_sync.log_updates(
    p_decisions media_sync.decision[],
    p_source text,
    p_run_id uuid,
    p_milliseconds double precision
)
returns void
language plpgsql
set search_path = ''
as $$
begin
    insert into public.media_sync_log (
        operation, status, direction, source, media_asset_id, asset_id, public_id, resource_type, changes, run_id, processing_time_ms
    )
    select
        case
            when (asset).deleted_at is not null then 'restore'
            when field_changes ? 'public_id' then 'rename'
            when field_changes ? 'folder' then 'move'
            when content_changes ?| '{version,etag}' then 'upload'
            else 'update'
        end,
        'success', 'pull', p_source, (asset).id, (asset).asset_id, merged ->> 'public_id', (content).resource_type,
        coalesce(field_changes, '{}') || coalesce(content_changes, '{}'),
        p_run_id, p_milliseconds
    from unnest(p_decisions)
    where existence <> 'deleted'
        and ((asset).deleted_at is not null or field_changes is not null or content_changes is not null);
end;
$$;
comment on function media_sync.log_updates(media_sync.decision[], text, uuid, double precision) is 'The audit rows of what Cloudinary changed.';
revoke all on function media_sync.log_updates(media_sync.decision[], text, uuid, double precision) from public, anon, authenticated;

create or replace function media_sync.lost_with_deletion(p_decision media_sync.decision)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
    -- An edit made in Cloudinary of an asset that is deleted here goes with it, and this says so. A value that was edited
    -- here as well is named by its conflict, with both.
    return (
        select jsonb_object_agg(
            key,
            jsonb_build_object('base', value -> 'from', 'database', null, 'cloudinary', value -> 'to', 'kept', 'deleted')
        )
        from jsonb_each(media_sync.changed_fields((p_decision.asset).base, p_decision.base))
        where p_decision.existence = 'deleted'
            and (p_decision.asset).restore_requested_at is null
            -- What we sent ourselves is nobody's edit.
            and not coalesce(
                media_sync.open_values((p_decision.asset).sending) -> key @> jsonb_build_array(value -> 'to'), false
            )
    );
end;
$$;
comment on function media_sync.lost_with_deletion(media_sync.decision) is 'Changes made in Cloudinary that a deletion made here takes away, as conflicts; null for none.';
revoke all on function media_sync.lost_with_deletion(media_sync.decision) from public, anon, authenticated;

create or replace function media_sync.log_conflicts(
    p_decisions media_sync.decision[],
    p_source text,
    p_run_id uuid,
    p_milliseconds double precision
)
returns void
language plpgsql
set search_path = ''
as $$
begin
    insert into public.media_sync_log (
        operation, status, direction, source, media_asset_id, asset_id, public_id, resource_type, changes, run_id,
        resolved_at, processing_time_ms
    )
    select
        'conflict', 'conflict', 'pull', p_source,
        (told.decided).asset.id, (told.decided).asset.asset_id, (told.decided).merged ->> 'public_id', (told.decided).content.resource_type,
        told.changes, p_run_id,
        case when (told.decided).open_conflicts is null then clock_timestamp() end,
        p_milliseconds
    from (
        select
            decided,
            coalesce(media_sync.lost_with_deletion(decided), '{}') || decided.conflicts || case
                when decided.existence = 'survived' then jsonb_build_object('deleted_at', jsonb_build_object(
                    'base', null, 'database', (decided.asset).deleted_at, 'cloudinary', null, 'kept', 'cloudinary'
                ))
                else '{}'
            end as changes
        from unnest(p_decisions) as decided
    ) as told
    where told.changes <> '{}';
end;
$$;
comment on function media_sync.log_conflicts(media_sync.decision[], text, uuid, double precision) is 'The conflict rows: every value that lost stands in one.';
revoke all on function media_sync.log_conflicts(media_sync.decision[], text, uuid, double precision) from public, anon, authenticated;

create or replace function media_sync.merge_existing(
    p_cloud_name text,
    p_observations jsonb,
    p_observed_at timestamptz,
    p_source text,
    p_run_id uuid,
    p_settings media_sync.settings,
    p_event_at timestamptz,
    p_started timestamptz,
    p_count integer
)
returns setof media_sync.merge_outcome
language plpgsql
set search_path = ''
as $$
declare
    v_decisions media_sync.decision[];
    v_undecided media_sync.decision[];
    v_stale media_sync.merge_outcome[];
    v_written uuid[];
    v_milliseconds double precision;
    v_settled text[];
    v_has_lost boolean;
    v_has_moved boolean;
begin
    select
        array_agg(judged.decided) filter (where not judged.stale and not (judged.decided).undecided),
        array_agg(judged.decided) filter (where not judged.stale and (judged.decided).undecided),
        array_agg((judged.asset_id, (judged.asset).id, 'stale', 0)::media_sync.merge_outcome) filter (where judged.stale)
    into v_decisions, v_undecided, v_stale
    from (
        select
            known.asset_id,
            known.asset,
            known.stale,
            case when not known.stale then media_sync.decide(known.asset, known.observation, known.observed_at, p_settings) end as decided
        from (
            select
                source.*,
                coalesce((source.observation ->> 'observed_at')::timestamptz, p_observed_at) as observed_at,
                (source.asset).observed_at > coalesce((source.observation ->> 'observed_at')::timestamptz, p_observed_at) as stale
            from media_sync.observed_assets(p_cloud_name, p_observations) as source
            where (source.asset).id is not null
        ) as known
        -- Once an asset: without it every mention above is a call.
        offset 0
    ) as judged;

    v_written := array(select media_sync.write_decisions(v_decisions, p_event_at));
    v_milliseconds := extract(epoch from clock_timestamp() - p_started) * 1000 / p_count;
    perform media_sync.log_updates(v_decisions, p_source, p_run_id, v_milliseconds);
    perform media_sync.note_undecided(p_cloud_name, v_undecided);

    -- What seldom follows, asked for at once.
    select
        array_agg((asset).asset_id) filter (where (asset).sending is not null and decided.sending is null),
        bool_or(conflicts <> '{}' or existence in ('deleted', 'survived')),
        bool_or(base -> 'public_id' is distinct from (asset).base -> 'public_id')
    into v_settled, v_has_lost, v_has_moved
    from unnest(v_decisions) as decided;
    if v_has_lost then
        perform media_sync.log_conflicts(v_decisions, p_source, p_run_id, v_milliseconds);
    end if;
    if v_settled is not null then
        perform media_sync.forget_refresh(p_cloud_name, v_settled, clock_timestamp(), 'a write is to be confirmed');
    end if;
    if v_has_moved then
        perform media_sync.invite_waiting_names(p_cloud_name);
    end if;

    return query
    select
        (decided.asset).asset_id,
        (decided.asset).id,
        case
            when decided.existence in ('returned', 'survived') then 'restored'
            when (decided.asset).id = any (v_written) then 'updated'
            else 'unchanged'
        end,
        (select count(*)::integer from jsonb_object_keys(decided.conflicts)) + (decided.existence = 'survived')::integer
    from unnest(v_decisions) as decided
    union all
    select * from unnest(v_stale)
    union all
    select (decided.asset).asset_id, null::uuid, 'undecided', 0 from unnest(v_undecided) as decided;
end;
$$;
comment on function media_sync.merge_existing(
    text, jsonb, timestamptz, text, uuid, media_sync.settings, timestamptz, timestamptz, integer
) is 'The part of merge_page() for assets that have a row. p_event_at: see write_decisions(). The caller holds the rows'' locks.';
revoke all on function media_sync.merge_existing(
    text, jsonb, timestamptz, text, uuid, media_sync.settings, timestamptz, timestamptz, integer
) from public, anon, authenticated;

-- supabase/schemas/20_merge/66_waiting_names.sql

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

-- supabase/schemas/20_merge/70_merge_observations.sql

-- What Cloudinary said about a page of assets becomes what the rows are: one call, one transaction, one outcome
-- per asset. The only place that turns observations into rows; merge_observations() is its door.

create or replace function media_sync.insert_observed(
    p_cloud_name text,
    p_observations jsonb,
    p_observed_at timestamptz,
    p_source text,
    p_run_id uuid,
    p_settings media_sync.settings,
    p_options jsonb,
    p_started timestamptz,
    p_count integer
)
returns setof media_sync.merge_outcome
language plpgsql
set search_path = ''
as $$
begin
    return query
    with observed as materialized (
        -- A listing may repeat an asset when the library changes under it; the last mention counts.
        select distinct on (content.asset_id)
            content.*,
            p_settings.include_folders = '{}' or media_sync.in_scope(coalesce(content.folder, ''), p_settings.include_folders) as in_scope
        from rows from (
            jsonb_to_recordset(p_observations) as (
                asset_id text, public_id text, resource_type text, type text, format text, version bigint, bytes bigint, width integer,
                height integer, duration double precision, pages integer, etag text, url text, secure_url text, original_filename text,
                folder text, display_name text, tags text[], context jsonb, metadata jsonb, access_mode text, moderation_status text,
                extra jsonb, uploaded_at timestamptz, last_updated jsonb, created_at timestamptz
            )
        ) with ordinality as content
        order by content.asset_id, content.ordinality desc
    ),
    inserted as (
        insert into public.media_assets (
            id, cloud_name, asset_id, public_id, resource_type, type, format, version, bytes, width, height, duration, pages, etag,
            url, secure_url, original_filename, folder, display_name, tags, context, metadata, access_mode, moderation_status,
            extra, uploaded_at, last_updated, created_at, base, sync_status, observed_at, last_synced_at, created_by,
            facts_source, facts_not_before
        )
        select
            -- As row_id() has it, and what follows as facts_source() has it, without a call for each of a million.
            overlay(overlay(left(
                encode(sha256(convert_to(p_cloud_name || '/' || asset_id, 'UTF8')), 'hex'), 32
            ) placing '8' from 13 for 1) placing 'a' from 17 for 1)::uuid,
            p_cloud_name, asset_id, public_id, resource_type, coalesce(type, 'upload'), format, version, bytes, width, height, duration,
            pages, etag, url, secure_url, original_filename, coalesce(folder, ''), display_name, coalesce(tags, '{}'),
            coalesce(context, '{}'), coalesce(metadata, '{}'), access_mode, moderation_status, coalesce(extra, '{}'), uploaded_at,
            coalesce(last_updated, '{}'), coalesce(created_at, clock_timestamp()),
            jsonb_build_object(
                'public_id', public_id, 'folder', coalesce(folder, ''), 'display_name', display_name,
                'tags', coalesce(to_jsonb(tags), '[]'),
                'context', coalesce(context, '{}'), 'metadata', coalesce(metadata, '{}')
            ),
            'synced', p_observed_at, clock_timestamp(), (p_options ->> 'created_by')::uuid,
            case
                when etag is null or uploaded_at is null or (duration is null and resource_type = 'video')
                    or (coalesce(last_updated, '{}') = '{}' and 'last_updated' <> all (p_settings.search_refuses)) then 'search'
                when original_filename is null then 'detail'
            end,
            -- Of a new asset a notification or the next pull may tell the rest.
            case when (p_options ->> 'listed')::boolean then '-infinity' else p_observed_at + interval '15 minutes' end
        from observed
        where in_scope
        on conflict (cloud_name, asset_id) do nothing
        returning media_assets.id, media_assets.asset_id, media_assets.public_id, media_assets.resource_type
    ),
    insert_log as (
        insert into public.media_sync_log (
            operation, status, direction, source, media_asset_id, asset_id, public_id, resource_type, run_id, user_id, processing_time_ms
        )
        select
            'upload', 'success', 'pull', p_source, id, asset_id, public_id, resource_type, p_run_id,
            (p_options ->> 'created_by')::uuid,
            extract(epoch from clock_timestamp() - p_started) * 1000 / p_count
        from inserted
    )
    select asset_id, id, 'inserted', 0 from inserted
    union all
    select asset_id, null::uuid, 'out_of_scope', 0 from observed where not in_scope;
end;
$$;
comment on function media_sync.insert_observed(text, jsonb, timestamptz, text, uuid, media_sync.settings, jsonb, timestamptz, integer) is
    'The part of merge_page() for assets that have no row yet. Those that have got one meanwhile are left out.';
revoke all on function media_sync.insert_observed(text, jsonb, timestamptz, text, uuid, media_sync.settings, jsonb, timestamptz, integer)
    from public, anon, authenticated;

create or replace function media_sync.lock_observed(p_cloud_name text, p_observations jsonb, p_asset_ids text[] default '{}')
returns void
language plpgsql
set search_path = ''
as $$
begin
    perform media_sync.lock_assets(array(
        select known.id
        from unnest(
            p_asset_ids || array(select element ->> 'asset_id' from jsonb_array_elements(p_observations) as element)
        ) as named (asset_id)
        cross join lateral (
            select asset.id
            from public.media_assets as asset
            where asset.cloud_name = p_cloud_name and asset.asset_id = named.asset_id
            limit 1
        ) as known
    ));
end;
$$;
comment on function media_sync.lock_observed(text, jsonb, text[]) is 'Locks the rows of observed assets, and of others that are named, in the one order.';
revoke all on function media_sync.lock_observed(text, jsonb, text[]) from public, anon, authenticated;

create or replace function media_sync.lock_known(p_cloud_name text, p_observations jsonb)
returns text[]
language plpgsql
set search_path = ''
as $$
begin
    -- Locked in one order, so that two pages with common assets wait for each other instead of deadlocking.
    return (
        select array_agg(known.asset_id)
        from (
            select distinct element ->> 'asset_id' as asset_id
            from jsonb_array_elements(p_observations) as element
            order by 1
        ) as incoming
        -- A look-up a row, as in observed_assets(), in the order of the rows that it is asked for.
        cross join lateral (
            select asset.asset_id
            from public.media_assets as asset
            where asset.cloud_name = p_cloud_name and asset.asset_id = incoming.asset_id
            limit 1
            for no key update
        ) as known
    );
end;
$$;
comment on function media_sync.lock_known(text, jsonb) is 'Locks the rows of observed assets in the one order, and tells which there are; null: none.';
revoke all on function media_sync.lock_known(text, jsonb) from public, anon, authenticated;

create or replace function media_sync.merge_page(
    p_cloud_name text,
    p_observations jsonb,
    p_observed_at timestamptz,
    p_source text,
    p_run_id uuid default null,
    p_options jsonb default '{}'
)
returns setof media_sync.merge_outcome
language plpgsql
set search_path = ''
as $$
declare
    v_started constant timestamptz := clock_timestamp();
    v_settings media_sync.settings;
    v_count constant integer := greatest(jsonb_array_length(p_observations), 1);
    v_force constant boolean := coalesce((p_options ->> 'force')::boolean, false);
    v_pending jsonb := p_observations;
    v_unchanged media_sync.merge_outcome[];
    v_locked text[];
    -- The pages of a first sync: nothing of them is known.
    v_is_new constant boolean := not exists (
        select
        from jsonb_array_elements(p_observations) as element
        cross join lateral (
            select
            from public.media_assets as asset
            where asset.cloud_name = p_cloud_name and asset.asset_id = element ->> 'asset_id'
            limit 1
        ) as known
    );
    v_inserted bigint;
begin
    select * into strict v_settings from media_sync.settings;
    -- Who stamps writes every row, and locks them all at once: two passes would be no order.
    if (p_options ->> 'stamp')::boolean then
        perform media_sync.lock_observed(p_cloud_name, p_observations);
    end if;

    -- Most of a reconcile finds nothing new. Those assets are passed over without a lock and without a write.
    if not v_force and not v_is_new then
        select
            array_agg((fresh.asset_id, (fresh.asset).id, 'unchanged', 0)::media_sync.merge_outcome) filter (where fresh.same),
            coalesce(jsonb_agg(fresh.observation) filter (where not fresh.same), '[]')
        into v_unchanged, v_pending
        from (
            select
                observed.*,
                (observed.asset).id is not null
                and (observed.asset).observed_at <= p_observed_at
                -- It may settle what is on its way.
                and (observed.asset).sending is null
                and (observed.asset).undecided is null
                -- Final here and alive there, or asked back: that is news.
                and not (
                    (observed.asset).deleted_at is not null
                    and ((observed.asset).sync_status = 'synced' or (observed.asset).restore_requested_at is not null)
                )
                and media_sync.observed_fields((observed.asset).base, observed.observation) = (observed.asset).base
                and media_sync.observed_content(observed.asset, observed.observation) is not distinct from observed.asset
                and (observed.asset).in_scope
                    = media_sync.in_scope((observed.asset).base ->> 'folder', v_settings.include_folders) as same
            from media_sync.observed_assets(p_cloud_name, p_observations) as observed
            -- Each is compared once, though both aggregates ask.
            offset 0
        ) as fresh;
        return query select * from unnest(v_unchanged);

        -- A look-up is fresher than a page that is still on its way; the row remembers that it looked.
        if (p_options ->> 'stamp')::boolean then
            update public.media_assets as asset
            set observed_at = p_observed_at
            from unnest(v_unchanged) as kept
            where asset.id = kept.media_asset_id and asset.observed_at < p_observed_at;
        end if;
    end if;

    -- Two writers may meet over a new asset: the second finds the first one's row on its next round.
    for v_round in 1 .. 5 loop
        exit when jsonb_array_length(v_pending) = 0;

        v_locked := case when v_round > 1 or not v_is_new then media_sync.lock_known(p_cloud_name, v_pending) end;
        if v_locked is not null then
            return query select * from media_sync.merge_existing(
                p_cloud_name, v_pending, p_observed_at, p_source, p_run_id, v_settings, (p_options ->> 'event_at')::timestamptz,
                v_started, v_count
            );
            select coalesce(jsonb_agg(element), '[]') into v_pending
            from jsonb_array_elements(v_pending) as element
            where element ->> 'asset_id' <> all (v_locked);
        end if;

        exit when jsonb_array_length(v_pending) = 0;

        return query select * from media_sync.insert_observed(
            p_cloud_name, v_pending, p_observed_at, p_source, p_run_id, v_settings, p_options, v_started, v_count
        );
        get diagnostics v_inserted = row_count;
        exit when v_inserted = jsonb_array_length(v_pending);

        select coalesce(jsonb_agg(observed.observation), '[]') into v_pending
        from media_sync.observed_assets(p_cloud_name, v_pending) as observed
        where (observed.asset).id is not null
            and (observed.asset).observed_at is distinct from p_observed_at;
    end loop;
end;
$$;
comment on function media_sync.merge_page(text, jsonb, timestamptz, text, uuid, jsonb) is
    'Merges a page of observations into the rows, with their audit rows, and returns one outcome per asset; one value that cannot be stored fails it as a whole. Options as merge_observations().';
revoke all on function media_sync.merge_page(text, jsonb, timestamptz, text, uuid, jsonb) from public, anon, authenticated;

-- supabase/schemas/20_merge/80_quarantine.sql

-- What cannot be stored is set aside alone, and told; the rest of its page is merged.

create or replace function media_sync.is_refused_value(p_sqlstate text)
returns boolean
language sql
immutable
parallel safe
set search_path = ''
as $$
    -- Data, rules of the table, limits of the program, and what our own triggers refuse. Anything else (locks, memory,
    -- shutdown, a mistake in our code) is nobody's value, and would be taken for one asset after the other.
    select left(p_sqlstate, 2) in ('21', '22', '23', '54', 'P0') or p_sqlstate = 'XX000';
$$;
comment on function media_sync.is_refused_value(text) is 'True for errors that a value of one asset causes.';
revoke all on function media_sync.is_refused_value(text) from public, anon, authenticated;

create or replace function media_sync.refusal_reason(p_sqlstate text, p_constraint text, p_column text)
returns text
language sql
immutable
parallel safe
set search_path = ''
as $$
    -- Never Postgres' own words, which quote values and names of ours.
    select case
        when p_sqlstate = '23514' then format(
            'Its %s is none that is known here.', coalesce(substring(p_constraint from '^media_assets_(.*)_check[0-9]*$'), 'state')
        )
        when p_sqlstate = '23502' then format('It has no %s.', coalesce(nullif(p_column, ''), 'value where one is needed'))
        when p_sqlstate in ('22P05', '22021') then 'It holds characters that cannot be stored.'
        when p_sqlstate = '22003' then 'It holds a number that is out of range.'
        when p_sqlstate in ('22007', '22008') then 'It holds a time that does not exist.'
        when p_sqlstate = '54001' then 'Its values are nested too deeply.'
        when left(p_sqlstate, 2) = '54' then 'One of its names or tags is too long.'
        else format('The database refuses one of its values (SQLSTATE %s).', p_sqlstate)
    end;
$$;
comment on function media_sync.refusal_reason(text, text, text) is 'Why the database refused an asset, as a sentence of ours.';
revoke all on function media_sync.refusal_reason(text, text, text) from public, anon, authenticated;

create or replace function media_sync.set_aside(
    p_cloud_name text,
    p_observation jsonb,
    p_reason text,
    p_source text,
    p_run_id uuid
)
returns void
language plpgsql
set search_path = ''
as $$
declare
    v_asset_id constant text := left(p_observation ->> 'asset_id', 255);
    v_public_id constant text := left(coalesce(p_observation ->> 'public_id', ''), 1000);
    v_is_new boolean;
begin
    v_is_new := not exists (
        select from media_sync.quarantine
        where cloud_name = p_cloud_name and asset_id = v_asset_id and reason = p_reason
    );
    insert into media_sync.quarantine as aside (cloud_name, asset_id, public_id, resource_type, reason)
    values (p_cloud_name, v_asset_id, v_public_id, left(coalesce(p_observation ->> 'resource_type', ''), 255), p_reason)
    on conflict (cloud_name, asset_id) do update set reason = excluded.reason, seen_at = clock_timestamp();
    if v_is_new then
        insert into public.media_sync_log (
            operation, status, direction, source, media_asset_id, asset_id, public_id, run_id, error_code, error_message
        )
        values (
            'quarantine', 'error', 'pull', p_source,
            (select id from public.media_assets where cloud_name = p_cloud_name and asset_id = v_asset_id),
            v_asset_id, v_public_id, p_run_id, 'quarantined', p_reason
        );
    end if;
    update media_sync.runs
    set
        error_count = error_count + 1,
        errors = case
            when jsonb_array_length(errors) < 50
                then errors || jsonb_build_object('public_id', v_public_id, 'code', 'quarantined', 'message', p_reason)
            else errors
        end
    where id = p_run_id;
end;
$$;
comment on function media_sync.set_aside(text, jsonb, text, text, uuid) is
    'Sets an asset aside that cannot be stored: quarantine, an error row in the log the first time, an error of the run.';
revoke all on function media_sync.set_aside(text, jsonb, text, text, uuid) from public, anon, authenticated;

create or replace function media_sync.let_back(p_cloud_name text, p_asset_ids text[], p_source text, p_run_id uuid)
returns void
language plpgsql
set search_path = ''
as $$
begin
    -- Nearly always there is nobody to let back.
    if not exists (select from media_sync.quarantine where cloud_name = p_cloud_name) then
        return;
    end if;
    with held as materialized (
        select aside.asset_id
        from media_sync.quarantine as aside
        where aside.cloud_name = p_cloud_name and aside.asset_id = any (p_asset_ids)
        -- Of assets that have no row nothing else is held.
        order by aside.asset_id
        for update
    ),
    back as (
        delete from media_sync.quarantine as aside
        using held
        where aside.cloud_name = p_cloud_name and aside.asset_id = held.asset_id
        returning aside.asset_id, aside.public_id
    )
    insert into public.media_sync_log (operation, status, direction, source, media_asset_id, asset_id, public_id, run_id)
    select 'quarantine', 'success', 'pull', p_source, known.id, back.asset_id, back.public_id, p_run_id
    from back
    left join lateral (
        select asset.id
        from public.media_assets as asset
        where asset.cloud_name = p_cloud_name and asset.asset_id = back.asset_id
        limit 1
    ) as known on true;
    if found then
        -- Edits of theirs that waited go out now.
        perform media_sync.lock_observed(p_cloud_name, '[]', p_asset_ids);
        update public.media_assets
        set next_attempt_at = null
        where cloud_name = p_cloud_name
            and asset_id = any (p_asset_ids)
            and sync_status = 'pending'
            and next_attempt_at is not null;
    end if;
end;
$$;
comment on function media_sync.let_back(text, text[], text, uuid) is 'Ends the quarantine of assets that fit again, or are gone, with their audit rows.';
revoke all on function media_sync.let_back(text, text[], text, uuid) from public, anon, authenticated;

create or replace function media_sync.merge_observations(
    p_cloud_name text,
    p_observations jsonb,
    p_observed_at timestamptz,
    p_source text,
    p_run_id uuid default null,
    p_options jsonb default '{}'
)
returns setof media_sync.merge_outcome
language plpgsql
set search_path = ''
as $$
declare
    v_storable jsonb := p_observations;
    v_outcomes media_sync.merge_outcome[];
    v_constraint text;
    v_column text;
    v_refusal text;
    v_half jsonb;
    v_is_odd constant boolean := jsonb_path_exists(p_observations, '$[*].unstorable');
begin
    -- The rows before the quarantine, and all of the page at once: whoever sets some aside and then merges the rest would hold
    -- the one and wait for the others.
    if v_is_odd or (
        -- A notification holds them already; and nearly always nothing is set aside.
        not p_options ? 'event_at'
        and exists (select from media_sync.quarantine where cloud_name = p_cloud_name)
        and exists (
            select from media_sync.quarantine as aside
            where aside.cloud_name = p_cloud_name
                and aside.asset_id in (select element ->> 'asset_id' from jsonb_array_elements(p_observations) as element)
        )
    ) then
        perform media_sync.lock_observed(p_cloud_name, p_observations);
    end if;
    if v_is_odd then
        select
            coalesce(jsonb_agg(element) filter (where not element ? 'unstorable'), '[]'),
            jsonb_agg(element order by element ->> 'asset_id') filter (where element ? 'unstorable')
        into v_storable, v_half
        from jsonb_array_elements(p_observations) as element;
        perform media_sync.set_aside(p_cloud_name, element, element ->> 'unstorable', p_source, p_run_id)
        from jsonb_array_elements(v_half) as element;
        return query
        select element ->> 'asset_id', null::uuid, 'quarantined', 0 from jsonb_array_elements(v_half) as element;
    end if;

    begin
        v_outcomes := array(
            select merged::media_sync.merge_outcome
            from media_sync.merge_page(p_cloud_name, v_storable, p_observed_at, p_source, p_run_id, p_options) as merged
        );
    exception
        when others then
            if not media_sync.is_refused_value(sqlstate) then
                raise;
            end if;
            get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
            v_refusal := media_sync.refusal_reason(sqlstate, v_constraint, v_column);
    end;

    if v_refusal is null then
        -- A delta tells too little to prove that the whole fits.
        perform media_sync.let_back(
            p_cloud_name,
            array(select element ->> 'asset_id' from jsonb_array_elements(v_storable) as element where not element ? 'delta'),
            p_source, p_run_id
        );
        return query select * from unnest(v_outcomes);
    elsif jsonb_array_length(v_storable) = 1 then
        perform media_sync.set_aside(p_cloud_name, v_storable -> 0, v_refusal, p_source, p_run_id);
        return query values (v_storable -> 0 ->> 'asset_id', null::uuid, 'quarantined', 0);
    else
        -- What was locked is free again, and the first half may set some aside: the second would be locked after that.
        perform media_sync.lock_observed(p_cloud_name, v_storable);
        -- By asset_id, so that new rows and the quarantine come in the one order of all writers.
        for v_half in
            select jsonb_agg(element order by rank)
            from (
                select element, row_number() over (order by element ->> 'asset_id', place) as rank, count(*) over () as total
                from jsonb_array_elements(v_storable) with ordinality as listed (element, place)
            ) as ranked
            group by rank * 2 <= total
            order by rank * 2 <= total desc
        loop
            return query
            select * from media_sync.merge_observations(p_cloud_name, v_half, p_observed_at, p_source, p_run_id, p_options);
        end loop;
    end if;
end;
$$;
comment on function media_sync.merge_observations(text, jsonb, timestamptz, text, uuid, jsonb) is
    'Merges a page of observations into the rows, with their audit rows, and returns one outcome per asset: as merge_page(), or quarantined for those that cannot be stored, which are set aside alone. Options: force (re-merge what looks unchanged), stamp (remember the look-up), event_at (when what a notification tells has happened), created_by (user of an upload), listed (a page of a listing, which may be of old assets).';
revoke all on function media_sync.merge_observations(text, jsonb, timestamptz, text, uuid, jsonb) from public, anon, authenticated;

-- supabase/schemas/30_pull/10_traffic.sql

-- The shared budget of calls, and the clock by which observations are ordered.
--
-- What the functions call stands in `public` under the prefix media_sync_, because supabase-js reaches exposed schemas
-- only, and is executable with a secret key alone.

create or replace function media_sync.record_traffic(p_cloud_name text, p_run_id uuid, p_traffic jsonb)
returns void
language plpgsql
set search_path = ''
as $$
begin
    if p_run_id is not null and (p_traffic ->> 'calls')::bigint > 0 then
        update media_sync.runs
        set api_calls = api_calls + (p_traffic ->> 'calls')::bigint, touched_at = clock_timestamp()
        where id = p_run_id;
    end if;
    if p_traffic ? 'rate_limit' or p_traffic ? 'blocked_until' then
        insert into media_sync.rate_limits as known (cloud_name, call_limit, remaining, reset_at, blocked_until, blocked_reason)
        values (
            p_cloud_name,
            (p_traffic -> 'rate_limit' ->> 'limit')::integer,
            (p_traffic -> 'rate_limit' ->> 'remaining')::integer,
            (p_traffic -> 'rate_limit' ->> 'reset_at')::timestamptz,
            (p_traffic ->> 'blocked_until')::timestamptz,
            p_traffic ->> 'blocked_reason'
        )
        on conflict (cloud_name) do update set
            call_limit = coalesce(excluded.call_limit, known.call_limit),
            -- Answers of parallel workers arrive in any order: within one hour the smallest count is the latest.
            remaining = case
                when excluded.remaining is null then known.remaining
                -- Another plan counts anew.
                when excluded.call_limit <> known.call_limit then excluded.remaining
                when excluded.reset_at is not distinct from known.reset_at then least(excluded.remaining, known.remaining)
                when excluded.reset_at < known.reset_at then known.remaining
                else excluded.remaining
            end,
            reset_at = greatest(excluded.reset_at, known.reset_at),
            blocked_until = coalesce(excluded.blocked_until, known.blocked_until),
            blocked_reason = coalesce(excluded.blocked_reason, known.blocked_reason),
            updated_at = clock_timestamp();
    end if;
    if p_traffic ? 'backups' then
        -- Of some thousand assets the older ones fade: what is done about backups shows in those that are seen since.
        update media_sync.health_state
        set
            sampled_assets = sampled_assets / case when sampled_assets > 2000 then 2 else 1 end + (p_traffic -> 'backups' ->> 'sampled')::bigint,
            sampled_backups = sampled_backups / case when sampled_assets > 2000 then 2 else 1 end + (p_traffic -> 'backups' ->> 'kept')::bigint;
    end if;
end;
$$;
comment on function media_sync.record_traffic(text, uuid, jsonb) is
    'Remembers calls made and what Cloudinary told beside the answers: { calls, rate_limit: { limit, remaining, reset_at }, blocked_until, blocked_reason, backups: { sampled, kept } }.';
revoke all on function media_sync.record_traffic(text, uuid, jsonb) from public, anon, authenticated;

create or replace function media_sync.call_budget(p_cloud_name text)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
    -- Nothing known, or a quota that has been refilled since, is no limit.
    return (
        select coalesce(
            (
                select jsonb_build_object(
                    'blocked_until', case when blocked_until > clock_timestamp() then blocked_until end,
                    'background_calls', case
                        when reset_at > clock_timestamp()
                            then greatest(0, remaining - ceil(call_limit * settings.quota_reserve_percent / 100.0))
                    end,
                    -- A fifth more is left to pulls, which must not wait for the next hour because of facts.
                    'spare_calls', case
                        when reset_at > clock_timestamp()
                            then greatest(0, remaining - ceil(call_limit * (settings.quota_reserve_percent + 20) / 100.0))
                    end,
                    'reset_at', case when reset_at > clock_timestamp() then reset_at end
                )
                from media_sync.rate_limits
                cross join media_sync.settings as settings
                where cloud_name = p_cloud_name
            ),
            '{}'
        ) || coalesce(
            -- Null where the settings are lost, until the call that this is a part of has them made anew.
            (select jsonb_strip_nulls(jsonb_build_object('look_up_cap', look_up_cap)) from media_sync.settings), '{}'
        )
    );
end;
$$;
comment on function media_sync.call_budget(text) is
    'What may be called now: blocked_until (nothing before it), background_calls (left above the reserve kept for people; null: unknown), spare_calls (left above what pulls may need besides; null: unknown), reset_at; and look_up_cap, the asset_ids that one look-up may name, where it is known.';
revoke all on function media_sync.call_budget(text) from public, anon, authenticated;

create or replace function public.media_sync_record_traffic(p_cloud_name text, p_traffic jsonb)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
begin
    perform media_sync.record_traffic(p_cloud_name, null, p_traffic);
    return jsonb_build_object('budget', media_sync.call_budget(p_cloud_name), 'now', clock_timestamp());
end;
$$;
comment on function public.media_sync_record_traffic(text, jsonb) is 'Remembers calls and quota that no run made. Returns { budget, now }.';
revoke all on function public.media_sync_record_traffic(text, jsonb) from public, anon, authenticated;
grant execute on function public.media_sync_record_traffic(text, jsonb) to service_role;

create or replace function public.media_sync_clock()
returns timestamptz
language sql
volatile
set search_path = ''
as $$
    select clock_timestamp();
$$;
comment on function public.media_sync_clock() is 'The one clock by which observations are ordered.';
revoke all on function public.media_sync_clock() from public, anon, authenticated;
grant execute on function public.media_sync_clock() to service_role;

-- supabase/schemas/30_pull/15_planner_statistics.sql

-- What the planner knows of tables that a run has filled.

create or replace function media_sync.analyze_grown_tables()
returns void
language plpgsql
set search_path = ''
as $$
declare
    v_table regclass;
begin
    -- A first sync fills the tables faster than autovacuum looks at them; until it does, every statement is planned for a
    -- table with nothing in it. Pages are counted, because that costs nothing.
    for v_table in
        select class.oid::regclass
        from pg_catalog.pg_class as class
        where class.oid in ('public.media_assets'::regclass, 'public.media_sync_log'::regclass)
            and pg_catalog.pg_relation_size(class.oid) >= 8192 * 2 * greatest(class.relpages, 10)
        order by class.relname
    loop
        begin
            -- Without the lock somebody else is analyzing or vacuuming it at this moment.
            execute format('lock table %s in share update exclusive mode nowait', v_table);
            execute format('analyze %s', v_table);
        exception
            when lock_not_available or insufficient_privilege then
                continue;
        end;
    end loop;
end;
$$;
comment on function media_sync.analyze_grown_tables() is
    'Gathers the planner''s statistics of tables that were filled, or grew to twice their size, since they were gathered last.';
revoke all on function media_sync.analyze_grown_tables() from public, anon, authenticated;

-- supabase/schemas/30_pull/20_runs.sql

-- Runs: starting, joining, reporting and ending them.

create or replace function media_sync.run_summary(p_run_id uuid)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
    return (
        select jsonb_build_object(
            'run_id', run.id,
            'kind', run.kind,
            'status', run.status,
            'source', run.source,
            'options', run.options,
            'synced_items', run.synced_items + shards.synced_items,
            'updated_items', run.updated_items + shards.updated_items,
            'deleted_items', run.deleted_items,
            'pushed_items', run.pushed_items,
            'unchanged_items', run.unchanged_items + shards.unchanged_items,
            'conflicts', run.conflicts + shards.conflicts,
            'errors', run.errors,
            'error_count', run.error_count,
            'blocked_by', run.blocked_by,
            'api_calls', run.api_calls,
            'duration_ms', round(extract(epoch from coalesce(run.finished_at, clock_timestamp()) - run.started_at) * 1000),
            'progress', jsonb_build_object(
                'seen', shards.seen,
                'expected', greatest(run.expected, shards.seen),
                'percent', case
                    when run.status = 'completed' then 100
                    when coalesce(run.expected, 0) = 0 then 0
                    -- A run is done when it says so, not when it has seen as many as were expected.
                    else least(99, floor(100.0 * shards.seen / run.expected))
                end
            ),
            'open_shards', shards.open,
            'started_at', run.started_at,
            'finished_at', run.finished_at,
            'now', clock_timestamp()
        )
        from media_sync.runs as run
        cross join lateral (
            select
                coalesce(sum(seen), 0) as seen,
                coalesce(sum(synced_items), 0) as synced_items,
                coalesce(sum(updated_items), 0) as updated_items,
                coalesce(sum(unchanged_items), 0) as unchanged_items,
                coalesce(sum(conflicts), 0) as conflicts,
                count(*) filter (where status <> 'completed') as open
            from media_sync.run_cursors
            where run_id = run.id
        ) as shards
        where run.id = p_run_id
    );
end;
$$;
comment on function media_sync.run_summary(uuid) is 'A run as the API shows it, with the database''s time in now; null for an unknown id.';
revoke all on function media_sync.run_summary(uuid) from public, anon, authenticated;

create or replace function media_sync.end_lost_runs()
returns integer
language plpgsql
set search_path = ''
as $$
declare
    v_run record;
    v_count integer := 0;
begin
    for v_run in
        select id
        from media_sync.runs
        where status = 'running'
            -- A pull keeps its checkpoint for the next tick; of the others nobody takes over the run, only its work.
            and touched_at < (select clock_timestamp()) - case
                when kind in ('full', 'partial', 'incremental', 'facts') then interval '1 day' else interval '10 minutes'
            end
        order by started_at
        for update skip locked
    loop
        update media_sync.runs
        set error_count = error_count + 1, errors = errors || jsonb_build_object(
            'code', 'worker_lost', 'message', 'The worker that ran it ended without a word; the next tick goes on with its work.'
        )
        where id = v_run.id;
        perform public.media_sync_finish_run(v_run.id, 'failed');
        v_count := v_count + 1;
    end loop;
    return v_count;
end;
$$;
comment on function media_sync.end_lost_runs() is 'Ends runs as failed whose worker was killed, with the reason. Returns how many.';
revoke all on function media_sync.end_lost_runs() from public, anon, authenticated;

create or replace function media_sync.note_progress()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
    update media_sync.runs set erring_since = null where id = new.run_id and erring_since is not null;
    return null;
end;
$$;
comment on function media_sync.note_progress() is 'A run that gets on errs no more.';
revoke all on function media_sync.note_progress() from public, anon, authenticated;

create or replace trigger note_progress
    after update on media_sync.run_cursors
    for each row
    when (new.pages > old.pages or new.status <> old.status)
    execute function media_sync.note_progress();

create or replace function public.media_sync_start_run(
    p_cloud_name text,
    p_kind text,
    p_source text,
    p_worker uuid,
    p_lease_seconds integer,
    p_options jsonb default '{}',
    p_shards jsonb default '[]',
    p_user_id uuid default null
)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
    v_run_id uuid;
begin
    -- Calls that overlap join the run that is open instead of starting another.
    insert into media_sync.runs (kind, cloud_name, source, options, user_id)
    values (p_kind, p_cloud_name, p_source, p_options, p_user_id)
    on conflict (cloud_name, kind) where status = 'running' and kind in ('full', 'incremental', 'facts') do nothing
    returning id into v_run_id;

    if v_run_id is null then
        select id into strict v_run_id
        from media_sync.runs
        where cloud_name = p_cloud_name and kind = p_kind and status = 'running';
    else
        perform media_sync.add_shards(v_run_id, p_shards);
        if p_options ? 'folder' then
            -- What the rows say is in it is looked up as well, so that what has left it comes to light.
            perform media_sync.queue_folder(p_cloud_name, p_options ->> 'folder');
        end if;
    end if;
    return jsonb_build_object(
        'run', media_sync.run_summary(v_run_id),
        'shard', media_sync.claim_shard(v_run_id, p_worker, p_lease_seconds),
        'budget', media_sync.call_budget(p_cloud_name),
        'now', clock_timestamp()
    );
end;
$$;
comment on function public.media_sync_start_run(text, text, text, uuid, integer, jsonb, jsonb, uuid) is
    'Starts a run, or joins the open one of its kind, and leases a shard of it to the worker. p_shards: [ { shard, resource_type, type, created_from, created_until } ]. Returns { run, shard (null: none is free), budget, now }.';
revoke all on function public.media_sync_start_run(text, text, text, uuid, integer, jsonb, jsonb, uuid) from public, anon, authenticated;
grant execute on function public.media_sync_start_run(text, text, text, uuid, integer, jsonb, jsonb, uuid) to service_role;

create or replace function public.media_sync_pause_run(p_run_id uuid, p_worker uuid, p_traffic jsonb default '{}')
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
begin
    perform media_sync.leave_run(p_run_id, p_worker, p_traffic);
    return media_sync.run_summary(p_run_id);
end;
$$;
comment on function public.media_sync_pause_run(uuid, uuid, jsonb) is
    'Leaves a run for now: gives the worker''s shards back, so that the next call need not wait for their leases to end, and remembers its calls. Returns the run.';
revoke all on function public.media_sync_pause_run(uuid, uuid, jsonb) from public, anon, authenticated;
grant execute on function public.media_sync_pause_run(uuid, uuid, jsonb) to service_role;

create or replace function public.media_sync_report_error(
    p_run_id uuid,
    p_worker uuid,
    p_error jsonb,
    p_is_final boolean,
    p_traffic jsonb default '{}'
)
returns void
language plpgsql
security definer
set search_path = ''
as $$
begin
    update media_sync.runs
    set
        error_count = error_count + 1,
        errors = case when jsonb_array_length(errors) < 50 then errors || p_error else errors end,
        erring_since = coalesce(erring_since, clock_timestamp()),
        touched_at = clock_timestamp()
    where id = p_run_id;
    perform media_sync.leave_run(p_run_id, p_worker, p_traffic);
    if p_is_final then
        perform public.media_sync_finish_run(p_run_id, 'failed');
    end if;
end;
$$;
comment on function public.media_sync_report_error(uuid, uuid, jsonb, boolean, jsonb) is
    'Leaves a run because of an error { public_id, code, message }: the first 50 are kept, all are counted. p_is_final: no later call can do better, and the run ends as failed.';
revoke all on function public.media_sync_report_error(uuid, uuid, jsonb, boolean, jsonb) from public, anon, authenticated;
grant execute on function public.media_sync_report_error(uuid, uuid, jsonb, boolean, jsonb) to service_role;

create or replace function public.media_sync_finish_run(
    p_run_id uuid,
    p_status text default 'completed',
    p_traffic jsonb default '{}'
)
returns jsonb
language plpgsql
security definer
set search_path = ''
set statement_timeout = '60s'
as $$
declare
    v_run media_sync.runs;
begin
    select * into v_run from media_sync.runs where id = p_run_id for update;
    perform media_sync.record_traffic(v_run.cloud_name, p_run_id, p_traffic);
    if v_run.status = 'running' then
        -- A run that erred, or left a shard open, is never counted as complete.
        if p_status = 'completed' and exists (
            select from media_sync.run_cursors where run_id = p_run_id and status <> 'completed'
        ) then
            return media_sync.run_summary(p_run_id);
        end if;
        update media_sync.runs
        set status = p_status, finished_at = clock_timestamp(), touched_at = clock_timestamp()
        where id = p_run_id;
        -- What a whole listing did not show is no longer there to be set aside.
        if p_status = 'completed' and v_run.kind = 'full' then
            perform media_sync.let_back(
                v_run.cloud_name,
                array(
                    select asset_id from media_sync.quarantine
                    where cloud_name = v_run.cloud_name and seen_at < v_run.started_at
                ),
                v_run.source, p_run_id
            );
            -- A plan may have changed: what searches refused is asked for again.
            update media_sync.settings set search_refuses = '{}' where search_refuses <> '{}';
            perform media_sync.analyze_grown_tables();
        end if;
        if p_status <> 'blocked' then
            delete from media_sync.run_pages where run_id = p_run_id;
            delete from media_sync.run_absences where run_id = p_run_id;
        end if;
        insert into public.media_sync_log (
            operation, status, source, run_id, user_id, changes, error_code, error_message, processing_time_ms
        )
        select
            'run',
            case p_status when 'completed' then 'success' when 'blocked' then 'skipped' else 'error' end,
            v_run.source, p_run_id, v_run.user_id,
            summary - '{errors,now,options,open_shards,run_id,source,started_at,finished_at,progress}'::text[],
            summary -> 'errors' -> 0 ->> 'code',
            summary -> 'errors' -> 0 ->> 'message',
            (summary ->> 'duration_ms')::double precision
        from media_sync.run_summary(p_run_id) as summary;
    end if;
    return media_sync.run_summary(p_run_id);
end;
$$;
comment on function public.media_sync_finish_run(uuid, text, jsonb) is 'Ends a run as completed, failed or blocked and logs it; a run with open shards stays running. Ending it twice changes nothing. Returns the run.';
revoke all on function public.media_sync_finish_run(uuid, text, jsonb) from public, anon, authenticated;
grant execute on function public.media_sync_finish_run(uuid, text, jsonb) to service_role;

-- supabase/schemas/30_pull/30_shards.sql

-- Shards: planning a listing and leasing its parts.

create or replace function media_sync.add_shards(p_run_id uuid, p_shards jsonb)
returns void
language plpgsql
set search_path = ''
as $$
begin
    insert into media_sync.run_cursors (run_id, shard, resource_type, type, created_from, created_until)
    select p_run_id, shard, resource_type, type, created_from, created_until
    from jsonb_to_recordset(p_shards) as wanted (
        shard text, resource_type text, type text, created_from timestamptz, created_until timestamptz
    );
end;
$$;
comment on function media_sync.add_shards(uuid, jsonb) is 'Adds shards to a run: [ { shard, resource_type, type, created_from, created_until } ].';
revoke all on function media_sync.add_shards(uuid, jsonb) from public, anon, authenticated;

create or replace function media_sync.claim_shard(p_run_id uuid, p_worker uuid, p_lease_seconds integer)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
    v_shard jsonb;
begin
    with free as (
        select run_id, shard
        from media_sync.run_cursors
        where run_id = p_run_id
            and status = 'pending'
            -- A worker that lost an answer on the way takes its own shard again.
            and (leased_until is null or leased_until < (select clock_timestamp()) or lease_token = p_worker)
            and exists (select from media_sync.runs where id = p_run_id and status = 'running')
        order by shard
        limit 1
        for update skip locked
    ),
    claimed as (
        update media_sync.run_cursors as shard
        set lease_token = p_worker, leased_until = clock_timestamp() + make_interval(secs => p_lease_seconds)
        from free
        where shard.run_id = free.run_id and shard.shard = free.shard
        returning shard.*
    )
    select to_jsonb(claimed) - '{lease_token,leased_until,run_id}'::text[] into v_shard from claimed;
    return v_shard;
end;
$$;
comment on function media_sync.claim_shard(uuid, uuid, integer) is 'Leases one free shard of the run to a worker for so many seconds. Null: none is free.';
revoke all on function media_sync.claim_shard(uuid, uuid, integer) from public, anon, authenticated;

create or replace function media_sync.leave_run(p_run_id uuid, p_worker uuid, p_traffic jsonb)
returns void
language plpgsql
set search_path = ''
as $$
begin
    update media_sync.run_cursors
    set lease_token = null, leased_until = null
    where run_id = p_run_id and lease_token = p_worker;
    update media_sync.runs set touched_at = clock_timestamp() where id = p_run_id;
    -- Last, because all workers share these rows.
    perform media_sync.record_traffic(cloud_name, p_run_id, p_traffic) from media_sync.runs where id = p_run_id;
end;
$$;
comment on function media_sync.leave_run(uuid, uuid, jsonb) is 'Gives the worker''s shards back and remembers its calls.';
revoke all on function media_sync.leave_run(uuid, uuid, jsonb) from public, anon, authenticated;

create or replace function public.media_sync_claim_shard(p_run_id uuid, p_worker uuid, p_lease_seconds integer)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
begin
    return (
        select jsonb_build_object(
            'shard', media_sync.claim_shard(p_run_id, p_worker, p_lease_seconds),
            'budget', (select media_sync.call_budget(cloud_name) from media_sync.runs where id = p_run_id),
            'now', clock_timestamp()
        )
    );
end;
$$;
comment on function public.media_sync_claim_shard(uuid, uuid, integer) is
    'Leases one free shard of the run to a worker for so many seconds. Returns { shard (null: none is free), budget, now }.';
revoke all on function public.media_sync_claim_shard(uuid, uuid, integer) from public, anon, authenticated;
grant execute on function public.media_sync_claim_shard(uuid, uuid, integer) to service_role;

create or replace function public.media_sync_plan_shards(
    p_run_id uuid,
    p_worker uuid,
    p_lease_seconds integer,
    p_folder_mode text,
    p_expected bigint,
    p_shards jsonb,
    p_traffic jsonb
)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
    v_cloud_name text;
    v_shard jsonb;
begin
    update media_sync.run_cursors
    set status = 'completed', lease_token = null, leased_until = null
    where run_id = p_run_id and shard = 'plan' and status = 'pending' and lease_token = p_worker;
    if not found then
        return jsonb_build_object('stored', false, 'now', clock_timestamp());
    end if;
    -- It decides what `folder` means, hence it is known before anything is stored.
    update media_sync.settings
    set folder_mode = p_folder_mode, updated_at = clock_timestamp()
    where folder_mode is distinct from p_folder_mode;
    perform media_sync.add_shards(p_run_id, p_shards);
    v_shard := media_sync.claim_shard(p_run_id, p_worker, p_lease_seconds);
    update media_sync.runs set expected = p_expected where id = p_run_id returning cloud_name into v_cloud_name;
    perform media_sync.record_traffic(v_cloud_name, p_run_id, p_traffic);
    return jsonb_build_object(
        'stored', true,
        'shard', v_shard,
        'budget', media_sync.call_budget(v_cloud_name),
        'now', clock_timestamp()
    );
end;
$$;
comment on function public.media_sync_plan_shards(uuid, uuid, integer, text, bigint, jsonb, jsonb) is
    'Turns the shard named plan into the shards of the listing: [ { shard, resource_type, type, created_from, created_until } ], leases one of them to the worker, and remembers Cloudinary''s folder mode, dynamic or fixed. Returns { stored, shard, budget, now }; stored is false when the worker no longer holds the plan: nothing was written.';
revoke all on function public.media_sync_plan_shards(uuid, uuid, integer, text, bigint, jsonb, jsonb) from public, anon, authenticated;
grant execute on function public.media_sync_plan_shards(uuid, uuid, integer, text, bigint, jsonb, jsonb) to service_role;

-- supabase/schemas/30_pull/35_pages.sql

-- Pages: a listing is stored page by page, each together with its checkpoint.

create or replace function media_sync.rows_of(p_cloud_name text, p_asset_ids text[])
returns uuid[]
language plpgsql
stable
set search_path = ''
as $$
begin
    return array(
        select known.id
        from unnest(p_asset_ids) as named (asset_id)
        cross join lateral (
            select asset.id
            from public.media_assets as asset
            where asset.cloud_name = p_cloud_name and asset.asset_id = named.asset_id
            limit 1
        ) as known
    );
end;
$$;
comment on function media_sync.rows_of(text, text[]) is 'The rows of these assets, as far as they have one.';
revoke all on function media_sync.rows_of(text, text[]) from public, anon, authenticated;

create or replace function public.media_sync_store_page(
    p_run_id uuid,
    p_shard text,
    p_worker uuid,
    p_observed_at timestamptz,
    p_observations jsonb,
    p_traffic jsonb,
    p_lease_seconds integer,
    p_cursor text default null,
    p_next_cursor text default null,
    p_goes_on boolean default false
)
returns jsonb
language plpgsql
security definer
set search_path = ''
-- A page of 500 needs well under a second; the limit of the API role is meant for people's queries.
set statement_timeout = '60s'
as $$
declare
    v_run media_sync.runs;
    v_shard media_sync.run_cursors;
    v_count record;
    v_next jsonb;
begin
    select * into v_run from media_sync.runs where id = p_run_id;
    select * into v_shard from media_sync.run_cursors where run_id = p_run_id and shard = p_shard for update;
    -- Whoever lost the lease, or repeats a page, must not move the checkpoint.
    if v_run.status is distinct from 'running'
        or v_shard.status is distinct from 'pending'
        or v_shard.lease_token is distinct from p_worker
        or v_shard.cursor is distinct from p_cursor
    then
        return jsonb_build_object('stored', false, 'now', clock_timestamp());
    end if;

    select
        count(*) as seen,
        count(*) filter (where outcome = 'inserted') as inserted,
        count(*) filter (where outcome in ('updated', 'restored')) as updated,
        count(*) filter (where outcome in ('unchanged', 'stale', 'out_of_scope')) as unchanged,
        coalesce(sum(conflict_count), 0) as conflicts,
        coalesce(array_agg(media_asset_id) filter (where media_asset_id is not null), '{}')
            -- What was set aside or is out of scope may have a row too, and is there.
            || media_sync.rows_of(v_run.cloud_name, array_agg(asset_id) filter (where media_asset_id is null)) as rows
    into v_count
    from media_sync.merge_observations(
        v_run.cloud_name, p_observations, p_observed_at, v_run.source, p_run_id,
        jsonb_build_object('force', coalesce(v_run.options -> 'force', 'false'), 'listed', true)
    );

    insert into media_sync.run_pages (run_id, shard, page, media_asset_ids, observed_at)
    values (p_run_id, p_shard, v_shard.pages + 1, v_count.rows, p_observed_at);

    update media_sync.run_cursors
    set
        cursor = case when p_goes_on then cursor else p_next_cursor end,
        status = case when p_next_cursor is null and not p_goes_on then 'completed' else 'pending' end,
        pages = pages + 1,
        seen = seen + v_count.seen,
        synced_items = synced_items + v_count.inserted,
        updated_items = updated_items + v_count.updated,
        unchanged_items = unchanged_items + v_count.unchanged,
        conflicts = conflicts + v_count.conflicts,
        lease_token = case when p_next_cursor is null and not p_goes_on then null else lease_token end,
        leased_until = case
            when p_next_cursor is null and not p_goes_on then null
            else clock_timestamp() + make_interval(secs => p_lease_seconds)
        end
    where run_id = p_run_id and shard = p_shard;
    if p_next_cursor is null and not p_goes_on then
        v_next := media_sync.claim_shard(p_run_id, p_worker, p_lease_seconds);
    end if;

    -- Last, because all workers share these rows.
    perform media_sync.record_traffic(v_run.cloud_name, p_run_id, p_traffic);
    return jsonb_build_object(
        'stored', true,
        'shard', v_next,
        'budget', media_sync.call_budget(v_run.cloud_name),
        'now', clock_timestamp()
    );
end;
$$;
comment on function public.media_sync_store_page(uuid, text, uuid, timestamptz, jsonb, jsonb, integer, text, text, boolean) is
    'Merges one page and moves the shard''s cursor, in one transaction, and renews the lease. p_cursor is the cursor that the page was asked with; it stays where p_goes_on says that more of the page follows. After the last page (p_next_cursor is null) the worker is leased another shard, if one is free. Returns { stored, shard, budget, now }; stored is false when the worker no longer holds the shard at that cursor: nothing was written.';
revoke all on function public.media_sync_store_page(uuid, text, uuid, timestamptz, jsonb, jsonb, integer, text, text, boolean)
    from public, anon, authenticated;
grant execute on function public.media_sync_store_page(uuid, text, uuid, timestamptz, jsonb, jsonb, integer, text, text, boolean)
    to service_role;

create or replace function public.media_sync_restart_shard(p_run_id uuid, p_shard text, p_worker uuid)
returns boolean
language plpgsql
security definer
set search_path = ''
as $$
begin
    update media_sync.run_cursors
    set cursor = null, pages = 0, seen = 0, synced_items = 0, updated_items = 0, unchanged_items = 0, conflicts = 0,
        restarts = restarts + 1
    where run_id = p_run_id and shard = p_shard and lease_token = p_worker and status = 'pending';
    if not found then
        return false;
    end if;
    -- A partial pass proves nothing about absence.
    delete from media_sync.run_pages where run_id = p_run_id and shard = p_shard;
    return true;
end;
$$;
comment on function public.media_sync_restart_shard(uuid, text, uuid) is 'Sends a shard back to its first page, because Cloudinary refused its cursor. False when the worker no longer holds it.';
revoke all on function public.media_sync_restart_shard(uuid, text, uuid) from public, anon, authenticated;
grant execute on function public.media_sync_restart_shard(uuid, text, uuid) to service_role;

-- supabase/schemas/30_pull/40_look_ups.sql

-- Look-ups: merging what the answers to single requests showed.

create or replace function public.media_sync_apply_observations(
    p_cloud_name text,
    p_observations jsonb,
    p_observed_at timestamptz,
    p_source text,
    p_run_id uuid default null,
    p_created_by uuid default null,
    p_traffic jsonb default '{}'
)
returns jsonb
language plpgsql
security definer
set search_path = ''
set statement_timeout = '60s'
as $$
declare
    v_outcomes jsonb;
    -- Only for whom a name was signed while nobody had it has uploaded it; any other claim is dropped.
    v_created_by constant uuid := case
        when media_sync.uploaded_by(p_cloud_name, p_observations -> 0 ->> 'public_id', p_created_by) then p_created_by
    end;
begin
    -- Not called `outcome`: that would name the column of that name, not the row.
    select coalesce(jsonb_agg(to_jsonb(merged)), '[]') into v_outcomes
    from media_sync.merge_observations(
        p_cloud_name, p_observations, p_observed_at, p_source, p_run_id,
        jsonb_build_object('stamp', true, 'created_by', v_created_by)
    ) as merged;

    -- The notification of an upload may have made the row before its uploader confirms it.
    if v_created_by is not null then
        update public.media_assets
        set created_by = v_created_by
        where cloud_name = p_cloud_name
            and asset_id in (select element ->> 'asset_id' from jsonb_array_elements(p_observations) as element)
            and created_by is null;
    end if;

    if p_run_id is not null then
        update media_sync.runs as run
        set
            synced_items = run.synced_items + counted.inserted,
            updated_items = run.updated_items + counted.updated,
            unchanged_items = run.unchanged_items + counted.unchanged,
            conflicts = run.conflicts + counted.conflicts,
            erring_since = null,
            touched_at = clock_timestamp()
        from (
            select
                count(*) filter (where element ->> 'outcome' = 'inserted') as inserted,
                count(*) filter (where element ->> 'outcome' in ('updated', 'restored')) as updated,
                count(*) filter (where element ->> 'outcome' not in ('inserted', 'updated', 'restored')) as unchanged,
                coalesce(sum((element ->> 'conflict_count')::integer), 0) as conflicts
            from jsonb_array_elements(v_outcomes) as element
        ) as counted
        where run.id = p_run_id;
    end if;

    -- A request made before this answer's request began is settled by it, unless the row reflects something later.
    perform media_sync.forget_refresh(
        p_cloud_name,
        array(
            select element ->> 'asset_id'
            from jsonb_array_elements(v_outcomes) as element
            where element ->> 'outcome' not in ('stale', 'undecided')
        ),
        p_observed_at
    );

    perform media_sync.record_traffic(p_cloud_name, p_run_id, p_traffic);
    return jsonb_build_object('outcomes', v_outcomes, 'now', clock_timestamp());
end;
$$;
comment on function public.media_sync_apply_observations(text, jsonb, timestamptz, text, uuid, uuid, jsonb) is
    'Merges the answers of look-ups and writes. p_created_by: user of an upload. Returns { outcomes: [ { asset_id, media_asset_id, outcome, conflict_count } ], now }.';
revoke all on function public.media_sync_apply_observations(text, jsonb, timestamptz, text, uuid, uuid, jsonb)
    from public, anon, authenticated;
grant execute on function public.media_sync_apply_observations(text, jsonb, timestamptz, text, uuid, uuid, jsonb) to service_role;

create or replace function public.media_sync_find_assets(p_cloud_name text, p_name text)
returns jsonb
language sql
stable
security definer
set search_path = ''
as $$
    select jsonb_build_object(
        'assets', coalesce(jsonb_agg(jsonb_build_object('asset_id', asset_id, 'resource_type', resource_type, 'type', type)), '[]'),
        'now', clock_timestamp()
    )
    from public.media_assets
    where cloud_name = p_cloud_name and (asset_id = p_name or (public_id = p_name and deleted_at is null));
$$;
comment on function public.media_sync_find_assets(text, text) is 'The rows that an asset_id or public_id may mean: { assets: [ { asset_id, resource_type, type } ], now }.';
revoke all on function public.media_sync_find_assets(text, text) from public, anon, authenticated;
grant execute on function public.media_sync_find_assets(text, text) to service_role;

-- supabase/schemas/30_pull/45_absence_guard.sql

-- The guard before deletions by absence that no sweep has judged: look-ups of the refresh queue and of pushes.

create or replace function media_sync.count_live(p_cloud_name text, p_resource_types text[], p_absent bigint)
returns bigint
language plpgsql
stable
set search_path = ''
as $$
declare
    v_percent constant numeric := (select delete_guard_percent from media_sync.settings);
begin
    -- Of a million none is counted beyond those that suffice: it would be most of what beginning a sweep costs.
    return (
        select count(*)
        from (
            select
            from public.media_assets
            where cloud_name = p_cloud_name
                and deleted_at is null
                and (p_resource_types is null or resource_type = any (p_resource_types))
            limit least(ceil(p_absent * 100.0 / nullif(v_percent, 0)), 1e15)::bigint
        ) as counted
    );
end;
$$;
comment on function media_sync.count_live(text, text[], bigint) is
    'How many assets live here, of these resource types (null: all): all of them, or as many as make so many absent ones a share that may go. p_absent null: all.';
revoke all on function media_sync.count_live(text, text[], bigint) from public, anon, authenticated;

create or replace function media_sync.recent_absences(p_cloud_name text)
returns bigint
language plpgsql
stable
set search_path = ''
as $$
begin
    -- What somebody allowed does not count against what comes after it.
    return (
        select count(*)
        from (
            select log.operation, log.direction, log.run_id
            from public.media_sync_log as log
            where log.created_at > (select clock_timestamp()) - interval '1 hour'
            order by log.created_at desc
            limit 20000
        ) as latest
        left join media_sync.runs as run on run.id = latest.run_id
        where latest.operation = 'delete' and latest.direction = 'pull' and run.allowed_at is null
            and coalesce(run.cloud_name, p_cloud_name) = p_cloud_name
    );
end;
$$;
comment on function media_sync.recent_absences(text) is 'How many assets were deleted within the hour because Cloudinary denied them.';
revoke all on function media_sync.recent_absences(text) from public, anon, authenticated;

create or replace function media_sync.block_absences(
    p_cloud_name text,
    p_asset_ids text[],
    p_blocked_by jsonb,
    p_source text
)
returns void
language plpgsql
set search_path = ''
as $$
declare
    v_run_id uuid;
begin
    -- Cloudinary may deny them ten at a time: one run gathers them, as long as health tells of it.
    select run.id into v_run_id
    from media_sync.runs as run
    where run.cloud_name = p_cloud_name
        and run.kind = 'refresh'
        and run.status = 'blocked'
        and run.id in (select unsettled.id from media_sync.unsettled_runs() as unsettled)
    order by run.started_at desc
    limit 1
    for update of run;
    if v_run_id is null then
        insert into media_sync.runs (kind, cloud_name, source) values ('refresh', p_cloud_name, p_source) returning id into v_run_id;
    end if;
    insert into media_sync.run_absences (run_id, asset_id)
    select v_run_id, unnest(p_asset_ids)
    on conflict do nothing;
    update media_sync.runs
    set
        blocked_by = p_blocked_by || jsonb_build_object(
            'absent', (select count(*) from media_sync.run_absences where run_id = v_run_id)
        ),
        touched_at = clock_timestamp()
    where id = v_run_id;
    perform public.media_sync_finish_run(v_run_id, 'blocked');
end;
$$;
comment on function media_sync.block_absences(text, text[], jsonb, text) is
    'Keeps absent assets for a blocked run: once it is allowed they are looked up again, and let go of if Cloudinary still denies them.';
revoke all on function media_sync.block_absences(text, text[], jsonb, text) from public, anon, authenticated;

create or replace function media_sync.guard_absences(p_cloud_name text, p_asset_ids text[], p_source text, p_run_id uuid)
returns text[]
language plpgsql
set search_path = ''
as $$
declare
    v_settings media_sync.settings;
    v_live text[];
    v_recent bigint;
    v_known bigint;
begin
    v_live := array(
        select asset_id from public.media_assets
        where cloud_name = p_cloud_name and asset_id = any (p_asset_ids) and deleted_at is null
    );
    -- A sweep has asked the guard already; what somebody allowed needs no other word.
    if v_live = '{}' or exists (
        select from media_sync.runs where id = p_run_id and (kind in ('full', 'partial') or allowed_at is not null)
    ) then
        return p_asset_ids;
    end if;
    select * into strict v_settings from media_sync.settings;
    v_recent := cardinality(v_live) + media_sync.recent_absences(p_cloud_name);
    if v_recent < greatest(v_settings.delete_guard_minimum, 1) then
        return p_asset_ids;
    end if;
    v_known := v_recent - cardinality(v_live) + media_sync.count_live(p_cloud_name, null, v_recent);
    if v_recent <= v_known * v_settings.delete_guard_percent / 100.0 then
        return p_asset_ids;
    end if;
    perform media_sync.block_absences(
        p_cloud_name, v_live,
        jsonb_build_object(
            'reason', 'mass_delete', 'live', v_known,
            'limit_percent', v_settings.delete_guard_percent, 'minimum', v_settings.delete_guard_minimum
        ),
        p_source
    );
    return array(select unnest(p_asset_ids) except select unnest(v_live));
end;
$$;
comment on function media_sync.guard_absences(text, text[], text, uuid) is
    'Of assets that Cloudinary denied those that may be let go of: all, or, when too many were denied within the hour, only those that are deleted here anyway; the others wait for a blocked run to be allowed.';
revoke all on function media_sync.guard_absences(text, text[], text, uuid) from public, anon, authenticated;

-- supabase/schemas/30_pull/50_absence.sql

-- Absence: what Cloudinary denies is deleted here.

create or replace function media_sync.forget_writes(p_cloud_name text, p_asset_ids text[], p_observed_at timestamptz)
returns void
language plpgsql
set search_path = ''
as $$
begin
    update public.media_assets as asset
    set
        base = media_sync.with_taken_back(asset.base, asset.sending, media_sync.editable_fields(asset)),
        sending = nullif(jsonb_path_query_array(asset.sending, '$[*] ? (exists (@.existence))'), '[]')
    where asset.cloud_name = p_cloud_name
        and asset.asset_id = any (p_asset_ids)
        and asset.observed_at <= p_observed_at
        and jsonb_path_exists(asset.sending, '$[*] ? (!exists (@.existence))');
end;
$$;
comment on function media_sync.forget_writes(text, text[], timestamptz) is
    'No value is on its way any more to assets that Cloudinary denies. The caller holds the rows'' locks.';
revoke all on function media_sync.forget_writes(text, text[], timestamptz) from public, anon, authenticated;

create or replace function media_sync.confirm_absence(
    p_cloud_name text,
    p_asset_ids text[],
    p_observed_at timestamptz,
    p_source text,
    p_run_id uuid default null
)
returns integer
language plpgsql
set search_path = ''
as $$
declare
    v_count integer;
    v_deleted uuid[];
    v_asset_ids constant text[] := media_sync.guard_absences(p_cloud_name, p_asset_ids, p_source, p_run_id);
begin
    perform media_sync.lock_observed(p_cloud_name, '[]', v_asset_ids);
    update public.media_assets as asset
    set
        -- What had arrived by then is what Cloudinary gives back, should somebody restore the asset there.
        base = media_sync.apply_values(asset.base, media_sync.arrived_values(
            asset.sending, asset.base ->> 'public_id', media_sync.editable_keys(), p_observed_at
        )),
        sending = media_sync.settle_existence(asset.sending, 'deleted', p_observed_at),
        -- Whoever looked before saw what was before, and would pass for the restoring that is wished for.
        observed_at = p_observed_at
    where asset.cloud_name = p_cloud_name and asset.asset_id = any (v_asset_ids) and asset.observed_at <= p_observed_at
        and (asset.sending is not null or asset.restore_requested_at is not null);

    with absent as materialized (
        select
            asset as row_before,
            media_sync.changed_fields(asset.base, media_sync.editable_fields(asset)) as unsent
        from public.media_assets as asset
        where asset.cloud_name = p_cloud_name
            and asset.asset_id = any (v_asset_ids)
            -- What was seen alive by a request that began later is alive.
            and asset.observed_at <= p_observed_at
            and not (asset.deleted_at is not null and asset.sync_status = 'synced')
            -- Its absence is why a restore was asked for; that is the push's to settle.
            and asset.restore_requested_at is null
            -- A restore that was sent may still bring it back, and then it is to be deleted again.
            and not media_sync.has_attempt(asset.sending, 'live')
    ),
    deleted as (
        update public.media_assets as asset
        set
            deleted_at = coalesce(asset.deleted_at, clock_timestamp()),
            sync_status = 'synced',
            sync_error = null,
            sync_attempts = 0, next_attempt_at = null,
            base = media_sync.with_taken_back(asset.base, asset.sending, media_sync.editable_fields(asset)),
            sending = null,
            waits_for_name = false,
            -- From now on: a listing that began before and still shows the asset is older than this.
            observed_at = clock_timestamp(),
            last_synced_at = clock_timestamp(),
            updated_at = clock_timestamp()
        from absent
        where asset.id = (absent.row_before).id
        returning asset.id
    ),
    delete_log as (
        insert into public.media_sync_log (
            operation, status, direction, source, media_asset_id, asset_id, public_id, resource_type, changes, run_id, user_id
        )
        select
            'delete', 'success', case when (row_before).deleted_at is null then 'pull' else 'push' end, p_source,
            (row_before).id, (row_before).asset_id, (row_before).public_id, (row_before).resource_type,
            jsonb_build_object('deleted_at', jsonb_build_object('from', (row_before).deleted_at, 'to', clock_timestamp())),
            p_run_id, (row_before).deleted_by
        from absent
    ),
    -- Edits that never reached Cloudinary stay on the row, and this says so.
    conflict_log as (
        insert into public.media_sync_log (
            operation, status, direction, source, media_asset_id, asset_id, public_id, resource_type, changes, run_id, resolved_at
        )
        select
            'conflict', 'conflict', 'pull', p_source,
            (row_before).id, (row_before).asset_id, (row_before).public_id, (row_before).resource_type,
            (
                select jsonb_object_agg(key, jsonb_build_object(
                    'base', value -> 'from', 'database', value -> 'to', 'cloudinary', null, 'kept', 'deleted'
                ))
                from jsonb_each(unsent)
            ),
            p_run_id, clock_timestamp()
        from absent
        where unsent is not null and (row_before).deleted_at is null
    )
    select count(*), array_agg(id) into v_count, v_deleted from deleted;
    perform media_sync.end_leases(v_deleted);
    perform media_sync.forget_writes(p_cloud_name, v_asset_ids, p_observed_at);
    perform media_sync.forget_refresh(p_cloud_name, v_asset_ids, p_observed_at);
    perform media_sync.let_back(p_cloud_name, v_asset_ids, p_source, p_run_id);
    perform media_sync.forget_hits(p_cloud_name, v_asset_ids, '-infinity');
    if v_count > 0 then
        perform media_sync.invite_waiting_names(p_cloud_name);
    end if;

    if p_run_id is not null then
        update media_sync.runs set deleted_items = deleted_items + v_count, touched_at = clock_timestamp() where id = p_run_id;
    end if;
    return v_count;
end;
$$;
comment on function media_sync.confirm_absence(text, text[], timestamptz, text, uuid) is
    'Cloudinary denied these assets in answer to a request that began at p_observed_at: they are deleted here, with their audit rows, as far as the guard lets them. Returns how many rows that changed.';
revoke all on function media_sync.confirm_absence(text, text[], timestamptz, text, uuid) from public, anon, authenticated;

create or replace function public.media_sync_settle_look_up(
    p_cloud_name text,
    p_asset_ids text[],
    p_observations jsonb,
    p_observed_at timestamptz,
    p_source text,
    p_run_id uuid default null
)
returns jsonb
language plpgsql
security definer
set search_path = ''
set statement_timeout = '60s'
as $$
declare
    v_applied jsonb;
    v_absent integer;
begin
    -- What is there and what is not are settled one after the other, and locked together.
    perform media_sync.lock_observed(p_cloud_name, p_observations, p_asset_ids);
    v_applied := public.media_sync_apply_observations(
        p_cloud_name, media_sync.with_seen(p_cloud_name, p_observations), p_observed_at, p_source, p_run_id
    );
    v_absent := media_sync.confirm_absence(
        p_cloud_name,
        array(
            select wanted.asset_id
            from unnest(p_asset_ids) as wanted (asset_id)
            where wanted.asset_id not in (select element ->> 'asset_id' from jsonb_array_elements(p_observations) as element)
        ),
        p_observed_at, p_source, p_run_id
    );
    -- Assets that have no row and no existence need no answer any more; what was too late to count is asked again.
    perform media_sync.forget_refresh(
        p_cloud_name,
        array(
            select unnest(p_asset_ids)
            except
            select element ->> 'asset_id'
            from jsonb_array_elements(v_applied -> 'outcomes') as element
            where element ->> 'outcome' in ('stale', 'undecided')
        ),
        p_observed_at
    );
    return v_applied || jsonb_build_object('absent', v_absent, 'now', clock_timestamp());
end;
$$;
comment on function public.media_sync_settle_look_up(text, text[], jsonb, timestamptz, text, uuid) is
    'Settles a batched look-up: what it showed is merged, what was asked for and not shown is absent. Returns { outcomes, absent, now }.';
revoke all on function public.media_sync_settle_look_up(text, text[], jsonb, timestamptz, text, uuid) from public, anon, authenticated;
grant execute on function public.media_sync_settle_look_up(text, text[], jsonb, timestamptz, text, uuid) to service_role;

-- supabase/schemas/30_pull/60_sweep.sql

-- The sweep: an asset that a completed listing did not show is looked up by its asset_id, and only what Cloudinary itself
-- denies is deleted here.

create or replace function media_sync.unseen_rows(p_run media_sync.runs)
returns uuid[]
language plpgsql
stable
set search_path = ''
-- The planner cannot know how many rows the pages hold; compared one by one, a million would take hours.
set enable_nestloop = off
set enable_mergejoin = off
set work_mem = '64MB'
as $$
declare
    v_window record;
    v_unseen uuid[] := '{}'::uuid[];
begin
    -- Window by window, as it was listed: sixteen small comparisons stay within the processor's cache, and take half as long
    -- as a large one. The first begins before all time here and the last has no end, so that no row falls between them.
    for v_window in
        select
            case when row_number() over (order by created_from) = 1 then '-infinity' else created_from end as begins,
            coalesce(lead(created_from) over (order by created_from), 'infinity') as ends,
            shards, types
        from (
            select coalesce(created_from, '-infinity') as created_from, array_agg(shard) as shards, array_agg(resource_type) as types
            from media_sync.run_cursors
            where run_id = p_run.id and resource_type is not null
            group by 1
        ) as windows
    loop
        -- Each is answered by an index alone: a table of a million rows is not read. What else counts is asked of the few
        -- that are left.
        if p_run.kind = 'full' then
            v_unseen := v_unseen || array(
                select asset.id
                from public.media_assets as asset
                where asset.created_at >= v_window.begins
                    and asset.created_at < v_window.ends
                    and asset.deleted_at is null
                    and not exists (
                        select from (
                            select unnest(media_asset_ids) as id
                            from media_sync.run_pages
                            where run_id = p_run.id and shard = any (v_window.shards)
                        ) as seen
                        where seen.id = asset.id
                    )
            );
        else
            v_unseen := v_unseen || array(
                select asset.id
                from public.media_assets as asset
                where asset.resource_type = any (v_window.types)
                    and asset.created_at >= v_window.begins
                    and asset.created_at < v_window.ends
                    and not exists (
                        select from (
                            select unnest(media_asset_ids) as id
                            from media_sync.run_pages
                            where run_id = p_run.id and shard = any (v_window.shards)
                        ) as seen
                        where seen.id = asset.id
                    )
            );
        end if;
    end loop;
    return v_unseen;
end;
$$;
comment on function media_sync.unseen_rows(media_sync.runs) is
    'Rows that a complete listing did not show. Among them may be such as it need not have shown: of other libraries, of other resource types, deleted ones.';
revoke all on function media_sync.unseen_rows(media_sync.runs) from public, anon, authenticated;

create or replace function media_sync.note_absences(p_run media_sync.runs)
returns bigint
language plpgsql
set search_path = ''
as $$
declare
    -- A run may lie still for hours between its start and its listing: what was seen meanwhile is listed or absent too.
    v_listed_since constant timestamptz := (select min(observed_at) from media_sync.run_pages where run_id = p_run.id);
    -- Not within the statement: to estimate it the planner would do all of it once more.
    v_unseen constant uuid[] := media_sync.unseen_rows(p_run);
begin
    insert into media_sync.run_absences (run_id, asset_id)
    select p_run.id, absent.asset_id
    from unnest(v_unseen) as unseen (id)
    cross join lateral (
        select asset.asset_id
        from public.media_assets as asset
        where asset.id = unseen.id
            and asset.cloud_name = p_run.cloud_name
            and asset.deleted_at is null
            and asset.observed_at < coalesce(v_listed_since, p_run.started_at)
            and asset.resource_type in (select resource_type from media_sync.run_cursors where run_id = p_run.id)
        limit 1
    ) as absent
    on conflict do nothing;
    return (select count(*) from media_sync.run_absences where run_id = p_run.id);
end;
$$;
comment on function media_sync.note_absences(media_sync.runs) is 'Notes the assets that a complete listing did not show. Returns how many.';
revoke all on function media_sync.note_absences(media_sync.runs) from public, anon, authenticated;

create or replace function media_sync.guard_deletions(p_run media_sync.runs, p_absent bigint)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
    v_settings media_sync.settings;
    v_seen bigint;
    v_live bigint;
    v_reason text;
begin
    if p_absent = 0 or p_run.allowed_at is not null then
        return null;
    end if;
    select * into strict v_settings from media_sync.settings;
    select coalesce(sum(seen), 0) into v_seen from media_sync.run_cursors where run_id = p_run.id;
    -- So few may always go.
    if v_seen > 0 and p_absent < v_settings.delete_guard_minimum then
        return null;
    end if;
    v_live := media_sync.count_live(
        p_run.cloud_name,
        array(select resource_type from media_sync.run_cursors where run_id = p_run.id),
        case when v_seen > 0 then p_absent end
    );
    v_reason := case
        when v_seen = 0 then 'empty_listing'
        when p_absent >= v_settings.delete_guard_minimum
            and p_absent > v_live * v_settings.delete_guard_percent / 100.0 then 'mass_delete'
    end;
    return case when v_reason is not null then jsonb_build_object(
        'reason', v_reason, 'absent', p_absent, 'live', v_live,
        'limit_percent', v_settings.delete_guard_percent, 'minimum', v_settings.delete_guard_minimum
    ) end;
end;
$$;
comment on function media_sync.guard_deletions(media_sync.runs, bigint) is
    'Why so many absent assets must not be looked up and deleted before someone allows it: { reason: mass_delete | empty_listing, absent, live, limit_percent, minimum }; or null.';
revoke all on function media_sync.guard_deletions(media_sync.runs, bigint) from public, anon, authenticated;

create or replace function media_sync.sweep_state(p_run_id uuid, p_limit integer)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
    v_asset_ids constant text[] := array(
        select asset_id from media_sync.run_absences where run_id = p_run_id order by asset_id limit p_limit
    );
begin
    return jsonb_build_object(
        'asset_ids', to_jsonb(v_asset_ids),
        'run', case
            when v_asset_ids = '{}' then public.media_sync_finish_run(p_run_id, 'completed')
            else media_sync.run_summary(p_run_id)
        end,
        'budget', (select media_sync.call_budget(cloud_name) from media_sync.runs where id = p_run_id),
        'now', clock_timestamp()
    );
end;
$$;
comment on function media_sync.sweep_state(uuid, integer) is
    'The next absent assets that are to be looked up; where none is left, the run ends as completed: { asset_ids, run, budget, now }.';
revoke all on function media_sync.sweep_state(uuid, integer) from public, anon, authenticated;

create or replace function public.media_sync_begin_sweep(p_run_id uuid, p_limit integer)
returns jsonb
language plpgsql
security definer
set search_path = ''
set statement_timeout = '60s'
as $$
declare
    v_run media_sync.runs;
    v_blocked_by jsonb;
begin
    select * into strict v_run from media_sync.runs where id = p_run_id for update;
    -- Ended by another worker, or by a call whose answer was lost. And only a complete listing says anything about absence.
    if v_run.status <> 'running'
        or v_run.options ? 'folder'
        or exists (select from media_sync.run_cursors where run_id = p_run_id and status <> 'completed')
    then
        return jsonb_build_object(
            'asset_ids', '[]'::jsonb, 'run', media_sync.run_summary(p_run_id),
            'budget', media_sync.call_budget(v_run.cloud_name), 'now', clock_timestamp()
        );
    end if;
    v_blocked_by := media_sync.guard_deletions(v_run, media_sync.note_absences(v_run));
    if v_blocked_by is null then
        return media_sync.sweep_state(p_run_id, p_limit);
    end if;
    update media_sync.runs set blocked_by = v_blocked_by where id = p_run_id;
    return jsonb_build_object(
        'asset_ids', '[]'::jsonb, 'run', public.media_sync_finish_run(p_run_id, 'blocked'),
        'budget', media_sync.call_budget(v_run.cloud_name), 'now', clock_timestamp()
    );
end;
$$;
comment on function public.media_sync_begin_sweep(uuid, integer) is
    'After a listing: notes the assets that it did not show and asks the guard. Returns { asset_ids (the first that are to be looked up), run (ended where nothing is absent, blocked where too much is, running and without asset_ids where the listing is not complete), budget, now }. Nothing is deleted here.';
revoke all on function public.media_sync_begin_sweep(uuid, integer) from public, anon, authenticated;
grant execute on function public.media_sync_begin_sweep(uuid, integer) to service_role;

create or replace function public.media_sync_settle_absences(
    p_run_id uuid,
    p_asset_ids text[],
    p_observations jsonb,
    p_observed_at timestamptz,
    p_source text,
    p_limit integer,
    p_traffic jsonb
)
returns jsonb
language plpgsql
security definer
set search_path = ''
set statement_timeout = '60s'
as $$
declare
    v_cloud_name text;
begin
    select cloud_name into strict v_cloud_name from media_sync.runs where id = p_run_id;
    perform public.media_sync_settle_look_up(v_cloud_name, p_asset_ids, p_observations, p_observed_at, p_source, p_run_id);
    delete from media_sync.run_absences where run_id = p_run_id and asset_id = any (p_asset_ids);
    perform media_sync.record_traffic(v_cloud_name, p_run_id, p_traffic);
    return media_sync.sweep_state(p_run_id, p_limit);
end;
$$;
comment on function public.media_sync_settle_absences(uuid, text[], jsonb, timestamptz, text, integer, jsonb) is
    'Settles the look-up of assets that a listing did not show: what Cloudinary denied is deleted. Returns { asset_ids (the next ones), run (ended where none is left), budget, now }.';
revoke all on function public.media_sync_settle_absences(uuid, text[], jsonb, timestamptz, text, integer, jsonb)
    from public, anon, authenticated;
grant execute on function public.media_sync_settle_absences(uuid, text[], jsonb, timestamptz, text, integer, jsonb) to service_role;

create or replace function public.media_sync_allow_mass_delete(p_run_id uuid, p_source text, p_user_id uuid default null)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
    v_run media_sync.runs;
begin
    select * into v_run from media_sync.runs where id = p_run_id for update;
    if v_run.id is null or v_run.status <> 'blocked' then
        return null;
    end if;
    if v_run.kind = 'scope' then
        update media_sync.settings set include_folders = wanted_folders, wanted_folders = null where wanted_folders is not null;
    else
        update media_sync.runs
        set status = 'running', allowed_at = clock_timestamp(), finished_at = null, touched_at = clock_timestamp()
        where id = p_run_id;
    end if;
    insert into public.media_sync_log (operation, status, source, run_id, user_id, changes)
    values ('run', 'success', p_source, p_run_id, p_user_id, jsonb_build_object('allow_mass_delete', v_run.blocked_by));
    return media_sync.run_summary(p_run_id);
end;
$$;
comment on function public.media_sync_allow_mass_delete(uuid, text, uuid) is
    'Lets a blocked run go on, once, and logs who allowed it. Null when the run is not blocked.';
revoke all on function public.media_sync_allow_mass_delete(uuid, text, uuid) from public, anon, authenticated;
grant execute on function public.media_sync_allow_mass_delete(uuid, text, uuid) to service_role;

-- supabase/schemas/30_pull/70_refresh.sql

-- The refresh queue: assets of which something was heard, and whose true state is fetched by batched look-ups.

create or replace function media_sync.queue_refresh(
    p_cloud_name text,
    p_asset_ids text[],
    p_reason text,
    p_needs_detail boolean default false
)
returns integer
language plpgsql
set search_path = ''
as $$
declare
    v_count integer;
begin
    if cardinality(p_asset_ids) = 0 then
        return 0;
    end if;
    -- The rows before the queue: whoever asks several times in a transaction asks in no order, but holds their locks.
    perform media_sync.lock_observed(p_cloud_name, '[]', p_asset_ids);
    with queued as (
        insert into media_sync.refresh_queue as entry (cloud_name, asset_id, reason, needs_detail)
        select p_cloud_name, asset_id, p_reason, p_needs_detail
        from (select distinct unnest(p_asset_ids) as asset_id) as wanted
        order by asset_id
        on conflict (cloud_name, asset_id) do update
        set requested_at = clock_timestamp(), reason = excluded.reason, attempts = 0, not_before = '-infinity',
            needs_detail = entry.needs_detail or excluded.needs_detail,
            -- What was shown before this request may be outdated.
            seen = null
        returning 1
    )
    select count(*)::integer into v_count from queued;
    return v_count;
end;
$$;
comment on function media_sync.queue_refresh(text, text[], text, boolean) is
    'Asks for the true state of assets; asking again moves the request to now. p_needs_detail: only the asset''s detail will do, which tells times.';
revoke all on function media_sync.queue_refresh(text, text[], text, boolean) from public, anon, authenticated;

create or replace function media_sync.queue_seen(p_cloud_name text, p_observations jsonb, p_asset_ids text[], p_reason text)
returns integer
language plpgsql
set search_path = ''
as $$
declare
    v_count constant integer := media_sync.queue_refresh(p_cloud_name, p_asset_ids, p_reason);
begin
    if v_count > 0 then
        update media_sync.refresh_queue as entry
        set seen = shown.observation - 'extra'
        from (
            select element ->> 'asset_id' as asset_id, element as observation from jsonb_array_elements(p_observations) as element
        ) as shown
        where entry.cloud_name = p_cloud_name
            and entry.asset_id = shown.asset_id
            and entry.asset_id = any (p_asset_ids)
            and not shown.observation ? 'unstorable';
    end if;
    return v_count;
end;
$$;
comment on function media_sync.queue_seen(text, jsonb, text[], text) is 'queue_refresh() for assets that a search showed: what it told of them is kept for the look-up.';
revoke all on function media_sync.queue_seen(text, jsonb, text[], text) from public, anon, authenticated;

create or replace function media_sync.with_seen(p_cloud_name text, p_observations jsonb)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
    if not exists (
        select from media_sync.refresh_queue as entry
        where entry.cloud_name = p_cloud_name
            and entry.asset_id in (select element ->> 'asset_id' from jsonb_array_elements(p_observations) as element)
            and entry.seen is not null
    ) then
        return p_observations;
    end if;
    return (
        select jsonb_agg(media_sync.seen_facts(element, entry.seen) || element order by place)
        from jsonb_array_elements(p_observations) with ordinality as looked_up (element, place)
        left join media_sync.refresh_queue as entry
            on entry.cloud_name = p_cloud_name and entry.asset_id = element ->> 'asset_id'
    );
end;
$$;
comment on function media_sync.with_seen(text, jsonb) is 'The answers of look-ups, each with the facts that a search told of the same state before.';
revoke all on function media_sync.with_seen(text, jsonb) from public, anon, authenticated;

create or replace function media_sync.forget_refresh(
    p_cloud_name text,
    p_asset_ids text[],
    p_observed_at timestamptz,
    p_reason text default null
)
returns void
language plpgsql
set search_path = ''
as $$
begin
    if cardinality(p_asset_ids) = 0 then
        return;
    end if;
    with answered as (
        select cloud_name, asset_id
        from media_sync.refresh_queue
        where cloud_name = p_cloud_name and asset_id = any (p_asset_ids) and requested_at <= p_observed_at
            and (p_reason is null or reason = p_reason)
        -- What another transaction holds is being asked for again, or claimed: one look-up more harms nobody.
        for update skip locked
    )
    delete from media_sync.refresh_queue as entry
    using answered
    where entry.cloud_name = answered.cloud_name and entry.asset_id = answered.asset_id;
end;
$$;
comment on function media_sync.forget_refresh(text, text[], timestamptz, text) is 'Takes look-ups off the queue that were asked for before the request that answered them; p_reason: only those asked for so.';
revoke all on function media_sync.forget_refresh(text, text[], timestamptz, text) from public, anon, authenticated;

create or replace function media_sync.queue_refresh_later(p_cloud_name text, p_asset_ids text[], p_reason text, p_delay interval)
returns integer
language plpgsql
set search_path = ''
as $$
declare
    v_count integer;
begin
    if cardinality(p_asset_ids) = 0 then
        return 0;
    end if;
    with queued as (
        insert into media_sync.refresh_queue as entry (cloud_name, asset_id, reason, not_before)
        select p_cloud_name, asset_id, p_reason, clock_timestamp() + p_delay
        from (select distinct unnest(p_asset_ids) as asset_id) as wanted
        order by asset_id
        -- An earlier appointment stands.
        on conflict (cloud_name, asset_id) do update set requested_at = clock_timestamp(), seen = null
        returning 1
    )
    select count(*)::integer into v_count from queued;
    return v_count;
end;
$$;
comment on function media_sync.queue_refresh_later(text, text[], text, interval) is
    'Asks for the true state of assets after a while, so that many such wishes share one look-up. The caller holds the rows'' locks.';
revoke all on function media_sync.queue_refresh_later(text, text[], text, interval) from public, anon, authenticated;

create or replace function media_sync.queue_folder(p_cloud_name text, p_folder text)
returns integer
language sql
set search_path = ''
as $$
    select media_sync.queue_refresh(
        p_cloud_name,
        array(
            select asset_id
            from public.media_assets
            where cloud_name = p_cloud_name
                and deleted_at is null
                and (folder = p_folder or folder like media_sync.like_pattern(p_folder) || '/%')
        ),
        'the folder is synced'
    );
$$;
comment on function media_sync.queue_folder(text, text) is 'Asks for the true state of the assets in a folder and below it.';
revoke all on function media_sync.queue_folder(text, text) from public, anon, authenticated;

create or replace function public.media_sync_claim_refresh(p_cloud_name text, p_worker uuid, p_limit integer, p_lease_seconds integer)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
    v_claimed jsonb;
begin
    with quiet as materialized (
        select exists (
            select from media_sync.refresh_queue
            where cloud_name = p_cloud_name
                and not_before <= (select clock_timestamp())
                and (leased_until is null or leased_until < (select clock_timestamp()))
                and attempts < 3
        ) as untried
    ),
    due as (
        select cloud_name, asset_id
        from media_sync.refresh_queue
        where cloud_name = p_cloud_name
            and not_before <= (select clock_timestamp())
            and (leased_until is null or leased_until < (select clock_timestamp()))
            -- A failure gives an entry back uncounted: what counts three attempts, three workers have died of, or of its
            -- neighbours. Such go after all others, a few at a time.
            and (attempts < 3 or not (select untried from quiet))
        order by not_before, requested_at
        limit case when (select untried from quiet) then p_limit else least(p_limit, 10) end
        for update skip locked
    ),
    weighed as (
        select
            due.cloud_name, due.asset_id,
            row_number() over (order by place) as place,
            sum(coalesce(known.bytes, 0)) over (order by place) as total
        from (select cloud_name, asset_id, row_number() over () as place from due) as due
        left join lateral (
            select media_sync.row_bytes(asset.context, asset.metadata, asset.tags) as bytes
            from public.media_assets as asset
            where asset.cloud_name = due.cloud_name and asset.asset_id = due.asset_id
            limit 1
        ) as known on true
    ),
    -- What a worker holds in memory is bounded, as far as it is known.
    taken as (
        select cloud_name, asset_id from weighed where place = 1 or total <= 20000000
    ),
    claimed as (
        update media_sync.refresh_queue as entry
        set
            lease_token = p_worker,
            leased_until = clock_timestamp() + make_interval(secs => p_lease_seconds),
            attempts = entry.attempts + 1,
            -- Should the look-up fail, the entry waits longer each time; success deletes it.
            not_before = clock_timestamp() + media_sync.backoff(entry.attempts + 1, interval '10 minutes', random())
        from taken
        where entry.cloud_name = taken.cloud_name and entry.asset_id = taken.asset_id
        returning entry.asset_id, entry.needs_detail
    )
    select jsonb_build_object(
        'asset_ids', coalesce((select jsonb_agg(asset_id) from claimed where not needs_detail), '[]'),
        'detailed', coalesce((select jsonb_agg(asset_id) from claimed where needs_detail), '[]'),
        'more', (select count(*) from due) >= p_limit or (select count(*) from taken) < (select count(*) from due)
    )
    into v_claimed;
    return v_claimed || jsonb_build_object('budget', media_sync.call_budget(p_cloud_name), 'now', clock_timestamp());
end;
$$;
comment on function public.media_sync_claim_refresh(text, uuid, integer, integer) is 'Leases queued look-ups to a worker: { asset_ids, detailed (those whose detail is needed), more (another claim may find some), budget, now }. media_sync_settle_look_up() takes them off the queue.';
revoke all on function public.media_sync_claim_refresh(text, uuid, integer, integer) from public, anon, authenticated;
grant execute on function public.media_sync_claim_refresh(text, uuid, integer, integer) to service_role;

create or replace function public.media_sync_release_refresh(p_cloud_name text, p_worker uuid)
returns void
language plpgsql
security definer
set search_path = ''
as $$
begin
    with held as (
        select cloud_name, asset_id
        from media_sync.refresh_queue
        where cloud_name = p_cloud_name and lease_token = p_worker
        -- What another transaction holds is being asked for again, and waits for the lease's end: no one waits here for
        -- somebody who holds a row of the library, with other entries in hand.
        for update skip locked
    )
    update media_sync.refresh_queue as entry
    set lease_token = null, leased_until = null, not_before = '-infinity', attempts = greatest(entry.attempts - 1, 0)
    from held
    where entry.cloud_name = held.cloud_name and entry.asset_id = held.asset_id;
end;
$$;
comment on function public.media_sync_release_refresh(text, uuid) is 'Gives claimed look-ups back that were not made.';
revoke all on function public.media_sync_release_refresh(text, uuid) from public, anon, authenticated;
grant execute on function public.media_sync_release_refresh(text, uuid) to service_role;

-- supabase/schemas/30_pull/75_search_hits.sql

-- Which changes searches have shown already. A search reaches back an hour, because the index lags; without a memory every
-- tick of the hour after a bulk change would read all its pages again.

create or replace function media_sync.remember_hits(
    p_cloud_name text,
    p_observations jsonb,
    p_since timestamptz,
    p_total bigint,
    p_observed_at timestamptz
)
returns boolean
language plpgsql
set search_path = ''
as $$
begin
    insert into media_sync.search_hits as known (cloud_name, asset_id, updated_at)
    select distinct on (shown.asset_id) p_cloud_name, shown.asset_id, coalesce(shown.updated_at, p_observed_at)
    from (
        select element ->> 'asset_id' as asset_id, (element -> 'last_updated' ->> 'updated_at')::timestamptz as updated_at
        from jsonb_array_elements(p_observations) as element
    ) as shown
    left join media_sync.search_hits as earlier on earlier.cloud_name = p_cloud_name and earlier.asset_id = shown.asset_id
    -- An asset whose time is not told and that was shown since p_since already may be there for the change known of it.
    where shown.updated_at is not null or earlier.updated_at is null or earlier.updated_at < p_since
    order by shown.asset_id, shown.updated_at desc nulls last
    on conflict (cloud_name, asset_id) do update
    set updated_at = excluded.updated_at
    where known.updated_at < excluded.updated_at;
    -- Every change that the search counts has been shown, here or by an earlier search.
    return p_total <= (
        select count(*) from media_sync.search_hits where cloud_name = p_cloud_name and updated_at >= p_since
    );
end;
$$;
comment on function media_sync.remember_hits(text, jsonb, timestamptz, bigint, timestamptz) is
    'Remembers what a page of a search for changes since p_since shows. True when nothing on its other pages is news: p_total is how many the search finds. p_observed_at stands for times that are not told.';
revoke all on function media_sync.remember_hits(text, jsonb, timestamptz, bigint, timestamptz) from public, anon, authenticated;

create or replace function media_sync.forget_hits(p_cloud_name text, p_asset_ids text[], p_before timestamptz)
returns void
language plpgsql
set search_path = ''
as $$
begin
    -- What is gone is not counted by searches either.
    delete from media_sync.search_hits
    where cloud_name = p_cloud_name and (asset_id = any (p_asset_ids) or updated_at < p_before);
end;
$$;
comment on function media_sync.forget_hits(text, text[], timestamptz) is 'Forgets what searches have shown of these assets, and of changes from before a time.';
revoke all on function media_sync.forget_hits(text, text[], timestamptz) from public, anon, authenticated;

-- supabase/schemas/30_pull/80_search.sql

-- The incremental pull: the search index names assets that look changed.

create or replace function media_sync.untold_metadata(p_asset public.media_assets, p_observation jsonb)
returns text
language sql
immutable
parallel safe
set search_path = ''
as $$
    select case
        when not p_observation ? 'metadata'
            and p_observation -> 'last_updated' ->> 'metadata_updated_at'
                is distinct from p_asset.last_updated ->> 'metadata_updated_at'
            then p_observation -> 'last_updated' ->> 'metadata_updated_at'
    end;
$$;
comment on function media_sync.untold_metadata(public.media_assets, jsonb) is
    'Where a search may not tell metadata: the time at which it changed, if that is another than the row knows; else null.';
revoke all on function media_sync.untold_metadata(public.media_assets, jsonb) from public, anon, authenticated;

create or replace function public.media_sync_store_search_page(
    p_run_id uuid,
    p_worker uuid,
    p_observations jsonb,
    p_traffic jsonb,
    p_lease_seconds integer,
    p_cursor text default null,
    p_next_cursor text default null,
    p_total bigint default null,
    p_refused text[] default null
)
returns jsonb
language plpgsql
security definer
set search_path = ''
set statement_timeout = '60s'
as $$
declare
    v_run media_sync.runs;
    v_shard media_sync.run_cursors;
    v_include text[];
    v_changed text[];
    v_now constant timestamptz := clock_timestamp();
    v_since timestamptz;
    v_next_cursor text := p_next_cursor;
begin
    select * into v_run from media_sync.runs where id = p_run_id;
    select * into v_shard from media_sync.run_cursors where run_id = p_run_id and shard = 'search' for update;
    if v_run.status is distinct from 'running'
        or v_shard.status is distinct from 'pending'
        or v_shard.lease_token is distinct from p_worker
        or v_shard.cursor is distinct from p_cursor
    then
        return jsonb_build_object('stored', false, 'now', clock_timestamp());
    end if;
    select include_folders into v_include from media_sync.settings;

    -- The search index lags, so that its word is only a hint: what differs from it is looked up, nothing is merged.
    select array_agg(observed.asset_id) into v_changed
    from media_sync.observed_assets(v_run.cloud_name, p_observations) as observed
    where case
        -- It cannot be stored: after a while a look-up may show it healed.
        when observed.observation ? 'unstorable' or exists (
            select from media_sync.quarantine as aside
            where aside.cloud_name = v_run.cloud_name and aside.asset_id = observed.asset_id
        ) then not exists (
            select from media_sync.quarantine as aside
            where aside.cloud_name = v_run.cloud_name
                and aside.asset_id = observed.asset_id
                and aside.seen_at > v_now - interval '10 minutes'
        )
        when (observed.asset).id is null
            then media_sync.in_scope(coalesce(observed.observation ->> 'folder', ''), v_include)
        else (observed.asset).deleted_at is not null
            or media_sync.observed_fields((observed.asset).base, observed.observation) <> (observed.asset).base
            -- Search tells facts that look-ups do not: they would differ again after every look-up, at every tick.
            or media_sync.content_changes(
                observed.asset, media_sync.observed_content(observed.asset, observed.observation)
            ) is not null
            or media_sync.untold_metadata(observed.asset, observed.observation) is not null
    end;
    -- All at once: what gets facts alone is no order to lock the others after.
    if v_changed is not null then
        perform media_sync.lock_observed(v_run.cloud_name, p_observations);
    end if;
    -- Facts are taken all the same, of the version that the row has; by their times what is queued now is not queued again.
    perform media_sync.tell_facts(v_run.cloud_name, p_observations);
    perform media_sync.queue_seen(v_run.cloud_name, p_observations, coalesce(v_changed, '{}'), 'changed, says the search index');

    if v_run.options ? 'changed_since' then
        v_since := (v_run.options ->> 'changed_since')::timestamptz;
        if media_sync.remember_hits(v_run.cloud_name, p_observations, v_since, p_total, v_run.started_at) then
            v_next_cursor := null;
        end if;
        if v_next_cursor is null then
            -- Others look back farther than this one may do.
            perform media_sync.forget_hits(
                v_run.cloud_name, '{}',
                least(v_since, v_run.started_at - (select 2 * incremental_overlap from media_sync.settings))
            );
        end if;
    end if;
    update media_sync.settings set search_refuses = p_refused where search_refuses <> p_refused;

    update media_sync.run_cursors
    set
        cursor = v_next_cursor,
        status = case when v_next_cursor is null then 'completed' else 'pending' end,
        pages = pages + 1,
        seen = seen + jsonb_array_length(p_observations),
        unchanged_items = unchanged_items + jsonb_array_length(p_observations) - cardinality(coalesce(v_changed, '{}')),
        lease_token = case when v_next_cursor is null then null else lease_token end,
        leased_until = case
            when v_next_cursor is null then null
            else clock_timestamp() + make_interval(secs => p_lease_seconds)
        end
    where run_id = p_run_id and shard = 'search';
    perform media_sync.record_traffic(v_run.cloud_name, p_run_id, p_traffic);
    return jsonb_build_object(
        'stored', true,
        'queued', cardinality(coalesce(v_changed, '{}')),
        'next_cursor', v_next_cursor,
        'budget', media_sync.call_budget(v_run.cloud_name),
        'now', clock_timestamp()
    );
end;
$$;
comment on function public.media_sync_store_search_page(uuid, uuid, jsonb, jsonb, integer, text, text, bigint, text[]) is
    'Compares a page of search results with the rows, queues what differs for a look-up and moves the cursor. p_total: how many assets the search finds; p_refused: what it may not tell. Returns { stored, queued, next_cursor (null: nothing on the other pages is news), budget, now }.';
revoke all on function public.media_sync_store_search_page(uuid, uuid, jsonb, jsonb, integer, text, text, bigint, text[])
    from public, anon, authenticated;
grant execute on function public.media_sync_store_search_page(uuid, uuid, jsonb, jsonb, integer, text, text, bigint, text[])
    to service_role;

-- supabase/schemas/30_pull/85_facts.sql

-- Nothing untold: a walk of the search index, and after it details of single assets, for the facts that listings do not tell.
--
-- What is still to be asked stands on the rows. The walk takes the first that waits, searches for what was created from then
-- on, and finds up to 500 neighbours with it; so it passes over what is told, and wherever it dies, a page is all that it repeats.

create or replace function media_sync.awaiting_search(p_cloud_name text, p_until timestamptz)
returns timestamptz
language plpgsql
stable
set search_path = ''
-- It walks an index, however many rows wait.
set enable_seqscan = off
set enable_bitmapscan = off
as $$
begin
    return (
        select date_trunc('second', created_at)
        from public.media_assets
        where facts_source = 'search'
            and facts_not_before <= p_until
            and (facts_tries = 0 or facts_not_before <= (select clock_timestamp()))
            and deleted_at is null
            and in_scope
            and cloud_name = p_cloud_name
        order by facts_not_before, created_at
        limit 1
    );
end;
$$;
comment on function media_sync.awaiting_search(text, timestamptz) is
    'When the asset was created of which a search is to tell facts next, in whole seconds; null: none waits. p_until: the latest facts_not_before; where a search was in vain the present holds.';
revoke all on function media_sync.awaiting_search(text, timestamptz) from public, anon, authenticated;

create or replace function media_sync.awaiting_details(p_cloud_name text, p_until timestamptz, p_limit integer)
returns text[]
language plpgsql
stable
set search_path = ''
set enable_seqscan = off
set enable_bitmapscan = off
as $$
begin
    return array(
        select asset_id
        from public.media_assets
        where facts_source = 'detail'
            and facts_not_before <= p_until
            and deleted_at is null
            and in_scope
            and cloud_name = p_cloud_name
        order by facts_not_before, created_at
        limit p_limit
    );
end;
$$;
comment on function media_sync.awaiting_details(text, timestamptz, integer) is
    'Assets whose details are to tell facts next. p_until: the latest facts_not_before.';
revoke all on function media_sync.awaiting_details(text, timestamptz, integer) from public, anon, authenticated;

create or replace function media_sync.next_details(p_cloud_name text, p_until timestamptz, p_limit integer)
returns text[]
language plpgsql
set search_path = ''
as $$
declare
    v_vain constant text[] := media_sync.vain_facts(p_cloud_name);
    v_waiting text[];
    v_futile text[];
begin
    for v_round in 1 .. 5 loop
        v_waiting := media_sync.awaiting_details(p_cloud_name, p_until, greatest(p_limit, 1000));
        v_futile := array(
            select waiting.asset_id
            from unnest(v_waiting) as waiting (asset_id)
            cross join lateral (
                select asset from public.media_assets as asset
                where asset.cloud_name = p_cloud_name and asset.asset_id = waiting.asset_id
                limit 1
            ) as known
            where media_sync.facts_source(known.asset, 'search', v_vain) is null
        );
        exit when v_futile = '{}';
        -- By now it is known that no detail tells what they lack.
        perform media_sync.tell_facts(
            p_cloud_name, (select jsonb_agg(jsonb_build_object('asset_id', futile.asset_id)) from unnest(v_futile) as futile (asset_id)), 'detail'
        );
    end loop;
    return array(select unnest(v_waiting) except select unnest(v_futile) limit p_limit);
end;
$$;
comment on function media_sync.next_details(text, timestamptz, integer) is
    'awaiting_details() without those of which no detail would tell what they lack: they wait no more.';
revoke all on function media_sync.next_details(text, timestamptz, integer) from public, anon, authenticated;

create or replace function media_sync.facts_are_due(p_cloud_name text)
returns boolean
language plpgsql
stable
set search_path = ''
as $$
declare
    v_budget constant jsonb := media_sync.call_budget(p_cloud_name);
    v_now constant timestamptz := clock_timestamp();
    v_pause constant interval := (select incremental_interval from media_sync.settings);
    v_full constant timestamptz := (media_sync.latest_run(p_cloud_name, 'full', 'completed')).finished_at;
begin
    if v_budget ->> 'blocked_until' is not null or (v_budget ->> 'spare_calls')::bigint <= 0
        -- What failed is tried again, but not at every tick.
        or (media_sync.latest_run(p_cloud_name, 'facts', 'failed')).finished_at > v_now - interval '10 minutes'
    then
        return false;
    end if;
    if exists (select from media_sync.runs where cloud_name = p_cloud_name and status = 'running' and kind = 'facts') then
        return true;
    end if;
    -- Nobody waits for facts: after the first complete pull they keep the pause that pulls of changes keep. Ticks come a
    -- little early.
    if v_full is null
        or greatest(v_full, (media_sync.latest_run(p_cloud_name, 'facts', 'completed')).finished_at)
            > v_now - v_pause + interval '5 seconds'
    then
        return false;
    end if;
    return media_sync.awaiting_search(p_cloud_name, v_now) is not null
        or media_sync.awaiting_details(p_cloud_name, v_now, 1) <> '{}';
end;
$$;
comment on function media_sync.facts_are_due(text) is 'Whether the next call of sync asks for facts that listings do not tell: some wait, and the quota has calls to spare.';
revoke all on function media_sync.facts_are_due(text) from public, anon, authenticated;

create or replace function media_sync.untold_progress()
returns jsonb
language plpgsql
stable
set search_path = ''
set enable_seqscan = off
as $$
declare
    v_search bigint;
    v_detail bigint;
    v_total constant bigint := (select sum(total_assets) from media_sync.statistics);
begin
    -- Beyond a hundred thousand of each nobody waits for the last one to be counted.
    select count(*) into v_search
    from (select from public.media_assets where facts_source = 'search' and deleted_at is null and in_scope limit 100000) as waiting;
    select count(*) into v_detail
    from (select from public.media_assets where facts_source = 'detail' and deleted_at is null and in_scope limit 100000) as waiting;
    return jsonb_build_object(
        'search', v_search,
        'detail', v_detail,
        'is_exact', v_search < 100000 and v_detail < 100000,
        'percent', case
            when v_search + v_detail = 0 then 100
            else greatest(0, least(99, floor(100.0 * (v_total - v_search - v_detail) / greatest(v_total, 1))))
        end
    );
end;
$$;
comment on function media_sync.untold_progress() is
    'Of how many assets facts are still to be asked for: { search, detail, is_exact (false: at least so many), percent (of the library, whose facts are here as far as Cloudinary tells them) }.';
revoke all on function media_sync.untold_progress() from public, anon, authenticated;

-- supabase/schemas/30_pull/87_tell_facts.sql

-- What answers tell of facts is stored together with what is to be asked next.

create or replace function media_sync.store_found_facts(
    p_cloud_name text,
    p_shard media_sync.run_cursors,
    p_observations jsonb,
    p_next_cursor text,
    p_until timestamptz
)
returns media_sync.run_cursors
language plpgsql
set search_path = ''
-- Rows are looked up by an index, however few the table had when this was planned.
set enable_seqscan = off
as $$
declare
    -- Of the last second of a page there may be more on the next.
    v_reach constant timestamptz := case when p_next_cursor is null then 'infinity' else (
        select coalesce(max(date_trunc('second', (element ->> 'created_at')::timestamptz)), 'infinity')
        from jsonb_array_elements(p_observations) as element
    ) end;
    v_unshown jsonb;
begin
    -- What was created within the page's reach and is not on it, the index does not show yet, or not any more.
    select coalesce(jsonb_agg(jsonb_build_object('asset_id', waiting.asset_id)), '[]') into v_unshown
    from (
        select asset.asset_id
        from public.media_assets as asset
        where asset.facts_source = 'search'
            and asset.facts_not_before <= p_until
            and (asset.facts_tries = 0 or asset.facts_not_before <= (select clock_timestamp()))
            and asset.deleted_at is null
            and asset.in_scope
            and asset.cloud_name = p_cloud_name
            and asset.created_at >= p_shard.created_from
            and asset.created_at < v_reach
            and asset.asset_id not in (select element ->> 'asset_id' from jsonb_array_elements(p_observations) as element)
        order by asset.facts_not_before, asset.created_at
        limit 1000
    ) as waiting;
    p_shard.updated_items := p_shard.updated_items
        + media_sync.tell_facts(p_cloud_name, p_observations || v_unshown, 'search');
    p_shard.cursor := case when v_reach <= p_shard.created_from then p_next_cursor end;
    p_shard.pages := p_shard.pages + 1;
    p_shard.seen := p_shard.seen + jsonb_array_length(p_observations);
    return p_shard;
end;
$$;
comment on function media_sync.store_found_facts(text, media_sync.run_cursors, jsonb, text, timestamptz) is
    'Takes the facts of a page of the search index: what was created from the shard''s created_from on, in that order. Returns the shard as it is then; its cursor is null where the next search may begin anew.';
revoke all on function media_sync.store_found_facts(text, media_sync.run_cursors, jsonb, text, timestamptz)
    from public, anon, authenticated;

create or replace function media_sync.store_detailed_facts(
    p_cloud_name text,
    p_shard media_sync.run_cursors,
    p_observations jsonb,
    p_asset_ids text[]
)
returns media_sync.run_cursors
language plpgsql
set search_path = ''
as $$
declare
    v_denied constant text[] := array(
        select unnest(p_asset_ids) except select element ->> 'asset_id' from jsonb_array_elements(p_observations) as element
    );
    v_changed text[];
begin
    perform media_sync.lock_observed(p_cloud_name, p_observations, v_denied);
    insert into media_sync.detail_facts as known (cloud_name, resource_type, fact, asked, told)
    select p_cloud_name, (observed.asset).resource_type, fact, count(*), count(observed.observation ->> fact)
    from media_sync.observed_assets(p_cloud_name, p_observations) as observed
    cross join lateral unnest(media_sync.untold_facts(observed.asset)) as fact
    where (observed.asset).id is not null and fact in ('etag', 'original_filename', 'duration')
    group by (observed.asset).resource_type, fact
    order by (observed.asset).resource_type, fact
    on conflict (cloud_name, resource_type, fact) do update
    set asked = known.asked + excluded.asked, told = known.told + excluded.told;

    p_shard.updated_items := p_shard.updated_items + media_sync.tell_facts(
        p_cloud_name,
        p_observations || (
            select coalesce(jsonb_agg(jsonb_build_object('asset_id', denied.asset_id)), '[]') from unnest(v_denied) as denied (asset_id)
        ),
        'detail'
    );
    -- Whether it was changed, or is gone, is for a look-up to say and for the merge to judge.
    select array_agg(observed.asset_id) into v_changed
    from media_sync.observed_assets(p_cloud_name, p_observations) as observed
    where (observed.asset).id is not null and not media_sync.shows_base(observed.asset, observed.observation);
    perform media_sync.queue_refresh(p_cloud_name, coalesce(v_changed, '{}') || v_denied, 'changed, says its detail');
    p_shard.seen := p_shard.seen + cardinality(p_asset_ids);
    return p_shard;
end;
$$;
comment on function media_sync.store_detailed_facts(text, media_sync.run_cursors, jsonb, text[]) is
    'Takes the facts of assets'' details, and learns which facts details tell. p_asset_ids: those that were asked for. Returns the shard as it is then.';
revoke all on function media_sync.store_detailed_facts(text, media_sync.run_cursors, jsonb, text[]) from public, anon, authenticated;

create or replace function public.media_sync_continue_facts(
    p_run_id uuid,
    p_worker uuid,
    p_lease_seconds integer,
    p_traffic jsonb,
    p_limit integer,
    p_at_once boolean default false,
    p_asked text default null,
    p_observations jsonb default '[]',
    p_asset_ids text[] default '{}',
    p_next_cursor text default null,
    p_refused text[] default null
)
returns jsonb
language plpgsql
security definer
set search_path = ''
set statement_timeout = '60s'
as $$
declare
    v_run media_sync.runs;
    v_shard media_sync.run_cursors;
    v_until constant timestamptz := case when p_at_once then 'infinity' else clock_timestamp() end;
    v_from timestamptz;
    v_details text[];
begin
    select * into v_run from media_sync.runs where id = p_run_id;
    select * into v_shard from media_sync.run_cursors where run_id = p_run_id and shard = 'search' for update;
    if v_run.status is distinct from 'running' or v_shard.status is distinct from 'pending' or v_shard.lease_token is distinct from p_worker then
        return jsonb_build_object('stored', false, 'now', clock_timestamp());
    end if;
    if p_asked = 'search' then
        v_shard := media_sync.store_found_facts(v_run.cloud_name, v_shard, p_observations, p_next_cursor, v_until);
    elsif p_asked = 'detail' then
        v_shard := media_sync.store_detailed_facts(v_run.cloud_name, v_shard, p_observations, p_asset_ids);
    end if;
    update media_sync.settings set search_refuses = p_refused where search_refuses <> p_refused;

    v_from := media_sync.awaiting_search(v_run.cloud_name, v_until);
    -- More were created within one second than a page holds: only the cursor leads to the others.
    if v_from is distinct from v_shard.created_from then
        v_shard.cursor := null;
    end if;
    v_shard.created_from := v_from;
    v_details := media_sync.next_details(v_run.cloud_name, v_until, p_limit);
    update media_sync.run_cursors
    set
        created_from = v_shard.created_from,
        cursor = v_shard.cursor,
        pages = v_shard.pages,
        seen = v_shard.seen,
        updated_items = v_shard.updated_items,
        status = case when v_from is null and v_details = '{}' then 'completed' else 'pending' end,
        leased_until = clock_timestamp() + make_interval(secs => p_lease_seconds)
    where run_id = p_run_id and shard = 'search';
    perform media_sync.record_traffic(v_run.cloud_name, p_run_id, p_traffic);
    return jsonb_build_object(
        'stored', true,
        'search', case when v_from is not null then jsonb_build_object('created_from', v_from, 'cursor', v_shard.cursor) end,
        'details', v_details,
        'budget', media_sync.call_budget(v_run.cloud_name),
        'now', clock_timestamp()
    );
end;
$$;
comment on function public.media_sync_continue_facts(uuid, uuid, integer, jsonb, integer, boolean, text, jsonb, text[], text, text[]) is
    'Takes facts that an answer tells, and says what to ask next. p_asked: search (a page of what was created since the time that was told last, with p_next_cursor and p_refused) or detail (of p_asset_ids); null: nothing yet. p_limit: details at most; p_at_once: also those that are to wait a while, unless a search for them was in vain. Returns { stored, search: { created_from, cursor }, details: [ asset_id ], budget, now }; with neither, all is asked. stored is false when the worker no longer holds the run: nothing was written.';
revoke all on function public.media_sync_continue_facts(uuid, uuid, integer, jsonb, integer, boolean, text, jsonb, text[], text, text[])
    from public, anon, authenticated;
grant execute on function public.media_sync_continue_facts(uuid, uuid, integer, jsonb, integer, boolean, text, jsonb, text[], text, text[])
    to service_role;

-- supabase/schemas/30_pull/90_comparison.sql

-- Looking without touching: what a reconcile would do (dry run), and where the two sides differ (verify).

create or replace function public.media_sync_plan_observations(p_cloud_name text, p_observations jsonb, p_observed_at timestamptz)
returns jsonb
language plpgsql
security definer
set search_path = ''
set statement_timeout = '60s'
as $$
declare
    v_marker constant uuid := gen_random_uuid();
    v_actions jsonb;
    v_tasks jsonb;
    v_unchanged bigint;
begin
    -- The plan is exact because it is made by doing it and taking it back.
    begin
        select count(*) filter (where outcome in ('unchanged', 'stale', 'out_of_scope')) into v_unchanged
        from media_sync.merge_observations(p_cloud_name, p_observations, p_observed_at, 'api', v_marker);

        select coalesce(jsonb_agg(jsonb_build_object(
            'direction', 'pull', 'action', operation, 'asset_id', asset_id, 'public_id', public_id,
            'resource_type', resource_type, 'changes', changes
        ) order by id), '[]')
        into v_actions
        from public.media_sync_log
        where run_id = v_marker;

        select coalesce(jsonb_agg(media_sync.push_task(asset) order by asset.asset_id), '[]') into v_tasks
        from public.media_assets as asset
        where asset.cloud_name = p_cloud_name
            and asset.sync_status = 'pending'
            and asset.in_scope
            and asset.asset_id in (select element ->> 'asset_id' from jsonb_array_elements(p_observations) as element);

        raise exception using errcode = 'MS001';
    exception
        when sqlstate 'MS001' then null;
    end;
    return jsonb_build_object('actions', v_actions, 'tasks', v_tasks, 'unchanged', v_unchanged, 'now', clock_timestamp());
end;
$$;
comment on function public.media_sync_plan_observations(text, jsonb, timestamptz) is
    'What merging a page would do, without doing it: { actions, tasks (pushes that would follow), unchanged, now }.';
revoke all on function public.media_sync_plan_observations(text, jsonb, timestamptz) from public, anon, authenticated;
grant execute on function public.media_sync_plan_observations(text, jsonb, timestamptz) to service_role;

create or replace function public.media_sync_compare_page(p_cloud_name text, p_observations jsonb)
returns jsonb
language sql
stable
security definer
set search_path = ''
as $$
    -- Each is compared once, however many of the results ask for it.
    with compared as materialized (
        select
            observed.asset_id,
            observed.observation ->> 'public_id' as public_id,
            (observed.asset).id is null or (observed.asset).deleted_at is not null as absent,
            media_sync.in_scope(coalesce(observed.observation ->> 'folder', ''), settings.include_folders) as wanted,
            case when observed.observation ? 'unstorable' then '{quarantine}' else array(
                select key
                from jsonb_object_keys(coalesce(
                    media_sync.changed_fields(
                        media_sync.editable_fields(observed.asset),
                        media_sync.observed_fields(media_sync.editable_fields(observed.asset), observed.observation)
                    ), '{}'
                ) || coalesce(
                    media_sync.content_changes(observed.asset, media_sync.observed_content(observed.asset, observed.observation)), '{}'
                )) as key
                order by key
            ) end as fields
        from media_sync.observed_assets(p_cloud_name, p_observations) as observed
        cross join media_sync.settings as settings
    )
    select jsonb_build_object(
        'counted', count(*) filter (where wanted),
        'absent', coalesce(jsonb_agg(public_id order by public_id) filter (where wanted and absent), '[]'),
        'differing', coalesce(
            jsonb_agg(jsonb_build_object('public_id', public_id, 'fields', fields) order by public_id)
                filter (where wanted and not absent and cardinality(fields) > 0),
            '[]'
        ),
        'now', clock_timestamp()
    )
    from compared;
$$;
comment on function public.media_sync_compare_page(text, jsonb) is 'Where a page of observations and the rows differ: { counted, absent: [ public_id ], differing: [ { public_id, fields } ], now }.';
revoke all on function public.media_sync_compare_page(text, jsonb) from public, anon, authenticated;
grant execute on function public.media_sync_compare_page(text, jsonb) to service_role;

create or replace function public.media_sync_absent_assets(p_cloud_name text, p_seen text[], p_resource_types text[], p_limit integer)
returns jsonb
language sql
stable
security definer
set search_path = ''
set statement_timeout = '60s'
set enable_nestloop = off
set work_mem = '64MB'
as $$
    with absent as (
        select asset.asset_id, asset.public_id, asset.resource_type, asset.deleted_at
        from public.media_assets as asset
        where asset.cloud_name = p_cloud_name
            and asset.deleted_at is null
            and asset.in_scope
            and asset.resource_type = any (p_resource_types)
            and not exists (
                select from unnest(p_seen) as seen (asset_id) where seen.asset_id = asset.asset_id
            )
    )
    select jsonb_build_object(
        'count', (select count(*) from absent),
        'assets', coalesce(
            (
                select jsonb_agg(jsonb_build_object('asset_id', asset_id, 'public_id', public_id, 'resource_type', resource_type) order by public_id)
                from (select * from absent order by public_id limit p_limit) as first
            ),
            '[]'
        ),
        'live', (
            select count(*)
            from public.media_assets as asset
            where asset.cloud_name = p_cloud_name
                and asset.deleted_at is null
                and asset.in_scope
                and asset.resource_type = any (p_resource_types)
        ),
        'now', clock_timestamp()
    );
$$;
comment on function public.media_sync_absent_assets(text, text[], text[], integer) is 'Live rows that a listing did not show: { count, assets: [ { asset_id, public_id, resource_type } ], live, now }.';
revoke all on function public.media_sync_absent_assets(text, text[], text[], integer) from public, anon, authenticated;
grant execute on function public.media_sync_absent_assets(text, text[], text[], integer) to service_role;

-- supabase/schemas/40_push/10_edits.sql

-- Local edits: editing an editable column is enough, the trigger here does the rest.

create or replace function media_sync.clean_tags(p_tags text[], p_before text[], p_base text[])
returns text[]
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
declare
    v_known constant text[] := p_before || p_base;
    v_clean text[];
begin
    -- Not worth the cleaning: hardly all but a thousand are empty or repeated.
    if cardinality(p_tags) > greatest(10000, cardinality(v_known)) then
        raise exception 'An asset has at most 1000 tags.' using errcode = 'invalid_parameter_value';
    end if;
    v_clean := array(
        select jsonb_array_elements_text(media_sync.keep_order(to_jsonb(array(
            select tag
            from unnest(p_tags) as given
            cross join lateral (select case when given = any (v_known) then given else btrim(given) end as tag) as trimmed
            where tag <> ''
        ))))
    );
    -- Cloudinary joins tags with commas on the wire, so that a comma would split one tag into two.
    if exists (select from unnest(v_clean) as tag where (tag like '%,%' or length(tag) > 255) and tag <> all (v_known)) then
        raise exception 'A tag must not contain a comma and is at most 255 characters long.' using errcode = 'invalid_parameter_value';
    end if;
    if cardinality(v_clean) > greatest(1000, cardinality(p_before), cardinality(p_base)) then
        raise exception 'An asset has at most 1000 tags.' using errcode = 'invalid_parameter_value';
    end if;
    return v_clean;
end;
$$;
comment on function media_sync.clean_tags(text[], text[], text[]) is
    'Tags as Cloudinary keeps them: trimmed, without empty or repeated ones; those that were there before, or are in base, stay as they are. Raises invalid_parameter_value for what it cannot hold.';
revoke all on function media_sync.clean_tags(text[], text[], text[]) from public, anon, authenticated;

create or replace function media_sync.clean_context(p_context jsonb, p_known jsonb)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
    if jsonb_typeof(p_context) is distinct from 'object' then
        raise exception 'context must be an object of keys and strings.' using errcode = 'invalid_parameter_value';
    end if;
    if exists (
        select from jsonb_each(p_context)
        where value is distinct from p_known -> key
            and (
                jsonb_typeof(value) in ('object', 'array')
                or (jsonb_typeof(value) <> 'null' and not p_known ? key and (key = '' or key ~ '[=|]'))
            )
    ) then
        raise exception 'A context value must be a string, and its key must not be empty or contain = or |.' using errcode = 'invalid_parameter_value';
    end if;
    if exists (
        select from jsonb_each_text(p_context)
        where value is distinct from p_known ->> key
            and (length(value) > 10000 or (length(key) > 255 and not p_known ? key))
    ) then
        raise exception 'A context value is at most 10000 characters long, its key at most 255.' using errcode = 'invalid_parameter_value';
    end if;
    -- Cloudinary keeps strings only; a null is a key taken away.
    return (
        select coalesce(jsonb_object_agg(key, value #>> '{}') filter (where jsonb_typeof(value) <> 'null'), '{}')
        from jsonb_each(p_context)
    );
end;
$$;
comment on function media_sync.clean_context(jsonb, jsonb) is
    'Context as Cloudinary keeps it: strings only, null taken away; what was there before stays as it is. Raises invalid_parameter_value for what it cannot hold.';
revoke all on function media_sync.clean_context(jsonb, jsonb) from public, anon, authenticated;

create or replace function media_sync.check_sizes(p_before public.media_assets, p_after public.media_assets)
returns void
language plpgsql
stable
set search_path = ''
as $$
declare
    v_before constant jsonb := media_sync.editable_fields(p_before);
    v_field record;
begin
    if p_after.public_id is distinct from p_before.public_id and length(p_after.public_id) not between 1 and 255 then
        raise exception 'public_id is 1 to 255 characters long.' using errcode = 'invalid_parameter_value';
    elsif p_after.folder is distinct from p_before.folder and length(p_after.folder) > 1000 then
        raise exception 'folder is at most 1000 characters long.' using errcode = 'invalid_parameter_value';
    elsif p_after.display_name is distinct from p_before.display_name and length(p_after.display_name) > 255 then
        raise exception 'display_name is at most 255 characters long.' using errcode = 'invalid_parameter_value';
    end if;
    for v_field in
        select key, octet_length(value::text) as bytes
        from jsonb_each(media_sync.editable_fields(p_after))
        where key in ('tags', 'context', 'metadata') and value is distinct from v_before -> key
    loop
        -- What came larger from Cloudinary may still be edited, and grow by a little.
        if v_field.bytes > 32768 and v_field.bytes > octet_length((p_after.base -> v_field.key)::text) + 4096 then
            raise exception '% holds at most 32768 bytes.', v_field.key using errcode = 'invalid_parameter_value';
        end if;
    end loop;
end;
$$;
comment on function media_sync.check_sizes(public.media_assets, public.media_assets) is
    'Raises invalid_parameter_value, with a sentence that names the limit, for an edit that makes a row too large.';
revoke all on function media_sync.check_sizes(public.media_assets, public.media_assets) from public, anon, authenticated;

create or replace function media_sync.edited_values(p_before jsonb, p_after jsonb, p_base jsonb, p_edited jsonb, p_now timestamptz)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
    return (
        select coalesce(jsonb_object_agg(
            key, case when media_sync.same_value(before -> key, after -> key) then p_edited -> key else to_jsonb(p_now) end
        ), '{}')
        from (
            select
                media_sync.flat_fields(p_before - 'tags') as before,
                media_sync.flat_fields(p_after - 'tags') as after,
                media_sync.flat_fields(p_base - 'tags') as base
            -- Once an edit, not once a mention.
            offset 0
        ) as flat
        cross join lateral (
            select jsonb_object_keys(before) as key
            union
            select jsonb_object_keys(after)
            union
            select jsonb_object_keys(p_edited)
        ) as every_key
        where not media_sync.same_value(before -> key, after -> key)
            -- What is agreed again needs no time.
            or (p_edited ? key and not media_sync.same_value(after -> key, base -> key))
    );
end;
$$;
comment on function media_sync.edited_values(jsonb, jsonb, jsonb, jsonb, timestamptz) is
    'When each value was last edited here, after an edit that turned before into after. Tags need none: they cannot conflict.';
revoke all on function media_sync.edited_values(jsonb, jsonb, jsonb, jsonb, timestamptz) from public, anon, authenticated;

create or replace function media_sync.clean_edit(p_before public.media_assets, p_after public.media_assets)
returns public.media_assets
language plpgsql
stable
set search_path = ''
as $$
declare
    v_folder_mode constant text := (select folder_mode from media_sync.settings);
begin
    -- What was not changed came from Cloudinary, and is not for us to judge; nor is what Cloudinary still has, taken back.
    if p_after.tags is distinct from p_before.tags then
        p_after.tags := media_sync.clean_tags(
            p_after.tags, p_before.tags, array(select jsonb_array_elements_text(p_before.base -> 'tags'))
        );
    end if;
    if p_after.context is distinct from p_before.context then
        p_after.context := media_sync.clean_context(
            p_after.context, coalesce(p_before.base -> 'context', '{}') || p_before.context
        );
    end if;
    if jsonb_typeof(p_after.metadata) is distinct from 'object' then
        raise exception 'metadata must be an object of external_ids and values.' using errcode = 'invalid_parameter_value';
    end if;
    if p_after.folder is distinct from p_before.folder then
        p_after.folder := btrim(regexp_replace(coalesce(p_after.folder, ''), '/+', '/', 'g'), '/');
    end if;
    if p_after.display_name is distinct from p_before.display_name then
        if v_folder_mode = 'fixed' then
            raise exception 'This Cloudinary product environment has fixed folders and no display names; change public_id instead.'
                using errcode = 'invalid_parameter_value';
        elsif p_after.display_name like '%/%' then
            raise exception 'display_name must not contain a slash.' using errcode = 'invalid_parameter_value';
        end if;
    end if;
    -- In fixed-folder mode the folder is the path of the public_id: moving one moves the other.
    if v_folder_mode = 'fixed' then
        if p_after.folder <> p_before.folder and p_after.public_id = p_before.public_id then
            p_after.public_id := case when p_after.folder = '' then '' else p_after.folder || '/' end
                || regexp_replace(p_after.public_id, '^.*/', '');
        else
            p_after.folder := coalesce(substring(p_after.public_id from '^(.*)/'), '');
        end if;
    end if;
    perform media_sync.check_sizes(p_before, p_after);
    return p_after;
end;
$$;
comment on function media_sync.clean_edit(public.media_assets, public.media_assets) is
    'An edited row as Cloudinary can hold it. Raises invalid_parameter_value for what it cannot.';
revoke all on function media_sync.clean_edit(public.media_assets, public.media_assets) from public, anon, authenticated;

create or replace function media_sync.derive_sync_state()
returns trigger
language plpgsql
-- Editors may write editable columns only; what follows from an edit is written here.
security definer
set search_path = ''
as $$
declare
    v_now constant timestamptz := clock_timestamp();
    v_before constant jsonb := media_sync.editable_fields(old);
    v_fields jsonb;
begin
    new := media_sync.clean_edit(old, new);
    v_fields := media_sync.editable_fields(new);
    if media_sync.same_fields(v_fields, v_before) then
        new.tags := old.tags;
        return new;
    end if;

    new.conflicts := media_sync.open_conflicts(coalesce(new.conflicts, '{}'), v_fields, new.base);
    new.sync_status := case
        when new.deleted_at is not null then new.sync_status
        when new.conflicts is not null then 'conflict'
        -- What is on its way may arrive yet: an edit that takes it back is an edit.
        when new.sending is null and media_sync.same_fields(v_fields, new.base) then 'synced'
        else 'pending'
    end;
    new.edited := media_sync.edited_values(v_before, v_fields, new.base, old.edited, v_now);
    new.waits_for_name := new.waits_for_name and new.public_id = old.public_id;
    new.sync_error := null;
    new.sync_attempts := 0;
    -- What workers died of was written as it was before.
    update media_sync.push_leases set claims = 0 where media_asset_id = new.id and claims > 0;
    new.next_attempt_at := null;
    new.edited_at := v_now;
    new.edited_by := auth.uid();
    new.updated_at := v_now;
    return new;
end;
$$;
comment on function media_sync.derive_sync_state() is 'Turns an edit of an editable column into a pending push, and an edit that changes nothing into nothing.';
revoke all on function media_sync.derive_sync_state() from public, anon, authenticated;

-- A merge moves `base` together with the fields and decides the status itself.
create or replace trigger derive_sync_state
    before update on public.media_assets
    for each row
    when (
        new.base is not distinct from old.base
        and (new.public_id, new.folder, new.display_name, new.tags, new.context, new.metadata)
            is distinct from (old.public_id, old.folder, old.display_name, old.tags, old.context, old.metadata)
    )
    execute function media_sync.derive_sync_state();

create or replace function media_sync.retry_push()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
    new.sync_attempts := 0;
    new.next_attempt_at := null;
    new.sync_error := null;
    return new;
end;
$$;
comment on function media_sync.retry_push() is 'Setting sync_status from error back to pending starts the attempts afresh.';
revoke all on function media_sync.retry_push() from public, anon, authenticated;

create or replace trigger retry_push
    before update of sync_status on public.media_assets
    for each row
    when (old.sync_status = 'error' and new.sync_status = 'pending')
    execute function media_sync.retry_push();

-- supabase/schemas/40_push/20_deletions.sql

-- Deletions and their undoing: the intent is durable here before Cloudinary is called.

create or replace function media_sync.soft_delete_media_assets(p_ids uuid[], p_force boolean default false)
returns table (id uuid, public_id text, outcome text)
language plpgsql
security definer
set search_path = ''
as $$
begin
    if not media_sync.is_editor() then
        raise exception 'Deleting assets needs the role editor or admin.' using errcode = 'insufficient_privilege';
    end if;
    perform media_sync.require_few(p_ids);
    -- In a statement of its own: one that locks and writes the same rows holds on to versions that others have replaced, and
    -- two such can wait for each other.
    perform media_sync.lock_assets(p_ids);
    return query
    with wanted as materialized (
        select asset.*
        from public.media_assets as asset
        where asset.id = any (p_ids) and asset.in_scope
        order by asset.asset_id
    ),
    deleted as (
        update public.media_assets as asset
        set
            deleted_at = clock_timestamp(),
            deleted_by = auth.uid(),
            sync_status = 'pending',
            sync_error = null,
            sync_attempts = 0,
            next_attempt_at = null,
            -- A restore that was asked for, sent or not, is wanted no more.
            restore_requested_at = null,
            updated_at = clock_timestamp()
        from wanted
        where asset.id = wanted.id
            and (wanted.deleted_at is null or wanted.restore_requested_at is not null)
            and (p_force or wanted.usage_count = 0)
        returning asset.id
    )
    select
        wanted.id,
        wanted.public_id,
        case
            when wanted.deleted_at is not null and wanted.restore_requested_at is null then 'already_deleted'
            when wanted.usage_count > 0 and not p_force then 'in_use'
            else 'deleted'
        end
    from wanted;
end;
$$;
comment on function media_sync.soft_delete_media_assets(uuid[], boolean) is 'What public.soft_delete_media_assets() does; with the owner''s rights, once it has checked the caller.';
revoke all on function media_sync.soft_delete_media_assets(uuid[], boolean) from public, anon, authenticated;
grant execute on function media_sync.soft_delete_media_assets(uuid[], boolean) to authenticated, service_role;

create or replace function public.soft_delete_media_assets(p_ids uuid[], p_force boolean default false)
returns table (id uuid, public_id text, outcome text)
language sql
set search_path = ''
as $$
    select * from media_sync.soft_delete_media_assets(p_ids, p_force);
$$;
comment on function public.soft_delete_media_assets(uuid[], boolean) is
    'Deletes assets here at once and in Cloudinary by the next push. Editors. outcome: deleted, already_deleted or in_use (pass p_force to delete all the same). Unknown ids are left out.';
revoke all on function public.soft_delete_media_assets(uuid[], boolean) from public, anon, authenticated;
grant execute on function public.soft_delete_media_assets(uuid[], boolean) to authenticated, service_role;

create or replace function public.soft_delete_media_asset(p_id uuid, p_force boolean default false)
returns text
language plpgsql
set search_path = ''
as $$
declare
    v_outcome text;
begin
    select outcome into v_outcome from public.soft_delete_media_assets(array[p_id], p_force);
    if v_outcome is null then
        raise exception 'There is no asset with id %.', p_id using errcode = 'PT404';
    elsif v_outcome = 'in_use' then
        raise exception 'The asset is in use; pass p_force => true to delete it all the same.' using errcode = 'restrict_violation';
    end if;
    return v_outcome;
end;
$$;
comment on function public.soft_delete_media_asset(uuid, boolean) is 'Deletes one asset on both sides. Editors. Raises restrict_violation when it is in use and p_force is not set.';
revoke all on function public.soft_delete_media_asset(uuid, boolean) from public, anon, authenticated;
grant execute on function public.soft_delete_media_asset(uuid, boolean) to authenticated, service_role;

create or replace function media_sync.restore_media_asset(p_id uuid)
returns text
language plpgsql
security definer
set search_path = ''
as $$
declare
    v_asset public.media_assets;
begin
    if not media_sync.is_editor() then
        raise exception 'Restoring assets needs the role editor or admin.' using errcode = 'insufficient_privilege';
    end if;
    select * into v_asset from public.media_assets where id = p_id and in_scope for no key update;
    if v_asset.id is null then
        raise exception 'There is no asset with id %.', p_id using errcode = 'PT404';
    elsif v_asset.deleted_at is null then
        return 'live';
    elsif v_asset.restore_requested_at is not null then
        return 'requested';
    elsif v_asset.sync_status = 'synced' or media_sync.has_attempt(v_asset.sending, 'deleted') or exists (
        select from media_sync.refresh_queue as queued
        where queued.cloud_name = v_asset.cloud_name and queued.asset_id = v_asset.asset_id and queued.requested_at > v_asset.deleted_at
    ) then
        -- Cloudinary has let go of it, or is about to, or told something since that waits for a look-up and may be just that:
        -- what it still holds, or its backup, must give it back.
        update public.media_assets
        set
            restore_requested_at = clock_timestamp(),
            sync_status = 'pending',
            sync_error = null,
            sync_attempts = 0,
            next_attempt_at = null,
            updated_at = clock_timestamp()
        where id = p_id;
        return 'requested';
    end if;

    update public.media_assets
    set
        deleted_at = null,
        deleted_by = null,
        sync_status = case
            when conflicts is not null then 'conflict'
            when sending is null and media_sync.same_fields(media_sync.editable_fields(v_asset), base) then 'synced'
            else 'pending'
        end,
        sync_error = null,
        sync_attempts = 0,
        next_attempt_at = null,
        updated_at = clock_timestamp()
    where id = p_id;
    insert into public.media_sync_log (operation, status, direction, source, media_asset_id, asset_id, public_id, resource_type, user_id)
    values ('restore', 'success', 'push', 'client', v_asset.id, v_asset.asset_id, v_asset.public_id, v_asset.resource_type, auth.uid());
    return 'restored';
end;
$$;
comment on function media_sync.restore_media_asset(uuid) is 'What public.restore_media_asset() does; with the owner''s rights, once it has checked the caller.';
revoke all on function media_sync.restore_media_asset(uuid) from public, anon, authenticated;
grant execute on function media_sync.restore_media_asset(uuid) to authenticated, service_role;

create or replace function public.restore_media_asset(p_id uuid)
returns text
language sql
set search_path = ''
as $$
    select media_sync.restore_media_asset(p_id);
$$;
comment on function public.restore_media_asset(uuid) is
    'Undoes a deletion. Editors. Returns live (was not deleted), restored (the deletion was never sent, nor one heard of) or requested (the next push sees to it, from Cloudinary''s backup where need be).';
revoke all on function public.restore_media_asset(uuid) from public, anon, authenticated;
grant execute on function public.restore_media_asset(uuid) to authenticated, service_role;

-- supabase/schemas/40_push/25_leases.sql

-- Leases: which rows are free to be pushed, which worker is pushing a row, for how long, and how many have died of it.

create or replace function media_sync.end_leases(p_ids uuid[], p_worker uuid default null)
returns void
language plpgsql
set search_path = ''
as $$
begin
    delete from media_sync.push_leases where media_asset_id = any (p_ids) and (p_worker is null or lease_token = p_worker);
end;
$$;
comment on function media_sync.end_leases(uuid[], uuid) is
    'Rows are no longer being pushed, and what was claimed of them was settled. p_worker: only where it is his. The caller holds the rows'' locks.';
revoke all on function media_sync.end_leases(uuid[], uuid) from public, anon, authenticated;

create or replace function media_sync.give_up_deadly(p_cloud_name text)
returns void
language plpgsql
set search_path = ''
-- Rows are looked up one by one, however few the table had when this was planned.
set enable_seqscan = off
as $$
declare
    v_deadly constant uuid[] := array(
        select media_asset_id from media_sync.push_leases where claims >= 5 and leased_until < (select clock_timestamp())
    );
    v_ids uuid[];
begin
    -- As nearly always: what waits is not gone through to find that workers died of none of it.
    if v_deadly = '{}' then
        return;
    end if;
    v_ids := array(
        select asset.id
        from public.media_assets as asset
        where asset.id = any (v_deadly) and asset.sync_status = 'pending' and asset.cloud_name = p_cloud_name
        order by asset.asset_id
        for no key update skip locked
    );
    update public.media_assets
    set
        sync_status = 'error',
        sync_error = 'Five workers ended while they pushed this row. Retry it; if they end again, make its fields smaller first.'
    where id = any (v_ids);
    perform media_sync.end_leases(v_ids);
end;
$$;
comment on function media_sync.give_up_deadly(text) is 'Rows of which workers died again and again rest in error.';
revoke all on function media_sync.give_up_deadly(text) from public, anon, authenticated;

create or replace function media_sync.rows_to_push(p_cloud_name text, p_limit integer, p_ids uuid[], p_now timestamptz)
returns table (id uuid, bytes bigint, is_renamed boolean)
language plpgsql
stable
set search_path = ''
-- It walks an index in its order until it has as many as it may take: however many wait, the others are not read.
set enable_seqscan = off
set enable_bitmapscan = off
as $$
declare
    v_found integer;
begin
    -- Whoever asks for certain rows wants them now; the pause is for the background.
    if p_ids is not null then
        return query
        select
            asset.id,
            media_sync.row_bytes(asset.context, asset.metadata, asset.tags),
            asset.public_id <> asset.base ->> 'public_id'
        from public.media_assets as asset
        where asset.id = any (p_ids)
            and asset.sync_status is not distinct from 'pending'
            and asset.cloud_name = p_cloud_name
            and not coalesce(
                (select leased_until >= p_now or claims >= 2 from media_sync.push_leases where media_asset_id = asset.id), false
            )
        order by asset.next_attempt_at nulls first, asset.id
        limit p_limit;
        return;
    end if;
    -- Two ranges of the index, so that those that pause are not read.
    return query
    select
        asset.id,
        media_sync.row_bytes(asset.context, asset.metadata, asset.tags),
        asset.public_id <> asset.base ->> 'public_id'
    from public.media_assets as asset
    where asset.sync_status = 'pending'
        and asset.next_attempt_at is null
        and asset.cloud_name = p_cloud_name
        and not coalesce(
            (select leased_until >= p_now or claims >= 2 from media_sync.push_leases where media_asset_id = asset.id), false
        )
    order by asset.next_attempt_at nulls first
    limit p_limit;
    get diagnostics v_found = row_count;
    return query
    select
        asset.id,
        media_sync.row_bytes(asset.context, asset.metadata, asset.tags),
        asset.public_id <> asset.base ->> 'public_id'
    from public.media_assets as asset
    where asset.sync_status = 'pending'
        and asset.next_attempt_at <= p_now
        and asset.cloud_name = p_cloud_name
        and not coalesce(
            (select leased_until >= p_now or claims >= 2 from media_sync.push_leases where media_asset_id = asset.id), false
        )
    order by asset.next_attempt_at nulls first
    limit p_limit - v_found;
end;
$$;
comment on function media_sync.rows_to_push(text, integer, uuid[], timestamptz) is
    'Pending rows that no worker holds and of which no two have died, those that wait the longest first, with what they weigh and whether they are renamed. p_ids: of these, without a pause.';
revoke all on function media_sync.rows_to_push(text, integer, uuid[], timestamptz) from public, anon, authenticated;

create or replace function media_sync.lease_pending(p_ids uuid[], p_worker uuid, p_now timestamptz, p_lease_seconds integer)
returns setof public.media_assets
language plpgsql
set search_path = ''
set enable_seqscan = off
-- A plan that a session keeps expects a row or two: a thousand would be compared with each of a thousand.
set enable_nestloop = off
as $$
begin
    return query
    with free as materialized (
        -- As they are once they are locked, not as they were when this began. Found by their ids: the index of all that is
        -- pending would be read from end to end.
        select asset.*
        from public.media_assets as asset
        where asset.id = any (p_ids) and asset.sync_status is not distinct from 'pending'
        order by asset.asset_id
        for no key update skip locked
    ),
    leased as (
        insert into media_sync.push_leases as lease (media_asset_id, lease_token, leased_until)
        select id, p_worker, p_now + make_interval(secs => p_lease_seconds) from free
        on conflict (media_asset_id) do update
        set lease_token = excluded.lease_token, leased_until = excluded.leased_until, claims = lease.claims + 1
        -- Judged by the lease as it is now: another worker may have taken the row since this began.
        where lease.leased_until < p_now
        returning lease.media_asset_id
    )
    select free.* from free join leased on leased.media_asset_id = free.id;
end;
$$;
comment on function media_sync.lease_pending(uuid[], uuid, timestamptz, integer) is 'Leases those of these rows to a worker that are pending and that no other is pushing.';
revoke all on function media_sync.lease_pending(uuid[], uuid, timestamptz, integer) from public, anon, authenticated;

-- supabase/schemas/40_push/30_claims.sql

-- A push begins: pending rows are claimed for a while.

create or replace function media_sync.push_is_due(p_cloud_name text, p_ids uuid[] default null)
returns boolean
language plpgsql
stable
set search_path = ''
-- It walks an index to the first that is free, however many rows wait.
set enable_seqscan = off
set enable_bitmapscan = off
as $$
declare
    v_now constant timestamptz := clock_timestamp();
begin
    -- Whoever asks for certain rows wants them now; the pause is for the background.
    if p_ids is not null then
        return exists (
            select from public.media_assets as asset
            where id = any (p_ids)
                and sync_status = 'pending'
                and cloud_name = p_cloud_name
                and not coalesce((select leased_until >= v_now from media_sync.push_leases where media_asset_id = asset.id), false)
        );
    end if;
    -- Two ranges of the index, so that those that pause are not read. An exists would drop the order, which names the index:
    -- from its end, because workers take from its beginning.
    return coalesce((
        select true
        from public.media_assets as asset
        where sync_status = 'pending'
            and next_attempt_at is null
            and cloud_name = p_cloud_name
            and not coalesce((select leased_until >= v_now from media_sync.push_leases where media_asset_id = asset.id), false)
        order by next_attempt_at desc nulls last
        limit 1
    ), (
        select true
        from public.media_assets as asset
        where sync_status = 'pending'
            and next_attempt_at <= v_now
            and cloud_name = p_cloud_name
            and not coalesce((select leased_until >= v_now from media_sync.push_leases where media_asset_id = asset.id), false)
        order by next_attempt_at desc nulls last
        limit 1
    ), false);
end;
$$;
comment on function media_sync.push_is_due(text, uuid[]) is 'Whether a row waits to be pushed that no worker holds. p_ids: one of these.';
revoke all on function media_sync.push_is_due(text, uuid[]) from public, anon, authenticated;

create or replace function media_sync.linked_renames(p_cloud_name text, p_ids uuid[])
returns setof uuid
language plpgsql
stable
set search_path = ''
-- A plan made while the table was small must serve the large one too.
set enable_seqscan = off
as $$
begin
    return query
    with recursive renames as materialized (
        select id, resource_type, type, public_id as wanted, base ->> 'public_id' as held
        from public.media_assets
        where sync_status = 'pending'
            and cloud_name = p_cloud_name
            and deleted_at is null
            and public_id <> base ->> 'public_id'
    ),
    linked as (
        select * from renames where id = any (p_ids)
        union
        select other.*
        from linked
        join renames as other
            on other.resource_type = linked.resource_type
            and other.type = linked.type
            and (other.held = linked.wanted or other.wanted = linked.held)
    )
    select id from linked;
end;
$$;
comment on function media_sync.linked_renames(text, uuid[]) is
    'Pending renames that wait for a name which one of these rows leaves, or hold one that it wants, and so on: a ring comes undone only as a whole.';
revoke all on function media_sync.linked_renames(text, uuid[]) from public, anon, authenticated;

create or replace function media_sync.push_difference(p_asset public.media_assets)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
    v_difference constant jsonb := media_sync.difference(p_asset.base, media_sync.editable_fields(p_asset));
begin
    if v_difference ?| '{folder,display_name}'::text[] then
        -- There the folder is the path of the public_id: only the rename is written. In one condition with the other, a query
        -- would begin for each row.
        if (select folder_mode from media_sync.settings) = 'fixed' then
            return v_difference - '{folder,display_name}'::text[];
        end if;
    end if;
    return v_difference;
end;
$$;
comment on function media_sync.push_difference(public.media_assets) is 'What must be written to Cloudinary so that it holds what the row wants.';
revoke all on function media_sync.push_difference(public.media_assets) from public, anon, authenticated;

create or replace function media_sync.push_task(p_asset public.media_assets)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
    return jsonb_build_object(
        'id', p_asset.id,
        'asset_id', p_asset.asset_id,
        'action', case
            when p_asset.deleted_at is null then 'update'
            when p_asset.restore_requested_at is not null then 'restore'
            else 'delete'
        end,
        -- The name that Cloudinary knows it by, which a local rename has not reached yet.
        'public_id', p_asset.base ->> 'public_id',
        'resource_type', p_asset.resource_type,
        'type', p_asset.type,
        'difference', media_sync.push_difference(p_asset)
    );
end;
$$;
comment on function media_sync.push_task(public.media_assets) is 'What a row wants of Cloudinary, as far as is known before the look-up.';
revoke all on function media_sync.push_task(public.media_assets) from public, anon, authenticated;

create or replace function media_sync.claim_pending(
    p_cloud_name text,
    p_worker uuid,
    p_limit integer,
    p_lease_seconds integer,
    p_ids uuid[]
)
returns setof public.media_assets
language plpgsql
set search_path = ''
as $$
declare
    v_now constant timestamptz := clock_timestamp();
    v_ids uuid[];
    v_renamed boolean;
    v_leased public.media_assets;
begin
    perform media_sync.give_up_deadly(p_cloud_name);
    -- What a worker holds in memory is bounded.
    select coalesce(array_agg(id), '{}'), bool_or(is_renamed) into v_ids, v_renamed
    from (
        select id, is_renamed, place, sum(bytes) over (order by place) as total
        from media_sync.rows_to_push(p_cloud_name, p_limit, p_ids, v_now) with ordinality as waiting (id, bytes, is_renamed, place)
    ) as counted
    where place = 1 or total <= 4000000;
    if v_ids = '{}' then
        -- What workers have died of goes alone, when nothing else waits.
        v_ids := array(
            select asset.id
            from public.media_assets as asset
            where asset.id = any (array(select media_asset_id from media_sync.push_leases where claims >= 2 and leased_until < v_now))
                -- Found by their ids: the index of all that is pending would be read from end to end.
                and asset.sync_status is not distinct from 'pending'
                and asset.cloud_name = p_cloud_name
                and (p_ids is null or asset.id = any (p_ids))
                and (p_ids is not null or asset.next_attempt_at is null or asset.next_attempt_at <= v_now)
            order by asset.next_attempt_at nulls first, asset.id
            limit 1
        );
        v_renamed := exists (select from public.media_assets where id = any (v_ids) and public_id <> base ->> 'public_id');
    end if;
    if v_renamed then
        v_ids := v_ids || array(select media_sync.linked_renames(p_cloud_name, v_ids));
    end if;
    -- Whole rows, not select *: a session's plan would keep the columns of today, and fail once the table has another.
    foreach v_leased in array array(select leased from media_sync.lease_pending(v_ids, p_worker, v_now, p_lease_seconds) as leased) loop
        return next v_leased;
    end loop;
end;
$$;
comment on function media_sync.claim_pending(text, uuid, integer, integer, uuid[]) is 'Leases pending rows to a worker, with the renames that are linked to theirs.';
revoke all on function media_sync.claim_pending(text, uuid, integer, integer, uuid[]) from public, anon, authenticated;

create or replace function public.media_sync_begin_push(
    p_cloud_name text,
    p_worker uuid,
    p_limit integer,
    p_lease_seconds integer,
    p_source text,
    p_user_id uuid default null,
    p_run_id uuid default null,
    p_ids uuid[] default null
)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
    v_run_id uuid := p_run_id;
    v_tasks jsonb;
    v_more boolean;
begin
    -- Edits from now on wake another push. An editor whose wake this answers holds this row until his commit, so that
    -- the claim below, a statement later, sees his edit.
    update media_sync.wakes set waiting_since = null, begun_at = clock_timestamp() where p_ids is null;

    select coalesce(jsonb_agg(media_sync.push_task(claimed)), '[]') into v_tasks
    from media_sync.claim_pending(p_cloud_name, p_worker, p_limit, p_lease_seconds, p_ids) as claimed;
    v_more := v_tasks <> '[]' and media_sync.push_is_due(p_cloud_name, p_ids);

    if v_run_id is null and p_ids is null and jsonb_array_length(v_tasks) > 0 then
        insert into media_sync.runs (kind, cloud_name, source, user_id)
        values ('push', p_cloud_name, p_source, p_user_id)
        returning id into v_run_id;
    end if;
    return jsonb_build_object(
        'run_id', v_run_id,
        'tasks', v_tasks,
        'more', v_more,
        'folder_mode', (select folder_mode from media_sync.settings),
        'budget', media_sync.call_budget(p_cloud_name),
        'now', clock_timestamp()
    );
end;
$$;
comment on function public.media_sync_begin_push(text, uuid, integer, integer, text, uuid, uuid, uuid[]) is
    'Begins a push: leases pending rows to a worker, and starts a run unless one goes on, p_ids names certain rows, or nothing is pending. Returns { run_id, tasks: [ { id, asset_id, action: update | delete | restore, public_id, resource_type, type, difference } ], more (another claim may find rows), folder_mode, budget, now }.';
revoke all on function public.media_sync_begin_push(text, uuid, integer, integer, text, uuid, uuid, uuid[])
    from public, anon, authenticated;
grant execute on function public.media_sync_begin_push(text, uuid, integer, integer, text, uuid, uuid, uuid[]) to service_role;

create or replace function public.media_sync_release_pending(p_worker uuid, p_ids uuid[])
returns void
language plpgsql
security definer
set search_path = ''
as $$
begin
    perform media_sync.lock_assets(p_ids);
    perform media_sync.end_leases(p_ids, p_worker);
end;
$$;
comment on function public.media_sync_release_pending(uuid, uuid[]) is 'Gives claimed rows back untouched, so that the next call need not wait for the lease to end.';
revoke all on function public.media_sync_release_pending(uuid, uuid[]) from public, anon, authenticated;
grant execute on function public.media_sync_release_pending(uuid, uuid[]) to service_role;

-- supabase/schemas/40_push/35_plan.sql

-- Claimed rows are read fresh and merged; what is left is noted on the row as on its way, before the first byte leaves.

create or replace function media_sync.sent_by(p_asset public.media_assets, p_difference jsonb)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
    return media_sync.flat_difference(p_difference) || case
        -- Cloudinary has no command that takes one key away, so that the whole context is written.
        when p_difference -> 'context' ? 'removed' then
            (
                select coalesce(jsonb_object_agg('context.' || key, value), '{}') from jsonb_each(p_asset.context)
            ) || '{"context.*": null}'
        else '{}'
    end;
end;
$$;
comment on function media_sync.sent_by(public.media_assets, jsonb) is 'Value by value what the calls for a difference will write.';
revoke all on function media_sync.sent_by(public.media_assets, jsonb) from public, anon, authenticated;

create or replace function media_sync.plan_attempt(p_asset public.media_assets, p_is_there boolean)
returns jsonb
language plpgsql
volatile
set search_path = ''
as $$
declare
    v_difference jsonb;
    v_attempt jsonb := jsonb_build_object('id', gen_random_uuid(), 'name', p_asset.base ->> 'public_id');
begin
    if p_asset.deleted_at is null then
        v_difference := media_sync.push_difference(p_asset);
        if not p_is_there or v_difference = '{}' then
            return null;
        elsif v_difference ? 'public_id' then
            v_attempt := v_attempt || jsonb_build_object(
                'rename', v_difference -> 'public_id', 'detour', left(p_asset.base ->> 'public_id', 200) || '-' || left(p_asset.id::text, 8)
            );
        end if;
        return v_attempt || jsonb_build_object('sent', media_sync.sent_by(p_asset, v_difference));
    elsif p_asset.restore_requested_at is null then
        return case when p_is_there then v_attempt || '{"sent": {}, "existence": "deleted"}' end;
    end if;
    return case when not p_is_there then v_attempt || '{"sent": {}, "existence": "live"}' end;
end;
$$;
comment on function media_sync.plan_attempt(public.media_assets, boolean) is
    'What is to be sent for a row, given whether Cloudinary showed its asset just now; null for nothing.';
revoke all on function media_sync.plan_attempt(public.media_assets, boolean) from public, anon, authenticated;

create or replace function media_sync.rest_planned(p_ids uuid[])
returns void
language plpgsql
set search_path = ''
-- A plan made while the table was small must serve the large one too.
set enable_seqscan = off
as $$
begin
    -- Nothing is to be written: agreed, or to be looked at again when what is on its way can no longer arrive.
    update public.media_assets as asset
    set
        sync_status = case
            when asset.sync_status = 'pending' and asset.deleted_at is null and asset.sending is null then 'synced'
            else asset.sync_status
        end,
        sync_error = case when asset.sending is null and asset.deleted_at is null then null else asset.sync_error end,
        sync_attempts = 0,
        edited = case when asset.sending is null then '{}' else asset.edited end,
        next_attempt_at = (
            select least(max((attempt ->> 'until')::timestamptz), clock_timestamp() + interval '5 seconds')
            from jsonb_array_elements(asset.sending) as attempt
        )
    where asset.id = any (p_ids);
    perform media_sync.end_leases(p_ids);
end;
$$;
comment on function media_sync.rest_planned(uuid[]) is 'Gives back claimed rows for which nothing is to be sent now. The caller holds their locks.';
revoke all on function media_sync.rest_planned(uuid[]) from public, anon, authenticated;

create or replace function media_sync.send_planned(
    p_worker uuid,
    p_asset_ids text[],
    p_seen text[],
    p_cloud_name text,
    p_observed_at timestamptz
)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
    v_now constant timestamptz := clock_timestamp();
    v_until constant timestamptz := v_now + media_sync.write_horizon();
    v_given_up uuid[];
    v_resting uuid[];
    v_tasks jsonb;
begin
    with planned as materialized (
        select asset.id, media_sync.plan_attempt(asset, asset.asset_id = any (p_seen)) as attempt
        from public.media_assets as asset
        where asset.cloud_name = p_cloud_name
            and asset.asset_id = any (p_asset_ids)
            and exists (select from media_sync.push_leases where media_asset_id = asset.id and lease_token = p_worker)
            and asset.sync_status = 'pending'
    ),
    given_up as (
        update public.media_assets as asset
        set
            sync_status = 'error',
            sync_error = coalesce(asset.sync_error, 'Cloudinary accepts the change but keeps another value.')
        from planned
        cross join media_sync.settings as settings
        where asset.id = planned.id and planned.attempt is not null and asset.sync_attempts >= settings.push_max_attempts
        returning asset.id
    ),
    sent as (
        update public.media_assets as asset
        set
            sending = coalesce(asset.sending, '[]') || (planned.attempt || jsonb_build_object('at', v_now, 'until', v_until)),
            sync_attempts = asset.sync_attempts + 1,
            observed_at = greatest(asset.observed_at, p_observed_at)
        from planned
        where asset.id = planned.id and planned.attempt is not null and planned.id not in (select id from given_up)
        returning asset as sending_row, planned.attempt
    ),
    renewed as (
        -- The claim is older by as many parts of it as were pushed before.
        update media_sync.push_leases as lease
        set leased_until = v_now + interval '1 minute'
        from sent
        where lease.media_asset_id = (sent.sending_row).id
    )
    select
        (select array_agg(id) from given_up),
        (select array_agg(id) from planned where attempt is null),
        (
            select coalesce(jsonb_agg(
                media_sync.push_task(sending_row) || jsonb_build_object(
                    'attempt', attempt -> 'id',
                    'detour', attempt -> 'detour',
                    -- Wanted as a whole only where something is taken away; a row may be large.
                    'context', case when attempt -> 'sent' ? 'context.*' then (sending_row).context end,
                    'tags', case when jsonb_path_exists(attempt -> 'sent', '$.keyvalue() ? (@.key like_regex "^tags[.].*,")') then (sending_row).tags end
                ) order by (sending_row).id
            ), '[]')
            from sent
        )
    into v_given_up, v_resting, v_tasks;
    perform media_sync.end_leases(v_given_up);
    perform media_sync.rest_planned(v_resting);
    return v_tasks;
end;
$$;
comment on function media_sync.send_planned(uuid, text[], text[], text, timestamptz) is
    'Notes on each claimed row what is about to be sent, and returns it as tasks. p_seen: the assets that Cloudinary showed just now. The caller holds the rows'' locks.';
revoke all on function media_sync.send_planned(uuid, text[], text[], text, timestamptz) from public, anon, authenticated;

create or replace function media_sync.outdated_look_ups(p_cloud_name text, p_observations jsonb, p_stale text[])
returns text[]
language plpgsql
stable
set search_path = ''
as $$
begin
    if p_stale = '{}' then
        return '{}'::text[];
    end if;
    -- What came later may have told of one value only. Of all else nobody can say which is newer, what the row has or what was
    -- seen: a name, perhaps, that is another asset's by now.
    return array(
        select known.asset_id
        from media_sync.observed_assets(p_cloud_name, p_observations) as known
        where known.asset_id = any (p_stale)
            and media_sync.observed_fields((known.asset).base, known.observation) is distinct from (known.asset).base
    );
end;
$$;
comment on function media_sync.outdated_look_ups(text, jsonb, text[]) is
    'Of the assets whose rows reflect something later than a look-up (p_stale) those that it showed otherwise than the row has them: nothing may be written on the strength of either.';
revoke all on function media_sync.outdated_look_ups(text, jsonb, text[]) from public, anon, authenticated;

create or replace function public.media_sync_plan_push(
    p_cloud_name text,
    p_worker uuid,
    p_observations jsonb,
    p_absent text[],
    p_observed_at timestamptz,
    p_source text,
    p_run_id uuid default null
)
returns jsonb
language plpgsql
security definer
set search_path = ''
set statement_timeout = '60s'
-- It is about a few rows, for which the planner would read a table of which it knows nothing.
set enable_seqscan = off
as $$
declare
    v_seen constant text[] := array(select element ->> 'asset_id' from jsonb_array_elements(p_observations) as element);
    v_outcomes jsonb;
    v_undecided text[];
    v_outdated text[];
    v_quarantined text[];
    v_rested uuid[];
begin
    perform media_sync.lock_observed(p_cloud_name, p_observations, p_absent);
    select coalesce(jsonb_agg(to_jsonb(merged)), '[]') into v_outcomes
    from media_sync.merge_observations(p_cloud_name, p_observations, p_observed_at, p_source, p_run_id) as merged;
    v_outdated := media_sync.outdated_look_ups(p_cloud_name, p_observations, media_sync.stale_ids(v_outcomes));
    perform media_sync.forget_refresh(p_cloud_name, array(select unnest(v_seen) except select unnest(v_outdated)), p_observed_at);
    -- Absent: an edit has nothing left to reach, a deletion has arrived.
    perform media_sync.confirm_absence(p_cloud_name, p_absent, p_observed_at, p_source, p_run_id);
    -- Too many were denied at once: what was edited of them waits until somebody has looked.
    with denied as (
        update public.media_assets as asset
        set
            next_attempt_at = clock_timestamp() + interval '10 minutes',
            sync_error = 'Cloudinary denies the asset, and many others with it; see the blocked run in GET sync.'
        from media_sync.push_leases as lease
        where asset.cloud_name = p_cloud_name
            and asset.asset_id = any (p_absent)
            and lease.media_asset_id = asset.id
            and lease.lease_token = p_worker
            and asset.deleted_at is null
            and asset.observed_at <= p_observed_at
        returning asset.id
    )
    select array_agg(id) into v_rested from denied;
    perform media_sync.end_leases(v_rested);
    v_undecided := array(
        select element ->> 'asset_id'
        from jsonb_array_elements(v_outcomes) as element
        where element ->> 'outcome' = 'undecided'
    );
    -- Nobody knows what its asset holds: edits wait until it can be stored.
    v_quarantined := array(
        select element ->> 'asset_id'
        from jsonb_array_elements(v_outcomes) as element
        where element ->> 'outcome' = 'quarantined'
    );
    with set_aside as (
        update public.media_assets as asset
        set
            next_attempt_at = clock_timestamp() + interval '10 minutes',
            sync_error = 'What Cloudinary holds of the asset cannot be stored; health names it, and the edit goes out once it can.'
        from media_sync.push_leases as lease
        where asset.cloud_name = p_cloud_name
            and asset.asset_id = any (v_quarantined)
            and lease.media_asset_id = asset.id
            and lease.lease_token = p_worker
        returning asset.id
    )
    select array_agg(id) into v_rested from set_aside;
    perform media_sync.end_leases(v_rested);
    -- Settled, in conflict, or to be looked up again: nothing is to be sent, and nobody need wait for the lease to end.
    perform media_sync.end_leases(array(
        select asset.id
        from public.media_assets as asset
        where asset.cloud_name = p_cloud_name
            and asset.asset_id = any (v_seen || p_absent)
            and (asset.sync_status <> 'pending' or asset.asset_id = any (v_outdated))
    ), p_worker);
    return jsonb_build_object(
        'tasks', media_sync.send_planned(
            p_worker, array(select unnest(v_seen || p_absent) except select unnest(v_undecided)), v_seen, p_cloud_name,
            p_observed_at
        ),
        'undecided', to_jsonb(v_undecided),
        'outdated', to_jsonb(v_outdated),
        'now', clock_timestamp()
    );
end;
$$;
comment on function public.media_sync_plan_push(text, uuid, jsonb, text[], timestamptz, text, uuid) is
    'Merges the fresh look-up of claimed rows (what it showed, and what Cloudinary denied), notes on each row what is about to be sent, and returns it: { tasks: [ { id, asset_id, action, public_id, resource_type, type, difference, attempt, detour, context, tags } ], undecided (asset_ids whose detail must tell times first), outdated (those to be looked up again, because something that came meanwhile tells otherwise), now }.';
revoke all on function public.media_sync_plan_push(text, uuid, jsonb, text[], timestamptz, text, uuid) from public, anon, authenticated;
grant execute on function public.media_sync_plan_push(text, uuid, jsonb, text[], timestamptz, text, uuid) to service_role;

-- supabase/schemas/40_push/37_misplaced.sql

-- Calls go by public_id. Where names were swapped just before, a write of ours changed another asset than it meant.

create or replace function media_sync.values_before(p_asset_id text, p_sent jsonb, p_since timestamptz)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
    -- A look-up may have been quicker than what tells whose doing it was, and have taken it for somebody's edit.
    return (
        select coalesce(jsonb_object_agg(key, before), '{}')
        from (
            select distinct on (sent.key) sent.key, coalesce(changed.before -> sent.key, 'null') as before
            from (
                select
                    log.id,
                    media_sync.flat_fields(jsonb_object_agg(field.key, field.value -> 'from')) as before,
                    media_sync.flat_fields(jsonb_object_agg(field.key, field.value -> 'to')) as after
                from public.media_sync_log as log
                cross join lateral jsonb_each(log.changes) as field
                where log.asset_id = p_asset_id
                    and log.created_at >= p_since
                    and log.direction = 'pull'
                    and log.status = 'success'
                    and field.key = any (media_sync.editable_keys())
                group by log.id
                offset 0
            ) as changed
            cross join lateral (
                select * from jsonb_each(p_sent)
                union all
                -- A context that was set as a whole has taken away what it does not name.
                select key, 'null' from jsonb_object_keys(changed.before) as key
                where p_sent ? 'context.*' and key like 'context.%' and not p_sent ? key
            ) as sent
            where media_sync.same_value(changed.after -> sent.key, sent.value)
                and not media_sync.same_value(changed.before -> sent.key, sent.value)
            order by sent.key, changed.id desc
        ) as latest
    );
end;
$$;
comment on function media_sync.values_before(text, jsonb, timestamptz) is
    'What an asset had, value by value, before pulls since then took the values sent (as in flat_fields()) from Cloudinary.';
revoke all on function media_sync.values_before(text, jsonb, timestamptz) from public, anon, authenticated;

create or replace function media_sync.with_values_before(p_fields jsonb, p_base jsonb, p_sent jsonb, p_before jsonb)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
    v_flat constant jsonb := media_sync.flat_fields(p_fields);
    v_back constant jsonb := (
        select coalesce(jsonb_object_agg(key, value), '{}')
        from jsonb_each(p_before)
        where media_sync.same_value(v_flat -> key, p_sent -> key)
            -- A row that has not heard of the swap has neither this name nor the one that was sent.
            or (key = 'public_id' and v_flat -> key = p_base -> key)
    );
    v_fields constant jsonb := media_sync.apply_values(p_fields, v_back)
        || (select coalesce(jsonb_object_agg(key, value), '{}') from jsonb_each(v_back) where key not like '%.%');
begin
    return media_sync.in_folder_mode(v_fields, v_fields, (select folder_mode from media_sync.settings));
end;
$$;
comment on function media_sync.with_values_before(jsonb, jsonb, jsonb, jsonb) is
    'Editable fields with what they had before, where they have what was sent (both as in flat_fields()), or the name on which both sides had agreed.';
revoke all on function media_sync.with_values_before(jsonb, jsonb, jsonb, jsonb) from public, anon, authenticated;

create or replace function media_sync.put_back(
    p_cloud_name text,
    p_asset_id text,
    p_public_id text,
    p_sent jsonb,
    p_sent_at timestamptz
)
returns void
language plpgsql
set search_path = ''
as $$
declare
    v_before constant jsonb := media_sync.values_before(p_asset_id, p_sent, p_sent_at)
        -- Whatever the row knows: what a call gave another name had the one by which the call went.
        || case when p_sent ? 'public_id' and p_public_id is not null then jsonb_build_object('public_id', p_public_id) else '{}' end;
begin
    if v_before = '{}' then
        return;
    end if;
    -- As if it had not been seen yet: what both sides had agreed on, and what the row had unless somebody edited it since.
    update public.media_assets as asset
    set
        base = media_sync.with_values_before(asset.base, asset.base, p_sent, v_before),
        public_id = fields ->> 'public_id',
        folder = fields ->> 'folder',
        display_name = fields ->> 'display_name',
        tags = array(select jsonb_array_elements_text(fields -> 'tags')),
        context = fields -> 'context',
        metadata = fields -> 'metadata',
        updated_at = clock_timestamp()
    from public.media_assets as present
    cross join lateral (
        select media_sync.with_values_before(media_sync.editable_fields(present), present.base, p_sent, v_before) as fields offset 0
    ) as back
    where asset.id = present.id and present.cloud_name = p_cloud_name and present.asset_id = p_asset_id and present.deleted_at is null;
end;
$$;
comment on function media_sync.put_back(text, text, text, jsonb, timestamptz) is
    'Gives a row what it had before values (as in flat_fields()) that we had sent to its name by mistake, where a look-up since then has taken them. The caller holds the row''s lock.';
revoke all on function media_sync.put_back(text, text, text, jsonb, timestamptz) from public, anon, authenticated;

create or replace function media_sync.mark_misplaced(
    p_cloud_name text,
    p_asset_id text,
    p_public_id text,
    p_sent jsonb,
    p_sent_at timestamptz,
    p_source text
)
returns void
language plpgsql
set search_path = ''
as $$
begin
    perform media_sync.put_back(p_cloud_name, p_asset_id, p_public_id, p_sent, p_sent_at);
    -- The asset knows the values for ours from now on, so that they count for nobody's edit and what it had is written again.
    update public.media_assets as asset
    set
        sending = coalesce(asset.sending, '[]') || jsonb_build_object(
            'id', gen_random_uuid(), 'at', p_sent_at, 'until', clock_timestamp() + media_sync.write_horizon(),
            'name', p_public_id, 'sent', case
                -- A context that was set as a whole has taken away what it does not name.
                when p_sent ? 'context.*' then (
                    select coalesce(jsonb_object_agg('context.' || key, null), '{}')
                    from jsonb_object_keys(asset.base -> 'context') as key
                ) || (p_sent - 'context.*')
                else p_sent
            end
        ),
        sync_status = case when asset.sync_status = 'synced' then 'pending' else asset.sync_status end
    where asset.cloud_name = p_cloud_name and asset.asset_id = p_asset_id and asset.deleted_at is null;
    insert into public.media_sync_log (operation, status, direction, source, asset_id, public_id, changes, error_code, error_message)
    values (
        'update', 'error', 'push', p_source, p_asset_id, p_public_id, p_sent, 'landed_elsewhere',
        'A change meant for another asset reached this one, because their names were swapped meanwhile; ' || case
            when found then 'it is put right.'
            -- What it had before, nobody here has seen.
            else 'it is not in this library, and what it had before is to be set again in Cloudinary.'
        end
    );
end;
$$;
comment on function media_sync.mark_misplaced(text, text, text, jsonb, timestamptz, text) is
    'Marks values (as in flat_fields()) that reached an asset by mistake as ours. The caller holds the row''s lock.';
revoke all on function media_sync.mark_misplaced(text, text, text, jsonb, timestamptz, text) from public, anon, authenticated;

create or replace function media_sync.misplaced_ids(p_cloud_name text, p_results jsonb)
returns uuid[]
language plpgsql
stable
set search_path = ''
as $$
begin
    return array(
        select asset.id
        from jsonb_array_elements(p_results) as result
        cross join lateral jsonb_array_elements(result -> 'misplaced') as misplaced
        cross join lateral (
            select present.id
            from public.media_assets as present
            where present.cloud_name = p_cloud_name and present.asset_id = misplaced ->> 'asset_id'
            limit 1
        ) as asset
    );
end;
$$;
comment on function media_sync.misplaced_ids(text, jsonb) is 'The rows of the assets that a push''s writes reached by mistake.';
revoke all on function media_sync.misplaced_ids(text, jsonb) from public, anon, authenticated;

create or replace function media_sync.note_misplaced(p_cloud_name text, p_results jsonb, p_source text)
returns void
language plpgsql
set search_path = ''
as $$
begin
    perform media_sync.mark_misplaced(
        p_cloud_name,
        misplaced ->> 'asset_id',
        meant.attempt ->> 'name',
        coalesce(
            (
                select jsonb_object_agg(key, meant.attempt -> 'sent' -> key)
                from unnest(media_sync.written_keys(meant.attempt -> 'sent', misplaced -> 'difference')) as key
                where meant.attempt -> 'sent' ? key
            ),
            '{}'
        ) || media_sync.flat_difference(misplaced -> 'difference'),
        (misplaced ->> 'at')::timestamptz,
        p_source
    )
    from jsonb_array_elements(p_results) as result
    cross join lateral jsonb_array_elements(result -> 'misplaced') as misplaced
    left join lateral (
        select attempt
        from public.media_assets as asset
        cross join lateral jsonb_array_elements(asset.sending) as attempt
        where asset.id = (result ->> 'id')::uuid and attempt ->> 'id' = result ->> 'attempt'
        limit 1
    ) as meant on true;
end;
$$;
comment on function media_sync.note_misplaced(text, jsonb, text) is
    'What a push''s answers show on other assets than it meant: [ { id, attempt, misplaced: [ { asset_id, difference, at } ] } ]. The caller holds the rows'' locks, and has not settled the attempts yet.';
revoke all on function media_sync.note_misplaced(text, jsonb, text) from public, anon, authenticated;

-- supabase/schemas/40_push/38_landings.sql

-- What an answer of Cloudinary settles of what was on its way.

create or replace function media_sync.written_keys(p_sent jsonb, p_difference jsonb)
returns text[]
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
    -- To take a key away the whole context is written, so that every key that was sent shares what became of it.
    return array(
        select jsonb_object_keys(media_sync.flat_difference(p_difference))
        union
        select key from jsonb_object_keys(p_sent) as key
        where p_difference -> 'context' ? 'removed' and key like 'context.%'
    );
end;
$$;
comment on function media_sync.written_keys(jsonb, jsonb) is 'The values, of those that an attempt sent, that the calls for a difference wrote.';
revoke all on function media_sync.written_keys(jsonb, jsonb) from public, anon, authenticated;

create or replace function media_sync.landing_times(p_sent jsonb, p_landings jsonb, p_now timestamptz)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
    return (
        select coalesce(jsonb_object_agg(key, coalesce(landing -> 'at', to_jsonb(p_now))), '{}')
        from jsonb_array_elements(p_landings) as landing
        cross join lateral unnest(media_sync.written_keys(p_sent, landing -> 'difference')) as key
    );
end;
$$;
comment on function media_sync.landing_times(jsonb, jsonb, timestamptz) is
    'Value to the time from which on a look-up must show it, of landings: [ { difference, at? } ].';
revoke all on function media_sync.landing_times(jsonb, jsonb, timestamptz) from public, anon, authenticated;

create or replace function media_sync.record_landing(p_sending jsonb, p_result jsonb, p_now timestamptz)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
declare
    -- Halfway through a ring: the name that it passes through is ours as the last one would have been.
    v_passed constant jsonb := case when p_result -> 'dropped' ? 'public_id' then p_result -> 'passed' end;
begin
    -- dropped: refused by Cloudinary, or never sent. landed, or answered with a failure: done or not; from that time on a
    -- look-up that does not show it shows that something else happened.
    return (
        select jsonb_agg(changed order by place)
        from (
            select
                place,
                case
                    when attempt ->> 'id' is distinct from p_result ->> 'attempt' then attempt
                    -- A name that was not given tells nothing about whose asset has it.
                    else (attempt - case when p_result -> 'dropped' ? 'public_id' then '{rename,detour}'::text[] else '{}' end)
                        || case when v_passed is null then '{}' else jsonb_build_object('rename', v_passed) end
                        || jsonb_build_object(
                            'sent', (attempt -> 'sent') - media_sync.written_keys(attempt -> 'sent', p_result -> 'dropped')
                                || case when v_passed is null then '{}' else jsonb_build_object('public_id', v_passed) end,
                            'landed', coalesce(attempt -> 'landed', '{}') || media_sync.landing_times(
                                attempt -> 'sent',
                                coalesce(p_result -> 'landed', '[]') || coalesce(
                                    (
                                        select jsonb_agg(jsonb_build_object('difference', value))
                                        from jsonb_array_elements(p_result -> 'answered')
                                    ),
                                    '[]'
                                ), p_now
                            ),
                            'arrived', coalesce(attempt -> 'arrived', '{}') || media_sync.landing_times(
                                attempt -> 'sent',
                                (select jsonb_agg(value) from jsonb_array_elements(p_result -> 'landed') where not value ? 'at'), p_now
                            )
                        )
                        || case when (p_result ->> 'cleared')::boolean then '{"cleared": true}'::jsonb else '{}' end
                        || case when p_result ? 'existence_at' then jsonb_build_object('landed_at', p_result -> 'existence_at') else '{}' end
                end as changed
            from jsonb_array_elements(p_sending) with ordinality as listed (attempt, place)
        ) as recorded
        where changed -> 'sent' <> '{}'
            or (changed ? 'existence' and not (
                changed ->> 'id' = p_result ->> 'attempt' and coalesce((p_result ->> 'existence_dropped')::boolean, false)
            ))
    );
end;
$$;
comment on function media_sync.record_landing(jsonb, jsonb, timestamptz) is
    'The attempts after Cloudinary answered one of them: { attempt, dropped: difference, passed?: name, landed: [ { difference, at? } ], answered: [ difference ], cleared?, existence_at?, existence_dropped? }; null when none is left.';
revoke all on function media_sync.record_landing(jsonb, jsonb, timestamptz) from public, anon, authenticated;

create or replace function media_sync.landed_difference(p_result jsonb)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
    return (
        select coalesce(jsonb_object_agg(key, value), '{}')
        from (
            select
                key,
                case
                    when key in ('tags', 'context', 'metadata')
                        then jsonb_object_agg(part, inner_value) filter (where part is not null)
                    else (array_agg(value))[1]
                end as value
            from (
                select field.key, field.value, part.key as part, part.value as inner_value
                from jsonb_array_elements(p_result -> 'landed') as landing
                cross join lateral jsonb_each(landing -> 'difference') as field
                left join lateral jsonb_each(case when jsonb_typeof(field.value) = 'object' then field.value else '{}' end) as part on true
            ) as parts
            group by key
        ) as fields
    );
end;
$$;
comment on function media_sync.landed_difference(jsonb) is 'All that a result tells as taken by Cloudinary, as one difference.';
revoke all on function media_sync.landed_difference(jsonb) from public, anon, authenticated;

create or replace function media_sync.shown_difference(p_difference jsonb, p_answer jsonb)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
declare
    v_told constant text[] := array(select jsonb_object_keys(p_answer));
    v_seen constant jsonb := media_sync.flat_fields(
        p_answer - array(select unnest(v_told) except select unnest(media_sync.editable_keys()))
    );
begin
    return (
        select coalesce(jsonb_object_agg(field.key, field.value), '{}')
        from jsonb_each(p_difference) as field
        where field.key = any (v_told)
            and not exists (
                select from jsonb_each(media_sync.flat_difference(jsonb_build_object(field.key, field.value))) as sent
                where not media_sync.same_value(sent.value, v_seen -> sent.key)
            )
    );
end;
$$;
comment on function media_sync.shown_difference(jsonb, jsonb) is 'The fields of a difference that an answer shows as sent.';
revoke all on function media_sync.shown_difference(jsonb, jsonb) from public, anon, authenticated;

create or replace function media_sync.stale_ids(p_outcomes jsonb)
returns text[]
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
    return array(
        select element ->> 'asset_id' from jsonb_array_elements(p_outcomes) as element where element ->> 'outcome' = 'stale'
    );
end;
$$;
comment on function media_sync.stale_ids(jsonb) is 'The assets of outcomes whose rows reflected something later.';
revoke all on function media_sync.stale_ids(jsonb) from public, anon, authenticated;

create or replace function media_sync.settle_by_late_answers(
    p_cloud_name text,
    p_results jsonb,
    p_late text[],
    p_source text,
    p_run_id uuid
)
returns void
language plpgsql
set search_path = ''
as $$
declare
    v_deltas jsonb;
begin
    -- An echo may overtake the answer, which then is older than what the row reflects. It still proves what arrived.
    select jsonb_agg(jsonb_build_object('asset_id', answer ->> 'asset_id', 'delta', shown))
    into v_deltas
    from jsonb_array_elements(p_results) as result
    cross join lateral (select result -> 'answers' -> -1 as answer) as latest
    cross join lateral media_sync.shown_difference(media_sync.landed_difference(result), answer) as shown
    join public.media_assets as asset on asset.id = (result ->> 'id')::uuid
    where asset.sending is not null
        and asset.asset_id = any (p_late)
        and shown <> '{}';
    if v_deltas is not null then
        perform media_sync.merge_observations(p_cloud_name, v_deltas, clock_timestamp(), p_source, p_run_id);
    end if;
end;
$$;
comment on function media_sync.settle_by_late_answers(text, jsonb, text[], text, uuid) is
    'Settles what answers show as arrived although the rows, of the assets p_late, reflected something later. The caller holds the rows'' locks.';
revoke all on function media_sync.settle_by_late_answers(text, jsonb, text[], text, uuid) from public, anon, authenticated;

create or replace function media_sync.take_addresses(p_cloud_name text, p_answers jsonb)
returns void
language plpgsql
set search_path = ''
-- Rows are looked up one by one, however few the table had when this was planned.
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
begin
    -- The echo of a rename may come before its answer, which then counts for stale. It tells no address; the answer does,
    -- and an address belongs to a name and a version whenever it was told.
    update public.media_assets as asset
    set url = answer ->> 'url', secure_url = answer ->> 'secure_url'
    from jsonb_array_elements(p_answers) as answer
    where asset.cloud_name = p_cloud_name
        and asset.asset_id = answer ->> 'asset_id'
        and answer ? 'url'
        and asset.base ->> 'public_id' = answer ->> 'public_id'
        and asset.version is not distinct from (answer ->> 'version')::bigint
        and asset.url is distinct from answer ->> 'url';
end;
$$;
comment on function media_sync.take_addresses(text, jsonb) is 'The addresses that answers tell for the names and versions which the rows have. The caller holds the rows'' locks.';
revoke all on function media_sync.take_addresses(text, jsonb) from public, anon, authenticated;

create or replace function media_sync.forget_cleared(p_results jsonb)
returns void
language plpgsql
set search_path = ''
-- Rows are looked up one by one, however few the table had when this was planned.
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
begin
    update public.media_assets as asset
    set
        base = media_sync.without_shared_context(asset.base, asset.context),
        sync_status = case when asset.sync_status = 'synced' then 'pending' else asset.sync_status end
    from jsonb_array_elements(p_results) as result
    where asset.id = (result ->> 'id')::uuid
        and (result ->> 'cleared')::boolean
        and asset.deleted_at is null
        and asset.base ? 'context';
end;
$$;
comment on function media_sync.forget_cleared(jsonb) is 'Contexts that were perhaps cleared and not set anew are no longer agreed on. The caller holds the rows'' locks.';
revoke all on function media_sync.forget_cleared(jsonb) from public, anon, authenticated;

create or replace function media_sync.landed_changes(p_base jsonb, p_landed jsonb)
returns jsonb
language plpgsql
immutable
set search_path = ''
as $$
declare
    v_after constant jsonb := media_sync.apply_difference(p_base, p_landed);
    v_changes constant jsonb := coalesce(media_sync.changed_fields(p_base, v_after), '{}');
begin
    -- Where the notification of the write was quicker than its answer, base has it already: what was before is not known any more.
    return nullif(
        coalesce((
            select jsonb_object_agg(field, jsonb_build_object('to', v_after -> field)) from jsonb_object_keys(p_landed) as field
        ), '{}') || v_changes,
        '{}'
    );
end;
$$;
comment on function media_sync.landed_changes(jsonb, jsonb) is 'What a write that landed changed, for the log: field to { from, to }; without from where base had it already.';
revoke all on function media_sync.landed_changes(jsonb, jsonb) from public, anon, authenticated;

-- supabase/schemas/40_push/40_confirmations.sql

-- What Cloudinary answered to the writes of a push.

create or replace function media_sync.log_pushes(
    p_cloud_name text,
    p_results jsonb,
    p_source text,
    p_run_id uuid,
    p_milliseconds double precision
)
returns void
language plpgsql
set search_path = ''
as $$
begin
    insert into public.media_sync_log (
        operation, status, direction, source, media_asset_id, asset_id, public_id, resource_type, changes, run_id,
        error_code, error_message, processing_time_ms, user_id
    )
    select
        case
            when landed ? 'public_id' then 'rename'
            when landed ? 'folder' then 'move'
            -- An edit that was sent is one, even if the row was deleted meanwhile.
            when landed <> '{}' then 'update'
            when asset.deleted_at is not null and result ->> 'action' in ('delete', 'restore') then result ->> 'action'
            else 'update'
        end,
        case when result ? 'error' then 'error' else 'success' end,
        'push', p_source, asset.id, asset.asset_id, asset.public_id, asset.resource_type,
        media_sync.landed_changes(asset.base, landed),
        p_run_id, result -> 'error' ->> 'code', result -> 'error' ->> 'message', p_milliseconds,
        case when result ->> 'action' = 'delete' then asset.deleted_by else asset.edited_by end
    from jsonb_array_elements(p_results) as result
    cross join lateral media_sync.landed_difference(result) as landed
    cross join lateral (
        select *
        from public.media_assets
        where id = (result ->> 'id')::uuid and cloud_name = p_cloud_name
        limit 1
    ) as asset
    where landed <> '{}'
        -- A name that stays taken is told once.
        or (result ? 'error' and not (asset.waits_for_name and result -> 'error' ->> 'code' = 'name_taken'));
end;
$$;
comment on function media_sync.log_pushes(text, jsonb, text, uuid, double precision) is 'The audit rows of a push: what reached Cloudinary, and what did not, and why.';
revoke all on function media_sync.log_pushes(text, jsonb, text, uuid, double precision) from public, anon, authenticated;

create or replace function media_sync.end_wishes(p_results jsonb)
returns void
language plpgsql
set search_path = ''
-- Rows are looked up one by one, however few the table had when this was planned.
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
begin
    -- Only Cloudinary's own word ends the wish to restore: no backup, or the name is another asset's.
    update public.media_assets as asset
    set
        sync_status = 'synced',
        sync_error = result -> 'error' ->> 'message',
        sync_attempts = 0,
        next_attempt_at = null,
        restore_requested_at = null,
        sending = null
    from jsonb_array_elements(p_results) as result
    where asset.id = (result ->> 'id')::uuid
        and (result -> 'error' ->> 'ends_wish')::boolean
        and asset.restore_requested_at is not null
        -- Asked anew since: that is another wish.
        and media_sync.has_attempt(asset.sending, 'live');
end;
$$;
comment on function media_sync.end_wishes(jsonb) is 'Assets that Cloudinary cannot give back stay deleted. The caller holds the rows'' locks.';
revoke all on function media_sync.end_wishes(jsonb) from public, anon, authenticated;

create or replace function media_sync.rest_pushed(p_worker uuid, p_results jsonb, p_claimed_at timestamptz, p_settings media_sync.settings)
returns void
language plpgsql
set search_path = ''
-- Rows are looked up one by one, however few the table had when this was planned.
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
begin
    update public.media_assets as asset
    set
        sync_status = case
            when asset.sync_status = 'pending' and told.error is not null
                and (told.permanent or told.counted >= p_settings.push_max_attempts) then 'error'
            else asset.sync_status
        end,
        sync_attempts = told.counted,
        -- A wish to restore has ended with it; asked for again, it is told again.
        waits_for_name = coalesce(told.error ->> 'code' = 'name_taken' and not told.error ? 'ends_wish', false),
        sync_error = case when asset.sync_status = 'synced' and asset.deleted_at is null then null else told.message end,
        next_attempt_at = case
            when asset.sync_status = 'synced' or told.news or told.again then null
            when told.error ? 'retry_at' then (told.error ->> 'retry_at')::timestamptz
            -- Whoever leaves the name invites the row; this is for a holder whom nobody here knows.
            when told.error ->> 'code' = 'name_taken' and asset.waits_for_name then clock_timestamp() + interval '10 minutes'
            when told.error is null then case when asset.sending is not null then clock_timestamp() + interval '5 seconds' end
            else clock_timestamp() + media_sync.backoff(told.counted, p_settings.push_backoff_cap, random())
        end
    from (
        select
            row_before.id,
            result -> 'error' as error,
            row_before.news,
            -- The plan counted the attempt, so that a worker that dies of a row has counted it.
            case
                when row_before.news then 0
                when coalesce((result ->> 'again')::boolean, false) or not coalesce((result -> 'error' ->> 'counts')::boolean, true)
                    then greatest(row_before.sync_attempts - 1, 0)
                else row_before.sync_attempts
            end as counted,
            coalesce((result -> 'error' ->> 'permanent')::boolean, false) and not row_before.news as permanent,
            case when not row_before.news then result -> 'error' ->> 'message' end as message,
            coalesce((result ->> 'again')::boolean, false) as again
        from jsonb_array_elements(p_results) as result
        cross join lateral (
            -- A deletion or a wish to restore is as much news as an edit: it is no failed attempt, and waits for nothing.
            select *, coalesce(greatest(edited_at, deleted_at, restore_requested_at) > p_claimed_at, false) as news
            from public.media_assets
            where id = (result ->> 'id')::uuid
            limit 1
        ) as row_before
    ) as told
    -- A row that another worker took over meanwhile is that worker's to rest.
    where asset.id = told.id and exists (select from media_sync.push_leases where media_asset_id = asset.id and lease_token = p_worker);
    perform media_sync.end_leases(array(select (result ->> 'id')::uuid from jsonb_array_elements(p_results) as result), p_worker);
end;
$$;
comment on function media_sync.rest_pushed(uuid, jsonb, timestamptz, media_sync.settings) is
    'Gives back pushed rows: when they are tried again, and why. The caller holds their locks.';
revoke all on function media_sync.rest_pushed(uuid, jsonb, timestamptz, media_sync.settings) from public, anon, authenticated;

create or replace function media_sync.record_push(p_run_id uuid, p_results jsonb)
returns void
language plpgsql
set search_path = ''
as $$
begin
    update media_sync.runs
    set
        pushed_items = pushed_items + (
            select count(*) from jsonb_array_elements(p_results) as result where media_sync.landed_difference(result) <> '{}'
        ),
        error_count = error_count + (select count(*) from jsonb_array_elements(p_results) as result where result ? 'error'),
        errors = (
            select coalesce(jsonb_agg(element order by place), '[]')
            from jsonb_array_elements(errors || (
                select coalesce(jsonb_agg(jsonb_build_object(
                    'public_id', asset.public_id, 'code', result -> 'error' ->> 'code', 'message', result -> 'error' ->> 'message'
                ) order by asset.public_id), '[]')
                from jsonb_array_elements(p_results) as result
                join public.media_assets as asset on asset.id = (result ->> 'id')::uuid
                where result ? 'error'
            )) with ordinality as listed (element, place)
            where place <= 50
        ),
        touched_at = clock_timestamp()
    where id = p_run_id;
end;
$$;
comment on function media_sync.record_push(uuid, jsonb) is 'A push''s results in the figures of its run.';
revoke all on function media_sync.record_push(uuid, jsonb) from public, anon, authenticated;

create or replace function public.media_sync_confirm_push(
    p_cloud_name text,
    p_worker uuid,
    p_claimed_at timestamptz,
    p_results jsonb,
    p_source text,
    p_run_id uuid default null,
    p_traffic jsonb default '{}',
    p_finish boolean default false
)
returns jsonb
language plpgsql
security definer
set search_path = ''
set statement_timeout = '60s'
-- It is about a few rows, for which the planner would read a table of which it knows nothing.
set enable_seqscan = off
as $$
declare
    v_now constant timestamptz := clock_timestamp();
    v_settings media_sync.settings;
    v_ids constant uuid[] := array(select (element ->> 'id')::uuid from jsonb_array_elements(p_results) as element);
    v_answer jsonb;
    v_answers jsonb := '[]'::jsonb;
    v_late text[] := '{}'::text[];
    v_open text[];
    v_run jsonb;
begin
    select * into strict v_settings from media_sync.settings;
    perform media_sync.lock_assets(v_ids || media_sync.misplaced_ids(p_cloud_name, p_results));

    perform media_sync.log_pushes(
        p_cloud_name, p_results, p_source, p_run_id,
        extract(epoch from v_now - p_claimed_at) * 1000 / greatest(jsonb_array_length(p_results), 1)
    );
    perform media_sync.end_wishes(p_results);
    perform media_sync.note_misplaced(p_cloud_name, p_results, p_source);
    -- Done is done, whoever holds the row by now.
    update public.media_assets as asset
    set sending = media_sync.record_landing(asset.sending, result, v_now)
    from jsonb_array_elements(p_results) as result
    where asset.id = (result ->> 'id')::uuid and asset.sending is not null;

    -- Answers that show the whole asset go through the same merge as every observation, in the order in which they came. What
    -- was asked for before the last had come may show what was before the write.
    for v_answer in
        select jsonb_agg(
            answer.value
                || case when answer.place = jsonb_array_length(result -> 'answers') then jsonb_build_object('answered_at', v_now) else '{}' end
        )
        from jsonb_array_elements(p_results) as result
        cross join lateral jsonb_array_elements(result -> 'answers') with ordinality as answer (value, place)
        group by answer.place
        order by answer.place
    loop
        v_late := v_late || media_sync.stale_ids(
            public.media_sync_apply_observations(p_cloud_name, v_answer, v_now, p_source, p_run_id) -> 'outcomes'
        );
        v_answers := v_answers || v_answer;
    end loop;
    perform media_sync.settle_by_late_answers(p_cloud_name, p_results, v_late, p_source, p_run_id);
    perform media_sync.forget_cleared(p_results);
    perform media_sync.take_addresses(p_cloud_name, v_answers);
    perform media_sync.confirm_absence(
        p_cloud_name,
        array(
            select asset.asset_id
            from jsonb_array_elements(p_results) as result
            join public.media_assets as asset on asset.id = (result ->> 'id')::uuid
            where (result ->> 'destroyed')::boolean
        ),
        v_now, p_source, p_run_id
    );

    perform media_sync.rest_pushed(p_worker, p_results, p_claimed_at, v_settings);
    -- A grouped write tells no state: its echo settles it, or a look-up does.
    v_open := array(
        select asset.asset_id
        from public.media_assets as asset
        where asset.id = any (v_ids)
            and asset.sending is not null
            and exists (select from jsonb_array_elements(asset.sending) as attempt where attempt -> 'landed' <> '{}')
    );
    perform media_sync.queue_refresh_later(p_cloud_name, v_open, 'a write is to be confirmed', interval '30 seconds');

    if p_run_id is not null then
        perform media_sync.record_push(p_run_id, p_results);
    end if;
    perform media_sync.record_traffic(p_cloud_name, p_run_id, p_traffic);
    if p_finish and p_run_id is not null then
        v_run := public.media_sync_finish_run(p_run_id, 'completed');
    end if;
    return jsonb_build_object(
        -- Edited meanwhile.
        'more', exists (
            select from public.media_assets
            where id = any (v_ids) and sync_status = 'pending' and (next_attempt_at is null or next_attempt_at <= v_now)
        ),
        'open', to_jsonb(v_open),
        -- Where notifications come, the echo of a write is one of them.
        'echoes', exists (select from media_sync.webhook_events where received_at > v_now - interval '10 minutes'),
        'run', v_run,
        'budget', media_sync.call_budget(p_cloud_name),
        'now', clock_timestamp()
    );
end;
$$;
comment on function public.media_sync_confirm_push(text, uuid, timestamptz, jsonb, text, uuid, jsonb, boolean) is
    'Settles claimed rows: [ { id, action, attempt, landed?: [ { difference, at? } ], answered?: [ difference ], dropped?: difference, misplaced?: [ { asset_id, difference, at } ], answers?: [ observation with observed_at ], cleared?, destroyed?, existence_at?, existence_dropped?, again?, error?: { code, message, permanent?, retry_at?, counts?, ends_wish? } } ]. Returns { more (rows edited meanwhile wait), open (asset_ids whose write is to be confirmed by echo or look-up), echoes, run, budget, now }.';
revoke all on function public.media_sync_confirm_push(text, uuid, timestamptz, jsonb, text, uuid, jsonb, boolean)
    from public, anon, authenticated;
grant execute on function public.media_sync_confirm_push(text, uuid, timestamptz, jsonb, text, uuid, jsonb, boolean) to service_role;

-- supabase/schemas/40_push/50_signed_uploads.sql

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

-- supabase/schemas/50_events/05_times.sql

-- What the time of an event proves about a write or a look-up of ours.

create or replace function media_sync.latest_moment(p_triggered_at timestamptz)
returns timestamptz
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
    -- Some events tell whole seconds.
    return p_triggered_at
        + case when date_trunc('second', p_triggered_at, 'UTC') = p_triggered_at then interval '1 second' else interval '0' end;
end;
$$;
comment on function media_sync.latest_moment(timestamptz) is 'Before which moment an event of that time has happened, or at it.';
revoke all on function media_sync.latest_moment(timestamptz) from public, anon, authenticated;

create or replace function media_sync.may_echo(p_attempt jsonb, p_triggered_at timestamptz)
returns boolean
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
    -- What happened before the write was planned is not its doing, though it brought the same value: an echo may come late.
    -- Should Cloudinary's clock be slow, a look-up settles the write instead.
    return coalesce((p_attempt ->> 'at')::timestamptz < media_sync.latest_moment(p_triggered_at), false);
end;
$$;
comment on function media_sync.may_echo(jsonb, timestamptz) is 'Whether what happened in Cloudinary at that time may be what the attempt sent.';
revoke all on function media_sync.may_echo(jsonb, timestamptz) from public, anon, authenticated;

create or replace function media_sync.is_overtaken(p_triggered_at timestamptz, p_observed_at timestamptz)
returns boolean
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
    -- Cloudinary repeats a notification for some minutes; a time that is further back is the fault of a clock and proves nothing.
    return coalesce(
        media_sync.latest_moment(p_triggered_at) < p_observed_at and p_triggered_at > p_observed_at - interval '1 hour', false
    );
end;
$$;
comment on function media_sync.is_overtaken(timestamptz, timestamptz) is
    'Whether a row was seen after what an event of that time tells had happened, so that it may have been changed again by then.';
revoke all on function media_sync.is_overtaken(timestamptz, timestamptz) from public, anon, authenticated;

-- supabase/schemas/50_events/10_folders.sql

-- Folder renames: one event in Cloudinary, many assets here.

create or replace function media_sync.rename_folder(
    p_cloud_name text,
    p_from text,
    p_to text,
    p_triggered_at timestamptz,
    p_source text
)
returns integer
language plpgsql
set search_path = ''
-- Only a plan that knows the folder finds what lies below it by the index.
set plan_cache_mode = force_custom_plan
as $$
declare
    v_count integer;
    v_below constant text := media_sync.like_pattern(p_from) || '/%';
    v_ids uuid[];
    v_unclear text[];
begin
    if p_from = '' or p_from = p_to then
        return 0;
    end if;
    -- By the folder alone: without statistics the index of identities seems to tell as much.
    v_ids := array(
        select known.id
        from (
            (
                select id, cloud_name, deleted_at from public.media_assets
                where folder = p_from or folder like v_below
                offset 0
            )
            union
            -- Moved elsewhere here, but not there yet.
            (
                select id, cloud_name, deleted_at from public.media_assets
                where sync_status <> 'synced' and (base ->> 'folder' = p_from or base ->> 'folder' like v_below)
                offset 0
            )
        ) as known
        where known.cloud_name = p_cloud_name and known.deleted_at is null
    );
    perform media_sync.lock_assets(v_ids);
    -- What was moved here meanwhile was moved on both sides: a look-up brings it before the merge. What was seen there since
    -- the renaming came there later: only a look-up tells where it is.
    v_unclear := array(
        select asset.asset_id
        from public.media_assets as asset
        where asset.id = any (v_ids)
            and asset.deleted_at is null
            and (asset.base ->> 'folder' = p_from or asset.base ->> 'folder' like v_below)
            and (
                (asset.sync_status <> 'synced' and asset.folder <> asset.base ->> 'folder')
                or media_sync.is_overtaken(p_triggered_at, asset.observed_at)
            )
    );
    perform media_sync.queue_refresh(p_cloud_name, v_unclear, 'its folder was renamed');
    with inside as materialized (
        select asset.id, asset.folder, p_to || substr(asset.folder, length(p_from) + 1) as folder_after
        from public.media_assets as asset
        -- What came into the folder since is another's, and locked out of order.
        where asset.id = any (v_ids)
            and asset.deleted_at is null
            and (asset.folder = p_from or asset.folder like v_below)
            and asset.folder = asset.base ->> 'folder'
            and not media_sync.is_overtaken(p_triggered_at, asset.observed_at)
    ),
    moved as (
        update public.media_assets as asset
        set
            folder = inside.folder_after,
            base = jsonb_set(asset.base, '{folder}', to_jsonb(inside.folder_after)),
            in_scope = media_sync.in_scope(inside.folder_after, settings.include_folders),
            observed_at = clock_timestamp(),
            updated_at = clock_timestamp()
        from inside
        cross join media_sync.settings as settings
        where asset.id = inside.id
        returning asset.id, asset.asset_id, asset.public_id, asset.resource_type, asset.folder, inside.folder as folder_before
    ),
    move_log as (
        insert into public.media_sync_log (
            operation, status, direction, source, media_asset_id, asset_id, public_id, resource_type, changes
        )
        select
            'move', 'success', 'pull', p_source, id, asset_id, public_id, resource_type,
            jsonb_build_object('folder', jsonb_build_object('from', folder_before, 'to', folder))
        from moved
    )
    select count(*) into v_count from moved;
    return v_count;
end;
$$;
comment on function media_sync.rename_folder(text, text, text, timestamptz, text) is
    'A folder was renamed or moved in Cloudinary at that time, which tells so in one event: its assets, and those below, follow. Returns how many.';
revoke all on function media_sync.rename_folder(text, text, text, timestamptz, text) from public, anon, authenticated;

-- supabase/schemas/50_events/15_echoes.sql

-- The echoes of our own writes among the notifications.

create or replace function media_sync.is_echo(p_sending jsonb, p_fields jsonb, p_triggered_at timestamptz)
returns boolean
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
declare
    v_sent constant jsonb := media_sync.open_values((
        select jsonb_agg(attempt) from jsonb_array_elements(p_sending) as attempt where media_sync.may_echo(attempt, p_triggered_at)
    ));
begin
    return p_fields <> '{}' and not exists (
        select from jsonb_each(media_sync.flat_difference(p_fields)) as told
        where not coalesce(v_sent -> told.key, '[]') @> jsonb_build_array(told.value)
    );
end;
$$;
comment on function media_sync.is_echo(jsonb, jsonb, timestamptz) is
    'True when every value that an event of that time tells is one that we had sent by then and that is not settled.';
revoke all on function media_sync.is_echo(jsonb, jsonb, timestamptz) from public, anon, authenticated;

create or replace function media_sync.explains(p_sent jsonb, p_told jsonb)
returns boolean
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
    return not exists (
        select from jsonb_each(p_told) as told
        where not p_sent @> jsonb_build_object(told.key, told.value)
            -- A context that is set as a whole takes from another asset whatever that one has, before it sets anything.
            and not (p_sent ? 'context.*' and told.key like 'context.%' and told.value = 'null')
    );
end;
$$;
comment on function media_sync.explains(jsonb, jsonb) is 'Whether a write of these values can be why another asset shows the values told, both as in flat_difference().';
revoke all on function media_sync.explains(jsonb, jsonb) from public, anon, authenticated;

create or replace function media_sync.is_meant(
    p_cloud_name text,
    p_asset_id text,
    p_fields jsonb,
    p_triggered_at timestamptz,
    p_since timestamptz
)
returns boolean
language plpgsql
stable
set search_path = ''
as $$
begin
    return exists (
        select
        from public.media_assets as asset
        where asset.cloud_name = p_cloud_name
            and asset.asset_id = p_asset_id
            and (
                (asset.sending is not null and media_sync.is_echo(asset.sending, p_fields, p_triggered_at))
                -- The answer was quicker than its echo, and has settled the write.
                or (asset.base -> 'public_id' = p_fields -> 'public_id' and exists (
                    select
                    from public.media_sync_log as log
                    where log.asset_id = p_asset_id
                        and log.created_at >= p_since
                        and log.direction = 'push'
                        and log.changes -> 'public_id' -> 'to' = p_fields -> 'public_id'
                ))
            )
    );
end;
$$;
comment on function media_sync.is_meant(text, text, jsonb, timestamptz, timestamptz) is
    'Whether what an event of that time tells of an asset is what we sent for this very asset: it is on its way to it, or a rename of it that was answered since then.';
revoke all on function media_sync.is_meant(text, text, jsonb, timestamptz, timestamptz) from public, anon, authenticated;

-- supabase/schemas/50_events/17_misplaced_events.sql

-- Notifications of writes that reached another asset than they meant, because names were swapped meanwhile.

create or replace function media_sync.is_given_back(
    p_cloud_name text,
    p_asset_id text,
    p_from text,
    p_to text,
    p_sent_at timestamptz,
    p_triggered_at timestamptz
)
returns boolean
language plpgsql
stable
set search_path = ''
as $$
begin
    if p_to is null then
        return false;
    end if;
    -- Who gives an asset at once the name back that a rename of ours had taken from it renames it just as the other half of a
    -- swap would. It is no second mistake: the first is in the log, and came before it,
    if exists (
        select from public.media_sync_log as log
        join public.media_assets as asset on asset.asset_id = log.asset_id
        where log.asset_id = p_asset_id
            and log.created_at >= p_sent_at
            and log.error_code = 'landed_elsewhere'
            and log.public_id = p_to
            and log.changes ->> 'public_id' = p_from
            and asset.cloud_name = p_cloud_name
            and (asset.last_event_at is null or asset.last_event_at <= p_triggered_at)
    ) then
        return true;
    end if;
    -- or a look-up was quicker than what tells of it.
    return exists (
        select from public.media_assets as meant
        cross join lateral jsonb_array_elements(meant.sending) as attempt
        where meant.cloud_name = p_cloud_name
            and meant.sending is not null
            and meant.asset_id <> p_asset_id
            and attempt ->> 'name' = p_to
            and attempt -> 'sent' ->> 'public_id' = p_from
            and media_sync.values_before(
                p_asset_id, jsonb_build_object('public_id', p_from), (attempt ->> 'at')::timestamptz
            ) ->> 'public_id' = p_to
    );
end;
$$;
comment on function media_sync.is_given_back(text, text, text, text, timestamptz, timestamptz) is
    'Whether a rename that an event of p_triggered_at tells gives an asset the name back which a rename of ours, sent at p_sent_at or later, took from it by mistake.';
revoke all on function media_sync.is_given_back(text, text, text, text, timestamptz, timestamptz) from public, anon, authenticated;

create or replace function media_sync.take_over_misplaced(p_cloud_name text, p_effects jsonb, p_triggered_at timestamptz)
returns void
language plpgsql
set search_path = ''
as $$
begin
    -- What a person did in Cloudinary's console is no write of ours, whatever it looks like.
    if p_effects @> '[{"by_person": true}]' then
        return;
    end if;
    -- The answers to grouped writes do not tell which assets had the names by then; notifications do. Hardly ever has a name
    -- been sent to for another asset; what is on its way is read once for all effects.
    perform media_sync.mark_misplaced(p_cloud_name, misplaced.asset_id, misplaced.public_id, misplaced.told, misplaced.sent_at, 'webhook')
    from (
        with sent as materialized (
            select meant.asset_id, attempt ->> 'name' as name, attempt
            from (
                select asset_id, sending
                from public.media_assets
                where cloud_name = p_cloud_name and sending is not null
                offset 0
            ) as meant
            cross join lateral jsonb_array_elements(meant.sending) as attempt
        )
        select distinct on (effect.asset_id, effect.fields)
            effect.asset_id, effect.public_id, effect.fields, flat.told, (sent.attempt ->> 'at')::timestamptz as sent_at
        from media_sync.named_effects(p_cloud_name, p_effects) as effect
        join sent on sent.name = effect.public_id and sent.asset_id <> effect.asset_id
        cross join lateral (select media_sync.flat_difference(effect.fields) as told offset 0) as flat
        where effect.kind = 'delta'
            and flat.told <> '{}'
            and media_sync.explains(sent.attempt -> 'sent', flat.told)
            and media_sync.may_echo(sent.attempt, p_triggered_at)
            and not media_sync.is_given_back(
                p_cloud_name, effect.asset_id, effect.public_id, flat.told ->> 'public_id',
                (sent.attempt ->> 'at')::timestamptz, p_triggered_at
            )
    ) as misplaced
    -- Names go round: what another asset's write would explain may be this one's own, and what people here want.
    where not media_sync.is_meant(p_cloud_name, misplaced.asset_id, misplaced.fields, p_triggered_at, misplaced.sent_at);
end;
$$;
comment on function media_sync.take_over_misplaced(text, jsonb, timestamptz) is
    'Marks what an event''s effects tell of assets as ours, where we sent it to their names for other assets. The caller holds the rows'' locks.';
revoke all on function media_sync.take_over_misplaced(text, jsonb, timestamptz) from public, anon, authenticated;

-- supabase/schemas/50_events/18_put_right.sql

-- What a write of ours brought to an asset by mistake is put right there, but for what somebody has changed since.

create or replace function media_sync.changed_since_mistake(
    p_asset public.media_assets,
    p_told jsonb,
    p_triggered_at timestamptz
)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
    v_base constant jsonb := media_sync.flat_fields(p_asset.base);
    v_local constant jsonb := media_sync.flat_fields(media_sync.editable_fields(p_asset));
begin
    return (
        select jsonb_object_agg(told.key, brought.value)
        from jsonb_each(p_told) as told
        cross join lateral (
            select coalesce(log.changes -> told.key, 'null') as value, log.created_at
            from public.media_sync_log as log
            where log.asset_id = p_asset.asset_id and log.error_code = 'landed_elsewhere' and log.changes ? told.key
            order by log.created_at desc
            limit 1
        ) as brought
        -- Names have an order of their own: see 66_waiting_names.sql.
        where told.key like '%.%'
            and brought.created_at < p_triggered_at
            and not p_asset.edited ? told.key
            and not media_sync.same_value(told.value, brought.value)
            and not media_sync.same_value(v_local -> told.key, brought.value)
            -- Seen there, or only told by the answer to the write.
            and (
                media_sync.same_value(v_base -> told.key, brought.value)
                or exists (
                    select from jsonb_array_elements(p_asset.sending) as attempt where attempt -> 'sent' -> told.key = brought.value
                )
            )
    );
end;
$$;
comment on function media_sync.changed_since_mistake(public.media_assets, jsonb, timestamptz) is
    'Of the values that an event tells (as in flat_difference()) those in whose place a write of ours had come by mistake before, which nobody has edited here and which are not put right yet, each with what we had brought; null for none.';
revoke all on function media_sync.changed_since_mistake(public.media_assets, jsonb, timestamptz) from public, anon, authenticated;

create or replace function media_sync.leave_to_people(p_cloud_name text, p_effects jsonb, p_triggered_at timestamptz)
returns void
language plpgsql
set search_path = ''
as $$
declare
    v_changed record;
begin
    -- The event may be late, and what it tells changed again, perhaps to the very value that we had brought: from now on that is
    -- somebody's. As if ours had never been seen, whatever is there is taken. Row by row, since hardly ever is there one, and an
    -- update of none would still wake all that watches the table.
    for v_changed in
        select (asset).id, since
        from (
            select told.asset, media_sync.changed_since_mistake(told.asset, told.differences, p_triggered_at) as since
            from (
                select waiting.asset, jsonb_object_agg(flat.key, flat.value) as differences
                from (
                    select known.asset, effect.kind, effect.fields, effect.observation
                    from media_sync.named_effects(p_cloud_name, p_effects) as effect
                    cross join lateral (
                        select asset from public.media_assets as asset
                        where asset.cloud_name = p_cloud_name and asset.asset_id = effect.asset_id
                        limit 1
                    ) as known
                    -- First of all: most events find their row in order.
                    where effect.kind in ('delta', 'observe') and (known.asset).sync_status <> 'synced' and (known.asset).deleted_at is null
                    offset 0
                ) as waiting
                cross join lateral jsonb_each(media_sync.flat_difference(
                    -- An overwrite shows the whole asset.
                    case waiting.kind
                        when 'observe' then media_sync.difference(
                            (waiting.asset).base, media_sync.observed_fields((waiting.asset).base, waiting.observation)
                        )
                        else waiting.fields
                    end
                )) as flat
                group by waiting.asset
            ) as told
            -- Once a row, not once a mention.
            offset 0
        ) as judged
        where since is not null
    loop
        update public.media_assets as target
        set
            base = media_sync.apply_values(target.base, (
                select jsonb_object_agg(key, coalesce(media_sync.flat_fields(media_sync.editable_fields(target)) -> key, 'null'))
                from jsonb_each(v_changed.since)
                where media_sync.same_value(media_sync.flat_fields(target.base) -> key, value)
            )),
            sending = media_sync.settle_sending(
                target.sending, v_changed.since, array(select jsonb_object_keys(v_changed.since)), '-infinity'
            )
        where target.id = v_changed.id;
    end loop;
end;
$$;
comment on function media_sync.leave_to_people(text, jsonb, timestamptz) is
    'Ends the putting right of what an event''s effects tell that somebody has changed since. The caller holds the rows'' locks.';
revoke all on function media_sync.leave_to_people(text, jsonb, timestamptz) from public, anon, authenticated;

-- supabase/schemas/50_events/20_effects.sql

-- What a notification says, applied. An event tells little and comes in any order: what it says is taken only where that
-- cannot undo anything; else the asset is looked up.

create or replace function media_sync.judge_observed(p_asset public.media_assets, p_observation jsonb, p_triggered_at timestamptz)
returns text
language plpgsql
stable
set search_path = ''
as $$
begin
    return case
        when p_asset.id is null then 'merge'
        when (p_observation ->> 'version')::bigint < p_asset.version then 'stale'
        when p_asset.deleted_at is null
            and media_sync.content_changes(p_asset, media_sync.observed_content(p_asset, p_observation)) is null
            and (
                media_sync.observed_fields(p_asset.base, p_observation) = p_asset.base
                -- The look-up that follows the write settles it; without one, what is the same here is not yet agreed on.
                or (p_asset.sending is not null and media_sync.same_fields(
                    media_sync.observed_fields(media_sync.editable_fields(p_asset), p_observation),
                    media_sync.editable_fields(p_asset)
                ))
            ) then 'nothing'
        -- The same content with other fields: which of the two is newer, a look-up tells.
        when (p_observation ->> 'version')::bigint = p_asset.version
            or p_asset.sync_status <> 'synced' or p_asset.deleted_at is not null
            or p_triggered_at < p_asset.last_event_at then 'fetch'
        else 'merge'
    end;
end;
$$;
comment on function media_sync.judge_observed(public.media_assets, jsonb, timestamptz) is
    'What to do about an event that shows a whole asset: merge, fetch (look it up), stale or nothing.';
revoke all on function media_sync.judge_observed(public.media_assets, jsonb, timestamptz) from public, anon, authenticated;

create or replace function media_sync.judge_delta(
    p_asset public.media_assets,
    p_fields jsonb,
    p_observation jsonb,
    p_triggered_at timestamptz
)
returns text
language plpgsql
stable
set search_path = ''
as $$
begin
    return case
        when p_asset.id is null then 'fetch'
        when p_asset.deleted_at is not null then 'fetch'
        -- The echo of our own write settles it, whatever people do to the row meanwhile.
        when p_asset.sending is not null and media_sync.is_echo(p_asset.sending, p_fields, p_triggered_at) then 'echo'
        -- What it brings stands here already.
        when media_sync.same_fields(
            media_sync.apply_difference(media_sync.editable_fields(p_asset), p_fields), media_sync.editable_fields(p_asset)
        )
            and (p_observation is null or media_sync.observed_content(p_asset, p_observation) is not distinct from p_asset)
            then case
                when p_asset.sending is not null
                    or media_sync.same_fields(media_sync.apply_difference(p_asset.base, p_fields), p_asset.base) then 'nothing'
                -- The same edit on both sides is to be agreed on, or taking it back here would pass for no edit at all. Only a
                -- look-up may: some change a context by clearing it and setting it anew.
                else 'fetch'
            end
        when p_triggered_at < p_asset.last_event_at then case when p_asset.sync_status = 'synced' then 'stale' else 'fetch' end
        -- Merged with edits of ours, an event that came late could discard one of them: only a look-up may. So too what
        -- happened before the row was last seen: what it tells may have been changed again by then, and people would edit on it.
        when p_asset.sync_status <> 'synced' or media_sync.is_overtaken(p_triggered_at, p_asset.observed_at) then 'fetch'
        -- A context that is cleared and set anew tells of both at one time: which of the two came last, a look-up tells.
        when p_triggered_at = p_asset.last_event_at and p_fields #> '{context,removed}' <> '[]' then 'fetch'
        else 'merge'
    end;
end;
$$;
comment on function media_sync.judge_delta(public.media_assets, jsonb, jsonb, timestamptz) is
    'What to do about an event that tells a change: merge, echo (merge, it settles a write of ours), fetch (look the asset up), stale or nothing.';
revoke all on function media_sync.judge_delta(public.media_assets, jsonb, jsonb, timestamptz) from public, anon, authenticated;

create or replace function media_sync.named_effects(p_cloud_name text, p_effects jsonb)
returns table (kind text, asset_id text, public_id text, fields jsonb, observation jsonb, incomplete boolean)
language plpgsql
stable
set search_path = ''
as $$
begin
    return query
    select
        element ->> 'kind',
        -- Old notifications name the asset only by its public_id.
        coalesce(element ->> 'asset_id', named.asset_id),
        element ->> 'public_id',
        coalesce(element -> 'fields', '{}'),
        element -> 'observation',
        coalesce((element ->> 'incomplete')::boolean, false)
    from jsonb_array_elements(p_effects) as element
    left join lateral (
        select asset.asset_id
        from (
            -- By the name alone: without statistics an index of resource types seems to tell as much.
            select * from public.media_assets as named where named.public_id = element ->> 'public_id' offset 0
        ) as asset
        where not element ? 'asset_id'
            and asset.cloud_name = p_cloud_name
            and asset.resource_type = element ->> 'resource_type'
            and asset.type = coalesce(element ->> 'type', 'upload')
            and asset.deleted_at is null
        limit 1
    ) as named on true
    where element ->> 'kind' <> 'folder' and coalesce(element ->> 'asset_id', named.asset_id) is not null;
end;
$$;
comment on function media_sync.named_effects(text, jsonb) is 'The effects on assets, each with the asset_id it is about; those about nothing known are left out.';
revoke all on function media_sync.named_effects(text, jsonb) from public, anon, authenticated;

create or replace function media_sync.note_event_time(p_ids uuid[], p_triggered_at timestamptz)
returns void
language plpgsql
set search_path = ''
as $$
begin
    -- A merge wrote it beside the rest; and an update of no row would still wake all that watches the table.
    if exists (
        select from public.media_assets
        where id = any (p_ids) and p_triggered_at is not null and (last_event_at is null or last_event_at < p_triggered_at)
    ) then
        update public.media_assets
        set last_event_at = p_triggered_at
        where id = any (p_ids) and (last_event_at is null or last_event_at < p_triggered_at);
    end if;
end;
$$;
comment on function media_sync.note_event_time(uuid[], timestamptz) is
    'Keeps on rows that an event touched when that was, where they do not know yet. The caller holds the rows'' locks.';
revoke all on function media_sync.note_event_time(uuid[], timestamptz) from public, anon, authenticated;

create or replace function media_sync.apply_effects(p_cloud_name text, p_effects jsonb, p_triggered_at timestamptz, p_source text)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
    v_now timestamptz;
    v_effect record;
    v_merge jsonb;
    v_fetch text[];
    v_verify text[];
    v_facts jsonb;
    v_stale text[];
    v_refused text[];
    v_touched uuid[];
    v_changed integer := 0;
begin
    -- First the locks, then the reading: what is judged is what will be written.
    perform media_sync.lock_observed(p_cloud_name, '[]', array(select asset_id from media_sync.named_effects(p_cloud_name, p_effects)));
    v_now := clock_timestamp();
    for v_effect in
        select element ->> 'from' as source, element ->> 'to' as target
        from jsonb_array_elements(p_effects) as element
        where element ->> 'kind' = 'folder'
    loop
        v_changed := v_changed + media_sync.rename_folder(p_cloud_name, v_effect.source, v_effect.target, p_triggered_at, p_source);
    end loop;
    perform media_sync.take_over_misplaced(p_cloud_name, p_effects, p_triggered_at);
    perform media_sync.leave_to_people(p_cloud_name, p_effects, p_triggered_at);

    with judged as materialized (
        select
            effect.*,
            known.asset,
            case
                when effect.kind = 'delete' then
                    -- Never seen, or gone here too: nothing is to be done, whoever deleted it.
                    case
                        when (known.asset).id is null then 'nothing'
                        when (known.asset).deleted_at is not null and (known.asset).sync_status = 'synced' then 'nothing'
                        else 'fetch'
                    end
                when effect.kind = 'refresh' then 'fetch'
                when effect.kind = 'observe' then media_sync.judge_observed(known.asset, effect.observation, p_triggered_at)
                else media_sync.judge_delta(known.asset, effect.fields, effect.observation, p_triggered_at)
            end as verdict
        from media_sync.named_effects(p_cloud_name, p_effects) as effect
        left join lateral (
            select asset from public.media_assets as asset
            where asset.cloud_name = p_cloud_name and asset.asset_id = effect.asset_id
            limit 1
        ) as known on true
    )
    select
        coalesce(jsonb_agg(
            case
                when kind = 'observe' then observation
                else coalesce(observation, '{}') || jsonb_build_object('asset_id', asset_id, 'delta', fields)
            end
        ) filter (where verdict in ('merge', 'echo')), '[]'),
        array_agg(asset_id) filter (where verdict = 'fetch' or (verdict = 'merge' and (
            incomplete
            -- An overwrite does not tell what it keeps.
            or (kind = 'observe' and exists (
                select from jsonb_each((asset).base - array(select jsonb_object_keys(observation)))
                where key in ('tags', 'context', 'metadata') and value not in ('[]', '{}')
            ))
        ))),
        array_agg(asset_id) filter (where verdict in ('merge', 'stale') and not incomplete),
        array_agg(asset_id) filter (where verdict = 'stale'),
        jsonb_agg(observation) filter (where verdict = 'nothing' and kind = 'observe'),
        array_agg((asset).id) filter (where (asset).id is not null and verdict <> 'stale')
    into v_merge, v_fetch, v_verify, v_stale, v_facts, v_touched
    from judged;

    if jsonb_array_length(v_merge) > 0 then
        select
            v_changed + count(*) filter (where outcome in ('inserted', 'updated', 'restored')),
            array_agg(asset_id) filter (where outcome = 'quarantined')
        into v_changed, v_refused
        -- What looks unchanged was judged already.
        from media_sync.merge_observations(
            p_cloud_name, v_merge, v_now, p_source, null, jsonb_build_object('force', true, 'event_at', p_triggered_at)
        );
    end if;
    -- An upload that is known already may still tell what no look-up does.
    if v_facts is not null then
        perform media_sync.tell_facts(p_cloud_name, v_facts);
    end if;
    perform media_sync.note_event_time(v_touched, p_triggered_at);
    perform media_sync.queue_refresh(p_cloud_name, coalesce(v_fetch, '{}'), 'an event tells too little');
    -- Events come in any order: what one of them changed is looked up once things are quiet.
    perform media_sync.queue_refresh_later(p_cloud_name, coalesce(v_verify, '{}'), 'changed by an event', interval '30 seconds');
    perform media_sync.queue_refresh(p_cloud_name, coalesce(v_refused, '{}'), 'an event could not be applied');
    return jsonb_build_object(
        'changed', v_changed,
        'refused', cardinality(coalesce(v_refused, '{}')),
        'fetch', cardinality(coalesce(v_fetch, '{}')),
        'stale', cardinality(coalesce(v_stale, '{}'))
    );
end;
$$;
comment on function media_sync.apply_effects(text, jsonb, timestamptz, text) is
    'Applies what a notification says: [ { kind: observe | delta | delete | refresh | folder, asset_id, public_id, observation, fields, incomplete, from, to } ]. Returns { changed, refused (assets that cannot be stored as told), fetch (look-ups wanted at once), stale }.';
revoke all on function media_sync.apply_effects(text, jsonb, timestamptz, text) from public, anon, authenticated;

-- supabase/schemas/50_events/30_inbox.sql

-- The inbox: a verified notification is stored, then applied.

create or replace function media_sync.settle_event(p_cloud_name text, p_id bigint, p_effects jsonb, p_triggered_at timestamptz)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
    v_applied jsonb;
    v_result text;
    v_error text;
begin
    begin
        v_applied := media_sync.apply_effects(p_cloud_name, p_effects, p_triggered_at, 'webhook');
        v_result := case
            when jsonb_array_length(p_effects) = 0 then 'ignored'
            when (v_applied ->> 'refused')::integer > 0 then 'failed'
            when (v_applied ->> 'changed')::integer > 0 then 'applied'
            when (v_applied ->> 'fetch')::integer > 0 then 'stored'
            when (v_applied ->> 'stale')::integer > 0 then 'stale'
            else 'ignored'
        end;
        if v_result = 'failed' then
            v_error := 'What it tells of its assets cannot be stored; they are set aside and looked up.';
        end if;
    exception
        -- The event is safe in the inbox; its assets are looked up, and an operator may replay it.
        when others then
            -- What passes by itself is for the caller to repeat.
            if left(sqlstate, 2) in ('08', '40', '53', '55', '57') then
                raise;
            end if;
            v_error := format('It could not be applied (SQLSTATE %s); its assets are looked up.', sqlstate);
            v_result := 'failed';
            perform media_sync.queue_refresh(
                p_cloud_name,
                array(select element ->> 'asset_id' from jsonb_array_elements(p_effects) as element where element ? 'asset_id'),
                'an event could not be applied'
            );
    end;

    update media_sync.webhook_events
    set result = v_result, error_message = v_error, applied_at = clock_timestamp()
    where id = p_id;
    if v_result in ('stale', 'failed') then
        insert into public.media_sync_log (operation, status, direction, source, asset_id, changes, error_code, error_message)
        select
            'event', case v_result when 'stale' then 'stale' else 'error' end, 'pull', 'webhook',
            p_effects -> 0 ->> 'asset_id',
            jsonb_build_object('event', p_id, 'notification_type', notification_type),
            case v_result when 'failed' then 'event_failed' end, v_error
        from media_sync.webhook_events
        where id = p_id;
    end if;
    return jsonb_build_object(
        'result', case v_result when 'applied' then 'applied' when 'stored' then 'stored' when 'failed' then 'stored' else 'ignored' end,
        'refresh', v_result = 'failed' or coalesce((v_applied ->> 'fetch')::integer, 0) > 0,
        'event_id', p_id
    );
end;
$$;
comment on function media_sync.settle_event(text, bigint, jsonb, timestamptz) is 'Applies a stored event and notes what became of it: { result, refresh, event_id }.';
revoke all on function media_sync.settle_event(text, bigint, jsonb, timestamptz) from public, anon, authenticated;

create or replace function media_sync.keep_refused_event(p_cloud_name text, p_id bigint, p_event jsonb)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
    v_error constant text := 'It could not be applied; its assets are looked up.';
begin
    update media_sync.webhook_events set result = 'failed', error_message = v_error where id = p_id;
    insert into public.media_sync_log (operation, status, direction, source, changes, error_code, error_message)
    values (
        'event', 'error', 'pull', 'webhook',
        jsonb_build_object('event', p_id, 'notification_type', p_event ->> 'notification_type'), 'event_failed', v_error
    );
    perform media_sync.queue_refresh(
        p_cloud_name, array(select jsonb_array_elements_text(p_event -> 'refused')), 'an event could not be applied'
    );
    return jsonb_build_object('result', 'stored', 'refresh', true, 'event_id', p_id);
end;
$$;
comment on function media_sync.keep_refused_event(text, bigint, jsonb) is
    'Notes that an event was stored and not applied, in the log too, and asks for the true state of its assets.';
revoke all on function media_sync.keep_refused_event(text, bigint, jsonb) from public, anon, authenticated;

create or replace function public.media_sync_receive_event(p_cloud_name text, p_event jsonb)
returns jsonb
language plpgsql
security definer
set search_path = ''
set statement_timeout = '15s'
-- The planner takes an event for a page of assets and would read the whole table; it is about one asset or a few. What it
-- then believes of the cost has it plan the same statements at every call.
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $$
declare
    v_id bigint;
    v_deliveries integer;
begin
    -- Copies that arrive together wait here for the first one.
    insert into media_sync.webhook_events as event (dedup_key, notification_type, body, triggered_at, signature_key)
    values (
        p_event ->> 'dedup_key', p_event ->> 'notification_type', p_event ->> 'body',
        (p_event ->> 'triggered_at')::timestamptz, p_event ->> 'signature_key'
    )
    on conflict (dedup_key) do update set deliveries = event.deliveries + 1
    returning id, deliveries into v_id, v_deliveries;
    if v_deliveries > 1 then
        return jsonb_build_object('result', 'duplicate', 'refresh', false, 'event_id', v_id);
    end if;
    if p_event ? 'refused' then
        return media_sync.keep_refused_event(p_cloud_name, v_id, p_event);
    end if;
    return media_sync.settle_event(p_cloud_name, v_id, p_event -> 'effects', (p_event ->> 'triggered_at')::timestamptz);
end;
$$;
comment on function public.media_sync_receive_event(text, jsonb) is
    'Stores a verified notification and applies it, in one transaction: { dedup_key, notification_type, body, triggered_at, signature_key, effects }; with refused (asset_ids), because the first try failed, it is only stored, and they are looked up. Returns { result: applied | stored | duplicate | ignored, refresh, event_id }.';
revoke all on function public.media_sync_receive_event(text, jsonb) from public, anon, authenticated;
grant execute on function public.media_sync_receive_event(text, jsonb) to service_role;

create or replace function public.media_sync_get_event(p_id bigint)
returns jsonb
language sql
stable
security definer
set search_path = ''
as $$
    select to_jsonb(event) from media_sync.webhook_events as event where id = p_id;
$$;
comment on function public.media_sync_get_event(bigint) is 'A stored notification, or null.';
revoke all on function public.media_sync_get_event(bigint) from public, anon, authenticated;
grant execute on function public.media_sync_get_event(bigint) to service_role;

create or replace function public.media_sync_replay_event(p_cloud_name text, p_id bigint, p_effects jsonb)
returns jsonb
language sql
security definer
set search_path = ''
as $$
    -- Without its time, a replayed event is not held stale; the look-up that follows tells the truth.
    select media_sync.settle_event(p_cloud_name, p_id, p_effects, null);
$$;
comment on function public.media_sync_replay_event(text, bigint, jsonb) is 'Applies a stored notification again: { result, refresh, event_id }.';
revoke all on function public.media_sync_replay_event(text, bigint, jsonb) from public, anon, authenticated;
grant execute on function public.media_sync_replay_event(text, bigint, jsonb) to service_role;

create or replace function public.media_sync_webhook_status()
returns jsonb
language sql
stable
security definer
set search_path = ''
as $$
    select jsonb_build_object(
        'events', settings.webhook_events,
        'last_received_at', (select received_at from media_sync.webhook_events order by received_at desc limit 1),
        'last_error', (
            -- Not its sentence, which may name an asset.
            select jsonb_build_object('received_at', received_at, 'notification_type', notification_type)
            from media_sync.webhook_events
            where result = 'failed' and received_at > (select clock_timestamp()) - interval '7 days'
            order by received_at desc
            limit 1
        )
    )
    from media_sync.settings as settings;
$$;
comment on function public.media_sync_webhook_status() is 'Which notifications are registered, when the last one came and when the last one failed; names no asset.';
revoke all on function public.media_sync_webhook_status() from public, anon, authenticated;
grant execute on function public.media_sync_webhook_status() to service_role;

create or replace function public.media_sync_set_webhook_events(p_events text[])
returns void
language sql
security definer
set search_path = ''
as $$
    update media_sync.settings set webhook_events = p_events, updated_at = clock_timestamp() where webhook_events <> p_events;
$$;
comment on function public.media_sync_set_webhook_events(text[]) is 'Remembers which notifications are registered with Cloudinary.';
revoke all on function public.media_sync_set_webhook_events(text[]) from public, anon, authenticated;
grant execute on function public.media_sync_set_webhook_events(text[]) to service_role;

-- supabase/schemas/60_library/10_conditions.sql

-- Which assets a library query means: a list of conditions, each as a test of a row and as what an index can look for.

create type media_sync.library_condition as (
    test text,
    seek text,
    joint text,
    source text,
    in_order boolean
);
comment on type media_sync.library_condition is
    'test: the condition on a row called asset. seek: the same or wider, for an index; null where none serves it. joint: the same for media_assets_search_index, which meets several at once. source: a query of the ids of all that may fit, where that is another table''s. in_order: its index is ordered by created_at.';
revoke all on type media_sync.library_condition from public;

create or replace function media_sync.text_array(p_values text[])
returns text
language sql
immutable
set search_path = ''
as $$
    select format('%L::text[]', p_values);
$$;
comment on function media_sync.text_array(text[]) is 'A list of texts as a literal.';
revoke all on function media_sync.text_array(text[]) from public, anon, authenticated;

create or replace function media_sync.joint_key(p_keys text[])
returns text
language sql
immutable
set search_path = ''
as $$
    select 'media_sync.filter_keys(asset.folder, asset.resource_type, asset.format, asset.type) && ' || media_sync.text_array(p_keys);
$$;
comment on function media_sync.joint_key(text[]) is 'The condition that an asset has one of these filter_keys().';
revoke all on function media_sync.joint_key(text[]) from public, anon, authenticated;

create or replace function media_sync.folder_condition(p_folder text, p_recursive boolean)
returns media_sync.library_condition
language plpgsql
immutable
set search_path = ''
as $$
declare
    v_forms constant text[] := media_sync.unicode_forms(p_folder);
    v_here constant text := case
        when cardinality(v_forms) = 1 then format('asset.folder = %L', p_folder)
        else format('asset.folder = any (%s)', media_sync.text_array(v_forms))
    end;
    v_below text;
begin
    if not p_recursive then
        return row(
            v_here, v_here, media_sync.joint_key(array(select '=' || form from unnest(v_forms) as form)), null, cardinality(v_forms) = 1
        )::media_sync.library_condition;
    elsif p_folder = '' then
        return null;
    end if;
    select string_agg(format('asset.folder like %L', media_sync.like_pattern(form) || '/%'), ' or ') into v_below
    from unnest(v_forms) as form;
    v_below := format('(%s or %s)', v_here, v_below);
    return row(
        v_below, v_below, media_sync.joint_key(array(select '/' || form from unnest(v_forms) as form)), null, false
    )::media_sync.library_condition;
end;
$$;
comment on function media_sync.folder_condition(text, boolean) is 'The condition of folder and recursive; null where every folder fits.';
revoke all on function media_sync.folder_condition(text, boolean) from public, anon, authenticated;

create or replace function media_sync.tags_condition(p_tags text[])
returns media_sync.library_condition
language plpgsql
immutable
set search_path = ''
as $$
declare
    v_test text;
begin
    if cardinality(p_tags) > 50 then
        raise exception 'tags names at most 50 tags.' using errcode = 'invalid_parameter_value';
    end if;
    -- A tag of one form only is asked for together with the others: the index meets all of them in one pass.
    select concat_ws(
        ' and ',
        'asset.tags @> ' || media_sync.text_array(array_agg(tag) filter (where cardinality(forms) = 1)),
        string_agg('asset.tags && ' || media_sync.text_array(forms), ' and ') filter (where cardinality(forms) > 1)
    ) into v_test
    from (select tag, media_sync.unicode_forms(tag) as forms from unnest(p_tags) as tag) as wanted;
    return row(v_test, v_test, v_test, null, false)::media_sync.library_condition;
end;
$$;
comment on function media_sync.tags_condition(text[]) is 'The condition of tags: all of them, in whatever Unicode form.';
revoke all on function media_sync.tags_condition(text[]) from public, anon, authenticated;

create or replace function media_sync.related_conditions(p_query jsonb)
returns setof media_sync.library_condition
language plpgsql
stable
set search_path = ''
as $$
declare
    v_conditions media_sync.library_condition[] := array[]::media_sync.library_condition[];
    v_anonymous constant boolean := media_sync.media_role() = 'anonymous';
    v_collections uuid[];
    v_seek text;
begin
    if p_query ? 'collection' then
        v_collections := array(
            select collection.id
            from public.media_collections as collection
            where (collection.slug = p_query ->> 'collection' or collection.id::text = lower(p_query ->> 'collection'))
                and (collection.is_public or not v_anonymous)
        );
    elsif v_anonymous then
        -- Anyone sees what stands in a public collection.
        v_collections := array(select collection.id from public.media_collections as collection where collection.is_public);
    end if;
    if v_collections = '{}' then
        return query select 'false', 'false', null, 'select null::uuid where false', false;
        return;
    elsif v_collections is not null then
        v_seek := format('asset.collection_ids && %L::uuid[]', v_collections);
        v_conditions := v_conditions || row(
            format(
                -- It may have left them. With a limit it is looked up row by row; an exists might read a collection of
                -- 100,000 for each page.
                '%s and coalesce((
                    select true from public.media_collection_items as item
                    where item.media_asset_id = asset.id and item.collection_id = any (%L::uuid[])
                    limit 1
                ), false)',
                v_seek, v_collections
            ),
            v_seek,
            v_seek,
            format(
                case cardinality(v_collections) when 1 then 'select' else 'select distinct' end
                || ' item.media_asset_id from public.media_collection_items as item where item.collection_id = any (%L::uuid[])',
                v_collections
            ),
            false
        )::media_sync.library_condition;
    end if;
    if p_query ? 'quarantined' and not v_anonymous then
        v_conditions := v_conditions || row(
            case when (p_query ->> 'quarantined')::boolean then '' else 'not ' end || 'exists (
                select from media_sync.quarantine as aside
                where aside.cloud_name = asset.cloud_name and aside.asset_id = asset.asset_id
            )',
            null,
            null,
            case when (p_query ->> 'quarantined')::boolean then 'select shown.id
                from media_sync.quarantine as aside
                join public.media_assets as shown on shown.cloud_name = aside.cloud_name and shown.asset_id = aside.asset_id'
            end,
            false
        )::media_sync.library_condition;
    elsif (p_query ->> 'quarantined')::boolean then
        -- Who is not signed in has no such business.
        v_conditions := v_conditions || row('false', 'false', null, 'select null::uuid where false', false)::media_sync.library_condition;
    end if;
    return query select * from unnest(v_conditions);
end;
$$;
comment on function media_sync.related_conditions(jsonb) is
    'The conditions that other tables decide: collections, quarantine, and what anyone may see.';
revoke all on function media_sync.related_conditions(jsonb) from public, anon, authenticated;

create or replace function media_sync.library_conditions(p_query jsonb)
returns setof media_sync.library_condition
language plpgsql
stable
set search_path = ''
as $$
declare
    v_conditions media_sync.library_condition[];
    v_test text;
begin
    if media_sync.media_role() = 'anonymous' and p_query ?| '{sync_status,used}' then
        raise exception 'sync_status and used are for viewers.' using errcode = 'insufficient_privilege';
    end if;
    v_conditions := array[case
        when not coalesce((p_query ->> 'deleted')::boolean, false)
            then row('asset.in_scope and asset.deleted_at is null', null, null, null, false)::media_sync.library_condition
        when media_sync.is_editor()
            then row('asset.in_scope and asset.deleted_at is not null', 'asset.deleted_at is not null', null, null, true)::media_sync.library_condition
        else row('false', 'false', null, 'select null::uuid where false', false)::media_sync.library_condition
    end] || array(select related from media_sync.related_conditions(p_query) as related);
    v_conditions := v_conditions || array(
        select row(
            test,
            -- Its index leaves out the type that nearly all have.
            case when field <> 'type' or value <> 'upload' then test end,
            media_sync.joint_key(array[field || ' ' || value]), null, true
        )::media_sync.library_condition
        from unnest('{resource_type,type,format}'::text[]) as field
        cross join lateral (select case field when 'format' then lower(p_query ->> field) else p_query ->> field end as value) as asked
        cross join lateral (select format('asset.%I = %L', field, value) as test) as tested
        where p_query ? field
    );
    if p_query ? 'sync_status' then
        v_test := format('asset.sync_status = %L', p_query ->> 'sync_status');
        v_conditions := v_conditions
            || row(v_test, case when p_query ->> 'sync_status' <> 'synced' then v_test end, null, null, false)::media_sync.library_condition;
    end if;
    if p_query ? 'tags' and p_query -> 'tags' <> '[]' then
        v_conditions := v_conditions || media_sync.tags_condition(array(select jsonb_array_elements_text(p_query -> 'tags')));
    end if;
    if p_query ? 'folder' then
        v_conditions := array_remove(
            v_conditions || media_sync.folder_condition(p_query ->> 'folder', coalesce((p_query ->> 'recursive')::boolean, false)), null
        );
    end if;
    if p_query ?| '{created_after,created_before}' then
        v_test := concat_ws(
            ' and ', 'asset.created_at >= ' || quote_literal(p_query ->> 'created_after') || '::timestamptz',
            'asset.created_at < ' || quote_literal(p_query ->> 'created_before') || '::timestamptz'
        );
        v_conditions := v_conditions || row(v_test, v_test, null, null, true)::media_sync.library_condition;
    end if;
    if p_query ? 'used' then
        v_test := case when (p_query ->> 'used')::boolean then 'asset.usage_count > 0' else 'asset.usage_count = 0' end;
        v_conditions := v_conditions
            || row(v_test, case when (p_query ->> 'used')::boolean then v_test end, null, null, true)::media_sync.library_condition;
    end if;
    return query
    select * from unnest(v_conditions)
    union all
    select * from media_sync.search_conditions(p_query ->> 'search');
end;
$$;
comment on function media_sync.library_conditions(jsonb) is
    'The conditions of a library query; every value in them is quoted by format(). They hold all that limits what the caller sees.';
revoke all on function media_sync.library_conditions(jsonb) from public, anon, authenticated;

-- supabase/schemas/60_library/12_search.sql

-- What a search means: words, "quoted phrases" and -exclusions, each found anywhere in the search text; and how what is
-- found is ranked: the very name, then its beginning, then whole words, then substrings.

create or replace function media_sync.search_terms(p_search text)
returns table (term text, excluded boolean)
language plpgsql
immutable
set search_path = ''
as $$
begin
    if length(p_search) > 200 then
        raise exception 'search is at most 200 characters long.' using errcode = 'invalid_parameter_value';
    end if;
    return query
    select folded.term, sign.excluded
    from regexp_matches(p_search, '(-?)(?:"([^"]+)"|(\S+))', 'g') with ordinality as part (groups, place)
    cross join lateral (
        -- A hyphen alone is looked for, as any other sign.
        select part.groups[1] = '-' as excluded,
            coalesce(regexp_replace(btrim(part.groups[2]), '\s+', ' ', 'g'), part.groups[3]) as word
    ) as sign
    cross join lateral (select media_sync.fold_text(sign.word) as term) as folded
    where folded.term <> ''
    group by folded.term, sign.excluded
    order by min(part.place);
end;
$$;
comment on function media_sync.search_terms(text) is
    'The words and quoted phrases of a search, folded, each once; excluded: with a hyphen before it.';
revoke all on function media_sync.search_terms(text) from public, anon, authenticated;

create or replace function media_sync.term_pattern(p_term text)
returns text
language sql
immutable
set search_path = ''
as $$
    select format('%L', '%' || media_sync.like_pattern(p_term) || '%');
$$;
comment on function media_sync.term_pattern(text) is 'A pattern of like, as a literal, that finds the term anywhere.';
revoke all on function media_sync.term_pattern(text) from public, anon, authenticated;

create or replace function media_sync.term_seek(p_term text)
returns text
language plpgsql
immutable
set search_path = ''
as $$
declare
    v_like constant text := 'asset.search_text like ' || media_sync.term_pattern(p_term);
    v_signs constant text[] := array(select distinct sign from unnest(media_sync.search_signs(p_term)) as sign where length(sign) = 1);
begin
    if p_term ~ '[[:alnum:]]{3}' then
        return v_like;
    elsif p_term !~ '^[a-z0-9]{1,2}$' then
        return 'media_sync.search_signs(asset.search_text) @> ' || media_sync.text_array(v_signs);
    end if;
    -- The index knows whole trigrams only: all that may hold the letters, whether a word begins with them or goes before.
    -- A regular expression may stand for 256 trigrams, hence several.
    return format(
        case length(p_term)
            when 2 then '(asset.search_text ~ %2$L or %3$s)'
            else '(asset.search_text ~ ''[a-f][a-z0-9]%1$s'' or asset.search_text ~ ''[g-l][a-z0-9]%1$s''
                or asset.search_text ~ ''[m-r][a-z0-9]%1$s'' or asset.search_text ~ ''[s-x][a-z0-9]%1$s''
                or asset.search_text ~ ''[yz0-3][a-z0-9]%1$s'' or asset.search_text ~ ''[4-9][a-z0-9]%1$s''
                or asset.search_text ~ %4$L or asset.search_text ~ %5$L or %3$s)'
        end,
        p_term,
        format('[a-z0-9]%1$s|(^|%2$s)%1$s', p_term, media_sync.word_border()),
        -- After a letter that is not ASCII.
        'media_sync.search_signs(asset.search_text) @> ''{beyond ascii}''',
        format('(^|%s)[a-z0-9]%s', media_sync.word_border(), p_term),
        format('(^|%s)%s', media_sync.word_border(), p_term)
    );
end;
$$;
comment on function media_sync.term_seek(text) is 'A condition that media_assets_search_index serves and all rows with the term fulfil.';
revoke all on function media_sync.term_seek(text) from public, anon, authenticated;

create or replace function media_sync.word_border()
returns text
language sql
immutable
set search_path = ''
as $$
    -- Written out, so that pg_trgm can tell from it where a word begins and ends.
    select '[\x01-/:-@\[-`{-\x7f]'::text;
$$;
comment on function media_sync.word_border() is 'A character class: all of ASCII but letters and digits.';
revoke all on function media_sync.word_border() from public, anon, authenticated;

create or replace function media_sync.whole_word(p_term text)
returns text
language sql
immutable
set search_path = ''
as $$
    -- A letter alone is a word of every index and no trigram: it ranks as a substring does.
    select case when length(p_term) = 1 then 'asset.search_text like ' || media_sync.term_pattern(p_term) else format(
        'asset.search_text ~ %L',
        case when p_term ~ '^[[:alnum:]]' then '(^|' || media_sync.word_border() || ')' else '' end
        || regexp_replace(p_term, '([^[:alnum:][:space:]])', '\\\1', 'g')
        || case when p_term ~ '[[:alnum:]]$' then '($|' || media_sync.word_border() || ')' else '' end
    ) end;
$$;
comment on function media_sync.whole_word(text) is 'The condition that the term is found as a whole word, or as whole words.';
revoke all on function media_sync.whole_word(text) from public, anon, authenticated;

create or replace function media_sync.sought_terms(p_search text)
returns text[]
language sql
immutable
set search_path = ''
as $$
    -- Letters beside words of three and more would cost the index more than they spare, and so does a seventh word.
    select array(
        select term
        from (select term, max(length(term)) over () as longest from media_sync.search_terms(p_search) where not excluded) as terms
        where length(term) > 2 or longest <= 2
        order by length(term) desc, term
        limit 6
    );
$$;
comment on function media_sync.sought_terms(text) is 'The terms of a search that its index looks for; rows are asked for all.';
revoke all on function media_sync.sought_terms(text) from public, anon, authenticated;

create or replace function media_sync.trigram_tests(p_search text)
returns text[]
language sql
immutable
set search_path = ''
as $$
    -- Of whole words also how they begin and end.
    select array[string_agg(distinct inner_trigrams, ' and '), string_agg(distinct borders, ' and ')]
    from unnest(media_sync.sought_terms(p_search)) as term
    cross join lateral regexp_split_to_table(term, '[^[:alnum:]]+') as part (word)
    cross join lateral (
        select
            case
                when term ~ '[[:alnum:]]{3}'
                    then string_agg('asset.search_text like ' || media_sync.term_pattern(substr(part.word, place, 3)), ' and ')
                else 'asset.search_text like ' || media_sync.term_pattern(term)
            end as inner_trigrams,
            case when length(part.word) > 1 then format(
                'asset.search_text ~ %L and asset.search_text ~ %L',
                '(^|' || media_sync.word_border() || ')' || left(part.word, 2), right(part.word, 2) || '($|' || media_sync.word_border() || ')'
            ) end as borders
        from generate_series(1, length(part.word) - 2) as place
    ) as tested;
$$;
comment on function media_sync.trigram_tests(text) is
    'What the index makes sure of in a search, as tests of a row: that the trigrams of its terms are there, wherever; then, what else is there of its terms as whole words.';
revoke all on function media_sync.trigram_tests(text) from public, anon, authenticated;

create or replace function media_sync.search_conditions(p_search text)
returns setof media_sync.library_condition
language plpgsql
immutable
set search_path = ''
as $$
declare
    v_condition media_sync.library_condition;
    v_terms bigint;
begin
    select
        string_agg(
            'asset.search_text ' || case when excluded then 'not like ' else 'like ' end || media_sync.term_pattern(term), ' and '
            -- The longest word is the rarest, as a rule: the others need not be looked for.
            order by excluded, length(term) desc
        ),
        -- The index takes them in this order, too.
        string_agg(media_sync.term_seek(term), ' and ' order by length(term) desc, term)
            filter (where term = any (media_sync.sought_terms(p_search))),
        count(*)
    into v_condition.test, v_condition.seek, v_terms
    from media_sync.search_terms(p_search);
    if v_terms > 20 then
        raise exception 'search holds at most 20 words.' using errcode = 'invalid_parameter_value';
    end if;
    v_condition.joint := v_condition.seek;
    if v_terms > 0 then
        return next v_condition;
    end if;
end;
$$;
comment on function media_sync.search_conditions(text) is 'The condition of a search: every term found, no excluded one.';
revoke all on function media_sync.search_conditions(text) from public, anon, authenticated;

create or replace function media_sync.search_ranks(p_search text)
returns setof media_sync.library_condition
language plpgsql
immutable
set search_path = ''
as $$
declare
    v_name text;
    v_words text;
    v_seeks text;
    v_whole media_sync.library_condition;
    v_begun media_sync.library_condition;
    v_like text;
begin
    select
        string_agg(term, ' '),
        string_agg(media_sync.whole_word(term), ' and '),
        -- Of signs alone trigrams tell nothing.
        string_agg(case when term ~ '[[:alnum:]]{2}' then media_sync.whole_word(term) else media_sync.term_seek(term) end, ' and ')
    into v_name, v_words, v_seeks
    from media_sync.search_terms(p_search)
    where not excluded;
    if v_name is null then
        return;
    end if;
    v_like := media_sync.like_pattern(v_name);
    v_whole.test := format(
        '(asset.search_text like %L or asset.public_id = any (%s))',
        '%' || e'\x02' || v_like || e'\x03%',
        media_sync.text_array(media_sync.unicode_forms(btrim(p_search, ' "')))
    );
    v_begun.test := format('asset.search_text like %L', '%' || e'\x02' || v_like || '%');
    v_whole.seek := format('(%s or asset.public_id = any (%s))', media_sync.name_seek('= ' || quote_literal(v_name)),
        media_sync.text_array(media_sync.unicode_forms(btrim(p_search, ' "'))));
    v_begun.seek := media_sync.name_seek('like ' || quote_literal(v_like || '%'));
    return query select * from unnest(array[v_whole, v_begun, row(v_words, v_seeks, null, null, false)::media_sync.library_condition]);
end;
$$;
comment on function media_sync.search_ranks(text) is
    'The first three ranks of what a search finds: the very name, its beginning, whole words; none where it only excludes. The rest are substrings.';
revoke all on function media_sync.search_ranks(text) from public, anon, authenticated;

create or replace function media_sync.name_seek(p_comparison text)
returns text
language sql
immutable
set search_path = ''
as $$
    -- The expressions and conditions of the three indexes of names.
    select format(
        '(media_sync.name_text(coalesce(nullif(asset.display_name, ''''), split_part(asset.public_id, ''/'', -1))) %1$s
            or (media_sync.name_text(split_part(asset.public_id, ''/'', -1)) %1$s
                and asset.display_name <> '''' and split_part(asset.public_id, ''/'', -1) <> asset.display_name)
            or (media_sync.name_text(asset.original_filename) %1$s
                and asset.original_filename <> split_part(asset.public_id, ''/'', -1)
                and asset.original_filename <> coalesce(nullif(asset.display_name, ''''), split_part(asset.public_id, ''/'', -1))))',
        p_comparison
    );
$$;
comment on function media_sync.name_seek(text) is 'The condition that one of an asset''s names compares so, as the indexes of names serve it.';
revoke all on function media_sync.name_seek(text) from public, anon, authenticated;

-- supabase/schemas/60_library/15_plan.sql

-- How the rows of a query are found. The planner knows nothing of `like` and little of `@>`: it is not asked. A sample of
-- the table tells how many rows fulfil each condition, and that decides: few are fetched by an index and sorted, of many
-- the order's own index is walked until the page is full.

create or replace function media_sync.few_matches()
returns integer
language sql
immutable
set search_path = ''
as $$
    -- A row that is looked up costs some 4 µs.
    select 4000;
$$;
comment on function media_sync.few_matches() is 'So many matches are fetched, counted and sorted; of more a page is found by walking.';
revoke all on function media_sync.few_matches() from public, anon, authenticated;

create or replace function media_sync.many_candidates()
returns integer
language sql
immutable
set search_path = ''
as $$
    select 20000;
$$;
comment on function media_sync.many_candidates() is
    'More rows than these are not fetched to be asked whether they match, however few do: trigrams may all be there and the words not.';
revoke all on function media_sync.many_candidates() from public, anon, authenticated;

create or replace function media_sync.counted_matches()
returns integer
language sql
immutable
set search_path = ''
as $$
    select 10000;
$$;
comment on function media_sync.counted_matches() is 'So many matches are counted where all are read anyhow: facets, and libraries of about that size.';
revoke all on function media_sync.counted_matches() from public, anon, authenticated;

create or replace function media_sync.few_ranked_matches()
returns integer
language sql
immutable
set search_path = ''
as $$
    -- To rank a row costs a regular expression a word.
    select 4000;
$$;
comment on function media_sync.few_ranked_matches() is 'As few_matches(), where matches are ranked.';
revoke all on function media_sync.few_ranked_matches() from public, anon, authenticated;

create or replace function media_sync.small_library()
returns integer
language sql
immutable
set search_path = ''
as $$
    select 256;
$$;
comment on function media_sync.small_library() is 'A table of so many blocks is read whole instead of sampled.';
revoke all on function media_sync.small_library() from public, anon, authenticated;

create or replace function media_sync.library_blocks()
returns bigint
language sql
stable
-- With the owner's rights: the size of a table is everybody's to ask, but the call stands in functions that nobody may.
set search_path = ''
as $$
    select pg_relation_size('public.media_assets') / current_setting('block_size')::integer;
$$;
comment on function media_sync.library_blocks() is 'The size of media_assets in blocks, as it is now.';
revoke all on function media_sync.library_blocks() from public, anon, authenticated;

create or replace function media_sync.all_tests(p_conditions media_sync.library_condition[])
returns text
language sql
immutable
set search_path = ''
as $$
    select string_agg('(' || test || ')', ' and ' order by place)
    from unnest(p_conditions) with ordinality as condition (test, seek, joint, source, in_order, place);
$$;
comment on function media_sync.all_tests(media_sync.library_condition[]) is 'The tests of all conditions as one.';
revoke all on function media_sync.all_tests(media_sync.library_condition[]) from public, anon, authenticated;

create or replace function media_sync.candidate_test(p_conditions media_sync.library_condition[], p_trigrams text)
returns text
language sql
immutable
set search_path = ''
as $$
    select coalesce(
        string_agg(case when test like 'asset.search\_text %' then coalesce(nullif(p_trigrams, ''), 'true') else 'asset.c' || place end, ' and ' order by place),
        'true'
    )
    from unnest(p_conditions) with ordinality as condition (test, seek, joint, source, in_order, place)
    where seek is not null;
$$;
comment on function media_sync.candidate_test(media_sync.library_condition[], text) is
    'What a row has to be for indexes to find it, whether it matches or not, in terms of c1, c2, …; of a search that is its trigrams'' test.';
revoke all on function media_sync.candidate_test(media_sync.library_condition[], text) from public, anon, authenticated;

create or replace function media_sync.estimate_matches(
    p_conditions media_sync.library_condition[], p_ranks media_sync.library_condition[], p_trigrams text[]
)
returns double precision[]
language plpgsql
stable
set search_path = ''
set jit = off
as $$
declare
    v_percent constant double precision := least(100, 25600.0 / greatest(media_sync.library_blocks(), 1));
    v_counts bigint[];
begin
    execute format(
        -- Each test is asked once a row; offset 0 keeps the planner from asking it wherever its answer is used.
        'select array[count(*) filter (where fits) %1$s %2$s, count(*) filter (where candidate), count(*) filter (where word)]
        from (
            select asset.* %3$s, case when candidate then %5$s end as word
            from (
                select *, (%6$s) as fits, (%4$s) as candidate
                from (select asset.* %7$s from public.media_assets as asset tablesample system (%8$s) repeatable (1) offset 0) as asset
                offset 0
            ) as asset
            offset 0
        ) as sampled',
        (select string_agg(format(', count(*) filter (where c%s)', place), '') from generate_series(1, cardinality(p_conditions)) as place),
        (select string_agg(format(', count(*) filter (where r%s)', place), '') from generate_series(1, cardinality(p_ranks)) as place),
        (
            select string_agg(format(', case when fits then %s end as r%s', test, place), '' order by place)
            from unnest(p_ranks) with ordinality as rank (test, seek, joint, source, in_order, place)
        ),
        -- What the indexes find together, before rows are asked for all.
        media_sync.candidate_test(p_conditions, p_trigrams[1]),
        case when p_ranks is null then 'false' else media_sync.candidate_test(p_conditions, p_trigrams[2]) end,
        (select string_agg('c' || place, ' and ') from generate_series(1, cardinality(p_conditions)) as place),
        (
            select string_agg(format(', (%s) as c%s', test, place), '' order by place)
            from unnest(p_conditions) with ordinality as condition (test, seek, joint, source, in_order, place)
        ),
        v_percent
    ) into v_counts;
    return array(select count * 100 / v_percent from unnest(v_counts) with ordinality as counted (count, place) order by place);
end;
$$;
comment on function media_sync.estimate_matches(media_sync.library_condition[], media_sync.library_condition[], text[]) is
    'How many rows fulfil all conditions, then each condition, then all and each rank, then what indexes find of all, and of whole words: estimated from some 256 blocks, the same ones at each call.';
revoke all on function media_sync.estimate_matches(media_sync.library_condition[], media_sync.library_condition[], text[])
    from public, anon, authenticated;

create or replace function media_sync.from_index(p_seeks text[])
returns text
language sql
immutable
set search_path = ''
as $$
    -- offset 0: what is not in here must not be drawn in.
    select 'select asset.* from public.media_assets as asset where ' || array_to_string(p_seeks, ' and ') || ' offset 0';
$$;
comment on function media_sync.from_index(text[]) is 'The rows that an index finds.';
revoke all on function media_sync.from_index(text[]) from public, anon, authenticated;

create or replace function media_sync.from_source(p_conditions media_sync.library_condition[], p_most integer)
returns text
language plpgsql
stable
set search_path = ''
set jit = off
as $$
declare
    v_source text;
    v_count bigint;
    v_least bigint := p_most + 1;
    v_from text;
begin
    foreach v_source in array array(select source from unnest(p_conditions) where source is not null) loop
        execute format('select count(*) from (%s limit %s) as listed', v_source, v_least) into v_count;
        if v_count < v_least then
            v_least := v_count;
            v_from := format(
                'select asset.* from (select distinct id from (%s) as every (id)) as listed
                    cross join lateral (select * from public.media_assets as one where one.id = listed.id offset 0) as asset',
                v_source
            );
        end if;
    end loop;
    return v_from;
end;
$$;
comment on function media_sync.from_source(media_sync.library_condition[], integer) is
    'The rows that another table names, where one condition has so few; else null.';
revoke all on function media_sync.from_source(media_sync.library_condition[], integer) from public, anon, authenticated;

create or replace function media_sync.rarest_seeks(p_conditions media_sync.library_condition[], p_estimates double precision[])
returns text[]
language sql
immutable
set search_path = ''
as $$
    select array_agg(case when together > 1 then coalesce(joint, seek) else seek end order by estimate)
    from (
        select
            condition.seek, condition.joint, counted.estimate,
            min(counted.estimate) over () as least,
            count(condition.joint) filter (where counted.estimate < p_estimates[2] / 2) over () as together
        from unnest(p_conditions) with ordinality as condition (test, seek, joint, source, in_order, place)
        join unnest(p_estimates) with ordinality as counted (estimate, place) on counted.place = condition.place + 1
        where condition.seek is not null
    ) as seeks
    -- What is much more frequent than the rarest spares less than it costs to look for, unless one index does both.
    where estimate <= greatest(least * 8, 3000) or (together > 1 and joint is not null and estimate < p_estimates[2] / 2);
$$;
comment on function media_sync.rarest_seeks(media_sync.library_condition[], double precision[]) is
    'The conditions that indexes are to look for, by the estimates of estimate_matches(); null where there is none.';
revoke all on function media_sync.rarest_seeks(media_sync.library_condition[], double precision[]) from public, anon, authenticated;

-- supabase/schemas/60_library/16_seasons.sql

-- Matches that lie together, far from where an order begins: a sample tells about where, and an index what lies before.
-- A season is a hundred days, by which media_assets_search_index knows when an asset was created.

create or replace function media_sync.sampled_bound(p_tests text, p_order jsonb)
returns text
language plpgsql
stable
set search_path = ''
set jit = off
as $$
declare
    v_share constant double precision := least(1, 256.0 / greatest(media_sync.library_blocks(), 1));
    v_wanted constant bigint := (p_order ->> 'skip')::bigint + (p_order ->> 'limit')::bigint;
    v_bound text;
begin
    execute format(
        $query$
            select to_jsonb(sort_key) #>> '{}'
            from (
                select %1$s as sort_key
                from public.media_assets as asset tablesample system (%2$s) repeatable (1)
                where %3$s and %4$s
                offset 0
            ) as sampled
            order by sort_key %5$s
            limit 1 offset %6$s
        $query$,
        p_order ->> 'key', v_share * 100, p_tests, p_order ->> 'after', p_order ->> 'direction',
        -- With some to spare: each stands for many, and two of them rarely lie as far apart as that.
        3 + ceil(v_wanted * v_share * 2)
    ) into v_bound;
    return v_bound;
end;
$$;
comment on function media_sync.sampled_bound(text, jsonb) is
    'The sort key up to which, by the sample, there is a page full of matches; null where the sample has too few.';
revoke all on function media_sync.sampled_bound(text, jsonb) from public, anon, authenticated;

create or replace function media_sync.in_seasons(p_first timestamptz, p_last timestamptz)
returns text
language sql
stable
set search_path = ''
as $$
    select format(
        'array[date_bin(''100 days'', asset.created_at, ''epoch'')] && %L::timestamptz[]',
        -- In hours: a day of somebody's time zone may have 23.
        array(select began from generate_series(p_first, p_last, '2400 hours') as began)
    );
$$;
comment on function media_sync.in_seasons(timestamptz, timestamptz) is
    'The condition that an asset was created in one of these seasons, as media_assets_search_index serves it.';
revoke all on function media_sync.in_seasons(timestamptz, timestamptz) from public, anon, authenticated;

create or replace function media_sync.from_beginning(p_seeks text[], p_seasonal boolean, p_first text, p_bound text, p_order jsonb)
returns text
language plpgsql
stable
set search_path = ''
as $$
declare
    v_descending constant boolean := p_order ->> 'direction' = 'desc';
    v_until constant text := format(
        '%s %s %L::%s', p_order ->> 'key', case when v_descending then '>=' else '<=' end, p_bound, p_order ->> 'type'
    );
    v_season constant interval := interval '2400 hours';
    v_first timestamptz;
    v_last timestamptz;
begin
    if p_seasonal then
        v_first := date_bin('100 days', p_first::timestamptz, 'epoch');
        v_last := date_bin('100 days', p_bound::timestamptz, 'epoch');
    end if;
    if coalesce(v_first = v_last or not isfinite(v_first) or not isfinite(v_last) or v_first > v_last + v_season * 400
        or v_last > v_first + v_season * 400, true)
    then
        return media_sync.from_index(p_seeks || v_until);
    end if;
    -- All that was created before the matches begin is not listed to be met with them: their own index meets whole seasons
    -- of it. Only of the last one a part is wanted.
    return format(
        '(%s) union all (%s)',
        media_sync.from_index(p_seeks || case
            when v_descending then media_sync.in_seasons(v_last + v_season, v_first)
            else media_sync.in_seasons(v_first, v_last - v_season)
        end),
        media_sync.from_index(p_seeks || media_sync.in_seasons(v_last, v_last) || v_until || format(
            'asset.created_at %s %L::timestamptz',
            case when v_descending then '<' else '>=' end, v_last + case when v_descending then v_season else '0' end
        ))
    );
end;
$$;
comment on function media_sync.from_beginning(text[], boolean, text, text, jsonb) is
    'The rows that indexes find from the first in an order to a bound; seasonal: by creation, and the index that has the seasons finds them.';
revoke all on function media_sync.from_beginning(text[], boolean, text, text, jsonb) from public, anon, authenticated;

-- supabase/schemas/60_library/17_matches.sql

-- The two ways to a page: fetch and sort, and walk. Both answer { found, rows: [ [ id, sort key, rank ] ] }.

create or replace function media_sync.query_by_index(p_statement text)
returns jsonb
language plpgsql
stable
set search_path = ''
-- Indexes are met, not rows: a row costs more than any part of an index. Never compiled, never read whole.
set enable_seqscan = off
set enable_indexscan = off
set enable_indexonlyscan = off
set cpu_tuple_cost = 100
-- What is counted is hashed; where rows are to be in order, they are sorted all the same.
set enable_sort = off
set max_parallel_workers_per_gather = 0
set work_mem = '16MB'
set jit = off
as $$
declare
    v_answer jsonb;
begin
    execute p_statement into v_answer;
    return v_answer;
end;
$$;
comment on function media_sync.query_by_index(text) is 'Runs a query whose rows are found by bitmaps of indexes.';
revoke all on function media_sync.query_by_index(text) from public, anon, authenticated;

create or replace function media_sync.query_by_id(p_statement text)
returns jsonb
language plpgsql
stable
set search_path = ''
set enable_hashjoin = off
set enable_mergejoin = off
set max_parallel_workers_per_gather = 0
set jit = off
as $$
declare
    v_answer jsonb;
begin
    execute p_statement into v_answer;
    return v_answer;
end;
$$;
comment on function media_sync.query_by_id(text) is 'Runs a query that looks rows up one by one, or reads a small table.';
revoke all on function media_sync.query_by_id(text) from public, anon, authenticated;

create or replace function media_sync.query_in_order(p_statement text)
returns jsonb
language plpgsql
stable
set search_path = ''
set enable_seqscan = off
set enable_bitmapscan = off
set enable_sort = off
set enable_incremental_sort = off
set max_parallel_workers_per_gather = 0
set jit = off
as $$
declare
    v_answer jsonb;
begin
    execute p_statement into v_answer;
    return v_answer;
end;
$$;
comment on function media_sync.query_in_order(text) is 'Runs a query that walks the index of its order.';
revoke all on function media_sync.query_in_order(text) from public, anon, authenticated;

create or replace function media_sync.sort_key(p_sort text)
returns text
language sql
immutable
set search_path = ''
as $$
    -- null values sort as if empty, so that a keyset cursor is one row comparison on one index.
    select case p_sort
        when 'created_at' then 'asset.created_at'
        when 'relevance' then 'asset.created_at'
        when 'updated_at' then 'asset.updated_at'
        when 'public_id' then 'asset.public_id'
        when 'bytes' then 'coalesce(asset.bytes, 0)'
        when 'display_name' then 'coalesce(asset.display_name, '''')'
    end;
$$;
comment on function media_sync.sort_key(text) is 'What a sort compares before the id; null for no sort of ours.';
revoke all on function media_sync.sort_key(text) from public, anon, authenticated;

create or replace function media_sync.library_order(p_query jsonb)
returns jsonb
language plpgsql
immutable
set search_path = ''
as $$
declare
    v_sort constant text := coalesce(p_query ->> 'sort_by', case when p_query ? 'search' then 'relevance' else 'created_at' end);
    v_descending constant boolean := coalesce(p_query ->> 'sort_order', 'desc') = 'desc';
    v_key constant text := media_sync.sort_key(v_sort);
    v_type constant text := case when v_key like '%\_at' then 'timestamptz' when v_sort = 'bytes' then 'bigint' else 'text' end;
    v_limit constant integer := least(greatest(coalesce((p_query ->> 'limit')::integer, 50), 1), 100);
    v_page constant bigint := greatest(coalesce((p_query ->> 'page')::integer, 1), 1);
    v_cursor jsonb := p_query -> 'cursor';
    v_after text;
begin
    if v_key is null then
        raise exception 'sort_by must be created_at, updated_at, public_id, bytes, display_name or relevance.'
            using errcode = 'invalid_parameter_value';
    end if;
    if v_cursor is not null and v_sort = 'relevance' then
        -- <rank> <created_at>
        v_cursor := v_cursor || jsonb_build_object(
            'rank', split_part(v_cursor ->> 'value', ' ', 1)::integer, 'value', split_part(v_cursor ->> 'value', ' ', 2)
        );
    end if;
    if v_cursor is not null then
        v_after := format(
            ', asset.id) %s (%L::%s, %L::uuid)', case when v_descending then '<' else '>' end, v_cursor ->> 'value', v_type, v_cursor ->> 'id'
        );
    end if;
    return jsonb_build_object(
        'sort', v_sort,
        'key', v_key,
        'type', v_type,
        'direction', case when v_descending then 'desc' else 'asc' end,
        'rank', coalesce((v_cursor ->> 'rank')::integer, 0),
        -- Parts of a statement, before and after it names the key sort_key.
        'after', case when v_cursor is null then 'true' else '(' || v_key || v_after end,
        'after_matched', case when v_cursor is null then 'true' else '(asset.sort_key' || v_after end,
        -- One more than asked for tells whether there is a next page.
        'limit', v_limit + 1,
        'skip', case when v_cursor is null then (v_page - 1) * v_limit else 0 end
    );
end;
$$;
comment on function media_sync.library_order(jsonb) is
    'The order and the place in it that a query means: { sort, key, type, direction, rank, after, after_matched, limit, skip }.';
revoke all on function media_sync.library_order(jsonb) from public, anon, authenticated;

create or replace function media_sync.fetch_statement(
    p_from text, p_tests text, p_rank text, p_order jsonb, p_most bigint
)
returns text
language sql
immutable
set search_path = ''
as $$
    select format(
        $query$
            with matched as materialized (
                select asset.id, %1$s as sort_key, %2$s as rank from (%3$s) as asset where %4$s limit %5$s
            )
            select jsonb_build_object(
                'found', (select count(*) from matched),
                'rows', (
                    select coalesce(jsonb_agg(jsonb_build_array(id, sort_key, rank) order by place), '[]')
                    from (
                        select *, row_number() over () as place
                        from (
                            select asset.id, asset.sort_key, asset.rank
                            from matched as asset
                            where %6$s
                            order by asset.rank, asset.sort_key %7$s, asset.id %7$s
                            limit %8$s offset %9$s
                        ) as ordered
                    ) as placed
                )
            )
        $query$,
        p_order ->> 'key', p_rank, p_from, p_tests, coalesce(p_most::text, 'all'),
        case
            when p_rank like 'case%' then format('(asset.rank > %1$s or (asset.rank = %1$s and %2$s))', p_order ->> 'rank', p_order ->> 'after_matched')
            else p_order ->> 'after_matched'
        end,
        p_order ->> 'direction', p_order ->> 'limit', p_order ->> 'skip'
    );
$$;
comment on function media_sync.fetch_statement(text, text, text, jsonb, bigint) is
    'Fetches at most so many matches (null: all), counts and sorts them. The order is that of library_order().';
revoke all on function media_sync.fetch_statement(text, text, text, jsonb, bigint) from public, anon, authenticated;

create or replace function media_sync.walk_statement(
    p_from text, p_within text, p_tests text, p_rank integer, p_order jsonb, p_budget integer
)
returns text
language sql
immutable
set search_path = ''
as $$
    select format(
        $query$
            select jsonb_build_object(
                'found', count(*),
                'rows', coalesce(jsonb_agg(jsonb_build_array(id, sort_key, %1$s) order by place) filter (where place > %2$s), '[]')
            )
            from (
                select *, row_number() over () as place
                from (
                    select asset.id, asset.sort_key
                    from (
                        select asset.*, %3$s as sort_key
                        from %10$s as asset
                        where %4$s and %5$s
                        order by %3$s %6$s, asset.id %6$s
                        limit %7$s
                    ) as asset
                    where %8$s
                    limit %9$s
                ) as found
            ) as placed
        $query$,
        p_rank, p_order ->> 'skip', p_order ->> 'key', p_within, p_order ->> 'after', p_order ->> 'direction',
        -- Never without a limit, which keeps the tests from being asked before the rows are in order.
        coalesce(p_budget, 2147483647), p_tests, (p_order ->> 'limit')::bigint + (p_order ->> 'skip')::bigint, p_from
    );
$$;
comment on function media_sync.walk_statement(text, text, text, integer, jsonb, integer) is
    'Takes at most so many rows (null: all) in their order, and asks one after the other whether it matches, until the page is full.';
revoke all on function media_sync.walk_statement(text, text, text, integer, jsonb, integer) from public, anon, authenticated;

-- supabase/schemas/60_library/18_walk.sql

-- Pages of many matches: the index of the order is walked, rank after rank where matches are ranked.

create or replace function media_sync.walk_budget()
returns integer
language sql
immutable
set search_path = ''
as $$
    select 24000;
$$;
comment on function media_sync.walk_budget() is 'So many rows are walked over for a page at most, where they lie about as they are walked; of others fewer.';
revoke all on function media_sync.walk_budget() from public, anon, authenticated;

create or replace function media_sync.walk_within(p_conditions media_sync.library_condition[], p_estimates double precision[], p_key text)
returns text
language sql
immutable
set search_path = ''
as $$
    -- Whether a row is live, and the span of the order itself; then the rarest of what an index has in this order.
    select concat_ws(
        ' and ',
        p_conditions[1].test,
        (
            select string_agg(condition.test, ' and ') from unnest(p_conditions) as condition
            where p_key = 'asset.created_at' and condition.test like 'asset.created\_at %'
        ),
        (
            select condition.test
            from unnest(p_conditions) with ordinality as condition (test, seek, joint, source, in_order, place)
            where p_key = 'asset.created_at' and condition.in_order and condition.place > 1 and condition.test not like 'asset.created\_at %'
            order by p_estimates[condition.place + 1]
            limit 1
        )
    );
$$;
comment on function media_sync.walk_within(media_sync.library_condition[], double precision[], text) is
    'The conditions that the index of the order serves while it is walked.';
revoke all on function media_sync.walk_within(media_sync.library_condition[], double precision[], text) from public, anon, authenticated;

create or replace function media_sync.walk_end(p_within text, p_order jsonb, p_budget integer)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
    return media_sync.query_in_order(format(
        $query$
            select jsonb_agg(jsonb_build_array(id, sort_key))
            from (
                select asset.id, %1$s as sort_key
                from public.media_assets as asset
                where %2$s and %3$s
                order by %1$s %4$s, asset.id %4$s
                limit 1 offset %5$s - 1
            ) as last
        $query$,
        p_order ->> 'key', p_within, p_order ->> 'after', p_order ->> 'direction', p_budget
    )) -> 0;
end;
$$;
comment on function media_sync.walk_end(text, jsonb, integer) is 'Where a walk of so many rows ends: [ id, sort key ]; null where the index ends before.';
revoke all on function media_sync.walk_end(text, jsonb, integer) from public, anon, authenticated;

create or replace function media_sync.rank_tests(p_ranks media_sync.library_condition[])
returns text[]
language sql
immutable
set search_path = ''
as $$
    select case
        when p_ranks is null then array['true']
        else array[
            p_ranks[1].test,
            format('(%s) and not (%s)', p_ranks[2].test, p_ranks[1].test),
            format('(%s) and not (%s) and not (%s)', p_ranks[3].test, p_ranks[2].test, p_ranks[1].test),
            format('not (%s) and not (%s) and not (%s)', p_ranks[3].test, p_ranks[2].test, p_ranks[1].test)
        ]
    end;
$$;
comment on function media_sync.rank_tests(media_sync.library_condition[]) is 'For each rank, and what has none, the condition that a match is of it.';
revoke all on function media_sync.rank_tests(media_sync.library_condition[]) from public, anon, authenticated;

create or replace function media_sync.walk_rank(
    p_tests text, p_within text, p_seeks text[], p_seasonal boolean, p_rank integer, p_estimate double precision, p_budget integer,
    p_ends boolean, p_order jsonb
)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
    v_found jsonb;
    v_end jsonb;
    v_bound text;
begin
    if p_budget > 0 then
        v_found := media_sync.query_in_order(media_sync.walk_statement('public.media_assets', p_within, p_tests, p_rank, p_order, p_budget));
        if (v_found ->> 'found')::bigint >= (p_order ->> 'skip')::bigint + (p_order ->> 'limit')::bigint then
            return v_found;
        end if;
        v_end := media_sync.walk_end(p_within, p_order, p_budget);
        if v_end is null then
            return v_found;
        elsif p_ends then
            -- No index tells the matches from the rest. The page is what was found so far, and the cursor goes on from
            -- where the walk ended.
            return v_found || jsonb_build_object('end', v_end || to_jsonb(p_rank));
        end if;
        -- The matches lie together, far from where the order begins. Of many a sample tells about where.
        if p_seasonal or p_estimate > media_sync.many_candidates() then
            v_bound := media_sync.sampled_bound(p_tests, p_order);
        end if;
        if v_bound is not null then
            v_found := media_sync.query_by_index(media_sync.walk_statement(
                '(' || media_sync.from_beginning(p_seeks, p_seasonal, media_sync.walk_end(p_within, p_order, 1) ->> 1, v_bound, p_order) || ')',
                'true', p_tests, p_rank, p_order, null
            ));
            if jsonb_array_length(v_found -> 'rows') >= (p_order ->> 'limit')::integer then
                return v_found;
            end if;
        end if;
    end if;
    -- All matches, however many.
    return media_sync.query_by_index(media_sync.fetch_statement(media_sync.from_index(p_seeks), p_tests, p_rank::text, p_order, null));
end;
$$;
comment on function media_sync.walk_rank(text, text, text[], boolean, integer, double precision, integer, boolean, jsonb) is
    'What a page shows of one rank: { found, rows, end }. Without a budget it is fetched, else walked and, unless that ends it, fetched.';
revoke all on function media_sync.walk_rank(text, text, text[], boolean, integer, double precision, integer, boolean, jsonb)
    from public, anon, authenticated;

create or replace function media_sync.walk_library(
    p_conditions media_sync.library_condition[], p_ranks media_sync.library_condition[], p_estimates double precision[], p_order jsonb
)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
    v_all constant text := media_sync.all_tests(p_conditions);
    v_within constant text := media_sync.walk_within(p_conditions, p_estimates, p_order ->> 'key');
    v_tests constant text[] := media_sync.rank_tests(p_ranks);
    v_seeks text[] := coalesce(media_sync.rarest_seeks(p_conditions, p_estimates), array['true']);
    -- Only these walks meet the rows about as they lie.
    v_most constant integer := media_sync.walk_budget() / case when p_order ->> 'key' = 'asset.created_at' then 1 else 3 end;
    v_joint constant text[] := array(
        select joint from unnest(p_conditions) as condition where joint is not null and test not like 'asset.search\_text %'
    );
    v_share constant double precision := (
        select min(p_estimates[condition.place + 1]) / greatest(p_estimates[2], 1)
        from unnest(p_conditions) with ordinality as condition (test, seek, joint, source, in_order, place)
        where condition.joint = any (v_joint)
    );
    v_order jsonb := p_order;
    v_rows jsonb := '[]'::jsonb;
    v_found jsonb;
    v_few boolean;
    v_many boolean;
    v_plain boolean;
    v_seasonal boolean;
    v_ends boolean;
    v_budget integer;
    v_estimate double precision;
begin
    for v_rank in (p_order ->> 'rank')::integer .. cardinality(v_tests) - 1 loop
        v_estimate := case when p_ranks is null then p_estimates[1] else p_estimates[2 + cardinality(p_conditions) + v_rank] end;
        -- Names have indexes of their own. What merely holds the letters of words cannot be told from them by any.
        v_many := case
            when p_ranks is null or v_rank = 3 then p_estimates[cardinality(p_estimates) - 1] > media_sync.many_candidates()
            else v_rank = 2 and p_estimates[cardinality(p_estimates)] > media_sync.many_candidates()
        end;
        -- To ask the index for whole words costs more than for their letters, and often spares little.
        v_plain := p_ranks is null or v_rank = 3
            or (v_rank = 2 and p_estimates[cardinality(p_estimates)] > p_estimates[cardinality(p_estimates) - 1] / 2);
        v_seasonal := p_order ->> 'key' = 'asset.created_at'
            and case when v_plain then v_seeks <@ array(select joint from unnest(p_conditions) as condition) else v_rank = 2 end;
        v_few := p_ranks is not null and v_rank < 3 and not v_many and v_estimate <= media_sync.few_ranked_matches();
        v_ends := v_rank = 3 or (v_many and v_estimate <= media_sync.few_matches());
        -- Matches that lie as evenly as any are found within half of this. Where seasons tell the near from the far, a long
        -- walk is not gone on with.
        v_budget := case
            when v_few then 0
            when v_ends then v_most
            else least(
                case when v_seasonal and not v_many then v_most / 2 else v_most end,
                1500 + 2 * ((v_order ->> 'skip')::bigint + (v_order ->> 'limit')::bigint) * p_estimates[2] / greatest(v_estimate, 1)
            )
        end;
        v_found := media_sync.walk_rank(
            v_all || ' and ' || v_tests[v_rank + 1], v_within,
            case
                when v_plain then v_seeks
                -- Whole words are in the index that meets the rest.
                when v_rank = 2 then p_ranks[3].seek || v_joint
                -- Names that many have, of which the other conditions leave few.
                when v_estimate > media_sync.few_ranked_matches() * v_share then p_ranks[v_rank + 1].seek || v_joint
                else array[p_ranks[v_rank + 1].seek]
            end,
            v_seasonal, v_rank, v_estimate, v_budget, v_ends, v_order
        );
        v_rows := v_rows || (v_found -> 'rows');
        exit when v_found ? 'end' or jsonb_array_length(v_rows) >= (p_order ->> 'limit')::integer;
        -- The next rank begins at its beginning.
        v_order := v_order || jsonb_build_object(
            'after', 'true', 'after_matched', 'true',
            'skip', greatest((v_order ->> 'skip')::bigint - (v_found ->> 'found')::bigint, 0),
            'limit', (p_order ->> 'limit')::integer - jsonb_array_length(v_rows)
        );
    end loop;
    return jsonb_build_object('rows', v_rows, 'end', v_found -> 'end');
end;
$$;
comment on function media_sync.walk_library(media_sync.library_condition[], media_sync.library_condition[], double precision[], jsonb) is
    'A page of many matches: { rows, end }.';
revoke all on function media_sync.walk_library(media_sync.library_condition[], media_sync.library_condition[], double precision[], jsonb)
    from public, anon, authenticated;

create or replace function media_sync.walk_everything(p_conditions media_sync.library_condition[], p_order jsonb, p_total bigint)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
    v_limit constant bigint := (p_order ->> 'limit')::bigint;
    v_skip constant bigint := (p_order ->> 'skip')::bigint;
    v_behind constant bigint := p_total - v_skip - v_limit;
    -- Only these indexes hold all that is asked; by display name the rows themselves are read.
    v_budget constant bigint := media_sync.walk_budget() * case p_order ->> 'sort' when 'display_name' then 1 else 25 end;
    v_order jsonb := p_order;
    v_backward constant boolean := v_skip > v_behind and p_order ->> 'after' = 'true';
    v_rows jsonb;
begin
    if v_backward then
        -- Nearer to the end than to the beginning: from there, and turned round.
        v_order := v_order || jsonb_build_object(
            'direction', case p_order ->> 'direction' when 'asc' then 'desc' else 'asc' end,
            'skip', greatest(v_behind, 0), 'limit', greatest(v_limit + least(v_behind, 0), 0)
        );
    end if;
    if (v_order ->> 'skip')::bigint + v_limit > v_budget then
        raise exception 'This page is too deep to be counted off; go on with next_cursor, or sort the other way.'
            using errcode = 'invalid_parameter_value';
    end if;
    v_rows := media_sync.query_in_order(format(
        $query$
            select coalesce(jsonb_agg(jsonb_build_array(id, sort_key, 0) order by place), '[]')
            from (
                select *, row_number() over () as place
                from (
                    select asset.id, %1$s as sort_key
                    from public.media_assets as asset
                    where %2$s and %3$s
                    order by %1$s %4$s, asset.id %4$s
                    limit %5$s offset %6$s
                ) as ordered
            ) as placed
        $query$,
        v_order ->> 'key', p_conditions[1].test, v_order ->> 'after', v_order ->> 'direction', v_order ->> 'limit', v_order ->> 'skip'
    ));
    if v_backward then
        select coalesce(jsonb_agg(entry order by place desc), '[]') into v_rows
        from jsonb_array_elements(v_rows) with ordinality as listed (entry, place);
    end if;
    return jsonb_build_object('rows', v_rows);
end;
$$;
comment on function media_sync.walk_everything(media_sync.library_condition[], jsonb, bigint) is
    'A page of the library without any filter, from whichever end is nearer: { rows }.';
revoke all on function media_sync.walk_everything(media_sync.library_condition[], jsonb, bigint) from public, anon, authenticated;

-- supabase/schemas/60_library/20_page.sql

-- The library page: one call for a page of assets, with what the caller may see.

create or replace function media_sync.rank_case(p_ranks media_sync.library_condition[])
returns text
language sql
immutable
set search_path = ''
as $$
    select case
        when p_ranks is null then '0'
        else format('case when %s then 0 when %s then 1 when %s then 2 else 3 end', p_ranks[1].test, p_ranks[2].test, p_ranks[3].test)
    end;
$$;
comment on function media_sync.rank_case(media_sync.library_condition[]) is 'The rank of a match, as an expression.';
revoke all on function media_sync.rank_case(media_sync.library_condition[]) from public, anon, authenticated;

create or replace function media_sync.refuse_deep_page(p_within double precision, p_matches double precision, p_order jsonb)
returns void
language plpgsql
immutable
set search_path = ''
as $$
begin
    -- So many rows lie between one match and the next.
    if ((p_order ->> 'skip')::bigint + (p_order ->> 'limit')::bigint) * greatest(p_within / greatest(p_matches, 1), 1) > media_sync.walk_budget()
        and (p_order ->> 'skip')::bigint > 0
    then
        raise exception 'This page is too deep to be counted off; go on with next_cursor, or narrow the query.'
            using errcode = 'invalid_parameter_value';
    end if;
end;
$$;
comment on function media_sync.refuse_deep_page(double precision, double precision, jsonb) is
    'Raises invalid_parameter_value for a page by number that lies deeper than one walk reaches.';
revoke all on function media_sync.refuse_deep_page(double precision, double precision, jsonb) from public, anon, authenticated;

create or replace function media_sync.count_matches(p_tests text, p_seeks text[], p_estimates double precision[])
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
    v_most integer := media_sync.few_matches();
    v_statement constant text := 'select to_jsonb(count(*)) from (select from (%s) as asset where %s limit %s) as counted';
    v_total bigint := p_estimates[1];
begin
    -- Blocks too: few live rows may lie among many deleted ones.
    if p_estimates[2] <= media_sync.counted_matches() * 1.2 and media_sync.library_blocks() <= media_sync.counted_matches() / 4 then
        -- All rows, in their own order.
        v_most := media_sync.counted_matches();
        v_total := media_sync.query_by_id(format(
            v_statement, 'select * from public.media_assets as asset tablesample system (100)', p_tests, v_most + 1
        ))::bigint;
    elsif v_total <= v_most * 1.2 and p_seeks is not null and p_estimates[cardinality(p_estimates) - 1] <= media_sync.many_candidates() then
        v_total := media_sync.query_by_index(format(v_statement, media_sync.from_index(p_seeks), p_tests, v_most + 1))::bigint;
    else
        return jsonb_build_object('total', v_total, 'total_is_exact', false);
    end if;
    return jsonb_build_object('total', greatest(v_total, case when v_total > v_most then p_estimates[1]::bigint end), 'total_is_exact', v_total <= v_most);
end;
$$;
comment on function media_sync.count_matches(text, text[], double precision[]) is
    'The total of a page that was walked for: { total, total_is_exact }. In a large library counting stops at 4,000; beyond that it is estimated.';
revoke all on function media_sync.count_matches(text, text[], double precision[]) from public, anon, authenticated;

create or replace function media_sync.find_matches(
    p_conditions media_sync.library_condition[], p_ranks media_sync.library_condition[], p_trigrams text[], p_order jsonb
)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
    v_few constant integer := case when p_ranks is null then media_sync.few_matches() else media_sync.few_ranked_matches() end;
    v_tests constant text := media_sync.all_tests(p_conditions);
    v_rank constant text := media_sync.rank_case(p_ranks);
    v_estimates double precision[];
    v_seeks text[];
    v_from text;
    v_found jsonb;
    v_total jsonb;
begin
    v_from := case when media_sync.library_blocks() <= media_sync.small_library() then 'select * from public.media_assets as asset' end;
    v_from := coalesce(v_from, media_sync.from_source(p_conditions, v_few / 2));
    if v_from is not null then
        v_found := media_sync.query_by_id(media_sync.fetch_statement(v_from, v_tests, v_rank, p_order, null));
        return v_found || jsonb_build_object('total', v_found -> 'found', 'total_is_exact', true);
    end if;

    v_estimates := media_sync.estimate_matches(p_conditions, p_ranks, p_trigrams);
    v_seeks := media_sync.rarest_seeks(p_conditions, v_estimates);
    -- Where many of a small library match, to walk and to count are cheaper than to fetch.
    if v_estimates[1] <= least(v_few, greatest(v_estimates[2] / 20, 200)) and v_seeks is not null
        and v_estimates[cardinality(v_estimates) - 1] <= media_sync.many_candidates()
    then
        v_found := media_sync.query_by_index(
            media_sync.fetch_statement(media_sync.from_index(v_seeks), v_tests, v_rank, p_order, v_few * 2)
        );
        -- The sample may have erred.
        if (v_found ->> 'found')::bigint < v_few * 2 then
            return v_found || jsonb_build_object('total', v_found -> 'found', 'total_is_exact', true);
        end if;
        v_estimates[1] := greatest(v_estimates[1], v_few * 2);
    end if;

    v_total := media_sync.count_matches(v_tests, v_seeks, v_estimates);
    if (v_total ->> 'total_is_exact')::boolean and (v_total ->> 'total')::bigint <= (p_order ->> 'skip')::bigint then
        return v_total || '{"rows": []}';
    end if;
    perform media_sync.refuse_deep_page(v_estimates[2], v_estimates[1], p_order);
    return v_total || media_sync.walk_library(p_conditions, p_ranks, v_estimates, p_order);
end;
$$;
comment on function media_sync.find_matches(media_sync.library_condition[], media_sync.library_condition[], text[], jsonb) is
    'The matches on a page: { rows: [ [ id, sort key, rank ] ], end, total, total_is_exact }. end, [ id, sort key, rank ]: the page is not full, and goes on from there.';
revoke all on function media_sync.find_matches(media_sync.library_condition[], media_sync.library_condition[], text[], jsonb)
    from public, anon, authenticated;

create or replace function media_sync.library_items(p_ids uuid[])
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
    -- Anyone sees what a public page shows, and nothing else.
    v_anonymous constant boolean := media_sync.media_role() = 'anonymous';
begin
    return (
        select coalesce(jsonb_agg(
            case when v_anonymous then to_jsonb(item) - '{metadata,sync_status,usage_count,place}'::text[] else to_jsonb(item) - 'place' end
            order by item.place
        ), '[]')
        from (
            select
                asset.id, asset.asset_id, asset.public_id, asset.resource_type, asset.type, asset.format, asset.version, asset.bytes,
                asset.width, asset.height, asset.duration, asset.folder, asset.display_name, asset.original_filename,
                asset.tags[1:1000] as tags, media_sync.shown_object(asset.context) as context, asset.url, asset.secure_url,
                asset.created_at, asset.updated_at, asset.deleted_at, media_sync.shown_object(asset.metadata) as metadata,
                asset.sync_status, asset.usage_count, listed.place
            from unnest(p_ids) with ordinality as listed (id, place)
            cross join lateral (select * from public.media_assets as one where one.id = listed.id offset 0) as asset
        ) as item
    );
end;
$$;
comment on function media_sync.library_items(uuid[]) is 'Assets as a page shows them, in the order of their ids.';
revoke all on function media_sync.library_items(uuid[]) from public, anon, authenticated;

create or replace function media_sync.library_page(p_query jsonb)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
    v_order constant jsonb := media_sync.library_order(p_query);
    v_conditions constant media_sync.library_condition[] := array(select one from media_sync.library_conditions(p_query) as one);
    v_ranks media_sync.library_condition[];
    v_limit constant integer := (v_order ->> 'limit')::integer - 1;
    v_total bigint;
    v_found jsonb;
    v_rows jsonb;
    v_last jsonb;
    v_more boolean;
begin
    if cardinality(v_conditions) = 1 and v_conditions[1].seek is null then
        select coalesce(sum(total_assets), 0) into v_total from media_sync.statistics;
        v_found := media_sync.walk_everything(v_conditions, v_order, v_total)
            || jsonb_build_object('total', v_total, 'total_is_exact', true);
    else
        if v_order ->> 'sort' = 'relevance' then
            v_ranks := nullif(array(select rank from media_sync.search_ranks(p_query ->> 'search') as rank), '{}');
        end if;
        v_found := media_sync.find_matches(v_conditions, v_ranks, media_sync.trigram_tests(p_query ->> 'search'), v_order);
    end if;
    v_rows := v_found -> 'rows';
    v_more := jsonb_array_length(v_rows) > v_limit or coalesce(jsonb_typeof(v_found -> 'end') = 'array', false);
    v_last := case
        when jsonb_array_length(v_rows) > v_limit then v_rows -> (v_limit - 1)
        -- The walk ended before the page was full.
        when v_more then v_found -> 'end'
    end;
    return jsonb_build_object(
        'items', media_sync.library_items(array(
            select (entry ->> 0)::uuid from jsonb_array_elements(v_rows) with ordinality as listed (entry, place)
            where place <= v_limit
            order by place
        )),
        'total', v_found -> 'total',
        'total_is_exact', v_found -> 'total_is_exact',
        'limit', v_limit,
        'has_next', v_more,
        'next', case when v_more then jsonb_build_object(
            'value', case when v_order ->> 'sort' = 'relevance' then (v_last ->> 2) || ' ' || (v_last ->> 1) else v_last ->> 1 end,
            'id', v_last ->> 0
        ) end
    );
end;
$$;
comment on function media_sync.library_page(jsonb) is 'A page of the library as the caller may see it; for the functions that have checked the caller.';
revoke all on function media_sync.library_page(jsonb) from public, anon, authenticated;

-- supabase/schemas/60_library/25_asset.sql

-- One asset with what surrounds it, as far as the caller may see it.

create or replace function media_sync.public_asset(p_id uuid)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
    return (
        select jsonb_build_object(
            'item', to_jsonb(asset),
            'usage', '[]'::jsonb,
            'collections', (
                select coalesce(jsonb_agg(
                    jsonb_build_object(
                        'position', item.position,
                        'collection', jsonb_build_object(
                            'id', collection.id, 'slug', collection.slug, 'name', collection.name, 'is_public', collection.is_public
                        )
                    )
                    order by collection.slug
                ), '[]')
                from public.media_collection_items as item
                join public.media_collections as collection on collection.id = item.collection_id
                where item.media_asset_id = asset.id
            ),
            'history', '[]'::jsonb
        )
        from (
            select
                id, asset_id, public_id, resource_type, type, format, version, bytes, width, height, duration, folder, display_name,
                original_filename, tags, context, url, secure_url, created_at, updated_at, deleted_at
            from public.media_assets
            where id = p_id
        ) as asset
    );
end;
$$;
comment on function media_sync.public_asset(uuid) is 'One asset of a public collection as anyone sees it, or null.';
revoke all on function media_sync.public_asset(uuid) from public, anon, authenticated;
grant execute on function media_sync.public_asset(uuid) to anon, authenticated;
-- Whoever is signed in without being a viewer sees what anyone sees. Said after the grant: a function is checked as the
-- role that it takes, which may do nothing in a project that gives new functions to nobody.
alter function media_sync.public_asset(uuid) set role = 'anon';

create or replace function media_sync.asset_for_viewers(p_id uuid)
returns jsonb
language sql
stable
set search_path = ''
as $$
    select jsonb_build_object(
        'item', to_jsonb(asset),
        'usage', (
            select coalesce(jsonb_agg(to_jsonb(place) order by place.created_at), '[]')
            from (
                select usage.id, usage.usage_type, usage.reference_table, usage.reference_id, usage.field, usage.created_at
                from public.media_usage as usage
                where usage.media_asset_id = asset.id and usage.removed_at is null
                order by usage.created_at
                limit 100
            ) as place
        ),
        'collections', (
            select coalesce(jsonb_agg(to_jsonb(place) order by place.collection ->> 'slug'), '[]')
            from (
                select
                    item.position,
                    jsonb_build_object(
                        'id', collection.id, 'slug', collection.slug, 'name', collection.name, 'is_public', collection.is_public
                    ) as collection
                from public.media_collection_items as item
                join public.media_collections as collection on collection.id = item.collection_id
                where item.media_asset_id = asset.id
                order by collection.slug
                limit 100
            ) as place
        ),
        'history', '[]'::jsonb
    )
    from (
        select
            id, asset_id, public_id, resource_type, type, format, version, bytes, width, height, duration, folder, display_name,
            original_filename, tags, context, url, secure_url, created_at, updated_at, deleted_at, metadata, sync_status, usage_count
        from public.media_assets
        where id = p_id
    ) as asset;
$$;
comment on function media_sync.asset_for_viewers(uuid) is 'One asset with where it is used and its collections, with the rights of whoever asks; or null.';
revoke all on function media_sync.asset_for_viewers(uuid) from public, anon, authenticated;
grant execute on function media_sync.asset_for_viewers(uuid) to authenticated, service_role;

create or replace function media_sync.asset_for_editors(p_id uuid)
returns jsonb
language plpgsql
stable
-- Editors hold no grant on these columns and none on the log: this asset's part of them is shown, and only to them.
security definer
set search_path = ''
as $$
begin
    if not media_sync.is_editor() then
        raise exception 'Conflicts, errors and history need the role editor or admin.' using errcode = 'insufficient_privilege';
    end if;
    return (
        select jsonb_build_object(
            'item', jsonb_build_object('conflicts', asset.conflicts, 'sync_error', asset.sync_error),
            'history', (
                select coalesce(jsonb_agg(to_jsonb(entry) order by entry.created_at desc, entry.id desc), '[]')
                from (
                    select
                        log.id, log.operation, log.status, log.direction, log.source, log.changes, log.error_code,
                        log.error_message, log.user_id, log.created_at
                    from public.media_sync_log as log
                    where log.asset_id = asset.asset_id
                    order by log.created_at desc, log.id desc
                    limit 50
                ) as entry
            )
        )
        from public.media_assets as asset
        where asset.id = p_id and (asset.in_scope or media_sync.media_role() = 'service')
    );
end;
$$;
comment on function media_sync.asset_for_editors(uuid) is 'Open conflicts, the last error and the history of one asset: { item: { conflicts, sync_error }, history }. Editors.';
revoke all on function media_sync.asset_for_editors(uuid) from public, anon, authenticated;
grant execute on function media_sync.asset_for_editors(uuid) to authenticated, service_role;

create or replace function public.get_media_asset(p_id uuid)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
    v_asset jsonb;
    v_more jsonb;
begin
    if media_sync.media_role() = 'anonymous' then
        return media_sync.public_asset(p_id);
    end if;
    v_asset := media_sync.asset_for_viewers(p_id);
    if v_asset is null or not media_sync.is_editor() then
        return v_asset;
    end if;
    v_more := media_sync.asset_for_editors(p_id);
    return v_asset || v_more || jsonb_build_object('item', (v_asset -> 'item') || coalesce(v_more -> 'item', '{}'));
end;
$$;
comment on function public.get_media_asset(uuid) is
    'One asset with the caller''s rights: { item, usage, collections, history }, or null. For editors item has conflicts and sync_error too, and history is theirs.';
revoke all on function public.get_media_asset(uuid) from public, anon, authenticated;
grant execute on function public.get_media_asset(uuid) to anon, authenticated, service_role;

-- supabase/schemas/60_library/30_facets.sql

-- Facets: the most frequent values among the matches.

create or replace function media_sync.facets_statement(p_from text, p_tests text, p_most bigint, p_weight double precision)
returns text
language sql
immutable
set search_path = ''
as $$
    select format(
        $query$
            with matched as materialized (
                select asset.resource_type, asset.format, asset.folder, asset.tags from (%1$s) as asset where %2$s limit %3$s
            )
            select jsonb_build_object('found', (select count(*) from matched), 'facets', (
                select coalesce(jsonb_object_agg(facet, values), '{}') from (
                    select
                        facet,
                        jsonb_agg(jsonb_build_object('value', value, 'count', round(count * %4$s)) order by count desc, value) as values
                    from (
                        select *, row_number() over (partition by facet order by count desc, value) as place
                        from (
                            select 'resource_type' as facet, resource_type as value, count(*) as count from matched group by 2
                            union all
                            select 'format', format, count(*) from matched where format is not null group by 2
                            union all
                            select 'folder', folder, count(*) from matched group by 2
                            union all
                            select 'tags', tag, count(*) from matched cross join unnest(tags) as tag group by 2
                        ) as counted
                    ) as ranked
                    where place <= 50
                    group by facet
                ) as facets
            ))
        $query$,
        p_from, p_tests, coalesce(p_most::text, 'all'), p_weight
    );
$$;
comment on function media_sync.facets_statement(text, text, bigint, double precision) is
    'Counts the facets of at most so many matches (null: all), each of which stands for so many: { found, facets }.';
revoke all on function media_sync.facets_statement(text, text, bigint, double precision) from public, anon, authenticated;

create or replace function media_sync.library_facets(p_query jsonb)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
    v_conditions constant media_sync.library_condition[] := array(select one from media_sync.library_conditions(p_query) as one);
    v_tests constant text := media_sync.all_tests(v_conditions);
    v_blocks constant bigint := media_sync.library_blocks();
    v_few constant integer := media_sync.counted_matches();
    v_empty constant jsonb := '{"resource_type": [], "format": [], "folder": [], "tags": []}'::jsonb;
    v_percent double precision;
    v_estimates double precision[];
    v_seeks text[];
    v_from text;
    v_found jsonb;
begin
    v_from := case when v_blocks <= media_sync.small_library() then 'select * from public.media_assets as asset' end;
    v_from := coalesce(v_from, media_sync.from_source(v_conditions, v_few / 2));
    if v_from is not null then
        return v_empty || (media_sync.query_by_id(media_sync.facets_statement(v_from, v_tests, null, 1)) -> 'facets');
    end if;
    v_estimates := media_sync.estimate_matches(v_conditions, null, media_sync.trigram_tests(p_query ->> 'search'));
    v_seeks := media_sync.rarest_seeks(v_conditions, v_estimates);
    if v_estimates[1] <= v_few and v_seeks is not null
        and v_estimates[cardinality(v_estimates) - 1] <= media_sync.many_candidates()
    then
        v_found := media_sync.query_by_index(media_sync.facets_statement(media_sync.from_index(v_seeks), v_tests, v_few * 2, 1));
        if (v_found ->> 'found')::bigint < v_few * 2 then
            return v_empty || (v_found -> 'facets');
        end if;
    end if;
    -- Of more, a sample tells which are the most frequent, and about how frequent they are.
    v_percent := least(100, 100000.0 / v_blocks);
    v_from := format('select * from public.media_assets as asset tablesample system (%s) repeatable (1)', v_percent);
    v_found := media_sync.query_by_id(media_sync.facets_statement(v_from, v_tests, null, 100 / v_percent));
    return v_empty || (v_found -> 'facets') || case when v_percent < 100 then '{"estimated": true}' else '{}' end::jsonb;
end;
$$;
comment on function media_sync.library_facets(jsonb) is
    'The facets of the library as the caller may see it; for the functions that have checked the caller. estimated: true where there are too many matches to count.';
revoke all on function media_sync.library_facets(jsonb) from public, anon, authenticated;

-- supabase/schemas/60_library/35_reading.sql

-- Who reads the library with which rights: the page and the facets, for anyone and for viewers.

create or replace function media_sync.library_version(p_id uuid)
returns text
language plpgsql
stable
set search_path = ''
as $$
begin
    return md5(concat_ws(
        ' ',
        media_sync.version(),
        -- The role is the caller's as the database sees it: who counts as a viewer is a setting.
        media_sync.media_role(),
        (select string_agg(slot || ':' || transaction_id, ' ' order by slot) from media_sync.library_versions where transaction_id <> 0),
        -- Editors see the history of an asset, which may grow while the asset stays as it is.
        case when p_id is not null and media_sync.is_editor() then (
            select string_agg(entry.id::text, ' ' order by entry.id)
            from (
                select log.id
                from public.media_assets as asset
                join public.media_sync_log as log on log.asset_id = asset.asset_id
                where asset.id = p_id
                order by log.created_at desc, log.id desc
                limit 50
            ) as entry
        ) end
    ));
end;
$$;
comment on function media_sync.library_version(uuid) is
    'A text that is another one after each change of what the caller''s role may be shown of the library, or of one asset.';
revoke all on function media_sync.library_version(uuid) from public, anon, authenticated;

create or replace function media_sync.library_part(p_part text, p_query jsonb)
returns jsonb
language plpgsql
volatile
set search_path = ''
as $$
declare
    -- Before the part is read: of two snapshots the version has the older one, so that it never tells of more than was read.
    v_version constant text := media_sync.library_version((p_query ->> 'id')::uuid);
begin
    return case p_part
        when 'page' then media_sync.library_page(p_query)
        when 'facets' then media_sync.library_facets(p_query)
        when 'version' then '{}'::jsonb
    end || case when p_part = 'version' or p_query ? 'version' then jsonb_build_object('version', v_version) else '{}' end;
end;
$$;
comment on function media_sync.library_part(text, jsonb) is
    'A part of the library, page, facets or only the version; for the functions that have checked the caller. version: with the version.';
revoke all on function media_sync.library_part(text, jsonb) from public, anon, authenticated;

create or replace function media_sync.read_library_as_anyone(p_part text, p_query jsonb)
returns jsonb
language plpgsql
volatile
-- As for viewers below. Whoever is signed in without being a viewer sees what anyone sees: for both media_role() is
-- anonymous, by which library_conditions() adds that the asset is public, and library_items() leaves columns out.
security definer
set search_path = ''
as $$
begin
    if media_sync.media_role() <> 'anonymous' then
        raise exception 'Who is a viewer reads as one.' using errcode = 'insufficient_privilege';
    end if;
    return media_sync.library_part(p_part, p_query);
end;
$$;
comment on function media_sync.read_library_as_anyone(text, jsonb) is 'A part of the library, page, facets or version, as anyone sees it.';
revoke all on function media_sync.read_library_as_anyone(text, jsonb) from public, anon, authenticated;
grant execute on function media_sync.read_library_as_anyone(text, jsonb) to anon, authenticated;

create or replace function media_sync.read_library_as_viewer(p_part text, p_query jsonb)
returns jsonb
language plpgsql
volatile
-- Under row level security Postgres applies like and @> only after the policy, never through an index: every search
-- would read the whole table. What a signed-in caller may see is in library_conditions(), which is used here instead.
security definer
set search_path = ''
as $$
begin
    if not media_sync.is_viewer() then
        raise exception 'The whole library is for viewers.' using errcode = 'insufficient_privilege';
    end if;
    return media_sync.library_part(p_part, p_query);
end;
$$;
comment on function media_sync.read_library_as_viewer(text, jsonb) is 'A part of the library, page, facets or version, for viewers.';
revoke all on function media_sync.read_library_as_viewer(text, jsonb) from public, anon, authenticated;
grant execute on function media_sync.read_library_as_viewer(text, jsonb) to authenticated, service_role;

create or replace function media_sync.read_library(p_part text, p_query jsonb)
returns jsonb
language plpgsql
volatile
set search_path = ''
as $$
begin
    if media_sync.media_role() = 'anonymous' then
        return media_sync.read_library_as_anyone(p_part, p_query);
    end if;
    return media_sync.read_library_as_viewer(p_part, p_query);
end;
$$;
comment on function media_sync.read_library(text, jsonb) is 'A part of the library, page, facets or version, with the caller''s rights.';
revoke all on function media_sync.read_library(text, jsonb) from public, anon, authenticated;
grant execute on function media_sync.read_library(text, jsonb) to anon, authenticated, service_role;

create or replace function public.list_media_assets(p_query jsonb default '{}')
returns jsonb
language plpgsql
volatile
set search_path = ''
as $$
begin
    return media_sync.read_library('page', p_query);
end;
$$;
comment on function public.list_media_assets(jsonb) is
    'A page of the library with the caller''s rights: { page, limit, cursor: { value, id }, search, folder, recursive, tags, resource_type, type, format, sync_status, quarantined, collection, used, deleted, created_after, created_before, sort_by, sort_order, version }. Returns { items, total, total_is_exact, limit, has_next, next, version? }.';
revoke all on function public.list_media_assets(jsonb) from public, anon, authenticated;
grant execute on function public.list_media_assets(jsonb) to anon, authenticated, service_role;

create or replace function public.get_media_facets(p_query jsonb default '{}')
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
    return media_sync.read_library('facets', p_query);
end;
$$;
comment on function public.get_media_facets(jsonb) is 'The 50 most frequent values of resource_type, format, folder and tags among the matches: { facet: [ { value, count } ] }.';
revoke all on function public.get_media_facets(jsonb) from public, anon, authenticated;
grant execute on function public.get_media_facets(jsonb) to anon, authenticated, service_role;

create or replace function public.get_media_version(p_id uuid default null)
returns text
language plpgsql
volatile
set search_path = ''
as $$
begin
    return media_sync.read_library('version', jsonb_build_object('id', p_id)) ->> 'version';
end;
$$;
comment on function public.get_media_version(uuid) is
    'A text that is another one after each change of what the caller may be shown of the library, or of one asset; it may change more often. Costs next to nothing.';
revoke all on function public.get_media_version(uuid) from public, anon, authenticated;
grant execute on function public.get_media_version(uuid) to anon, authenticated, service_role;

create or replace function public.read_media_library(p_query jsonb default '{}', p_parts text[] default '{page}')
returns jsonb
language plpgsql
volatile
set search_path = ''
as $$
declare
    v_has_page constant boolean := 'page' = any (p_parts);
    v_is_viewer constant boolean := media_sync.media_role() <> 'anonymous';
    v_read jsonb;
    v_answer jsonb;
begin
    if (p_parts <@ '{page,facets,stats,sync_status}'::text[]) is not true then
        raise exception 'p_parts holds some of page, facets, stats and sync_status.' using errcode = 'invalid_parameter_value';
    end if;
    -- The version first: of several snapshots it has the oldest, so that it never tells of more than was read.
    v_read := media_sync.read_library(case when v_has_page then 'page' else 'version' end, p_query || '{"version": true}');
    v_answer := jsonb_build_object('version', v_read -> 'version');
    if v_has_page then
        v_answer := v_answer || jsonb_build_object('page', v_read - 'version');
    end if;
    if 'facets' = any (p_parts) then
        v_answer := v_answer || jsonb_build_object('facets', media_sync.read_library('facets', p_query - 'version'));
    end if;
    -- Statements of their own: an expression asks for the right to each function in it before it is known which are called.
    if v_is_viewer and 'stats' = any (p_parts) then
        v_answer := v_answer
            || jsonb_build_object('stats', (select to_jsonb(statistics) from public.get_media_statistics() as statistics));
    end if;
    if v_is_viewer and 'sync_status' = any (p_parts) then
        v_answer := v_answer || jsonb_build_object('sync_status', public.get_sync_status());
    end if;
    return v_answer;
end;
$$;
comment on function public.read_media_library(jsonb, text[]) is
    'What a page of an app shows, in one call with the caller''s rights: { version, page?, facets?, stats?, sync_status? }, those that p_parts names; p_query as for list_media_assets(). Stats and sync_status are left out for who is no viewer.';
revoke all on function public.read_media_library(jsonb, text[]) from public, anon, authenticated;
grant execute on function public.read_media_library(jsonb, text[]) to anon, authenticated, service_role;

-- supabase/schemas/60_library/40_edits.sql

-- Edits of many assets in one call, for the `media-list` function and for whoever prefers one statement to many.

create or replace function media_sync.require_few(p_ids anyarray)
returns void
language plpgsql
immutable
set search_path = ''
as $$
begin
    if cardinality(p_ids) > 1000 then
        raise exception 'One call names at most 1000 assets.' using errcode = 'invalid_parameter_value';
    elsif exists (select from unnest(p_ids) as id where length(id::text) > 1000) then
        raise exception 'A name is at most 1000 characters long.' using errcode = 'invalid_parameter_value';
    end if;
end;
$$;
comment on function media_sync.require_few(anyarray) is 'Raises invalid_parameter_value for more assets than one call may name, by their ids or names, or names that are too long.';
revoke all on function media_sync.require_few(anyarray) from public, anon, authenticated;
grant execute on function media_sync.require_few(anyarray) to authenticated, service_role;

create or replace function media_sync.require_small(p_patch jsonb)
returns void
language plpgsql
immutable
set search_path = ''
as $$
begin
    -- Each row of the call would be made as large before its own limits are looked at.
    if octet_length(p_patch::text) > 2097152 then
        raise exception 'A patch holds at most 2097152 bytes.' using errcode = 'invalid_parameter_value';
    end if;
end;
$$;
comment on function media_sync.require_small(jsonb) is 'Raises invalid_parameter_value for a patch that is larger than a request over HTTP may be.';
revoke all on function media_sync.require_small(jsonb) from public, anon, authenticated;
grant execute on function media_sync.require_small(jsonb) to authenticated, service_role;

create or replace function public.find_media_assets(p_public_ids text[], p_resource_type text default null, p_type text default null)
returns jsonb
language sql
stable
set search_path = ''
as $$
    select media_sync.require_few(p_public_ids);
    select coalesce(jsonb_agg(jsonb_build_object('id', id, 'public_id', public_id, 'resource_type', resource_type, 'type', type)), '[]')
    from public.media_assets
    where public_id = any (p_public_ids)
        and deleted_at is null
        and (p_resource_type is null or resource_type = p_resource_type)
        and (p_type is null or type = p_type);
$$;
comment on function public.find_media_assets(text[], text, text) is 'Live assets of these names, at most 1,000, that the caller may see: [ { id, public_id, resource_type, type } ].';
revoke all on function public.find_media_assets(text[], text, text) from public, anon, authenticated;
grant execute on function public.find_media_assets(text[], text, text) to authenticated, service_role;

create or replace function public.edit_media_assets(p_ids uuid[], p_patch jsonb)
returns jsonb
language plpgsql
set search_path = ''
-- A plan made while the table was small must serve the large one too.
set enable_seqscan = off
as $$
declare
    v_edited jsonb;
begin
    perform media_sync.require_few(p_ids);
    perform media_sync.require_small(p_patch);
    perform media_sync.lock_assets(p_ids);
    with edited as (
        update public.media_assets as asset
        set
            tags = case
                when p_patch ? 'tags' then array(select jsonb_array_elements_text(p_patch -> 'tags'))
                when p_patch ?| array['add_tags', 'remove_tags'] then array(
                    select tag
                    from unnest(asset.tags || array(select jsonb_array_elements_text(p_patch -> 'add_tags'))) with ordinality as wanted (tag, place)
                    where not coalesce(p_patch -> 'remove_tags', '[]') ? tag
                    order by place
                )
                else asset.tags
            end,
            context = case when p_patch ? 'context' then media_sync.patch_object(asset.context, p_patch -> 'context') else asset.context end,
            metadata = case when p_patch ? 'metadata' then media_sync.patch_object(asset.metadata, p_patch -> 'metadata') else asset.metadata end,
            display_name = case when p_patch ? 'display_name' then p_patch ->> 'display_name' else asset.display_name end,
            folder = case when p_patch ? 'folder' then p_patch ->> 'folder' else asset.folder end,
            public_id = case when p_patch ? 'public_id' then p_patch ->> 'public_id' else asset.public_id end
        where asset.id = any (p_ids) and asset.deleted_at is null
        returning asset.id
    )
    select coalesce(jsonb_agg(id), '[]') into v_edited from edited;
    return v_edited;
end;
$$;
comment on function public.edit_media_assets(uuid[], jsonb) is
    'Edits live assets with the caller''s rights: { tags, add_tags, remove_tags, context (null removes a key), metadata (likewise), display_name, folder, public_id }. Returns the ids that it reached.';
revoke all on function public.edit_media_assets(uuid[], jsonb) from public, anon, authenticated;
grant execute on function public.edit_media_assets(uuid[], jsonb) to authenticated, service_role;

create or replace function media_sync.resolve_media_conflicts(p_ids uuid[], p_keep text)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
    v_resolved jsonb;
begin
    if not media_sync.is_editor() then
        raise exception 'Resolving conflicts needs the role editor or admin.' using errcode = 'insufficient_privilege';
    elsif p_keep is null or p_keep not in ('cloudinary', 'database') then
        raise exception 'A conflict is resolved by keeping cloudinary or database.' using errcode = 'invalid_parameter_value';
    end if;

    perform media_sync.require_few(p_ids);
    perform media_sync.lock_assets(p_ids);
    with open as materialized (
        select asset as before, (
            -- base holds what Cloudinary last said.
            select jsonb_object_agg(key, value || jsonb_build_object('kept', p_keep)) from jsonb_each(asset.conflicts)
        ) as decisions
        from public.media_assets as asset
        where asset.id = any (p_ids) and asset.conflicts is not null and asset.deleted_at is null and asset.in_scope
        order by asset.asset_id
    ),
    wanted as (
        select
            before,
            decisions,
            media_sync.editable_fields(before) as local,
            (before).base as base
        from open
    ),
    settled as (
        update public.media_assets as asset
        set
            conflicts = null,
            public_id = case when p_keep = 'cloudinary' and decisions ? 'public_id' then wanted.base ->> 'public_id' else asset.public_id end,
            folder = case when p_keep = 'cloudinary' and decisions ? 'folder' then wanted.base ->> 'folder' else asset.folder end,
            display_name = case when p_keep = 'cloudinary' and decisions ? 'display_name' then wanted.base ->> 'display_name' else asset.display_name end,
            context = case when p_keep = 'cloudinary' then media_sync.take_keys(asset.context, wanted.base -> 'context', decisions, 'context.') else asset.context end,
            metadata = case when p_keep = 'cloudinary' then media_sync.take_keys(asset.metadata, wanted.base -> 'metadata', decisions, 'metadata.') else asset.metadata end,
            sending = media_sync.with_lost(asset.sending, decisions),
            sync_status = 'pending',
            sync_attempts = 0,
            sync_error = null,
            next_attempt_at = null,
            updated_at = clock_timestamp()
        from wanted
        where asset.id = (wanted.before).id
        returning asset.id
    ),
    resolve_log as (
        insert into public.media_sync_log (operation, status, source, media_asset_id, asset_id, public_id, resource_type, changes, user_id)
        select
            'resolve', 'success', 'client', (before).id, (before).asset_id, (before).public_id, (before).resource_type, decisions, auth.uid()
        from open
    )
    select coalesce(jsonb_agg(id), '[]') into v_resolved from settled;

    -- What equals Cloudinary's value now has nothing left to push.
    update public.media_assets as asset
    set sync_status = 'synced'
    where asset.id in (select (element #>> '{}')::uuid from jsonb_array_elements(v_resolved) as element)
        and asset.sending is null
        and media_sync.same_fields(media_sync.editable_fields(asset), asset.base);
    return v_resolved;
end;
$$;
comment on function media_sync.resolve_media_conflicts(uuid[], text) is 'What public.resolve_media_conflicts() does; with the owner''s rights, once it has checked the caller.';
revoke all on function media_sync.resolve_media_conflicts(uuid[], text) from public, anon, authenticated;
grant execute on function media_sync.resolve_media_conflicts(uuid[], text) to authenticated, service_role;

create or replace function public.resolve_media_conflicts(p_ids uuid[], p_keep text)
returns jsonb
language sql
set search_path = ''
as $$
    select media_sync.resolve_media_conflicts(p_ids, p_keep);
$$;
comment on function public.resolve_media_conflicts(uuid[], text) is 'Decides open conflicts by keeping one side''s values: cloudinary or database. Editors. Returns the ids that had any.';
revoke all on function public.resolve_media_conflicts(uuid[], text) from public, anon, authenticated;
grant execute on function public.resolve_media_conflicts(uuid[], text) to authenticated, service_role;

-- supabase/schemas/60_library/44_order.sql

-- What the ordered lists have in common, the assets of a collection and those of a place that uses them.

create or replace function media_sync.lock_order(p_list text)
returns void
language sql
set search_path = ''
as $$
    select pg_advisory_xact_lock(hashtextextended('media_sync.order.' || p_list, 0));
$$;
comment on function media_sync.lock_order(text) is 'Until the end of the transaction nobody else appends to this list or orders it; two at once would give one position twice.';
revoke all on function media_sync.lock_order(text) from public, anon, authenticated;
grant execute on function media_sync.lock_order(text) to authenticated, service_role;

create or replace function media_sync.reordered(p_ids uuid[], p_moved uuid[], p_before uuid)
returns table (id uuid, "position" integer)
language plpgsql
immutable
set search_path = ''
as $$
begin
    if p_before is not null and (p_before = any (p_moved) or not p_before = any (p_ids)) then
        raise exception 'The asset before which the others should stand is not in that list, or is one of them.' using errcode = 'invalid_parameter_value';
    end if;
    return query
    with given as (
        select present.id, present.place from unnest(p_ids) with ordinality as present (id, place)
    ),
    moved as (
        select named.id, min(named.place) as place
        from unnest(p_moved) with ordinality as named (id, place)
        join given on given.id = named.id
        group by named.id
    ),
    ordered as (
        -- Two assets never share a place, but those that move share that of the one before which they go.
        select given.id, given.place as goal, 1 as turn, 0::bigint as place
        from given
        where not exists (select from moved where moved.id = given.id)
        union all
        select moved.id, coalesce((select given.place from given where given.id = p_before), cardinality(p_ids) + 1), 0, moved.place
        from moved
    )
    select ordered.id, (row_number() over (order by ordered.goal, ordered.turn, ordered.place) - 1)::integer
    from ordered;
end;
$$;
comment on function media_sync.reordered(uuid[], uuid[], uuid) is
    'The positions, from 0, of a list in which some assets, in their order, move before another, or to the end (null). Raises invalid_parameter_value where that one is not in the list.';
revoke all on function media_sync.reordered(uuid[], uuid[], uuid) from public, anon, authenticated;
grant execute on function media_sync.reordered(uuid[], uuid[], uuid) to authenticated, service_role;

-- supabase/schemas/60_library/45_usage.sql

-- The common acts on usage: assets are attached to a place of the app, ordered there, moved to another, detached. Each
-- may be repeated: a call whose answer was lost finds its work done.

create or replace function media_sync.require_place(p_place jsonb)
returns void
language plpgsql
stable
set search_path = ''
as $$
begin
    if not media_sync.is_editor() then
        raise exception 'Managing usage needs the role editor or admin.' using errcode = 'insufficient_privilege';
    elsif jsonb_typeof(p_place) is distinct from 'object'
        or not p_place ?& '{reference_table,reference_id}'
        or exists (
            select from jsonb_each(p_place) as part
            where part.key not in ('usage_type', 'reference_table', 'reference_id', 'field')
                or jsonb_typeof(part.value) <> 'string'
                or length(part.value #>> '{}') > 1000
        )
    then
        raise exception 'A place is { usage_type, reference_table, reference_id, field }, each a text of at most 1000 characters.'
            using errcode = 'invalid_parameter_value';
    end if;
end;
$$;
comment on function media_sync.require_place(jsonb) is 'Raises insufficient_privilege for whoever is no editor, invalid_parameter_value for what names no place of use.';
revoke all on function media_sync.require_place(jsonb) from public, anon, authenticated;
grant execute on function media_sync.require_place(jsonb) to authenticated, service_role;

create or replace function media_sync.place_order(p_place jsonb)
returns uuid[]
language sql
stable
set search_path = ''
as $$
    select array(
        select usage.media_asset_id
        from public.media_usage as usage
        where usage.reference_table = p_place ->> 'reference_table'
            and usage.reference_id = p_place ->> 'reference_id'
            and usage.usage_type = p_place ->> 'usage_type'
            and usage.field = coalesce(p_place ->> 'field', '')
            and usage.removed_at is null
        order by usage.position, usage.created_at, usage.media_asset_id
    );
$$;
comment on function media_sync.place_order(jsonb) is 'The assets in use at one place, in their order, as far as the caller sees them.';
revoke all on function media_sync.place_order(jsonb) from public, anon, authenticated;
grant execute on function media_sync.place_order(jsonb) to authenticated, service_role;

create or replace function public.attach_media_assets(p_ids uuid[], p_place jsonb)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
    v_last integer;
begin
    perform media_sync.require_place(p_place);
    perform media_sync.require_few(p_ids);
    if p_place ->> 'usage_type' is null then
        raise exception 'To attach assets the place names a usage_type.' using errcode = 'invalid_parameter_value';
    end if;
    perform media_sync.lock_order('usage.' || (p_place ->> 'reference_table') || '.' || (p_place ->> 'reference_id'));
    select max(usage.position) into v_last
    from public.media_usage as usage
    where usage.reference_table = p_place ->> 'reference_table'
        and usage.reference_id = p_place ->> 'reference_id'
        and usage.usage_type = p_place ->> 'usage_type'
        and usage.field = coalesce(p_place ->> 'field', '')
        and usage.removed_at is null;
    insert into public.media_usage (media_asset_id, usage_type, reference_table, reference_id, field, position)
    select
        asset.id, p_place ->> 'usage_type', p_place ->> 'reference_table', p_place ->> 'reference_id', coalesce(p_place ->> 'field', ''),
        coalesce(v_last, -1) + wanted.place::integer
    from unnest(p_ids) with ordinality as wanted (id, place)
    join public.media_assets as asset on asset.id = wanted.id
    where asset.deleted_at is null and asset.in_scope
    -- The order in which everyone records uses: assets are locked when they are counted, after the rows of use.
    order by asset.id
    on conflict (media_asset_id, usage_type, reference_table, reference_id, field) where removed_at is null do nothing;
    return (
        select coalesce(jsonb_agg(usage.media_asset_id order by usage.position, usage.created_at, usage.media_asset_id), '[]')
        from public.media_usage as usage
        where usage.media_asset_id in (select unnest(p_ids))
            and usage.reference_table = p_place ->> 'reference_table'
            and usage.reference_id = p_place ->> 'reference_id'
            and usage.usage_type = p_place ->> 'usage_type'
            and usage.field = coalesce(p_place ->> 'field', '')
            and usage.removed_at is null
    );
end;
$$;
comment on function public.attach_media_assets(uuid[], jsonb) is
    'Records that live assets, at most 1,000, are used at a place, { usage_type, reference_table, reference_id, field }, behind those that are. Editors. Returns the ids of them that are in use there now.';
revoke all on function public.attach_media_assets(uuid[], jsonb) from public, anon, authenticated;
grant execute on function public.attach_media_assets(uuid[], jsonb) to authenticated, service_role;

create or replace function public.detach_media_assets(p_ids uuid[], p_place jsonb)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
    v_detached jsonb;
begin
    perform media_sync.require_place(p_place);
    perform media_sync.require_few(p_ids);
    with held as materialized (
        select usage.id
        from public.media_usage as usage
        where usage.reference_table = p_place ->> 'reference_table'
            and usage.reference_id = p_place ->> 'reference_id'
            and (not p_place ? 'usage_type' or usage.usage_type = p_place ->> 'usage_type')
            and (not p_place ? 'field' or usage.field = p_place ->> 'field')
            and usage.removed_at is null
            and (p_ids is null or usage.media_asset_id = any (p_ids))
        order by usage.media_asset_id, usage.id
        for update
    ),
    detached as (
        update public.media_usage as usage
        set removed_at = clock_timestamp()
        from held
        where usage.id = held.id
        returning usage.media_asset_id
    )
    select coalesce(jsonb_agg(distinct detached.media_asset_id), '[]') into v_detached from detached;
    return v_detached;
end;
$$;
comment on function public.detach_media_assets(uuid[], jsonb) is
    'Ends the use of assets, at most 1,000 (null: of all), at a place; without usage_type or field, of whatever kind or field. Editors. Returns the ids whose use ended.';
revoke all on function public.detach_media_assets(uuid[], jsonb) from public, anon, authenticated;
grant execute on function public.detach_media_assets(uuid[], jsonb) to authenticated, service_role;

create or replace function public.reorder_media_usage(p_ids uuid[], p_place jsonb, p_before uuid default null)
returns jsonb
language plpgsql
set search_path = ''
as $$
begin
    perform media_sync.require_place(p_place);
    perform media_sync.require_few(p_ids);
    perform media_sync.lock_order('usage.' || (p_place ->> 'reference_table') || '.' || (p_place ->> 'reference_id'));
    with held as materialized (
        select usage.id, wanted.position
        from media_sync.reordered(media_sync.place_order(p_place), p_ids, p_before) as wanted
        join public.media_usage as usage on usage.media_asset_id = wanted.id
        where usage.reference_table = p_place ->> 'reference_table'
            and usage.reference_id = p_place ->> 'reference_id'
            and usage.usage_type = p_place ->> 'usage_type'
            and usage.field = coalesce(p_place ->> 'field', '')
            and usage.removed_at is null
            and usage.position <> wanted.position
        order by usage.media_asset_id
        for update of usage
    )
    update public.media_usage as usage
    set position = held.position
    from held
    where usage.id = held.id;
    return to_jsonb(media_sync.place_order(p_place));
end;
$$;
comment on function public.reorder_media_usage(uuid[], jsonb, uuid) is
    'Moves assets, at most 1,000, in the order in which they are named, before another of the same place; null: to its end. Editors. Returns the ids of the place in their order.';
revoke all on function public.reorder_media_usage(uuid[], jsonb, uuid) from public, anon, authenticated;
grant execute on function public.reorder_media_usage(uuid[], jsonb, uuid) to authenticated, service_role;

create or replace function public.move_media_usage(p_ids uuid[], p_place jsonb, p_to jsonb)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
    v_field constant text := coalesce(p_place ->> 'field', '');
    v_to_field constant text := coalesce(p_to ->> 'field', '');
    v_there uuid[];
    v_last integer;
    v_moved jsonb;
begin
    perform media_sync.require_place(p_place);
    perform media_sync.require_place(p_to);
    perform media_sync.require_few(p_ids);
    if p_place ->> 'usage_type' is null or p_to ->> 'usage_type' is null then
        raise exception 'To move assets both places name a usage_type.' using errcode = 'invalid_parameter_value';
    elsif p_place || jsonb_build_object('field', v_field) = p_to || jsonb_build_object('field', v_to_field) then
        raise exception 'Both places are the same.' using errcode = 'invalid_parameter_value';
    end if;
    -- Both in one order, whichever way somebody else moves assets meanwhile.
    perform media_sync.lock_order(named.list)
    from (
        select 'usage.' || (place ->> 'reference_table') || '.' || (place ->> 'reference_id') as list
        from unnest(array[p_place, p_to]) as place
        order by 1
    ) as named;
    -- Who records a use by a statement of their own takes no lock on the place.
    for v_try in 1 .. 3 loop
        begin
            v_there := media_sync.place_order(p_to);
            select max(usage.position) into v_last
            from public.media_usage as usage
            where usage.reference_table = p_to ->> 'reference_table'
                and usage.reference_id = p_to ->> 'reference_id'
                and usage.usage_type = p_to ->> 'usage_type'
                and usage.field = v_to_field
                and usage.removed_at is null;
            -- One statement, so that the assets are counted, and locked for that, in one pass.
            with held as materialized (
                select usage.id, wanted.place, wanted.id in (select unnest(v_there)) as is_there
                from (
                    select named.id, min(named.place)::integer as place
                    from unnest(p_ids) with ordinality as named (id, place)
                    group by named.id
                ) as wanted
                join public.media_usage as usage on usage.media_asset_id = wanted.id
                where usage.reference_table = p_place ->> 'reference_table'
                    and usage.reference_id = p_place ->> 'reference_id'
                    and usage.usage_type = p_place ->> 'usage_type'
                    and usage.field = v_field
                    and usage.removed_at is null
                order by usage.media_asset_id
                for update of usage
            ),
            moved as (
                update public.media_usage as usage
                set
                    removed_at = case when held.is_there then clock_timestamp() end,
                    usage_type = case when held.is_there then usage.usage_type else p_to ->> 'usage_type' end,
                    reference_table = case when held.is_there then usage.reference_table else p_to ->> 'reference_table' end,
                    reference_id = case when held.is_there then usage.reference_id else p_to ->> 'reference_id' end,
                    field = case when held.is_there then usage.field else v_to_field end,
                    position = coalesce(v_last, -1) + held.place
                from held
                where usage.id = held.id
                returning usage.media_asset_id, held.place
            )
            select coalesce(jsonb_agg(moved.media_asset_id order by moved.place), '[]') into v_moved from moved;
            exit;
        exception
            when unique_violation then
                if v_try = 3 then
                    raise;
                end if;
        end;
    end loop;
    return v_moved;
end;
$$;
comment on function public.move_media_usage(uuid[], jsonb, jsonb) is
    'Moves assets, at most 1,000, that are in use at one place to the end of another; of one that is in use there already the use here ends. Editors. Returns the ids that left.';
revoke all on function public.move_media_usage(uuid[], jsonb, jsonb) from public, anon, authenticated;
grant execute on function public.move_media_usage(uuid[], jsonb, jsonb) to authenticated, service_role;

-- supabase/schemas/60_library/46_collections.sql

-- The common acts on the assets of collections: added, ordered, moved to another, removed. Each may be repeated: a call
-- whose answer was lost finds its work done. Collections themselves are rows that editors write.

create or replace function media_sync.require_collection(p_collection_id uuid)
returns void
language plpgsql
stable
set search_path = ''
as $$
begin
    if not media_sync.is_editor() then
        raise exception 'Managing collections needs the role editor or admin.' using errcode = 'insufficient_privilege';
    elsif not exists (select from public.media_collections as collection where collection.id = p_collection_id) then
        raise exception 'There is no collection with id %.', p_collection_id using errcode = 'PT404';
    end if;
end;
$$;
comment on function media_sync.require_collection(uuid) is 'Raises insufficient_privilege for whoever is no editor, PT404 for a collection that is not there.';
revoke all on function media_sync.require_collection(uuid) from public, anon, authenticated;
grant execute on function media_sync.require_collection(uuid) to authenticated, service_role;

create or replace function media_sync.collection_order(p_collection_id uuid)
returns uuid[]
language sql
stable
set search_path = ''
as $$
    select array(
        select item.media_asset_id
        from public.media_collection_items as item
        where item.collection_id = p_collection_id
        order by item.position, item.added_at, item.media_asset_id
    );
$$;
comment on function media_sync.collection_order(uuid) is 'The assets of a collection in their order, as far as the caller sees them.';
revoke all on function media_sync.collection_order(uuid) from public, anon, authenticated;
grant execute on function media_sync.collection_order(uuid) to authenticated, service_role;

create or replace function public.add_to_media_collection(p_collection_id uuid, p_ids uuid[])
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
    v_last integer;
begin
    perform media_sync.require_collection(p_collection_id);
    perform media_sync.require_few(p_ids);
    perform media_sync.lock_order('collection.' || p_collection_id);
    select max(item.position) into v_last from public.media_collection_items as item where item.collection_id = p_collection_id;
    insert into public.media_collection_items (collection_id, media_asset_id, position)
    select p_collection_id, asset.id, coalesce(v_last, -1) + wanted.place::integer
    from unnest(p_ids) with ordinality as wanted (id, place)
    join public.media_assets as asset on asset.id = wanted.id
    where asset.deleted_at is null and asset.in_scope
    -- The order in which everyone adds assets.
    order by asset.id
    on conflict (collection_id, media_asset_id) do nothing;
    return (
        select coalesce(jsonb_agg(item.media_asset_id order by item.position, item.added_at, item.media_asset_id), '[]')
        from public.media_collection_items as item
        where item.collection_id = p_collection_id and item.media_asset_id in (select unnest(p_ids))
    );
end;
$$;
comment on function public.add_to_media_collection(uuid, uuid[]) is
    'Adds live assets, at most 1,000, to the end of a collection. Editors. Returns the ids of them that stand in it now.';
revoke all on function public.add_to_media_collection(uuid, uuid[]) from public, anon, authenticated;
grant execute on function public.add_to_media_collection(uuid, uuid[]) to authenticated, service_role;

create or replace function public.remove_from_media_collection(p_collection_id uuid, p_ids uuid[])
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
    v_removed jsonb;
begin
    perform media_sync.require_collection(p_collection_id);
    perform media_sync.require_few(p_ids);
    with held as materialized (
        select item.media_asset_id
        from public.media_collection_items as item
        where item.collection_id = p_collection_id and item.media_asset_id in (select unnest(p_ids))
        order by item.media_asset_id
        for update
    ),
    removed as (
        delete from public.media_collection_items as item
        using held
        where item.collection_id = p_collection_id and item.media_asset_id = held.media_asset_id
        returning item.media_asset_id
    )
    select coalesce(jsonb_agg(removed.media_asset_id), '[]') into v_removed from removed;
    return v_removed;
end;
$$;
comment on function public.remove_from_media_collection(uuid, uuid[]) is 'Takes assets, at most 1,000, out of a collection. Editors. Returns the ids that stood in it.';
revoke all on function public.remove_from_media_collection(uuid, uuid[]) from public, anon, authenticated;
grant execute on function public.remove_from_media_collection(uuid, uuid[]) to authenticated, service_role;

create or replace function public.reorder_media_collection(p_collection_id uuid, p_ids uuid[], p_before uuid default null)
returns jsonb
language plpgsql
set search_path = ''
as $$
begin
    perform media_sync.require_collection(p_collection_id);
    perform media_sync.require_few(p_ids);
    perform media_sync.lock_order('collection.' || p_collection_id);
    with held as materialized (
        select item.media_asset_id, wanted.position
        from media_sync.reordered(media_sync.collection_order(p_collection_id), p_ids, p_before) as wanted
        join public.media_collection_items as item on item.media_asset_id = wanted.id
        where item.collection_id = p_collection_id and item.position <> wanted.position
        order by item.media_asset_id
        for update of item
    )
    update public.media_collection_items as item
    set position = held.position
    from held
    where item.collection_id = p_collection_id and item.media_asset_id = held.media_asset_id;
    return to_jsonb(media_sync.collection_order(p_collection_id));
end;
$$;
comment on function public.reorder_media_collection(uuid, uuid[], uuid) is
    'Moves assets, at most 1,000, in the order in which they are named, before another of the same collection; null: to its end. Editors. Returns the ids of the collection in their order.';
revoke all on function public.reorder_media_collection(uuid, uuid[], uuid) from public, anon, authenticated;
grant execute on function public.reorder_media_collection(uuid, uuid[], uuid) to authenticated, service_role;

create or replace function public.move_between_media_collections(p_collection_id uuid, p_ids uuid[], p_to uuid)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
    v_moved jsonb;
begin
    perform media_sync.require_collection(p_collection_id);
    perform media_sync.require_collection(p_to);
    perform media_sync.require_few(p_ids);
    if p_collection_id = p_to then
        raise exception 'Both collections are the same.' using errcode = 'invalid_parameter_value';
    end if;
    -- Both in one order, whichever way somebody else moves assets meanwhile.
    perform media_sync.lock_order('collection.' || least(p_collection_id, p_to));
    perform media_sync.lock_order('collection.' || greatest(p_collection_id, p_to));
    v_moved := public.add_to_media_collection(p_to, array(
        select wanted.id
        from unnest(p_ids) with ordinality as wanted (id, place)
        join public.media_collection_items as item on item.media_asset_id = wanted.id
        where item.collection_id = p_collection_id
        order by wanted.place
    ));
    perform public.remove_from_media_collection(p_collection_id, array(select jsonb_array_elements_text(v_moved)::uuid));
    return v_moved;
end;
$$;
comment on function public.move_between_media_collections(uuid, uuid[], uuid) is
    'Moves assets, at most 1,000, of one collection to the end of another. Editors. Returns the ids that moved.';
revoke all on function public.move_between_media_collections(uuid, uuid[], uuid) from public, anon, authenticated;
grant execute on function public.move_between_media_collections(uuid, uuid[], uuid) to authenticated, service_role;

-- supabase/schemas/60_library/50_statistics.sql

-- What people ask about the whole library: statistics and the state of the sync, both O(1).

create or replace function media_sync.get_media_statistics()
returns table (
    total_assets bigint,
    total_images bigint,
    total_videos bigint,
    total_raw bigint,
    total_size bigint,
    synced_assets bigint,
    pending_assets bigint,
    error_assets bigint,
    conflict_assets bigint,
    deleted_assets bigint,
    pending_deletions bigint,
    out_of_scope_assets bigint
)
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
    -- The trash is the editors', and what is not mirrored is shown to nobody: neither are their numbers.
    v_sees_trash constant boolean := media_sync.is_editor();
    v_sees_all constant boolean := media_sync.is_admin();
begin
    if not media_sync.is_viewer() then
        raise exception 'Statistics are for viewers.' using errcode = 'insufficient_privilege';
    end if;
    return query
    select
        coalesce(sum(counters.total_assets), 0)::bigint,
        coalesce(sum(counters.total_images), 0)::bigint,
        coalesce(sum(counters.total_videos), 0)::bigint,
        coalesce(sum(counters.total_raw), 0)::bigint,
        coalesce(sum(counters.total_size), 0)::bigint,
        coalesce(sum(counters.synced_assets), 0)::bigint,
        coalesce(sum(counters.pending_assets), 0)::bigint,
        coalesce(sum(counters.error_assets), 0)::bigint,
        coalesce(sum(counters.conflict_assets), 0)::bigint,
        case when v_sees_trash then coalesce(sum(counters.deleted_assets), 0)::bigint end,
        case when v_sees_trash then coalesce(sum(counters.pending_deletions), 0)::bigint end,
        case when v_sees_all then coalesce(sum(counters.out_of_scope_assets), 0)::bigint end
    from media_sync.statistics as counters;
end;
$$;
comment on function media_sync.get_media_statistics() is 'What public.get_media_statistics() does; with the owner''s rights, once it has checked the caller.';
revoke all on function media_sync.get_media_statistics() from public, anon, authenticated;
grant execute on function media_sync.get_media_statistics() to authenticated, service_role;

create or replace function public.get_media_statistics()
returns table (
    total_assets bigint,
    total_images bigint,
    total_videos bigint,
    total_raw bigint,
    total_size bigint,
    synced_assets bigint,
    pending_assets bigint,
    error_assets bigint,
    conflict_assets bigint,
    deleted_assets bigint,
    pending_deletions bigint,
    out_of_scope_assets bigint
)
language sql
stable
set search_path = ''
as $$
    select * from media_sync.get_media_statistics();
$$;
comment on function public.get_media_statistics() is 'Size and state of the library from maintained counters: the same cost for ten assets and ten million. Viewers; the numbers of deleted assets are null but for editors, that of assets out of scope but for admins.';
revoke all on function public.get_media_statistics() from public, anon, authenticated;
grant execute on function public.get_media_statistics() to authenticated, service_role;

create or replace function media_sync.get_sync_status()
returns jsonb
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
    v_statistics record;
    v_last_sync timestamptz;
    v_in_progress boolean;
begin
    if not media_sync.is_viewer() then
        raise exception 'The sync status is for viewers.' using errcode = 'insufficient_privilege';
    end if;
    select * into v_statistics from public.get_media_statistics();
    select finished_at into v_last_sync
    from media_sync.runs
    where status = 'completed' and kind in ('full', 'incremental')
    order by started_at desc
    limit 1;
    select exists (select from media_sync.runs where status = 'running' and kind in ('full', 'incremental')) into v_in_progress;
    return jsonb_build_object(
        'last_sync', v_last_sync,
        'is_synced', v_last_sync is not null and not v_in_progress
            and not exists (select from media_sync.unsettled_runs())
            and not exists (select from media_sync.quarantine)
            and v_statistics.pending_assets + coalesce(v_statistics.pending_deletions, 0)
                + v_statistics.error_assets + v_statistics.conflict_assets = 0,
        'pending_operations', v_statistics.pending_assets + coalesce(v_statistics.pending_deletions, 0),
        'sync_in_progress', v_in_progress,
        'synced_assets', v_statistics.synced_assets,
        'error_assets', v_statistics.error_assets,
        -- It may name what a viewer does not see.
        'last_error', case when media_sync.is_editor() then (
            select error_message
            from public.media_sync_log
            where status = 'error' and created_at > (select clock_timestamp()) - interval '1 day'
            order by created_at desc
            limit 1
        ) end
    );
end;
$$;
comment on function media_sync.get_sync_status() is 'What public.get_sync_status() does; with the owner''s rights, once it has checked the caller.';
revoke all on function media_sync.get_sync_status() from public, anon, authenticated;
grant execute on function media_sync.get_sync_status() to authenticated, service_role;

create or replace function public.get_sync_status()
returns jsonb
language sql
stable
set search_path = ''
as $$
    select media_sync.get_sync_status();
$$;
comment on function public.get_sync_status() is 'The state of the sync in a few figures. Viewers; last_error is null but for editors.';
revoke all on function public.get_sync_status() from public, anon, authenticated;
grant execute on function public.get_sync_status() to authenticated, service_role;

-- supabase/schemas/60_library/60_administration.sql

-- What admins may do without a secret key: read runs and the inbox, read and change the settings.

create or replace function media_sync.get_sync_run(p_run_id uuid)
returns jsonb
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
    if not media_sync.is_admin() then
        raise exception 'Runs are for admins.' using errcode = 'insufficient_privilege';
    end if;
    return media_sync.run_summary(p_run_id) - 'now';
end;
$$;
comment on function media_sync.get_sync_run(uuid) is 'What public.get_sync_run() does; with the owner''s rights, once it has checked the caller.';
revoke all on function media_sync.get_sync_run(uuid) from public, anon, authenticated;
grant execute on function media_sync.get_sync_run(uuid) to authenticated, service_role;

create or replace function public.get_sync_run(p_run_id uuid)
returns jsonb
language sql
stable
set search_path = ''
as $$
    select media_sync.get_sync_run(p_run_id);
$$;
comment on function public.get_sync_run(uuid) is 'One run, or null. Admins.';
revoke all on function public.get_sync_run(uuid) from public, anon, authenticated;
grant execute on function public.get_sync_run(uuid) to authenticated, service_role;

create or replace function media_sync.get_sync_overview()
returns jsonb
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
    if not media_sync.is_admin() then
        raise exception 'The sync overview is for admins.' using errcode = 'insufficient_privilege';
    end if;
    return jsonb_build_object(
        'runs', (
            select coalesce(jsonb_agg(media_sync.run_summary(latest.id) - 'now' order by latest.started_at desc), '[]')
            from (select id, started_at from media_sync.runs order by started_at desc limit 10) as latest
        ),
        'rate_limit', (
            select jsonb_build_object('limit', call_limit, 'remaining', remaining, 'reset_at', reset_at)
            from media_sync.rate_limits
            order by updated_at desc
            limit 1
        ),
        'quarantine', (
            select coalesce(jsonb_agg(to_jsonb(aside) - '{cloud_name,seen_at}'::text[] order by aside.since, aside.asset_id), '[]')
            from (select * from media_sync.quarantine order by since limit 1000) as aside
        ),
        'failed_runs', (
            select coalesce(jsonb_agg(jsonb_build_object(
                'run_id', run.id, 'kind', run.kind, 'status', run.status, 'started_at', run.started_at, 'finished_at', run.finished_at,
                'error', run.errors -> 0
            ) order by run.started_at desc), '[]')
            from (select * from media_sync.unsettled_runs() order by started_at desc limit 100) as run
        ),
        'untold', media_sync.untold_progress()
    );
end;
$$;
comment on function media_sync.get_sync_overview() is 'What public.get_sync_overview() does; with the owner''s rights, once it has checked the caller.';
revoke all on function media_sync.get_sync_overview() from public, anon, authenticated;
grant execute on function media_sync.get_sync_overview() to authenticated, service_role;

create or replace function public.get_sync_overview()
returns jsonb
language sql
stable
set search_path = ''
as $$
    select media_sync.get_sync_overview();
$$;
comment on function public.get_sync_overview() is 'The last ten runs, Cloudinary''s quota as last told, the assets in quarantine (the first 1,000), the runs that failed or are blocked, and of how many assets facts are still to be asked for. Admins.';
revoke all on function public.get_sync_overview() from public, anon, authenticated;
grant execute on function public.get_sync_overview() to authenticated, service_role;

create or replace function media_sync.get_sync_settings()
returns jsonb
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
    if not media_sync.is_admin() then
        raise exception 'The settings are for admins.' using errcode = 'insufficient_privilege';
    end if;
    return (select to_jsonb(settings) - 'id' from media_sync.settings as settings);
end;
$$;
comment on function media_sync.get_sync_settings() is 'What public.get_sync_settings() does; with the owner''s rights, once it has checked the caller.';
revoke all on function media_sync.get_sync_settings() from public, anon, authenticated;
grant execute on function media_sync.get_sync_settings() to authenticated, service_role;

create or replace function public.get_sync_settings()
returns jsonb
language sql
stable
set search_path = ''
as $$
    select media_sync.get_sync_settings();
$$;
comment on function public.get_sync_settings() is 'All settings by name. Admins.';
revoke all on function public.get_sync_settings() from public, anon, authenticated;
grant execute on function public.get_sync_settings() to authenticated, service_role;

create or replace function media_sync.update_sync_settings(p_changes jsonb)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
    v_before jsonb;
    v_after jsonb;
    v_unknown text;
begin
    if not media_sync.is_admin() then
        raise exception 'Changing settings needs the role admin.' using errcode = 'insufficient_privilege';
    end if;
    select to_jsonb(settings) - array['id', 'updated_at', 'folder_mode', 'webhook_events', 'search_refuses', 'full_requested_at'] into v_before
    from media_sync.settings as settings
    for update;
    select string_agg(key, ', ' order by key) into v_unknown from jsonb_object_keys(p_changes) as key where not v_before ? key;
    if v_unknown is not null then
        raise exception 'There is no setting %, or it is not yours to change.', v_unknown using errcode = 'invalid_parameter_value';
    end if;

    update media_sync.settings as settings
    set (
        conflict_policy, include_folders, wanted_folders, delete_guard_percent, delete_guard_minimum, quota_reserve_percent,
        push_max_attempts, push_backoff_cap, incremental_interval, incremental_overlap, full_interval,
        log_retention, problem_log_retention, event_retention, run_retention, snapshot_retention, webhook_silence, alert_url,
        viewers, look_up_cap, updated_at
    ) = (
        select
            wanted.conflict_policy, wanted.include_folders, wanted.wanted_folders, wanted.delete_guard_percent, wanted.delete_guard_minimum,
            wanted.quota_reserve_percent, wanted.push_max_attempts, wanted.push_backoff_cap, wanted.incremental_interval,
            wanted.incremental_overlap, wanted.full_interval,
            wanted.log_retention, wanted.problem_log_retention, wanted.event_retention, wanted.run_retention,
            wanted.snapshot_retention, wanted.webhook_silence, wanted.alert_url, wanted.viewers, wanted.look_up_cap,
            clock_timestamp()
        from jsonb_populate_record(settings, p_changes) as wanted
    );

    select to_jsonb(settings) - array['id', 'updated_at', 'folder_mode', 'webhook_events', 'search_refuses', 'full_requested_at'] into v_after
    from media_sync.settings as settings;
    if media_sync.changed_fields(v_before, v_after) is not null then
        insert into public.media_sync_log (operation, status, source, changes, user_id)
        values (
            'settings', 'success', 'client',
            -- An alert URL may carry a token of its receiver.
            media_sync.changed_fields(v_before - 'alert_url', v_after - 'alert_url'),
            auth.uid()
        );
    end if;
    return v_after;
end;
$$;
comment on function media_sync.update_sync_settings(jsonb) is 'What public.update_sync_settings() does; with the owner''s rights, once it has checked the caller.';
revoke all on function media_sync.update_sync_settings(jsonb) from public, anon, authenticated;
grant execute on function media_sync.update_sync_settings(jsonb) to authenticated, service_role;

create or replace function public.update_sync_settings(p_changes jsonb)
returns jsonb
language sql
set search_path = ''
as $$
    select media_sync.update_sync_settings(p_changes);
$$;
comment on function public.update_sync_settings(jsonb) is 'Changes settings by name, effective at the next tick, and logs it. Admins. Returns all of them.';
revoke all on function public.update_sync_settings(jsonb) from public, anon, authenticated;
grant execute on function public.update_sync_settings(jsonb) to authenticated, service_role;

create or replace function media_sync.list_webhook_events(p_limit integer default 50)
returns jsonb
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
    if not media_sync.is_admin() then
        raise exception 'The inbox is for admins.' using errcode = 'insufficient_privilege';
    end if;
    return (
        select coalesce(jsonb_agg(to_jsonb(event) - 'body' order by event.id desc), '[]')
        from (
            select * from media_sync.webhook_events order by received_at desc limit least(greatest(p_limit, 1), 500)
        ) as event
    );
end;
$$;
comment on function media_sync.list_webhook_events(integer) is 'What public.list_webhook_events() does; with the owner''s rights, once it has checked the caller.';
revoke all on function media_sync.list_webhook_events(integer) from public, anon, authenticated;
grant execute on function media_sync.list_webhook_events(integer) to authenticated, service_role;

create or replace function public.list_webhook_events(p_limit integer default 50)
returns jsonb
language sql
stable
set search_path = ''
as $$
    select media_sync.list_webhook_events(p_limit);
$$;
comment on function public.list_webhook_events(integer) is 'The latest notifications and what became of them, without their bodies. Admins.';
revoke all on function public.list_webhook_events(integer) from public, anon, authenticated;
grant execute on function public.list_webhook_events(integer) to authenticated, service_role;

-- supabase/schemas/60_library/65_oversight.sql

-- What people who look after the library call besides: try again what was refused, and look back over time.

create or replace function media_sync.retry_media_assets(p_ids uuid[])
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
    v_retried jsonb;
begin
    if not media_sync.is_editor() then
        raise exception 'Retrying needs the role editor or admin.' using errcode = 'insufficient_privilege';
    end if;
    perform media_sync.require_few(p_ids);
    perform media_sync.lock_assets(p_ids);
    with retried as (
        update public.media_assets
        set sync_status = 'pending'
        where id = any (p_ids) and sync_status = 'error' and in_scope
        returning id
    )
    select coalesce(jsonb_agg(id), '[]') into v_retried from retried;
    return v_retried;
end;
$$;
comment on function media_sync.retry_media_assets(uuid[]) is 'What public.retry_media_assets() does; with the owner''s rights, once it has checked the caller.';
revoke all on function media_sync.retry_media_assets(uuid[]) from public, anon, authenticated;
grant execute on function media_sync.retry_media_assets(uuid[]) to authenticated, service_role;

create or replace function public.retry_media_assets(p_ids uuid[])
returns jsonb
language sql
set search_path = ''
as $$
    select media_sync.retry_media_assets(p_ids);
$$;
comment on function public.retry_media_assets(uuid[]) is 'Pushes again what Cloudinary refused for good: edits and deletions with status error. Editors. Returns the ids that had failed.';
revoke all on function public.retry_media_assets(uuid[]) from public, anon, authenticated;
grant execute on function public.retry_media_assets(uuid[]) to authenticated, service_role;

create or replace function media_sync.get_sync_snapshots(p_since timestamptz)
returns jsonb
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
    if not media_sync.is_admin() then
        raise exception 'Snapshots are for admins.' using errcode = 'insufficient_privilege';
    end if;
    return (
        select coalesce(jsonb_agg(jsonb_build_object(
            'taken_at', taken_at,
            'health', health,
            'total_assets', figures #> '{statistics,total_assets}',
            'pending_assets', figures #> '{statistics,pending_assets}',
            'error_assets', figures #> '{statistics,error_assets}',
            'call_limit', figures #> '{rate_limits,0,call_limit}',
            'remaining_calls', figures #> '{rate_limits,0,remaining}',
            'operations', figures #> '{activity,operations}',
            'errors', figures #> '{activity,errors}',
            'average_ms', figures #> '{activity,average_ms}'
        ) order by taken_at), '[]')
        from media_sync.snapshots
        where taken_at >= p_since
    );
end;
$$;
comment on function media_sync.get_sync_snapshots(timestamptz) is 'What public.get_sync_snapshots() does; with the owner''s rights, once it has checked the caller.';
revoke all on function media_sync.get_sync_snapshots(timestamptz) from public, anon, authenticated;
grant execute on function media_sync.get_sync_snapshots(timestamptz) to authenticated, service_role;

create or replace function public.get_sync_snapshots(p_since timestamptz)
returns jsonb
language sql
stable
set search_path = ''
as $$
    select media_sync.get_sync_snapshots(p_since);
$$;
comment on function public.get_sync_snapshots(timestamptz) is
    'The hourly figures from a time on: assets, what waits and failed, Cloudinary''s quota, operations, errors and mean milliseconds of the hour before. Admins.';
revoke all on function public.get_sync_snapshots(timestamptz) from public, anon, authenticated;
grant execute on function public.get_sync_snapshots(timestamptz) to authenticated, service_role;

-- supabase/schemas/60_library/70_broadcast.sql

-- Live updates: one message a statement, on the private topic media_assets, that says which assets changed. Not what
-- they hold: clients read that again, with their own rights.

create or replace function media_sync.realtime_takes_messages()
returns boolean
-- plpgsql keeps its plan; each change of a row that people see asks.
language plpgsql
stable
set search_path = ''
as $$
declare
    v_messages constant regclass := media_sync.known_table('realtime.messages');
begin
    -- Realtime parts its messages by day and makes the parts when clients connect. Without today's, sending fails with a
    -- warning of twenty lines a statement, and there is nobody who misses the message.
    return v_messages is not null and (
        (select relkind from pg_catalog.pg_class where oid = v_messages) <> 'p'
        or exists (
            select
            from pg_catalog.pg_inherits as part
            join pg_catalog.pg_class as known on known.oid = part.inhrelid
            cross join lateral (select pg_get_expr(known.relpartbound, known.oid) as bound offset 0) as told
            where part.inhparent = v_messages
                -- A bound that is no time, such as DEFAULT, does not keep anything out.
                and coalesce(now() >= substring(told.bound from $bound$FROM \('(\d{4}-[^']+)'\)$bound$)::timestamptz, true)
                and coalesce(now() < substring(told.bound from $bound$TO \('(\d{4}-[^']+)'\)$bound$)::timestamptz, true)
        )
    );
end;
$$;
comment on function media_sync.realtime_takes_messages() is 'True where Realtime has its table of messages, with a place for those of now.';
revoke all on function media_sync.realtime_takes_messages() from public, anon, authenticated;

create or replace function media_sync.send_broadcast(p_operation text, p_ids uuid[], p_count bigint)
returns void
language plpgsql
set search_path = ''
as $$
begin
    execute format('select %I.send($1, $2, $3, $4)', 'realtime') using
        jsonb_build_object(
            'operation', p_operation, 'ids', to_jsonb(p_ids), 'count', p_count, 'truncated', p_count > cardinality(p_ids)
        ),
        p_operation,
        'media_assets',
        true;
exception
    when others then
        raise warning 'A change was not broadcast (SQLSTATE %).', sqlstate;
end;
$$;
comment on function media_sync.send_broadcast(text, uuid[], bigint) is
    'Sends { operation, ids, count, truncated } as the event named by the operation (insert, update, delete) to the private topic media_assets. Never fails the statement.';
revoke all on function media_sync.send_broadcast(text, uuid[], bigint) from public, anon, authenticated;

create or replace function media_sync.broadcast_assets()
returns trigger
language plpgsql
-- Whoever edits may not send to the topic; the database may.
security definer
set search_path = ''
-- The planner takes what a statement changed for one row, and would compare each with each.
set enable_nestloop = off
as $$
declare
    v_changed record;
begin
    if media_sync.known_function('realtime.send(jsonb, text, text, boolean)') is null then
        return null;
    end if;
    if tg_op = 'INSERT' then
        select count(*) as total, (array_agg(id))[1:100] as ids into v_changed from inserted where in_scope;
    elsif tg_op = 'DELETE' then
        select count(*) as total, (array_agg(id))[1:100] as ids into v_changed from deleted where in_scope;
    else
        -- What nobody sees is the sync's own book-keeping: leases, attempts, observations.
        select count(*) as total, (array_agg(inserted.id))[1:100] as ids into v_changed
        from inserted
        join deleted on deleted.id = inserted.id
        where (inserted.in_scope or deleted.in_scope)
            and (
                inserted.public_id, inserted.resource_type, inserted.type, inserted.format, inserted.version, inserted.bytes,
                inserted.width, inserted.height, inserted.duration, inserted.pages, inserted.url, inserted.secure_url,
                inserted.original_filename, inserted.folder, inserted.display_name, inserted.tags, inserted.context,
                inserted.metadata, inserted.access_mode, inserted.moderation_status, inserted.sync_status, inserted.sync_error,
                inserted.conflicts, inserted.usage_count, inserted.deleted_at, inserted.in_scope, inserted.created_at
            ) is distinct from (
                deleted.public_id, deleted.resource_type, deleted.type, deleted.format, deleted.version, deleted.bytes,
                deleted.width, deleted.height, deleted.duration, deleted.pages, deleted.url, deleted.secure_url,
                deleted.original_filename, deleted.folder, deleted.display_name, deleted.tags, deleted.context,
                deleted.metadata, deleted.access_mode, deleted.moderation_status, deleted.sync_status, deleted.sync_error,
                deleted.conflicts, deleted.usage_count, deleted.deleted_at, deleted.in_scope, deleted.created_at
            );
    end if;
    if v_changed.total > 0 and media_sync.realtime_takes_messages() then
        perform media_sync.send_broadcast(lower(tg_op), v_changed.ids, v_changed.total);
    end if;
    return null;
end;
$$;
comment on function media_sync.broadcast_assets() is 'Broadcasts which assets one statement changed, where Realtime exists and somebody could see the change.';
revoke all on function media_sync.broadcast_assets() from public, anon, authenticated;

create or replace trigger broadcast_assets_on_insert
    after insert on public.media_assets
    referencing new table as inserted
    for each statement execute function media_sync.broadcast_assets();

create or replace trigger broadcast_assets_on_update
    after update on public.media_assets
    referencing old table as deleted new table as inserted
    for each statement execute function media_sync.broadcast_assets();

create or replace trigger broadcast_assets_on_delete
    after delete on public.media_assets
    referencing old table as deleted
    for each statement execute function media_sync.broadcast_assets();

create or replace function public.enable_media_broadcast()
returns boolean
language plpgsql
security definer
set search_path = ''
as $$
begin
    if media_sync.known_table('realtime.messages') is null then
        update media_sync.health_state set broadcast_pending = true where not broadcast_pending;
        raise notice 'Realtime has not made its tables yet, so nothing is broadcast. Once it has, the next sync allows it, and select public.enable_media_broadcast() does at once.';
        return false;
    end if;
    -- Both judge the row's own topic: realtime.topic() is null outside Realtime's probe, and a row may name another.
    execute $policy$
        drop policy if exists "Viewers receive changes of media assets" on realtime.messages
    $policy$;
    execute $policy$
        create policy "Viewers receive changes of media assets"
            on realtime.messages for select to authenticated
            using (extension = 'broadcast' and topic = 'media_assets' and (select media_sync.is_viewer()))
    $policy$;
    -- Without a policy nobody may send; this one holds against a policy of the project's that lets people send anywhere.
    execute $policy$
        drop policy if exists "Nobody sends changes of media assets" on realtime.messages
    $policy$;
    execute $policy$
        create policy "Nobody sends changes of media assets"
            on realtime.messages as restrictive for insert to anon, authenticated
            with check (topic is distinct from 'media_assets')
    $policy$;
    update media_sync.health_state
    set broadcast_pending = false, broadcast_error = null
    where broadcast_pending or broadcast_error is not null;
    return true;
end;
$$;
comment on function public.enable_media_broadcast() is
    'Lets viewers receive the topic media_assets. Run by the migration, and by ticks until it holds. True when it is in place. The database owner and secret keys.';
revoke all on function public.enable_media_broadcast() from public, anon, authenticated;
grant execute on function public.enable_media_broadcast() to service_role;

-- supabase/schemas/70_jobs/10_due.sql

-- What is due: one question at the start of every call of `sync`.

create or replace function media_sync.latest_run(p_cloud_name text, p_kind text, p_status text)
returns media_sync.runs
language plpgsql
stable
set search_path = ''
-- Every tick asks this, a dozen times: it reads one entry of an index, however many runs a month has left.
set enable_seqscan = off
set enable_bitmapscan = off
as $$
declare
    v_run media_sync.runs;
begin
    -- As a range of the whole key: where each column is only equal to something, the planner hopes to meet one soon that is
    -- of the kind, and walks all runs by their time where there is none.
    select ended.* into v_run
    from media_sync.runs as ended
    where status <> 'running' and (kind, status, cloud_name, started_at) <= (p_kind, p_status, p_cloud_name, 'infinity')
    order by kind desc, status desc, cloud_name desc, started_at desc
    limit 1;
    return case when v_run.kind = p_kind and v_run.status = p_status and v_run.cloud_name = p_cloud_name then v_run end;
end;
$$;
comment on function media_sync.latest_run(text, text, text) is
    'The run of a kind that started last and ended as completed, blocked or failed; all null for none. Runs of the kinds full and incremental follow each other.';
revoke all on function media_sync.latest_run(text, text, text) from public, anon, authenticated;

create or replace function media_sync.pull_since(p_cloud_name text)
returns timestamptz
language plpgsql
stable
set search_path = ''
set enable_seqscan = off
as $$
begin
    -- From the start of the last completed pull on, and a while before it, because the index lags. Five minutes do at most
    -- ticks, so that what is searched stays small and shows what was changed twice; every ten minutes all of the overlap.
    return (
        select date_trunc('second', latest.started_at - case
            when exists (
                select from media_sync.runs as run
                where run.cloud_name = p_cloud_name
                    and run.kind in ('full', 'incremental')
                    and run.status = 'completed'
                    and run.started_at > (select clock_timestamp()) - interval '10 minutes'
                    and (
                        run.kind = 'full'
                        or (run.options ->> 'changed_since')::timestamptz <= run.started_at - settings.incremental_overlap
                    )
            ) then least(settings.incremental_overlap, interval '5 minutes')
            else settings.incremental_overlap
        end)
        from media_sync.settings as settings
        cross join lateral (
            select greatest(
                (media_sync.latest_run(p_cloud_name, 'full', 'completed')).started_at,
                (media_sync.latest_run(p_cloud_name, 'incremental', 'completed')).started_at
            ) as started_at
        ) as latest
    );
end;
$$;
comment on function media_sync.pull_since(text) is
    'From which change on the next incremental pull searches; null before the first complete pull. Whole seconds: Cloudinary tells no others.';
revoke all on function media_sync.pull_since(text) from public, anon, authenticated;

create or replace function media_sync.full_is_due(p_cloud_name text, p_settings media_sync.settings)
returns boolean
language plpgsql
stable
set search_path = ''
as $$
declare
    v_latest constant timestamptz := greatest(
        (media_sync.latest_run(p_cloud_name, 'full', 'completed')).started_at,
        (media_sync.latest_run(p_cloud_name, 'full', 'blocked')).started_at
    );
begin
    return not (
        coalesce(
            v_latest > clock_timestamp() - p_settings.full_interval
            and (p_settings.full_requested_at is null or v_latest >= p_settings.full_requested_at),
            false
        )
        -- What failed is tried again, but not at every tick.
        or coalesce((media_sync.latest_run(p_cloud_name, 'full', 'failed')).finished_at > clock_timestamp() - interval '10 minutes', false)
    );
end;
$$;
comment on function media_sync.full_is_due(text, media_sync.settings) is 'Whether the next call of sync begins a full pull.';
revoke all on function media_sync.full_is_due(text, media_sync.settings) from public, anon, authenticated;

create or replace function media_sync.incremental_is_due(p_cloud_name text, p_settings media_sync.settings)
returns boolean
language plpgsql
stable
set search_path = ''
as $$
declare
    v_full constant timestamptz := (media_sync.latest_run(p_cloud_name, 'full', 'completed')).started_at;
begin
    return v_full is not null
        -- A tick that comes a moment early still counts as the next one.
        and greatest(
            v_full,
            (media_sync.latest_run(p_cloud_name, 'incremental', 'completed')).started_at,
            (media_sync.latest_run(p_cloud_name, 'full', 'failed')).started_at,
            (media_sync.latest_run(p_cloud_name, 'incremental', 'failed')).started_at
        ) <= clock_timestamp() - p_settings.incremental_interval + interval '5 seconds';
end;
$$;
comment on function media_sync.incremental_is_due(text, media_sync.settings) is 'Whether the next call of sync searches for what has changed; not before the first complete pull.';
revoke all on function media_sync.incremental_is_due(text, media_sync.settings) from public, anon, authenticated;

create or replace function public.media_sync_due(p_cloud_name text)
returns jsonb
language plpgsql
stable
security definer
set search_path = ''
set enable_seqscan = off
as $$
declare
    v_settings media_sync.settings;
begin
    select * into v_settings from media_sync.settings;
    if not found then
        return jsonb_build_object('repair_due', true, 'now', clock_timestamp());
    end if;
    return jsonb_build_object(
        'open_run', (
            select media_sync.run_summary(id)
            from media_sync.runs
            where cloud_name = p_cloud_name and status = 'running' and kind in ('full', 'partial')
            order by started_at
            limit 1
        ),
        'full_due', media_sync.full_is_due(p_cloud_name, v_settings),
        'incremental_due', media_sync.incremental_is_due(p_cloud_name, v_settings),
        'changed_since', media_sync.pull_since(p_cloud_name),
        'push_due', media_sync.push_is_due(p_cloud_name),
        'refresh_due', exists (
            select from media_sync.refresh_queue
            where cloud_name = p_cloud_name
                and not_before <= (select clock_timestamp())
                and (leased_until is null or leased_until < (select clock_timestamp()))
        ),
        'facts_due', media_sync.facts_are_due(p_cloud_name),
        'repair_due', media_sync.repair_is_due(),
        'folder_mode', v_settings.folder_mode,
        'search_refuses', v_settings.search_refuses,
        'conflict_policy', v_settings.conflict_policy,
        'budget', media_sync.call_budget(p_cloud_name),
        'now', clock_timestamp()
    );
end;
$$;
comment on function public.media_sync_due(text) is
    'What the next call of sync has to do: { open_run, full_due, incremental_due, changed_since, push_due, refresh_due, facts_due, repair_due, folder_mode, search_refuses, conflict_policy, budget, now }. Where the settings are lost, { repair_due, now } alone.';
revoke all on function public.media_sync_due(text) from public, anon, authenticated;
grant execute on function public.media_sync_due(text) to service_role;

-- supabase/schemas/70_jobs/20_invoke.sql

-- How the database calls a function of this project: pg_net posts the request, Vault holds the address and the key.
--
-- Neither has to be there. What belongs to them is reached by dynamic SQL, so that this file applies, lints and works
-- on a database without them (a name in a constant text would be looked up by the linter); health then says what to do.

create or replace function media_sync.read_secret(p_name text)
returns text
language plpgsql
stable
set search_path = ''
as $$
declare
    v_secret text;
begin
    if media_sync.known_table('vault.decrypted_secrets') is not null then
        execute format('select decrypted_secret from %I.decrypted_secrets where name = $1', 'vault') into v_secret using p_name;
    end if;
    return nullif(btrim(v_secret), '');
end;
$$;
comment on function media_sync.read_secret(text) is 'A secret from Vault, or null. Only for the owner''s functions.';
revoke all on function media_sync.read_secret(text) from public, anon, authenticated;

create or replace function media_sync.how_to_store(p_name text, p_secret text)
returns text
language plpgsql
stable
set search_path = ''
as $$
declare
    v_exists boolean := false;
begin
    if media_sync.known_table('vault.secrets') is not null then
        execute format('select exists (select from %I.secrets where name = $1)', 'vault') into v_exists using p_name;
    end if;
    return case
        when v_exists then format('select vault.update_secret(id, %L) from vault.secrets where name = %L', p_secret, p_name)
        else format('select vault.create_secret(%L, %L)', p_secret, p_name)
    end;
end;
$$;
comment on function media_sync.how_to_store(text, text) is 'The statement that stores a secret in Vault, for people to fill in.';
revoke all on function media_sync.how_to_store(text, text) from public, anon, authenticated;

create or replace function media_sync.invocation_problem()
returns text
language plpgsql
stable
set search_path = ''
as $$
declare
    v_url text;
begin
    if media_sync.known_function('net.http_post(text, jsonb, jsonb, jsonb, integer)') is null then
        return 'The database cannot call the functions: enable the extension pg_net.';
    elsif media_sync.known_table('vault.decrypted_secrets') is null then
        return 'The database cannot call the functions: enable the extension supabase_vault.';
    end if;
    v_url := media_sync.read_secret('media_sync_project_url');
    if v_url is null then
        return format(
            'The database cannot call the functions: store the project''s URL in Vault, %s.',
            media_sync.how_to_store('media_sync_project_url', 'https://<ref>.supabase.co')
        );
    elsif v_url !~ '^https?://' then
        return format(
            'The database cannot call the functions: the project''s URL in Vault must begin with https://, %s.',
            media_sync.how_to_store('media_sync_project_url', 'https://<ref>.supabase.co')
        );
    elsif media_sync.read_secret('media_sync_cron_key') is null then
        return format(
            'The database cannot call the functions: store the secret key for cron in Vault, %s.',
            media_sync.how_to_store('media_sync_cron_key', '<secret key>')
        );
    end if;
    return null;
exception
    when insufficient_privilege then
        return 'The database cannot call the functions: the owner of Media Sync may not read Vault or use pg_net.';
end;
$$;
comment on function media_sync.invocation_problem() is 'Why the database cannot call the functions, as a sentence that says what to do; null when it can.';
revoke all on function media_sync.invocation_problem() from public, anon, authenticated;

create or replace function media_sync.webhook_address()
returns text
language plpgsql
stable
set search_path = ''
as $$
begin
    return coalesce(rtrim(media_sync.read_secret('media_sync_project_url'), '/'), 'https://<ref>.supabase.co') || '/functions/v1/webhook';
exception
    when insufficient_privilege then
        return 'https://<ref>.supabase.co/functions/v1/webhook';
end;
$$;
comment on function media_sync.webhook_address() is 'Where Cloudinary is to send its notifications.';
revoke all on function media_sync.webhook_address() from public, anon, authenticated;

create or replace function media_sync.post_request(p_url text, p_headers jsonb, p_body jsonb)
returns bigint
language plpgsql
set search_path = ''
as $$
declare
    v_request_id bigint;
begin
    execute format('select %I.http_post(url => $1, body => $2, headers => $3, timeout_milliseconds => 5000)', 'net')
        into v_request_id
        using p_url, p_body, p_headers || '{"Content-Type": "application/json"}';
    return v_request_id;
exception
    when others then
        -- Only the code: the message of an error may quote the row that failed, and with it the key.
        raise warning 'pg_net did not take a request (SQLSTATE %).', sqlstate;
        return null;
end;
$$;
comment on function media_sync.post_request(text, jsonb, jsonb) is
    'Hands a POST to pg_net, which sends it after the commit and gives up after 5 s. Returns pg_net''s id, or null with a warning that holds neither address nor headers.';
revoke all on function media_sync.post_request(text, jsonb, jsonb) from public, anon, authenticated;

create or replace function media_sync.invoke_function(p_name text, p_body jsonb default '{}')
returns bigint
language plpgsql
set search_path = ''
as $$
declare
    v_problem text := media_sync.invocation_problem();
    v_request_id bigint;
begin
    if p_name is null or p_name !~ '^[A-Za-z][A-Za-z0-9_-]*$' then
        raise exception 'This is no name of a function.' using errcode = 'invalid_parameter_value';
    elsif v_problem is not null then
        raise notice '%', v_problem;
        return null;
    end if;
    v_request_id := media_sync.post_request(
        rtrim(media_sync.read_secret('media_sync_project_url'), '/') || '/functions/v1/' || p_name,
        jsonb_build_object('apikey', media_sync.read_secret('media_sync_cron_key')),
        coalesce(p_body, '{}')
    );
    if v_request_id is not null then
        insert into media_sync.invocations (request_id, function_name) values (v_request_id, p_name);
    end if;
    return v_request_id;
end;
$$;
comment on function media_sync.invoke_function(text, jsonb) is
    'Posts to a function of this project, with the address and the key in Vault (media_sync_project_url, media_sync_cron_key). Returns pg_net''s id of the request, or null where something is missing: a notice and get_sync_health() say what.';
revoke all on function media_sync.invoke_function(text, jsonb) from public, anon, authenticated;

-- supabase/schemas/70_jobs/30_wake.sql

-- A local edit does not wait for the minute: it wakes a push, once however many statements and callers there are.
--
-- Whether a wake is already waiting is decided at commit. Decided earlier, either editors would hold the one row that
-- says so until they commit, and wait for each other; or a push could begin between the decision and the commit, miss
-- the edit, and nobody would wake the next one.

create or replace function media_sync.wake_push()
returns bigint
language plpgsql
set search_path = ''
as $$
declare
    v_wake media_sync.wakes;
    v_request_id bigint;
begin
    if media_sync.invocation_problem() is not null then
        -- The tick finds the edit, if there is one; health says what is missing.
        return null;
    end if;
    -- Held to the end of the commit only. media_sync_begin_push() waits for it, so that the push it begins sees this edit.
    select * into v_wake from media_sync.wakes for update;
    -- A wake that nobody answered was lost on the way: pg_net promises nothing.
    if v_wake.waiting_since > clock_timestamp() - interval '10 seconds' then
        return null;
    end if;
    v_request_id := media_sync.invoke_function('sync', '{"direction": "push", "background": true}');
    if v_request_id is not null then
        update media_sync.wakes set waiting_since = clock_timestamp(), sent_at = clock_timestamp();
    end if;
    return v_request_id;
end;
$$;
comment on function media_sync.wake_push() is
    'Asks the sync function for a push, unless a wake of the last 10 s still waits. Returns pg_net''s id of the request, or null when none was needed or possible.';
revoke all on function media_sync.wake_push() from public, anon, authenticated;

create or replace function media_sync.send_wake()
returns trigger
language plpgsql
-- Whoever edits may not call the functions with the key of cron; the database may.
security definer
set search_path = ''
as $$
begin
    delete from media_sync.wake_requests where transaction_id = new.transaction_id;
    begin
        perform media_sync.wake_push();
    exception
        when others then
            raise warning 'The push was not woken (SQLSTATE %); the next tick finds the edit.', sqlstate;
    end;
    return null;
end;
$$;
comment on function media_sync.send_wake() is 'Wakes a push at commit. Never fails the transaction.';
revoke all on function media_sync.send_wake() from public, anon, authenticated;

create constraint trigger send_wake
    after insert on media_sync.wake_requests
    deferrable initially deferred
    for each row execute function media_sync.send_wake();

create or replace function media_sync.request_wake()
returns trigger
language plpgsql
security definer
set search_path = ''
-- The planner takes what a statement changed for one row, and would compare each with each.
set enable_nestloop = off
as $$
declare
    v_now constant timestamptz := clock_timestamp();
begin
    -- Most statements are a pull's and leave nothing to push: the join has no rows on its side then. A claim, a lease or
    -- a failed attempt leaves a row as pending as it was, or pending for later.
    if exists (
        select
        from inserted
        join deleted on deleted.id = inserted.id
        where inserted.sync_status = 'pending'
            and (inserted.next_attempt_at is null or inserted.next_attempt_at <= v_now)
            and (
                deleted.sync_status <> 'pending'
                or deleted.next_attempt_at > v_now
                or (inserted.edited_at, inserted.deleted_at, inserted.restore_requested_at)
                    is distinct from (deleted.edited_at, deleted.deleted_at, deleted.restore_requested_at)
            )
    ) then
        insert into media_sync.wake_requests (transaction_id) values (pg_current_xact_id()) on conflict do nothing;
    end if;
    return null;
exception
    when others then
        raise warning 'The push was not woken (SQLSTATE %); the next tick finds the edit.', sqlstate;
        return null;
end;
$$;
comment on function media_sync.request_wake() is 'Notes that the transaction left rows newly waiting for Cloudinary. Never fails the statement.';
revoke all on function media_sync.request_wake() from public, anon, authenticated;

create or replace trigger request_wake
    after update on public.media_assets
    referencing old table as deleted new table as inserted
    for each statement execute function media_sync.request_wake();

-- supabase/schemas/70_jobs/40_cleanup.sql

-- Keeping what grows small: the log by status, and what is only of use for a while.
--
-- Rows go in batches that skip what others hold, and a call ends after a while: what is left goes next time.

create or replace function media_sync.delete_old_log(p_statuses text[], p_before timestamptz, p_batch integer, p_limit bigint)
returns bigint
language plpgsql
set search_path = ''
as $$
declare
    v_deleted bigint := 0;
    v_from timestamptz := timestamptz '-infinity';
    v_batch record;
begin
    while v_deleted < p_limit loop
        with old as materialized (
            select id, created_at
            from public.media_sync_log
            where created_at >= v_from
                and created_at < p_before
                and status = any (p_statuses)
                -- An open conflict holds a value that is nowhere else.
                and (status <> 'conflict' or resolved_at is not null)
            order by created_at
            limit least(p_batch, p_limit - v_deleted)
            for update skip locked
        ),
        deleted as (
            delete from public.media_sync_log as log using old where log.id = old.id
        )
        select count(*) as size, max(created_at) as last into v_batch from old;
        exit when v_batch.size = 0;
        v_deleted := v_deleted + v_batch.size;
        -- The next batch begins where this one ended, not at the rows that stay.
        v_from := v_batch.last;
    end loop;
    return v_deleted;
end;
$$;
comment on function media_sync.delete_old_log(text[], timestamptz, integer, bigint) is
    'Deletes log rows of these statuses from before a time, oldest first, in batches, at most p_limit of them; open conflicts never. Returns how many.';
revoke all on function media_sync.delete_old_log(text[], timestamptz, integer, bigint) from public, anon, authenticated;

create or replace function media_sync.delete_old_log_rows(p_batch integer, p_limit bigint)
returns bigint
language plpgsql
set search_path = ''
as $$
declare
    v_settings media_sync.settings;
    v_deleted bigint;
begin
    select * into strict v_settings from media_sync.settings;
    v_deleted := media_sync.delete_old_log(
        '{success,skipped,stale}', clock_timestamp() - v_settings.log_retention, p_batch, p_limit
    );
    v_deleted := v_deleted + media_sync.delete_old_log(
        '{error}', clock_timestamp() - v_settings.problem_log_retention, p_batch, p_limit - v_deleted
    );
    return v_deleted + media_sync.delete_old_log(
        '{conflict}', clock_timestamp() - v_settings.problem_log_retention, p_batch, p_limit - v_deleted
    );
end;
$$;
comment on function media_sync.delete_old_log_rows(integer, bigint) is
    'Deletes log rows whose time is over: settings.log_retention, for errors and decided conflicts settings.problem_log_retention. Returns how many.';
revoke all on function media_sync.delete_old_log_rows(integer, bigint) from public, anon, authenticated;

create or replace function media_sync.delete_old_events(p_before timestamptz, p_limit bigint)
returns bigint
language sql
set search_path = ''
as $$
    with old as materialized (
        select id
        from media_sync.webhook_events
        where received_at < p_before
        order by received_at
        limit p_limit
        for update skip locked
    ),
    deleted as (
        delete from media_sync.webhook_events as event using old where event.id = old.id returning 1
    )
    select count(*) from deleted;
$$;
comment on function media_sync.delete_old_events(timestamptz, bigint) is 'Deletes webhook events from before a time, oldest first, at most p_limit. Returns how many.';
revoke all on function media_sync.delete_old_events(timestamptz, bigint) from public, anon, authenticated;

create or replace function media_sync.delete_old_runs(p_before timestamptz, p_limit bigint)
returns bigint
language sql
set search_path = ''
as $$
    with old as materialized (
        select id
        from media_sync.runs as run
        where run.started_at < p_before
            and run.finished_at < p_before
            and run.status in ('completed', 'failed')
            -- What is due is counted from a library's last complete run of each kind.
            and (run.status <> 'completed' or exists (
                select from media_sync.runs as later
                where later.kind = run.kind
                    and later.cloud_name = run.cloud_name
                    and later.status = 'completed'
                    and later.started_at > run.started_at
            ))
        order by run.started_at
        limit p_limit
        for update skip locked
    ),
    deleted as (
        delete from media_sync.runs as run using old where run.id = old.id returning 1
    )
    select count(*) from deleted;
$$;
comment on function media_sync.delete_old_runs(timestamptz, bigint) is
    'Deletes runs that ended before a time, with their cursors, at most p_limit; never an open or blocked one, nor the last complete one of its kind. Returns how many.';
revoke all on function media_sync.delete_old_runs(timestamptz, bigint) from public, anon, authenticated;

create or replace function media_sync.delete_old_job_details(p_commands text[], p_before timestamptz)
returns bigint
language plpgsql
set search_path = ''
as $$
declare
    v_deleted bigint := 0;
begin
    if media_sync.known_table('cron.job_run_details') is not null then
        -- pg_cron never deletes them. Known by their command: a job that is scheduled no more is in no table. Those that never
        -- started have no time: what is older than one that is old enough is so as well.
        execute format(
            $query$
                delete from %1$I.job_run_details
                where command = any ($1)
                    and database = current_database()
                    and (
                        coalesce(end_time, start_time) < $2
                        or runid < (
                            select max(runid) from %1$I.job_run_details
                            where command = any ($1) and database = current_database() and coalesce(end_time, start_time) < $2
                        )
                    )
            $query$,
            'cron'
        ) using p_commands, p_before;
        get diagnostics v_deleted = row_count;
    end if;
    return v_deleted;
exception
    when insufficient_privilege then
        raise warning 'The owner of Media Sync may not delete from cron.job_run_details.';
        return 0;
end;
$$;
comment on function media_sync.delete_old_job_details(text[], timestamptz) is
    'Deletes what pg_cron remembers of jobs with these commands that ended before a time. Returns how many rows; 0 without pg_cron.';
revoke all on function media_sync.delete_old_job_details(text[], timestamptz) from public, anon, authenticated;

create or replace function media_sync.delete_old_invocations(p_before timestamptz, p_limit bigint)
returns bigint
language plpgsql
set search_path = ''
as $$
declare
    v_request_ids bigint[];
begin
    with old as materialized (
        select id from media_sync.invocations where requested_at < p_before order by requested_at limit p_limit for update skip locked
    ),
    deleted as (
        delete from media_sync.invocations as invocation using old where invocation.id = old.id returning invocation.request_id
    )
    select coalesce(array_agg(request_id), '{}') into v_request_ids from deleted;
    if media_sync.known_table('net._http_response') is not null then
        -- The time beside the id, for ids begin anew when pg_net is installed again.
        execute format('delete from %I._http_response where id = any ($1) and created < $2', 'net') using v_request_ids, p_before;
    end if;
    return cardinality(v_request_ids);
exception
    when insufficient_privilege then
        raise warning 'The owner of Media Sync may not delete from net._http_response.';
        return 0;
end;
$$;
comment on function media_sync.delete_old_invocations(timestamptz, bigint) is
    'Forgets calls of our functions from before a time, at most p_limit, with the answers that pg_net kept of them; nobody else''s. Returns how many calls.';
revoke all on function media_sync.delete_old_invocations(timestamptz, bigint) from public, anon, authenticated;

create or replace function media_sync.delete_old_rows(p_limit bigint, p_within interval)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
    v_settings media_sync.settings;
    v_now constant timestamptz := clock_timestamp();
    v_commands constant text[] := array(select command from media_sync.jobs());
    v_deleted jsonb := '{}'::jsonb;
    v_round jsonb;
begin
    select * into strict v_settings from media_sync.settings;
    -- One round after the other, so that no table waits for another that grows faster than it can be emptied.
    loop
        v_round := jsonb_build_object(
            'log_rows', media_sync.delete_old_log_rows(5000, p_limit),
            'events', media_sync.delete_old_events(v_now - v_settings.event_retention, p_limit),
            'runs', media_sync.delete_old_runs(v_now - v_settings.run_retention, p_limit),
            'invocations', media_sync.delete_old_invocations(v_now - interval '1 day', p_limit),
            'job_details', media_sync.delete_old_job_details(v_commands, v_now - interval '7 days')
        );
        v_deleted := (
            select jsonb_object_agg(key, value::bigint + coalesce((v_deleted ->> key)::bigint, 0)) from jsonb_each_text(v_round)
        );
        exit when not exists (
            select from jsonb_each_text(v_round) where key <> 'job_details' and value::bigint >= p_limit
        );
        exit when clock_timestamp() >= v_now + p_within;
    end loop;
    return v_deleted;
end;
$$;
comment on function media_sync.delete_old_rows(bigint, interval) is
    'Deletes what is older than the retentions, at most p_limit rows a table and round, and begins no round after p_within. Returns how many by table.';
revoke all on function media_sync.delete_old_rows(bigint, interval) from public, anon, authenticated;

create or replace function media_sync.cleanup_old_sync_logs()
returns bigint
language plpgsql
security definer
set search_path = ''
set statement_timeout = '120s'
as $$
declare
    v_settings media_sync.settings;
    v_now constant timestamptz := clock_timestamp();
    v_deleted jsonb;
begin
    if not media_sync.is_admin() then
        raise exception 'Cleaning up is for admins.' using errcode = 'insufficient_privilege';
    end if;
    select * into strict v_settings from media_sync.settings;
    v_deleted := media_sync.delete_old_rows(100000, interval '30 seconds');
    delete from media_sync.signed_uploads where signed_at < v_now - interval '7 days';
    delete from media_sync.alerts where created_at < v_now - v_settings.log_retention;
    delete from media_sync.snapshots where taken_at < v_now - v_settings.snapshot_retention;
    if (v_deleted ->> 'log_rows')::bigint > 0 then
        insert into public.media_sync_log (operation, status, source, user_id, changes, processing_time_ms)
        values (
            'cleanup', 'success', case media_sync.media_role() when 'admin' then 'client' else 'cron' end, auth.uid(), v_deleted,
            extract(epoch from clock_timestamp() - v_now) * 1000
        );
    end if;
    return (v_deleted ->> 'log_rows')::bigint;
end;
$$;
comment on function media_sync.cleanup_old_sync_logs() is 'What public.cleanup_old_sync_logs() does; with the owner''s rights, once it has checked the caller.';
revoke all on function media_sync.cleanup_old_sync_logs() from public, anon, authenticated;
grant execute on function media_sync.cleanup_old_sync_logs() to authenticated, service_role;

create or replace function public.cleanup_old_sync_logs()
returns bigint
language sql
set search_path = ''
as $$
    select media_sync.cleanup_old_sync_logs();
$$;
comment on function public.cleanup_old_sync_logs() is
    'Deletes what is older than the retentions in settings: log rows (open conflicts never), webhook events, finished runs, snapshots, and what pg_cron and pg_net keep of our jobs. Oldest first, 100,000 rows a table and round, and no new round after 30 seconds: what is left goes next time. Returns how many log rows went. Admins and the database owner.';
revoke all on function public.cleanup_old_sync_logs() from public, anon, authenticated;
grant execute on function public.cleanup_old_sync_logs() to authenticated, service_role;

-- supabase/schemas/70_jobs/50_check_calls.sql

-- Health of the calls: checks that each say in a sentence what is the matter and what to do.
--
-- All of it reads counters, indexes and the newest rows only, so that it costs the same at a million assets.

create or replace function media_sync.recent_answers()
returns table (requested_at timestamptz, status_code integer)
language plpgsql
stable
set search_path = ''
as $$
begin
    if media_sync.known_table('net._http_response') is null then return; end if;
    for requested_at, status_code in execute format($query$
        select invocation.requested_at, response.status_code
        from media_sync.invocations as invocation
        join %I._http_response as response on response.id = invocation.request_id
            -- Ids begin anew when pg_net is installed again.
            and response.created > invocation.requested_at - interval '1 minute'
        where invocation.requested_at > (select clock_timestamp()) - interval '1 hour' and invocation.function_name = 'sync'
        order by invocation.requested_at desc
    $query$, 'net')
    loop
        return next;
    end loop;
exception
    when insufficient_privilege then
        return;
end;
$$;
comment on function media_sync.recent_answers() is
    'What the sync function answered to the database''s calls of the last hour, newest first; status_code null: it did not answer. Empty without pg_net.';
revoke all on function media_sync.recent_answers() from public, anon, authenticated;

create type media_sync.job_state as (
    name text,
    state text,
    role_name text
);
comment on type media_sync.job_state is 'A job of ours as pg_cron has it: on, off, outdated, foreign or missing, and whose it is.';

create or replace function media_sync.job_states()
returns setof media_sync.job_state
language plpgsql
stable
set search_path = ''
as $$
begin
    if media_sync.known_table('cron.job') is null then return; end if;
    -- pg_cron shows everybody his own jobs; a superuser sees all.
    return query execute format(
        $query$
            select
                wanted.name,
                case
                    when known.jobid is null then 'missing'
                    when known.username <> current_user then 'foreign'
                    when known.command <> wanted.command then 'outdated'
                    when not known.active then 'off'
                    else 'on'
                end,
                known.username::text
            from media_sync.jobs() as wanted
            left join %I.job as known on known.jobname = wanted.name and known.database = current_database()
        $query$,
        'cron'
    );
exception
    when insufficient_privilege then
        return;
end;
$$;
comment on function media_sync.job_states() is
    'Each job as pg_cron has it: on, off (somebody switched it off), outdated (another command), foreign (of another role, beside or in the place of the owner''s) or missing. Empty without pg_cron.';
revoke all on function media_sync.job_states() from public, anon, authenticated;

create or replace function media_sync.tick_is_scheduled()
returns boolean
language sql
stable
set search_path = ''
as $$
    select exists (select from media_sync.job_states() where name = 'media-sync-tick' and state in ('on', 'outdated'));
$$;
comment on function media_sync.tick_is_scheduled() is 'True when pg_cron calls the sync function every minute.';
revoke all on function media_sync.tick_is_scheduled() from public, anon, authenticated;

create or replace function media_sync.job_problem()
returns text
language plpgsql
stable
set search_path = ''
as $$
declare
    v_names text;
    v_roles text;
begin
    if media_sync.known_table('cron.job') is null then
        return null;
    end if;
    select string_agg(distinct name, ', '), string_agg(distinct quote_literal(role_name), ', ') into v_names, v_roles
    from media_sync.job_states() where state = 'foreign';
    if v_names is not null then
        return format(
            'The jobs %s of another role would run without its rights, or beside the owner''s: take them away with select cron.unschedule(jobid) from cron.job where jobname like ''media-sync-%%'' and username in (%s), then run select public.schedule_media_sync().',
            v_names, v_roles
        );
    end if;
    select string_agg(name, ', ' order by name) into v_names from media_sync.job_states() where state in ('missing', 'outdated');
    if v_names is not null then
        return format('The jobs %s do not run: run select public.schedule_media_sync().', v_names);
    end if;
    select string_agg(name, ', ' order by name) into v_names from media_sync.job_states() where state = 'off';
    if v_names is not null then
        return format('Somebody switched off the jobs %s, and they stay so: to switch them on, run select public.schedule_media_sync().', v_names);
    end if;
    execute format(
        $query$
            select string_agg(wanted.name, ', ' order by wanted.name)
            from media_sync.jobs() as wanted
            cross join lateral (
                select count(*) filter (where latest.status = 'failed') as failed
                from (
                    select run.status
                    from (select * from %I.job_run_details order by runid desc limit 500) as run
                    where run.command = wanted.command and run.database = current_database()
                    order by run.runid desc
                    limit 3
                ) as latest
            ) as counted
            where counted.failed = 3
        $query$,
        'cron'
    ) into v_names;
    return case when v_names is not null then format(
        'The jobs %s fail: see select * from cron.job_run_details where status = ''failed'' order by start_time desc limit 5.', v_names
    ) end;
exception
    when insufficient_privilege then
        return null;
end;
$$;
comment on function media_sync.job_problem() is
    'Which jobs of Media Sync do not run, are switched off or another''s, or failed three times in a row, and what to do; null when none, and where pg_cron cannot be read.';
revoke all on function media_sync.job_problem() from public, anon, authenticated;

create or replace function media_sync.check_calls()
returns table (check_name text, status text, message text, value text)
language plpgsql
stable
set search_path = ''
as $$
declare
    v_scheduled constant boolean := media_sync.tick_is_scheduled();
    v_job_problem constant text := media_sync.job_problem();
    v_problem constant text := media_sync.invocation_problem();
    v_failed integer;
    v_last integer;
    v_interval interval;
    v_tick timestamptz;
begin
    return query values (
        'schedule',
        case when v_scheduled and v_job_problem is null then 'ok' else 'degraded' end,
        case
            when v_scheduled and v_job_problem is null then 'The jobs are scheduled.'
            when media_sync.closed_schema('cron') then format(
                'Nothing runs by itself: the owner of Media Sync may not use pg_cron. As a superuser, run grant usage on schema cron to %I.',
                current_user
            )
            when media_sync.known_function('cron.schedule(text, text, text)') is null
                then 'Nothing runs by itself: enable the extension pg_cron, then run select public.schedule_media_sync().'
            when not (select jobs_wanted from media_sync.health_state)
                then 'Nothing runs by itself, since somebody took the jobs away: to bring them back, run select public.schedule_media_sync().'
            when v_job_problem is not null then v_job_problem
            else 'Nothing runs by itself: run select public.schedule_media_sync().'
        end,
        null
    );

    select count(*) filter (where coalesce(status_code, 599) >= 400), (array_agg(status_code order by requested_at desc))[1]
    into v_failed, v_last
    from (select * from media_sync.recent_answers() limit 3) as latest;
    return query values (
        'calls',
        -- One failure may be chance; three in a row are not.
        case when v_problem is not null then 'degraded' when v_failed = 3 then 'failing' else 'ok' end,
        case
            when v_problem is not null then v_problem
            when v_failed < 3 then 'The database can call the functions.'
            when v_last is null
                then format(
                    'The sync function cannot be reached: see that it is up and its address right, %s.',
                    media_sync.how_to_store('media_sync_project_url', 'https://<ref>.supabase.co')
                )
            when v_last in (401, 403)
                then format(
                    'The sync function refuses the database''s key: store a valid secret key, %s.',
                    media_sync.how_to_store('media_sync_cron_key', '<secret key>')
                )
            when v_last = 404
                then format(
                    'The sync function is not there: deploy it, or mend its address, %s.',
                    media_sync.how_to_store('media_sync_project_url', 'https://<ref>.supabase.co')
                )
            when v_last = 503 then 'The sync function is not configured or does not start: its log names what is missing.'
            else 'The sync function fails at every call: see its log.'
        end,
        v_last::text
    );

    if v_scheduled then
        select greatest(incremental_interval, interval '1 minute') into v_interval from media_sync.settings;
        select greatest(
            (
                select max(latest.touched_at)
                from (
                    select run.touched_at from media_sync.runs as run
                    where run.kind in ('full', 'partial', 'incremental')
                    order by run.started_at desc
                    limit 50
                ) as latest
            ),
            -- A tick that found nothing due leaves an answer and no run.
            (select max(requested_at) from media_sync.recent_answers() where status_code < 400),
            (select installed_at from media_sync.health_state)
        ) into v_tick;
        return query values (
            'tick',
            case
                when v_tick < clock_timestamp() - 30 * v_interval then 'failing'
                when v_tick < clock_timestamp() - 3 * v_interval then 'degraded'
                else 'ok'
            end,
            case
                when v_tick < clock_timestamp() - 3 * v_interval
                    then format(
                        'No tick since %s: run select public.schedule_media_sync(); if none comes, see select * from cron.job_run_details order by start_time desc limit 5.',
                        media_sync.health_time(v_tick)
                    )
                else 'The tick runs.'
            end,
            round(extract(epoch from clock_timestamp() - v_tick))::text
        );
    end if;
end;
$$;
comment on function media_sync.check_calls() is
    'Checks schedule (pg_cron), calls (pg_net, Vault, answers; value: the last status) and, where scheduled, tick (value: seconds since the last).';
revoke all on function media_sync.check_calls() from public, anon, authenticated;

-- supabase/schemas/70_jobs/60_check_sync.sql

-- Health of runs, assets and Cloudinary.

create or replace function media_sync.unsettled_runs()
returns setof media_sync.runs
language sql
stable
set search_path = ''
as $$
    select run.*
    from media_sync.runs as run
    where run.status in ('blocked', 'failed')
        and (run.status = 'blocked' or coalesce(run.finished_at, run.started_at) > (select clock_timestamp()) - interval '1 day')
        -- A later one found the library as it should be.
        and not exists (
            select from media_sync.runs as later
            where later.cloud_name = run.cloud_name
                and later.status = 'completed'
                and later.started_at > run.started_at
                and run.kind <> 'scope'
                and (later.kind = 'full' or (run.status = 'failed' and later.kind = run.kind))
        );
$$;
comment on function media_sync.unsettled_runs() is 'Runs that are blocked, or failed within a day, and that no later run has made up for.';
revoke all on function media_sync.unsettled_runs() from public, anon, authenticated;

create or replace function media_sync.check_runs()
returns table (check_name text, status text, message text, value text)
language plpgsql
stable
set search_path = ''
as $$
declare
    v_blocked media_sync.runs;
    v_live text;
    v_last media_sync.runs;
    v_erring media_sync.runs;
    v_failed bigint;
begin
    select * into v_blocked from media_sync.unsettled_runs() as run where run.status = 'blocked' order by started_at desc limit 1;
    v_live := media_sync.health_count((v_blocked.blocked_by ->> 'live')::bigint, 'asset', 'assets');
    return query values (
        'delete_guard',
        case when v_blocked.id is null then 'ok' else 'failing' end,
        case
            when v_blocked.id is null then 'No run is blocked.'
            when v_blocked.kind = 'scope' then format(
                'include_folders = %L would hide %s of %s and waits: if that is right, call sync with {"allow_mass_delete": "%s"}; if not, update media_sync.settings set wanted_folders = null.',
                (select wanted_folders from media_sync.settings), v_blocked.blocked_by ->> 'absent', v_live, v_blocked.id
            )
            else format(
                'Run %s is blocked, because it would delete %s of %s: if that is right, call sync with {"allow_mass_delete": "%s"}; if not, check the Cloudinary account.',
                v_blocked.id, v_blocked.blocked_by ->> 'absent', v_live, v_blocked.id
            )
        end,
        v_blocked.id::text
    );

    with latest as materialized (
        select run.status, run.started_at
        from media_sync.runs as run
        where run.status in ('completed', 'failed')
        order by run.started_at desc
        limit 20
    )
    select count(*) into v_failed
    from latest
    where started_at > coalesce((select max(good.started_at) from latest as good where good.status = 'completed'), '-infinity');
    select * into v_last from media_sync.unsettled_runs() as run where run.status = 'failed' order by started_at desc limit 1;
    -- An open run keeps its place through errors that may pass, and is tried at every tick: these have not passed.
    select * into v_erring
    from media_sync.runs as run
    where run.status = 'running'
        and run.kind in ('full', 'partial', 'incremental', 'facts')
        and run.erring_since < (select clock_timestamp()) - interval '10 minutes'
    order by run.erring_since
    limit 1;
    return query values (
        'runs',
        case
            when v_failed >= 10 or v_erring.erring_since < clock_timestamp() - interval '1 hour' then 'failing'
            when v_last.id is not null or v_erring.id is not null then 'degraded'
            else 'ok'
        end,
        case
            when v_erring.id is not null then format(
                'The open run of kind %s meets errors since %s%s; it is tried at every tick, and goes on by itself once they end: see select errors from media_sync.runs where status = ''running''.',
                v_erring.kind, media_sync.health_time(v_erring.erring_since),
                coalesce(': ' || rtrim(left(v_erring.errors -> -1 ->> 'message', 200), '.'), '')
            )
            when v_last.id is not null then format(
                'The last run of kind %s failed%s; it is tried again by itself, and select * from media_sync_log where operation = ''run'' order by created_at desc limit 10 tells more.',
                v_last.kind, coalesce(': ' || rtrim(left(v_last.errors -> 0 ->> 'message', 200), '.'), '')
            )
            else 'Runs succeed.'
        end,
        v_failed::text
    );
end;
$$;
comment on function media_sync.check_runs() is 'Checks delete_guard (value: the blocked run) and runs (value: how many failed in a row, of the last 20).';
revoke all on function media_sync.check_runs() from public, anon, authenticated;

create or replace function media_sync.check_assets()
returns table (check_name text, status text, message text, value text)
language plpgsql
stable
set search_path = ''
as $$
declare
    v_operations bigint;
    v_errors bigint;
    v_counters record;
    v_oldest timestamptz;
begin
    select count(*), count(*) filter (where latest.status = 'error') into v_operations, v_errors
    from (
        select log.status from public.media_sync_log as log
        where log.created_at > (select clock_timestamp()) - interval '1 hour'
        order by log.created_at desc
        -- A first sync writes a row an asset; the newest of them tell enough.
        limit 10000
    ) as latest;
    return query values (
        'error_rate',
        case
            when v_errors >= 20 and v_errors * 2 >= v_operations then 'failing'
            when v_errors >= 5 and v_errors * 20 >= v_operations then 'degraded'
            else 'ok'
        end,
        case
            when v_errors >= 5 and v_errors * 20 >= v_operations then format(
                '%s of %s operations of the last hour failed: see select * from media_sync_log where status = ''error'' order by created_at desc limit 10; once the reason is gone, so is this within the hour.',
                v_errors, v_operations
            )
            else 'Operations succeed.'
        end,
        v_errors::text
    );

    select
        coalesce(sum(pending_assets + pending_deletions), 0)::bigint as pending,
        coalesce(sum(error_assets), 0)::bigint as errors,
        coalesce(sum(conflict_assets), 0)::bigint as conflicts
    into v_counters
    from media_sync.statistics;

    select greatest(edited_at, deleted_at, restore_requested_at) into v_oldest
    from public.media_assets
    where sync_status = 'pending' and greatest(edited_at, deleted_at, restore_requested_at) is not null
    order by greatest(edited_at, deleted_at, restore_requested_at)
    limit 1;
    return query values (
        'pending_edits',
        case
            when v_oldest < clock_timestamp() - interval '6 hours' then 'failing'
            when v_oldest < clock_timestamp() - interval '15 minutes' then 'degraded'
            else 'ok'
        end,
        case
            when v_oldest < clock_timestamp() - interval '15 minutes' then format(
                '%s since %s: see select public_id, sync_error from media_assets where sync_status = ''pending'' order by edited_at limit 10; once the reason is gone, update media_assets set next_attempt_at = null where sync_status = ''pending'' tries them at once.',
                media_sync.health_count(v_counters.pending, 'edit waits for Cloudinary,', 'edits wait for Cloudinary, the oldest'),
                media_sync.health_time(v_oldest)
            )
            else 'Edits reach Cloudinary.'
        end,
        v_counters.pending::text
    );
    return query values (
        'assets_in_error',
        case when v_counters.errors > 0 then 'degraded' else 'ok' end,
        case
            when v_counters.errors > 0 then format(
                '%s sync_error, then retry with update media_assets set sync_status = ''pending'' where sync_status = ''error''.',
                media_sync.health_count(v_counters.errors, 'asset could not be pushed: see its', 'assets could not be pushed: see their')
            )
            else 'No asset is in error.'
        end,
        v_counters.errors::text
    );
    return query values (
        'open_conflicts',
        case when v_counters.conflicts > 0 then 'degraded' else 'ok' end,
        case v_counters.conflicts
            when 0 then 'No conflict is open.'
            else format(
                '%s for a decision: see select id, public_id, conflicts from media_assets where sync_status = ''conflict'', then keep one side with select resolve_media_conflicts(array(select id from media_assets where sync_status = ''conflict'' limit 1000), ''cloudinary''), or ''database''.',
                media_sync.health_count(
                    v_counters.conflicts, 'asset changed on both sides and waits', 'assets changed on both sides and wait'
                )
            )
        end,
        v_counters.conflicts::text
    );
end;
$$;
comment on function media_sync.check_assets() is
    'Checks error_rate (value: errors among the last hour''s operations), pending_edits, assets_in_error and open_conflicts (value: how many).';
revoke all on function media_sync.check_assets() from public, anon, authenticated;

create or replace function media_sync.check_cloudinary()
returns table (check_name text, status text, message text, value text)
language plpgsql
stable
set search_path = ''
as $$
declare
    v_settings media_sync.settings;
    v_limit media_sync.rate_limits;
    v_short boolean;
    v_event timestamptz;
    v_silent boolean := false;
begin
    select * into v_settings from media_sync.settings;
    -- The library that is worst off.
    select known.* into v_limit
    from media_sync.rate_limits as known
    where known.blocked_until > (select clock_timestamp()) or known.reset_at > (select clock_timestamp())
    order by (known.blocked_until > clock_timestamp()) desc nulls last, known.remaining::numeric / nullif(known.call_limit, 0)
    limit 1;
    v_short := coalesce(
        v_limit.reset_at > clock_timestamp() and v_limit.remaining < v_limit.call_limit * v_settings.quota_reserve_percent / 100, false
    );
    return query values (
        'quota',
        case when v_limit.blocked_until > clock_timestamp() or v_short then 'degraded' else 'ok' end,
        case
            when v_limit.blocked_until > clock_timestamp() then format(
                'Cloudinary takes no calls until %s (%s): wait, or ask Cloudinary for a higher limit.',
                media_sync.health_time(v_limit.blocked_until), coalesce(rtrim(left(v_limit.blocked_reason, 200), '.'), 'rate limited')
            )
            when v_short then format(
                'Only %s of %s Admin API calls %s left until %s: background work pauses; ask Cloudinary for a higher limit if this recurs.',
                v_limit.remaining, v_limit.call_limit, case v_limit.remaining when 1 then 'is' else 'are' end,
                media_sync.health_time(v_limit.reset_at)
            )
            else 'Cloudinary takes calls.'
        end,
        v_limit.remaining::text
    );

    select received_at into v_event from media_sync.webhook_events order by received_at desc limit 1;
    -- Silence since long before the installation, or in a quiet library, means nothing.
    if coalesce(v_event, (select installed_at from media_sync.health_state)) < clock_timestamp() - v_settings.webhook_silence then
        select exists (
            select
            from (
                select log.operation, log.status, log.source from public.media_sync_log as log
                where log.created_at > (select clock_timestamp()) - v_settings.webhook_silence
                order by log.created_at desc
                limit 10000
            ) as latest
            where latest.status = 'success'
                and latest.source <> 'webhook'
                and latest.operation in ('upload', 'update', 'rename', 'move', 'delete', 'restore')
        ) into v_silent;
    end if;
    return query values (
        'webhooks',
        case when v_silent then 'degraded' else 'ok' end,
        case
            when not v_silent then 'Webhooks are not missed.'
            when v_event is null
                then format(
                    'Assets changed, and no webhook has ever come: register the notification URL %s with Cloudinary; until then changes take up to a minute.',
                    media_sync.webhook_address()
                )
            else format(
                'Assets changed, but no webhook came since %s: see that Cloudinary has the notification URL %s, and the log of the webhook function.',
                media_sync.health_time(v_event), media_sync.webhook_address()
            )
        end,
        v_event::text
    );
end;
$$;
comment on function media_sync.check_cloudinary() is 'Checks quota (value: calls left) and webhooks (value: when the last one came).';
revoke all on function media_sync.check_cloudinary() from public, anon, authenticated;

-- supabase/schemas/70_jobs/62_check_versions.sql

-- Versions: the functions tell theirs when they ask for the database's, and health tells where the two differ.

create or replace function public.media_sync_version(p_function text default null, p_version text default null)
returns text
language plpgsql
security definer
set search_path = ''
-- A function waits for this before its first answer, and the row has other writers.
set lock_timeout = '1s'
as $$
declare
    v_version constant text := media_sync.version();
    -- Beside what it was told of: what an isolate told before the database was updated says nothing about today's functions.
    v_note constant jsonb := jsonb_build_object('version', p_version, 'database', v_version);
begin
    if p_function in ('media-list', 'sync', 'webhook')
        and p_version ~ '^[\w.+-]{1,40}$'
        and not current_setting('transaction_read_only')::boolean
        and (select functions -> p_function from media_sync.health_state) is distinct from v_note
    then
        begin
            update media_sync.health_state set functions = functions || jsonb_build_object(p_function, v_note);
        exception
            -- The next isolate tells it again.
            when lock_not_available then null;
        end;
    end if;
    return v_version;
end;
$$;
comment on function public.media_sync_version(text, text) is
    'media_sync.version() for those who reach the database through the data API. A function of Media Sync (p_function: media-list, sync or webhook) tells its own (p_version) with the question; other names are ignored.';
revoke all on function public.media_sync_version(text, text) from public, anon, authenticated;
grant execute on function public.media_sync_version(text, text) to service_role;

create or replace function media_sync.check_versions()
returns table (check_name text, status text, message text, value text)
language plpgsql
stable
set search_path = ''
as $$
declare
    v_version constant text := media_sync.version();
    v_others text;
    v_count bigint;
begin
    select string_agg(format('%s (%s)', told.function_name, told.note ->> 'version'), ', ' order by told.function_name), count(*)
    into v_others, v_count
    from media_sync.health_state as state
    cross join jsonb_each(state.functions) as told (function_name, note)
    where told.note ->> 'database' = v_version and told.note ->> 'version' <> v_version;
    return query values (
        'versions',
        case when v_count > 0 then 'degraded' else 'ok' end,
        case
            when v_count > 0 then format(
                'Of another version than the database, which is %s: %s. Run npx -y deno task deploy, or, in a folder that setup --into added to, supabase db push and supabase functions deploy; each function tells its version with its next call, all of them with npx -y deno task doctor.',
                v_version, v_others
            )
            else format('No function has told of another version than the database''s, which is %s.', v_version)
        end,
        v_count::text
    );
end;
$$;
comment on function media_sync.check_versions() is 'Check versions (value: how many functions are of another version than the database).';
revoke all on function media_sync.check_versions() from public, anon, authenticated;

-- supabase/schemas/70_jobs/63_check_loss.sql

-- Health of what was lost: rows, settings, and links that did not find their asset again.

create or replace function media_sync.check_loss()
returns table (check_name text, status text, message text, value text)
language plpgsql
stable
set search_path = ''
as $$
declare
    v_state media_sync.health_state;
    v_uses bigint;
    v_places bigint;
    v_rows_lost boolean;
begin
    select * into v_state from media_sync.health_state;
    -- Nothing noted it, and the next tick will.
    if v_state.rows_lost_at is null and v_state.known_rows > 0 and not exists (select from public.media_assets) then
        v_state.rows_lost_at := clock_timestamp();
        v_state.lost_rows := v_state.known_rows;
    end if;
    select count(*) filter (where kind = 'usage'), count(*) filter (where kind = 'collection') into v_uses, v_places
    from media_sync.kept_links;
    v_rows_lost := coalesce(v_state.rows_lost_at is not null and media_sync.loss_is_large(v_state.lost_rows), false);
    return query values (
        'loss',
        case when v_rows_lost or v_state.settings_lost_at is not null or v_uses + v_places > 0 then 'degraded' else 'ok' end,
        case
            when v_rows_lost then format(
                '%s gone since %s: the next ticks bring %s back from Cloudinary, and npx -y deno task sync --full does at once.',
                case v_state.lost_rows when 1 then 'The row of 1 asset is' else format('The rows of %s assets are', v_state.lost_rows) end,
                media_sync.health_time(v_state.rows_lost_at), case v_state.lost_rows when 1 then 'it' else 'them' end
            )
            when v_state.settings_lost_at is not null then format(
                'The settings were lost and are the defaults since %s, with viewers assigned: look at select get_sync_settings(), then set what you had; when it is right, run select media_sync.confirm_settings().',
                media_sync.health_time(v_state.settings_lost_at)
            )
            when v_uses + v_places > 0 then format(
                '%s and %s belong to assets whose rows are gone: see select public_id, kind, link from media_sync.kept_links; they return with their assets, and once they are not wanted any more, run select media_sync.forget_kept_links().',
                media_sync.health_count(v_uses, 'place of use', 'places of use'),
                media_sync.health_count(v_places, 'place in collections', 'places in collections')
            )
            else 'Nothing is lost.'
        end,
        (case when v_rows_lost then v_state.lost_rows else v_uses + v_places end)::text
    );
end;
$$;
comment on function media_sync.check_loss() is 'Check loss (value: rows that are gone, or places of use and in collections without their asset).';
revoke all on function media_sync.check_loss() from public, anon, authenticated;

create or replace function media_sync.loss_is_large(p_lost_rows bigint)
returns boolean
language sql
stable
set search_path = ''
as $$
    -- A few rows that somebody removes come back with the next reconcile, and are worth no listing of the library.
    select p_lost_rows >= coalesce((select delete_guard_minimum from media_sync.settings), 10)
        or not exists (select from public.media_assets);
$$;
comment on function media_sync.loss_is_large(bigint) is 'Whether so many lost rows are told, and brought back at once.';
revoke all on function media_sync.loss_is_large(bigint) from public, anon, authenticated;

create or replace function media_sync.forget_kept_links()
returns bigint
language sql
set search_path = ''
as $$
    with forgotten as (delete from media_sync.kept_links returning 1) select count(*) from forgotten;
$$;
comment on function media_sync.forget_kept_links() is 'Gives up the usage and collection entries of assets whose rows are gone. Returns how many. The database owner.';
revoke all on function media_sync.forget_kept_links() from public, anon, authenticated;

create or replace function media_sync.confirm_settings()
returns void
language sql
set search_path = ''
as $$
    update media_sync.health_state set settings_lost_at = null;
$$;
comment on function media_sync.confirm_settings() is 'Says that the settings, which were lost and made anew, are as they should be. The database owner.';
revoke all on function media_sync.confirm_settings() from public, anon, authenticated;

-- supabase/schemas/70_jobs/64_check_equality.sql

-- Health of the whole: when both sides were last found equal, and whether what is deleted could come back.

create or replace function public.media_sync_note_comparison(p_differences bigint)
returns void
language sql
security definer
set search_path = ''
as $$
    update media_sync.health_state set compared_at = clock_timestamp(), differences = p_differences;
$$;
comment on function public.media_sync_note_comparison(bigint) is 'Notes for health that both sides were compared to the end, and how many assets differed or were missing on a side.';
revoke all on function public.media_sync_note_comparison(bigint) from public, anon, authenticated;
grant execute on function public.media_sync_note_comparison(bigint) to service_role;

create or replace function media_sync.check_equality()
returns table (check_name text, status text, message text, value text)
language plpgsql
stable
set search_path = ''
as $$
declare
    v_state media_sync.health_state;
    v_full media_sync.runs;
    v_equal_at timestamptz;
    v_interval constant interval := (select full_interval from media_sync.settings);
    v_differs boolean;
    v_late boolean;
begin
    select * into v_state from media_sync.health_state;
    select * into v_full from media_sync.runs as run
    where run.kind = 'full' and run.status = 'completed'
    order by run.started_at desc
    limit 1;
    v_differs := coalesce(v_state.differences > 0 and v_state.compared_at > coalesce(v_full.started_at, '-infinity'), false);
    v_equal_at := greatest(v_full.finished_at, case when v_state.differences = 0 then v_state.compared_at end);
    -- A large library's reconcile may take its hours, and one that fails is told by runs.
    v_late := coalesce(coalesce(v_equal_at, v_state.installed_at) < clock_timestamp() - 3 * v_interval, false);
    return query values (
        'equality',
        case when v_differs or v_late then 'degraded' else 'ok' end,
        case
            when v_differs then format(
                'The comparison of %s found %s on a side: npx -y deno task sync --full makes both sides equal.',
                media_sync.health_time(v_state.compared_at),
                media_sync.health_count(v_state.differences, 'asset that differs or is missing', 'assets that differ or are missing')
            )
            when v_late and v_equal_at is null
                then 'Both sides have never been found equal: npx -y deno task sync --full compares and mends them, and says what is in the way.'
            when v_late then format(
                'Both sides were last found equal at %s, longer ago than three times full_interval: npx -y deno task sync --full compares and mends them, and says what is in the way.',
                media_sync.health_time(v_equal_at)
            )
            when v_equal_at is null then 'The first reconcile is still to come.'
            when v_equal_at = v_full.finished_at then format('Both sides were last made equal by the reconcile of %s.', media_sync.health_time(v_equal_at))
            else format('Both sides were last found equal by the comparison of %s.', media_sync.health_time(v_equal_at))
        end,
        v_equal_at::text
    );
    return query values (
        'backups',
        -- Whether to pay for backups is nobody else's decision.
        'ok',
        case
            when v_state.sampled_assets = 0 then 'Whether deleted assets could come back is not known yet: no search has told of backups.'
            when v_state.sampled_backups = 0 then format(
                'Deletions are final: of %s Cloudinary keeps no backup. To have them restorable, switch on automatic backup in Cloudinary''s console (Settings, Upload).',
                media_sync.health_count(v_state.sampled_assets, 'asset that was looked at', 'assets that were looked at')
            )
            when v_state.sampled_backups < v_state.sampled_assets then format(
                'Of %s assets that were looked at Cloudinary keeps a backup of %s; deletions of the others are final.',
                v_state.sampled_assets, v_state.sampled_backups
            )
            else format(
                'Deleted assets could come back: of %s looked at Cloudinary keeps a backup.',
                case v_state.sampled_assets when 1 then 'the one that was' else format('all %s that were', v_state.sampled_assets) end
            )
        end,
        (100 * v_state.sampled_backups / nullif(v_state.sampled_assets, 0))::text
    );
end;
$$;
comment on function media_sync.check_equality() is
    'Checks equality (value: when both sides were last found equal) and backups (value: percent of sampled assets of which Cloudinary keeps a backup; never other than ok).';
revoke all on function media_sync.check_equality() from public, anon, authenticated;

-- supabase/schemas/70_jobs/65_check_quarantine.sql

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

-- supabase/schemas/70_jobs/66_check_alerts.sql

-- Health of the alerts: whether they arrive.

create or replace function media_sync.check_alerts()
returns table (check_name text, status text, message text, value text)
language plpgsql
stable
set search_path = ''
as $$
declare
    v_alert media_sync.alerts;
begin
    select * into v_alert from media_sync.alerts where delivered_at is null and attempts >= 3 order by id limit 1;
    return query values (
        'alerts',
        case when v_alert.id is null then 'ok' else 'degraded' end,
        case
            when v_alert.id is null then 'No alert is held up.'
            else format(
                'Alerts do not arrive since %s (%s): set settings.alert_url to an address that takes them, then select test_media_alert().',
                media_sync.health_time(v_alert.created_at), rtrim(v_alert.last_error, '.')
            )
        end,
        (select count(*) from media_sync.alerts where delivered_at is null)::text
    );
end;
$$;
comment on function media_sync.check_alerts() is 'Check alerts (value: how many are not delivered yet).';
revoke all on function media_sync.check_alerts() from public, anon, authenticated;

-- supabase/schemas/70_jobs/67_check_scope.sql

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

-- supabase/schemas/70_jobs/68_check_live_updates.sql

-- Health of the live updates: whether they can reach anybody.

create or replace function media_sync.live_updates_problem()
returns text
language plpgsql
stable
set search_path = ''
as $$
declare
    v_missing text;
begin
    if to_regnamespace('realtime') is null then
        return null;
    elsif media_sync.closed_schema('realtime') then
        return format(
            'Live updates are off: the owner of Media Sync may not use the schema realtime. As a superuser, run grant usage on schema realtime to %I.',
            current_user
        );
    elsif media_sync.known_table('realtime.messages') is null or media_sync.known_function('realtime.send(jsonb, text, text, boolean)') is null then
        return 'Live updates are off: Realtime makes its tables when the first client connects, and they are missing. Join a channel in the dashboard (Realtime, Inspector), or run npx -y deno task doctor --fix, which connects once; the next tick does the rest.';
    end if;
    select string_agg(format('"%s"', wanted.name), ' and ' order by wanted.name) into v_missing
    from (values ('Viewers receive changes of media assets'), ('Nobody sends changes of media assets')) as wanted (name)
    where not exists (
        select from pg_catalog.pg_policy as policy
        where policy.polrelid = media_sync.known_table('realtime.messages') and policy.polname = wanted.name
    );
    if v_missing is not null then
        return format(
            'Live updates are off: the policies %s on realtime.messages are missing%s: run select public.enable_media_broadcast().%s',
            v_missing,
            (select coalesce(' (' || rtrim(state.broadcast_error, '.') || ')', '') from media_sync.health_state as state),
            (
                select case when state.broadcast_error is not null
                    then ' Where that is refused in the SQL editor as well, upgrade the project''s Postgres (dashboard, Settings, Infrastructure).'
                    else ''
                end
                from media_sync.health_state as state
            )
        );
    elsif not (select relrowsecurity from pg_catalog.pg_class where oid = media_sync.known_table('realtime.messages')) then
        return 'Live updates are open to everybody: realtime.messages has no row level security. Run alter table realtime.messages enable row level security.';
    elsif not media_sync.realtime_takes_messages() then
        return 'Live updates rest: Realtime has no partition for the messages of today, and makes one when a client connects. Join a channel in the dashboard (Realtime, Inspector), or run npx -y deno task doctor --fix, which connects once.';
    end if;
    return null;
end;
$$;
comment on function media_sync.live_updates_problem() is 'Why changes of assets are not broadcast, as a sentence that says what to do; null where they are, and where there is no Realtime at all.';
revoke all on function media_sync.live_updates_problem() from public, anon, authenticated;

create or replace function media_sync.check_live_updates()
returns table (check_name text, status text, message text, value text)
language plpgsql
stable
set search_path = ''
as $$
declare
    v_problem constant text := media_sync.live_updates_problem();
begin
    return query values (
        'live_updates',
        case when v_problem is null then 'ok' else 'degraded' end,
        case
            when v_problem is not null then v_problem
            when to_regnamespace('realtime') is null then 'There is no Realtime here, so that nothing is broadcast.'
            else 'Changes are broadcast to viewers.'
        end,
        case when to_regnamespace('realtime') is null then 'none' when v_problem is null then 'on' else 'off' end
    );
end;
$$;
comment on function media_sync.check_live_updates() is 'Check live_updates (value: on, off, or none where there is no Realtime).';
revoke all on function media_sync.check_live_updates() from public, anon, authenticated;

-- supabase/schemas/70_jobs/69_check_requests.sql

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

-- supabase/schemas/70_jobs/70_health.sql

-- Health as people, the API and alerts see it.

create or replace function media_sync.health_summary()
returns jsonb
language sql
stable
set search_path = ''
as $$
    with checks as materialized (
        select * from media_sync.check_calls()
        union all
        select * from media_sync.check_runs()
        union all
        select * from media_sync.check_assets()
        union all
        select * from media_sync.check_cloudinary()
        union all
        select * from media_sync.check_quarantine()
        union all
        select * from media_sync.check_alerts()
        union all
        select * from media_sync.check_scope()
        union all
        select * from media_sync.check_live_updates()
        union all
        select * from media_sync.check_requests()
        union all
        select * from media_sync.check_versions()
        union all
        select * from media_sync.check_loss()
        union all
        select * from media_sync.check_equality()
    )
    select jsonb_build_object(
        'status', case
            when bool_or(status = 'failing') then 'failing'
            when bool_or(status = 'degraded') then 'degraded'
            else 'ok'
        end,
        'checks', jsonb_agg(jsonb_build_object('name', check_name, 'status', status, 'message', message, 'value', value))
    )
    from checks;
$$;
comment on function media_sync.health_summary() is 'Health as { status, checks: [ { name, status, message, value } ] }; the worst check is the status.';
revoke all on function media_sync.health_summary() from public, anon, authenticated;

create or replace function media_sync.get_sync_health_summary()
returns jsonb
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
    if not media_sync.is_admin() then
        raise exception 'Health is for admins.' using errcode = 'insufficient_privilege';
    end if;
    return media_sync.health_summary();
end;
$$;
comment on function media_sync.get_sync_health_summary() is 'What public.get_sync_health_summary() does; with the owner''s rights, once it has checked the caller.';
revoke all on function media_sync.get_sync_health_summary() from public, anon, authenticated;
grant execute on function media_sync.get_sync_health_summary() to authenticated, service_role;

create or replace function public.get_sync_health_summary()
returns jsonb
language sql
stable
set search_path = ''
as $$
    select media_sync.get_sync_health_summary();
$$;
comment on function public.get_sync_health_summary() is
    'Health as { status: ok | degraded | failing, checks: [ { name, status, message, value } ] }. Admins.';
revoke all on function public.get_sync_health_summary() from public, anon, authenticated;
grant execute on function public.get_sync_health_summary() to authenticated, service_role;

create or replace function media_sync.get_sync_health()
returns table (check_name text, status text, message text, value text)
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
    v_summary jsonb;
begin
    if not media_sync.is_admin() then
        raise exception 'Health is for admins.' using errcode = 'insufficient_privilege';
    end if;
    v_summary := media_sync.health_summary();
    return query
    select
        'overall',
        v_summary ->> 'status',
        case v_summary ->> 'status' when 'ok' then 'Everything is in order.' else 'See the checks that are not ok.' end,
        null::text
    union all
    select element ->> 'name', element ->> 'status', element ->> 'message', element ->> 'value'
    from jsonb_array_elements(v_summary -> 'checks') as element;
end;
$$;
comment on function media_sync.get_sync_health() is 'What public.get_sync_health() does; with the owner''s rights, once it has checked the caller.';
revoke all on function media_sync.get_sync_health() from public, anon, authenticated;
grant execute on function media_sync.get_sync_health() to authenticated, service_role;

create or replace function public.get_sync_health()
returns table (check_name text, status text, message text, value text)
language sql
stable
set search_path = ''
as $$
    select * from media_sync.get_sync_health();
$$;
comment on function public.get_sync_health() is
    'Health, the overall row first, then a row a check: status is ok, degraded or failing, message says what to do. Admins.';
revoke all on function public.get_sync_health() from public, anon, authenticated;
grant execute on function public.get_sync_health() to authenticated, service_role;

create or replace function public.media_sync_take_snapshot()
returns boolean
language plpgsql
security definer
set search_path = ''
as $$
declare
    v_summary constant jsonb := media_sync.health_summary();
    v_hour_ago constant timestamptz := clock_timestamp() - interval '1 hour';
begin
    insert into media_sync.snapshots (health, figures)
    select
        v_summary ->> 'status',
        jsonb_build_object(
            'statistics', (select to_jsonb(statistics) from public.get_media_statistics() as statistics),
            'rate_limits', (
                select coalesce(jsonb_agg(to_jsonb(known) - 'blocked_reason' order by known.cloud_name), '[]')
                from media_sync.rate_limits as known
            ),
            'checks', v_summary -> 'checks',
            'activity', (
                select jsonb_build_object(
                    'operations', count(*), 'errors', count(*) filter (where status = 'error'), 'average_ms', round(avg(processing_time_ms))
                )
                from public.media_sync_log
                where created_at > v_hour_ago
            )
        )
    on conflict (taken_at) do nothing;
    return found;
end;
$$;
comment on function public.media_sync_take_snapshot() is
    'Keeps this hour''s figures of health and size. False when this hour has its row already. The database owner and secret keys.';
revoke all on function public.media_sync_take_snapshot() from public, anon, authenticated;
grant execute on function public.media_sync_take_snapshot() to service_role;

-- supabase/schemas/70_jobs/75_alerts.sql

-- Alerts: one for each check and change, sent until it is taken.

create or replace function media_sync.queue_alert(p_check text, p_status text, p_before text, p_message text, p_health text, p_text text)
returns void
language sql
set search_path = ''
as $$
    insert into media_sync.alerts (check_name, body)
    values (p_check, jsonb_build_object(
        -- An answer may be lost, and the alert be sent once more: who must not hear twice keeps the ids.
        'id', gen_random_uuid(), 'at', clock_timestamp(),
        'text', p_text, 'check', p_check, 'status', p_status, 'previous_status', p_before, 'message', p_message, 'health', p_health
    ));
$$;
comment on function media_sync.queue_alert(text, text, text, text, text, text) is 'Keeps an alert until it is delivered.';
revoke all on function media_sync.queue_alert(text, text, text, text, text, text) from public, anon, authenticated;

create or replace function media_sync.note_changes()
returns void
language plpgsql
set search_path = ''
as $$
declare
    v_summary constant jsonb := media_sync.health_summary();
    v_check record;
begin
    for v_check in
        select
            element ->> 'name' as name,
            element ->> 'status' as status,
            coalesce(told.status, 'ok') as before,
            told.since,
            told.told_at,
            case element ->> 'name'
                -- It names assets, which are nobody's business elsewhere.
                when 'quarantine' then case element ->> 'value'
                    when '1' then '1 asset is set aside; GET sync names it.'
                    else format('%s assets are set aside; GET sync names them.', element ->> 'value')
                end
                else element ->> 'message'
            end as message
        from jsonb_array_elements(v_summary -> 'checks') with ordinality as listed (element, place)
        left join media_sync.health_checks as told on told.check_name = element ->> 'name'
        -- Whether alerts arrive is not told by an alert.
        where element ->> 'name' <> 'alerts'
        order by place
    loop
        if v_check.status <> v_check.before then
            perform media_sync.queue_alert(
                v_check.name, v_check.status, v_check.before, v_check.message, v_summary ->> 'status',
                format('Media Sync: %s is %s (was %s). %s', v_check.name, v_check.status, v_check.before, v_check.message)
            );
            insert into media_sync.health_checks as told (check_name, status)
            values (v_check.name, v_check.status)
            on conflict (check_name) do update set status = excluded.status, since = clock_timestamp(), told_at = clock_timestamp();
        elsif v_check.status = 'failing' and v_check.told_at < clock_timestamp() - interval '6 hours' then
            perform media_sync.queue_alert(
                v_check.name, v_check.status, v_check.before, v_check.message, v_summary ->> 'status',
                format('Media Sync: %s is still failing, since %s. %s', v_check.name, media_sync.health_time(v_check.since), v_check.message)
            );
            update media_sync.health_checks set told_at = clock_timestamp() where check_name = v_check.name;
        end if;
    end loop;
    update media_sync.health_state
    set status = v_summary ->> 'status', since = clock_timestamp()
    where status <> v_summary ->> 'status';
end;
$$;
comment on function media_sync.note_changes() is 'Queues an alert for each check whose status is another than was told, and a reminder every six hours for what is failing.';
revoke all on function media_sync.note_changes() from public, anon, authenticated;

create or replace function media_sync.settle_alerts()
returns void
language plpgsql
set search_path = ''
as $$
declare
    v_alert record;
    v_status integer;
    v_answered boolean;
begin
    for v_alert in
        select id, request_id, sent_at, attempts from media_sync.alerts where delivered_at is null and request_id is not null order by id
    loop
        v_status := null;
        v_answered := false;
        if media_sync.known_table('net._http_response') is not null then
            execute format(
                'select status_code, true from %I._http_response where id = $1 and created > $2 - interval ''1 minute''', 'net'
            ) into v_status, v_answered using v_alert.request_id, v_alert.sent_at;
        end if;
        if v_status between 200 and 299 then
            update media_sync.alerts set delivered_at = clock_timestamp(), request_id = null, last_error = null where id = v_alert.id;
        elsif v_answered or v_alert.sent_at < clock_timestamp() - interval '2 minutes' then
            update media_sync.alerts
            set
                request_id = null,
                last_error = case when v_status is null then 'The receiver did not answer.' else format('The receiver answered with status %s.', v_status) end,
                next_attempt_at = clock_timestamp() + media_sync.backoff(v_alert.attempts, interval '5 minutes', random())
            where id = v_alert.id;
        end if;
    end loop;
exception
    when insufficient_privilege then
        raise warning 'The owner of Media Sync may not read net._http_response: nobody knows whether alerts arrive.';
end;
$$;
comment on function media_sync.settle_alerts() is 'Finds out which alerts were taken; the others are sent again, after a growing pause.';
revoke all on function media_sync.settle_alerts() from public, anon, authenticated;

create or replace function media_sync.send_alerts()
returns integer
language plpgsql
set search_path = ''
as $$
declare
    v_url constant text := (select alert_url from media_sync.settings);
    v_alert record;
    v_request_id bigint;
    v_count integer := 0;
begin
    if v_url is null or media_sync.known_function('net.http_post(text, jsonb, jsonb, jsonb, integer)') is null then
        return 0;
    end if;
    for v_alert in
        select alert.id, alert.body
        from media_sync.alerts as alert
        where alert.delivered_at is null and alert.request_id is null and alert.next_attempt_at <= (select clock_timestamp())
            -- What is told last of a check must be how it is: they go one after the other, unless one is refused for ever.
            and not exists (
                select from media_sync.alerts as earlier
                where earlier.delivered_at is null
                    and earlier.check_name = alert.check_name
                    and earlier.id < alert.id
                    and alert.created_at > (select clock_timestamp()) - interval '1 hour'
            )
        order by alert.id
        limit 20
    loop
        v_request_id := media_sync.post_request(v_url, '{}', v_alert.body);
        update media_sync.alerts
        set
            request_id = v_request_id,
            sent_at = clock_timestamp(),
            attempts = attempts + 1,
            next_attempt_at = clock_timestamp() + media_sync.backoff(attempts + 1, interval '5 minutes', random()),
            last_error = case when v_request_id is null then 'pg_net did not take it.' end
        where id = v_alert.id;
        v_count := v_count + (v_request_id is not null)::integer;
    end loop;
    return v_count;
end;
$$;
comment on function media_sync.send_alerts() is 'Posts the alerts that wait to settings.alert_url. Returns how many.';
revoke all on function media_sync.send_alerts() from public, anon, authenticated;

create or replace function media_sync.tell_anew()
returns trigger
language plpgsql
-- Whoever may set the address need not be able to write what was told.
security definer
set search_path = ''
as $$
begin
    if new.alert_url is null then
        delete from media_sync.alerts where delivered_at is null;
        delete from media_sync.health_checks;
    else
        -- Somebody else listens, who has heard of nothing yet; what waits tells of its checks.
        update media_sync.alerts set next_attempt_at = '-infinity' where delivered_at is null;
        delete from media_sync.health_checks as told
        where not exists (
            select from media_sync.alerts as waiting where waiting.delivered_at is null and waiting.check_name = told.check_name
        );
    end if;
    return null;
end;
$$;
comment on function media_sync.tell_anew() is 'Another alert_url hears of what is wrong now and of what waits; none, of nothing.';
revoke all on function media_sync.tell_anew() from public, anon, authenticated;

create or replace trigger tell_anew
    after update on media_sync.settings
    for each row
    when (new.alert_url is distinct from old.alert_url)
    execute function media_sync.tell_anew();

create or replace function media_sync.alert_health()
returns integer
language plpgsql
set search_path = ''
as $$
begin
    perform media_sync.end_lost_runs();
    perform media_sync.repair();
    -- Two at once wait here for each other, and the second finds everything told.
    perform from media_sync.health_state for update;
    perform media_sync.settle_alerts();
    -- With nobody to tell, nothing counts as told: whoever is named later hears of what is wrong then.
    if (select alert_url from media_sync.settings) is not null then
        perform media_sync.note_changes();
    end if;
    return media_sync.send_alerts();
end;
$$;
comment on function media_sync.alert_health() is
    'Every minute: takes up what the platform lacked, notes which checks of health changed, and posts { id, at, text, check, status, previous_status, message, health } to settings.alert_url, each until it is taken. Returns how many it posted.';
revoke all on function media_sync.alert_health() from public, anon, authenticated;

create or replace function media_sync.test_media_alert()
returns text
language plpgsql
security definer
set search_path = ''
as $$
declare
    v_sent integer;
begin
    if not media_sync.is_admin() then
        raise exception 'Alerts are for admins.' using errcode = 'insufficient_privilege';
    elsif (select alert_url from media_sync.settings) is null then
        return 'Nobody would hear of it: update media_sync.settings set alert_url = ''https://…'' first.';
    elsif media_sync.known_function('net.http_post(text, jsonb, jsonb, jsonb, integer)') is null then
        return 'Nothing can be sent: enable the extension pg_net.';
    end if;
    perform media_sync.queue_alert(
        'test', 'ok', 'ok', 'Somebody tries whether alerts arrive.', media_sync.health_summary() ->> 'status',
        'Media Sync: this is a test. Alerts arrive here.'
    );
    v_sent := media_sync.send_alerts();
    return format(
        '%s way. In a minute, select * from media_sync.alerts order by id desc limit 5 tells what the receiver said.',
        media_sync.health_count(v_sent, 'alert is on its', 'alerts are on their')
    );
end;
$$;
comment on function media_sync.test_media_alert() is 'What public.test_media_alert() does; with the owner''s rights, once it has checked the caller.';
revoke all on function media_sync.test_media_alert() from public, anon, authenticated;
grant execute on function media_sync.test_media_alert() to authenticated, service_role;

create or replace function public.test_media_alert()
returns text
language sql
set search_path = ''
as $$
    select media_sync.test_media_alert();
$$;
comment on function public.test_media_alert() is 'Sends a test to settings.alert_url, with whatever else waits, and says what to look at. Admins and the database owner.';
revoke all on function public.test_media_alert() from public, anon, authenticated;
grant execute on function public.test_media_alert() to authenticated, service_role;

-- supabase/schemas/70_jobs/80_schedule.sql

-- The jobs that pg_cron runs: the tick is the backstop of everything, the others keep house.

create or replace function media_sync.jobs()
returns table (name text, schedule text, command text)
language sql
immutable
set search_path = ''
as $$
    -- Whole minutes: older pg_cron knows no others. Beside the full hour, when everybody's jobs start.
    values
        ('media-sync-tick', '* * * * *', $job$select media_sync.invoke_function('sync', '{"background": true}')$job$),
        ('media-sync-cleanup', '17 3 * * *', 'select public.cleanup_old_sync_logs()'),
        ('media-sync-snapshot', '2 * * * *', 'select public.media_sync_take_snapshot()'),
        ('media-sync-alert', '* * * * *', 'select media_sync.alert_health()');
$$;
comment on function media_sync.jobs() is 'The jobs of Media Sync: name, schedule (GMT) and command.';
revoke all on function media_sync.jobs() from public, anon, authenticated;

create or replace function media_sync.place_jobs(p_activate boolean)
returns integer
language plpgsql
set search_path = ''
as $$
declare
    v_job record;
    v_count integer := 0;
begin
    if p_activate then
        -- pg_cron's schedule() leaves a job switched off that is: it is made anew.
        execute format(
            $query$
                select count(%1$I.unschedule(jobid))
                from %1$I.job
                where jobname in (select name from media_sync.jobs())
                    and not active and database = current_database() and username = current_user
            $query$,
            'cron'
        );
    end if;
    for v_job in select name, schedule, command from media_sync.jobs() loop
        execute format('select %I.schedule($1, $2, $3)', 'cron') using v_job.name, v_job.schedule, v_job.command;
        v_count := v_count + 1;
    end loop;
    update media_sync.health_state set jobs_wanted = true, jobs_pending = false where not jobs_wanted or jobs_pending;
    return v_count;
end;
$$;
comment on function media_sync.place_jobs(boolean) is
    'Schedules the jobs, or brings their schedules up to date; those that were switched off are switched on where that is asked for, and else stay off. Returns how many.';
revoke all on function media_sync.place_jobs(boolean) from public, anon, authenticated;

create or replace function public.schedule_media_sync()
returns integer
language plpgsql
-- Jobs belong to whoever schedules them, and run with those rights: the owner's.
security definer
set search_path = ''
as $$
begin
    if media_sync.known_function('cron.schedule(text, text, text)') is null then
        update media_sync.health_state set jobs_wanted = true, jobs_pending = true where not jobs_wanted or not jobs_pending;
        raise notice 'Nothing is scheduled: enable the extension pg_cron. The next sync schedules the jobs then, and select public.schedule_media_sync() does at once.';
        return 0;
    end if;
    return media_sync.place_jobs(true);
end;
$$;
comment on function public.schedule_media_sync() is
    'Schedules the jobs of Media Sync with pg_cron, or brings their schedules up to date, and switches on those that are off. Returns how many; 0 with a notice where pg_cron is missing. Run it once more when the secrets are in Vault: pg_cron overlooks jobs that a large transaction schedules. The database owner and secret keys.';
revoke all on function public.schedule_media_sync() from public, anon, authenticated;
grant execute on function public.schedule_media_sync() to service_role;

create or replace function public.unschedule_media_sync()
returns integer
language plpgsql
security definer
set search_path = ''
as $$
declare
    v_count integer := 0;
begin
    if media_sync.known_table('cron.job') is not null then
        execute format($query$
            select count(%1$I.unschedule(jobid))
            from %1$I.job
            where jobname in (select name from media_sync.jobs()) and database = current_database() and username = current_user
        $query$, 'cron') into v_count;
    end if;
    update media_sync.health_state set jobs_wanted = false, jobs_pending = false where jobs_wanted or jobs_pending;
    return v_count;
end;
$$;
comment on function public.unschedule_media_sync() is
    'Takes all jobs of Media Sync off pg_cron; nothing but schedule_media_sync() brings them back. Returns how many there were. The database owner and secret keys.';
revoke all on function public.unschedule_media_sync() from public, anon, authenticated;
grant execute on function public.unschedule_media_sync() to service_role;

-- supabase/schemas/70_jobs/85_repair.sql

-- What the platform lacked when Media Sync was installed, and has by now, is taken up by itself, and so is state that was
-- lost: by the alert's job each minute, and by calls of sync, which come also where there are no jobs. What a person switched
-- off stays off.

create or replace function media_sync.repair_jobs()
returns void
language plpgsql
set search_path = ''
as $$
begin
    if media_sync.known_function('cron.schedule(text, text, text)') is null then
        update media_sync.health_state set jobs_pending = true where jobs_wanted and not jobs_pending;
    elsif exists (select from media_sync.health_state where jobs_wanted and jobs_pending) then
        perform media_sync.place_jobs(false);
    end if;
exception
    when others then
        raise warning 'The jobs were not scheduled (SQLSTATE %); the next sync tries again.', sqlstate;
end;
$$;
comment on function media_sync.repair_jobs() is 'Schedules the jobs where that was not possible before. Never fails.';
revoke all on function media_sync.repair_jobs() from public, anon, authenticated;

create or replace function media_sync.repair_broadcast()
returns void
language plpgsql
set search_path = ''
as $$
begin
    if media_sync.known_table('realtime.messages') is null then
        update media_sync.health_state set broadcast_pending = true where not broadcast_pending;
    elsif exists (select from media_sync.health_state where broadcast_pending) then
        perform public.enable_media_broadcast();
    end if;
exception
    when others then
        update media_sync.health_state set broadcast_error = sqlerrm where broadcast_error is distinct from sqlerrm;
end;
$$;
comment on function media_sync.repair_broadcast() is 'Allows live updates where that was not possible before; health tells why it still is not. Never fails.';
revoke all on function media_sync.repair_broadcast() from public, anon, authenticated;

create or replace function media_sync.single_rows_are_there()
returns boolean
language plpgsql
stable
set search_path = ''
as $$
begin
    return exists (select from media_sync.settings)
        and exists (select from media_sync.health_state)
        and exists (select from media_sync.wakes)
        and exists (select from media_sync.statistics)
        and exists (select from media_sync.library_versions);
end;
$$;
comment on function media_sync.single_rows_are_there() is 'Whether the rows are there that an installation begins with.';
revoke all on function media_sync.single_rows_are_there() from public, anon, authenticated;

create or replace function media_sync.restore_single_rows()
returns void
language plpgsql
set search_path = ''
as $$
begin
    insert into media_sync.health_state default values on conflict do nothing;
    -- Not the default: whoever had closed the library must not find it open.
    insert into media_sync.settings (viewers) values ('assigned') on conflict do nothing;
    if found then
        update media_sync.health_state set settings_lost_at = clock_timestamp();
    end if;
    insert into media_sync.wakes default values on conflict do nothing;
    insert into media_sync.library_versions (slot) select generate_series(0, 63) on conflict do nothing;
    if not exists (select from media_sync.statistics) then
        perform media_sync.recount();
    end if;
end;
$$;
comment on function media_sync.restore_single_rows() is 'Makes the rows anew that an installation begins with, where they are gone.';
revoke all on function media_sync.restore_single_rows() from public, anon, authenticated;

create or replace function media_sync.recount()
returns void
language plpgsql
set search_path = ''
as $$
begin
    -- Whoever writes meanwhile counts afterwards.
    lock table public.media_assets in share mode;
    delete from media_sync.statistics;
    insert into media_sync.statistics (slot) select generate_series(0, 63);
    perform media_sync.add_counts(array(
        select row(resource_type, sync_status, in_scope, deleted_at is not null, count(*), sum(bytes))::media_sync.asset_count
        from public.media_assets
        group by resource_type, sync_status, in_scope, deleted_at is not null
    ));
end;
$$;
comment on function media_sync.recount() is 'Counts the library anew. Writers of assets wait meanwhile.';
revoke all on function media_sync.recount() from public, anon, authenticated;

create or replace function media_sync.repair_losses()
returns void
language plpgsql
set search_path = ''
as $$
begin
    if not media_sync.single_rows_are_there() then
        perform media_sync.restore_single_rows();
    end if;
    -- A table that is empty, though the last reconcile left rows in it and nothing noted their removal.
    if not exists (select from public.media_assets) then
        perform media_sync.note_lost_rows(known_rows)
        from media_sync.health_state
        where rows_lost_at is null and known_rows > 0;
        if media_sync.count_rows() > 0 then
            perform media_sync.recount();
        end if;
    end if;
    update media_sync.settings as settings
    set full_requested_at = clock_timestamp()
    from media_sync.health_state as state
    where state.rows_lost_at is not null
        and (settings.full_requested_at is null or settings.full_requested_at < state.rows_lost_at)
        and media_sync.loss_is_large(state.lost_rows);
end;
$$;
comment on function media_sync.repair_losses() is 'Makes single rows anew that are gone, and asks for a full reconcile where rows of assets are.';
revoke all on function media_sync.repair_losses() from public, anon, authenticated;

create or replace function media_sync.repair()
returns void
language plpgsql
set search_path = ''
as $$
begin
    perform media_sync.repair_losses();
    perform media_sync.repair_jobs();
    perform media_sync.repair_broadcast();
end;
$$;
comment on function media_sync.repair() is 'Takes up what was missing and is there by now (the jobs, live updates), and mends what was lost.';
revoke all on function media_sync.repair() from public, anon, authenticated;

create or replace function media_sync.repair_is_due()
returns boolean
language plpgsql
stable
set search_path = ''
as $$
begin
    -- Not SQL's language, in which each call plans it anew.
    return not media_sync.single_rows_are_there()
        or not exists (
            -- In order: what is wanted is there, or what it needs is not, and that is known.
            select
            from media_sync.health_state
            where (not jobs_wanted or jobs_pending = (media_sync.known_function('cron.schedule(text, text, text)') is null))
                and broadcast_pending = (media_sync.known_table('realtime.messages') is null)
        )
        or exists (
            select
            from media_sync.health_state as state
            cross join media_sync.settings as settings
            where case
                when state.rows_lost_at is null then state.known_rows > 0 and not exists (select from public.media_assets)
                else (settings.full_requested_at is null or settings.full_requested_at < state.rows_lost_at)
                    and media_sync.loss_is_large(state.lost_rows)
            end
        );
end;
$$;
comment on function media_sync.repair_is_due() is 'Whether media_sync.repair() has something to do; asked with everything that is due, so that it costs no call.';
revoke all on function media_sync.repair_is_due() from public, anon, authenticated;

create or replace function public.media_sync_repair()
returns boolean
language plpgsql
security definer
set search_path = ''
as $$
begin
    -- Two at once would only wait for each other.
    if not pg_try_advisory_xact_lock(hashtextextended('media_sync.repair', 0)) then
        return false;
    end if;
    perform media_sync.repair();
    return true;
end;
$$;
comment on function public.media_sync_repair() is 'What a call of sync does when media_sync_due() says so: takes up what was missing and is there by now. False when another does it at this moment.';
revoke all on function public.media_sync_repair() from public, anon, authenticated;
grant execute on function public.media_sync_repair() to service_role;

create or replace function public.rebuild_media_sync()
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
    v_state media_sync.health_state;
begin
    perform media_sync.restore_single_rows();
    perform media_sync.recount();
    perform media_sync.count_links(null);
    -- Notes about Cloudinary that may be of another time: all of them are made anew. What is on its way stays on its row.
    update media_sync.runs set status = 'failed', finished_at = clock_timestamp() where status = 'running';
    delete from media_sync.search_hits;
    delete from media_sync.detail_facts;
    delete from media_sync.refresh_queue;
    delete from media_sync.push_leases;
    update media_sync.health_state set rows_lost_at = clock_timestamp() returning * into v_state;
    update media_sync.settings set full_requested_at = v_state.rows_lost_at;
    return jsonb_build_object('rows', media_sync.count_rows(), 'lost_rows', v_state.lost_rows);
end;
$$;
comment on function public.rebuild_media_sync() is
    'After a loss: makes anew what belongs to the sync itself and asks for a full reconcile, which brings back the rows of all assets, with their keys, usage and collections. Deletes nothing in Cloudinary. Returns { rows, lost_rows }. The database owner and secret keys.';
revoke all on function public.rebuild_media_sync() from public, anon, authenticated;
grant execute on function public.rebuild_media_sync() to service_role;

-- supabase/schemas/90_installation/10_extensions.sql

-- Extensions that may be missing: what needs them says so in health.

do $$
begin
    if to_regprocedure('net.http_post(text, jsonb, jsonb, jsonb, integer)') is null
        and exists (select from pg_catalog.pg_available_extensions where name = 'pg_net')
    then
        create extension pg_net with schema extensions;
        insert into media_sync.brought_along (kind, name) values ('extension', 'pg_net');
    end if;
exception
    when others then
        raise notice 'pg_net could not be enabled (%). Enable it on the page Database, Extensions; until then nothing calls the functions by itself.', sqlerrm;
end;
$$;

do $$
begin
    if to_regprocedure('cron.schedule(text, text, text)') is null
        and exists (select from pg_catalog.pg_available_extensions where name = 'pg_cron')
    then
        create extension pg_cron with schema pg_catalog;
        insert into media_sync.brought_along (kind, name) values ('extension', 'pg_cron');
    end if;
exception
    when others then
        raise notice 'pg_cron could not be enabled (%). Enable it on the page Database, Extensions.', sqlerrm;
end;
$$;

-- supabase/schemas/90_installation/20_start.sql

-- Whatever rights a project gives to what is new.

revoke all on all sequences in schema media_sync from public, anon, authenticated;

-- What an installation switches on by itself, where the platform allows it.

do $$
begin
    perform public.schedule_media_sync();
exception
    when others then
        raise notice 'The jobs were not scheduled (%). Run select public.schedule_media_sync() as the owner of the database.', sqlerrm;
end;
$$;

do $$
begin
    perform public.enable_media_broadcast();
exception
    when others then
        raise notice 'Live updates are off (%). Run select public.enable_media_broadcast() as the owner of the database.', sqlerrm;
end;
$$;

-- The schema files that this database was brought to.

create or replace function media_sync.schema_digest()
returns text
language sql
immutable
parallel safe
set search_path = ''
as $$
    select '9d7ac9a1529d86a3';
$$;
comment on function media_sync.schema_digest() is 'Digest of the schema files that the last migration brings, so that states between two releases can be told apart.';
revoke all on function media_sync.schema_digest() from public, anon, authenticated;

insert into media_sync.migrations (version, name, schema_digest)
values ('20261101000000', 'media_sync', '9d7ac9a1529d86a3');
