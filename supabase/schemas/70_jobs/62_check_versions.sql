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
