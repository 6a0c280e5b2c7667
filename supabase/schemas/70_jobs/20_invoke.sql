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
