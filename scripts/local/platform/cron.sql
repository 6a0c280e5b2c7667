-- Stand-in for pg_cron 1.6 where the extension cannot be loaded (PGlite): its tables and functions. The
-- stack's scheduler reads cron.job and runs the jobs; a notification tells it that jobs changed.
create schema if not exists cron;
create sequence if not exists cron.jobid_seq;
create sequence if not exists cron.runid_seq;

create table if not exists cron.job (
    jobid bigint primary key default nextval('cron.jobid_seq'),
    schedule text not null,
    command text not null,
    nodename text not null default 'localhost',
    nodeport int not null default coalesce(inet_server_port(), 5432),
    database text not null default current_database(),
    username text not null default current_user,
    active boolean not null default true,
    jobname text,
    constraint jobname_username_uniq unique (jobname, username)
);

create table if not exists cron.job_run_details (
    jobid bigint,
    runid bigint primary key default nextval('cron.runid_seq'),
    job_pid int,
    database text,
    username text,
    command text,
    status text,
    return_message text,
    start_time timestamptz,
    end_time timestamptz
);

alter table cron.job enable row level security;
alter table cron.job_run_details enable row level security;
drop policy if exists cron_job_policy on cron.job;
create policy cron_job_policy on cron.job using (username = current_user);
drop policy if exists cron_job_run_details_policy on cron.job_run_details;
create policy cron_job_run_details_policy on cron.job_run_details using (username = current_user);

create or replace function cron.job_cache_invalidate()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
    perform pg_catalog.pg_notify('cron_job', '');
    return null;
end
$$;

create or replace trigger cron_job_cache_invalidate
after insert or update or delete or truncate on cron.job
for each statement execute function cron.job_cache_invalidate();

create or replace function cron._check_schedule(schedule text)
returns void
language plpgsql
immutable
set search_path = ''
as $$
begin
    if schedule ~ '^\s*([1-9]|[1-5][0-9])\s+seconds?\s*$'
        or schedule ~ '^\s*([0-9*/,$A-Za-z-]+\s+){4}[0-9*/,$A-Za-z-]+\s*$'
        or schedule ~ '^@(hourly|daily|midnight|weekly|monthly|yearly|annually)$'
    then
        return;
    end if;
    raise exception 'invalid schedule: %', schedule
        using hint = 'Use cron format (e.g. 5 4 * * *), or interval format ''[1-59] seconds''';
end
$$;

-- pg_cron writes its table in C, whatever the caller may: here by functions with the owner's rights, which are told who
-- calls. A job that is switched off stays so when its name is scheduled again, as there.
create or replace function cron._put_job(
    job_name text,
    schedule text,
    command text,
    database text,
    username text,
    active boolean
)
returns bigint
language plpgsql
security definer
set search_path = ''
as $$
#variable_conflict use_column
declare
    scheduled bigint;
begin
    perform cron._check_schedule($2);
    insert into cron.job as job (jobname, schedule, command, database, username, active)
    values ($1, $2, $3, $4, $5, $6)
    on conflict on constraint jobname_username_uniq do update
    set schedule = excluded.schedule, command = excluded.command, database = excluded.database
    returning job.jobid into scheduled;
    return scheduled;
end
$$;

create or replace function cron._drop_job(job_id bigint, job_name text, username text)
returns boolean
language plpgsql
security definer
set search_path = ''
as $$
#variable_conflict use_column
begin
    delete from cron.job as job where (job.jobid = $1 or job.jobname = $2) and job.username = $3;
    if not found then
        raise exception 'could not find valid entry for job %', coalesce($1::text, pg_catalog.quote_literal($2));
    end if;
    return true;
end
$$;

create or replace function cron.schedule_in_database(
    job_name text,
    schedule text,
    command text,
    database text,
    username text default null,
    active boolean default true
)
returns bigint
language sql
set search_path = ''
as $$
    select cron._put_job($1, $2, $3, $4, coalesce($5, current_user), $6)
$$;

create or replace function cron.schedule(job_name text, schedule text, command text)
returns bigint
language sql
set search_path = ''
as $$
    select cron._put_job($1, $2, $3, pg_catalog.current_database()::text, current_user, true)
$$;

create or replace function cron.schedule(schedule text, command text)
returns bigint
language sql
set search_path = ''
as $$
    select cron._put_job(null, $1, $2, pg_catalog.current_database()::text, current_user, true)
$$;

create or replace function cron.unschedule(job_id bigint)
returns boolean
language sql
set search_path = ''
as $$
    select cron._drop_job($1, null, current_user)
$$;

create or replace function cron.unschedule(job_name text)
returns boolean
language sql
set search_path = ''
as $$
    select cron._drop_job(null, $1, current_user)
$$;

create or replace function cron.alter_job(
    job_id bigint,
    schedule text default null,
    command text default null,
    database text default null,
    username text default null,
    active boolean default null
)
returns void
language plpgsql
set search_path = ''
as $$
#variable_conflict use_column
begin
    if $2 is not null then
        perform cron._check_schedule($2);
    end if;
    update cron.job as job
    set schedule = coalesce($2, job.schedule),
        command = coalesce($3, job.command),
        database = coalesce($4, job.database),
        username = coalesce($5, job.username),
        active = coalesce($6, job.active)
    where job.jobid = $1;
    if not found then
        raise exception 'Job % does not exist or you don''t own it', $1;
    end if;
end
$$;

-- As pg_cron grants them; the API roles get no use of the schema.
grant select on cron.job to public;
grant select, delete on cron.job_run_details to public;
revoke all on function cron.alter_job(bigint, text, text, text, text, boolean) from public;
revoke all on function cron.schedule_in_database(text, text, text, text, text, boolean) from public;
