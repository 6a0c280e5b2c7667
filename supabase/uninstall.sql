-- Takes Media Sync out of a database, for those without its tool. Type it into the SQL editor as it is: the tables with
-- the data stay. To take them away too, write 'drop' in the place of 'keep' below. Nothing is deleted in Cloudinary.
-- All of it is done, or nothing. Before it, take away the webhook in Cloudinary's console (Settings, Webhook Notifications)
-- and, with the Supabase CLI, the functions: supabase functions delete media-list, sync and webhook.
-- Generated from supabase/migrations by `deno task migration`.

do $uninstall$
declare
    -- keep: the five tables stay where they are, as plain data; drop: they go, with everything in them.
    v_tables constant text := 'keep';
    v_ours constant jsonb := (select jsonb_object_agg(name, comment) from (values
            ('media_assets', 'One row per Cloudinary asset. Edit an editable column (tags, context, metadata, display_name, folder, public_id) and the change reaches Cloudinary; everything else follows Cloudinary.'),
            ('media_collection_items', 'Assets of a collection, in order.'),
            ('media_collections', 'Named groups of assets; nested through parent_id.'),
            ('media_sync_log', 'The audit trail: one row per operation. Trimmed by cleanup_old_sync_logs().'),
            ('media_usage', 'Where assets are used: one row per place. Set removed_at when the use ends; the row stays as history.')
        ) as listed (name, comment)
    );
    v_functions constant text[] := array[
        'public.add_to_media_collection(uuid, uuid[])',
        'public.attach_media_assets(uuid[], jsonb)',
        'public.cleanup_old_sync_logs()',
        'public.detach_media_assets(uuid[], jsonb)',
        'public.edit_media_assets(uuid[], jsonb)',
        'public.enable_media_broadcast()',
        'public.find_media_assets(text[], text, text)',
        'public.get_media_asset(uuid)',
        'public.get_media_facets(jsonb)',
        'public.get_media_statistics()',
        'public.get_media_version(uuid)',
        'public.get_sync_health()',
        'public.get_sync_health_summary()',
        'public.get_sync_overview()',
        'public.get_sync_run(uuid)',
        'public.get_sync_settings()',
        'public.get_sync_snapshots(timestamptz)',
        'public.get_sync_status()',
        'public.list_media_assets(jsonb)',
        'public.list_webhook_events(integer)',
        'public.media_sync_absent_assets(text, text[], text[], integer)',
        'public.media_sync_allow_mass_delete(uuid, text, uuid)',
        'public.media_sync_apply_observations(text, jsonb, timestamptz, text, uuid, uuid, jsonb)',
        'public.media_sync_begin_push(text, uuid, integer, integer, text, uuid, uuid, uuid[])',
        'public.media_sync_begin_sweep(uuid, integer)',
        'public.media_sync_claim_refresh(text, uuid, integer, integer)',
        'public.media_sync_claim_shard(uuid, uuid, integer)',
        'public.media_sync_clock()',
        'public.media_sync_compare_page(text, jsonb)',
        'public.media_sync_confirm_push(text, uuid, timestamptz, jsonb, text, uuid, jsonb, boolean)',
        'public.media_sync_continue_facts(uuid, uuid, integer, jsonb, integer, boolean, text, jsonb, text[], text, text[])',
        'public.media_sync_due(text)',
        'public.media_sync_find_assets(text, text)',
        'public.media_sync_finish_run(uuid, text, jsonb)',
        'public.media_sync_get_event(bigint)',
        'public.media_sync_note_comparison(bigint)',
        'public.media_sync_pause_run(uuid, uuid, jsonb)',
        'public.media_sync_plan_observations(text, jsonb, timestamptz)',
        'public.media_sync_plan_push(text, uuid, jsonb, text[], timestamptz, text, uuid)',
        'public.media_sync_plan_shards(uuid, uuid, integer, text, bigint, jsonb, jsonb)',
        'public.media_sync_receive_event(text, jsonb)',
        'public.media_sync_record_traffic(text, jsonb)',
        'public.media_sync_release_pending(uuid, uuid[])',
        'public.media_sync_release_refresh(text, uuid)',
        'public.media_sync_repair()',
        'public.media_sync_replay_event(text, bigint, jsonb)',
        'public.media_sync_report_error(uuid, uuid, jsonb, boolean, jsonb)',
        'public.media_sync_restart_shard(uuid, text, uuid)',
        'public.media_sync_set_webhook_events(text[])',
        'public.media_sync_settle_absences(uuid, text[], jsonb, timestamptz, text, integer, jsonb)',
        'public.media_sync_settle_look_up(text, text[], jsonb, timestamptz, text, uuid)',
        'public.media_sync_sign_upload(text, text, text[], boolean, boolean, uuid)',
        'public.media_sync_start_run(text, text, text, uuid, integer, jsonb, jsonb, uuid)',
        'public.media_sync_store_page(uuid, text, uuid, timestamptz, jsonb, jsonb, integer, text, text, boolean)',
        'public.media_sync_store_search_page(uuid, uuid, jsonb, jsonb, integer, text, text, bigint, text[])',
        'public.media_sync_take_snapshot()',
        'public.media_sync_version(text, text)',
        'public.media_sync_webhook_status()',
        'public.move_between_media_collections(uuid, uuid[], uuid)',
        'public.move_media_usage(uuid[], jsonb, jsonb)',
        'public.read_media_library(jsonb, text[])',
        'public.rebuild_media_sync()',
        'public.remove_from_media_collection(uuid, uuid[])',
        'public.reorder_media_collection(uuid, uuid[], uuid)',
        'public.reorder_media_usage(uuid[], jsonb, uuid)',
        'public.resolve_media_conflicts(uuid[], text)',
        'public.restore_media_asset(uuid)',
        'public.retry_media_assets(uuid[])',
        'public.schedule_media_sync()',
        'public.soft_delete_media_asset(uuid, boolean)',
        'public.soft_delete_media_assets(uuid[], boolean)',
        'public.test_media_alert()',
        'public.unschedule_media_sync()',
        'public.update_sync_settings(jsonb)'
    ];
    v_policies constant text[] := array[
        'Admins read the log',
        'Anyone reads live assets of public collections',
        'Anyone reads live items of public collections',
        'Anyone reads public collections',
        'Editors add collection items whose assets they see',
        'Editors change collection items whose assets they see',
        'Editors change collections',
        'Editors change live assets',
        'Editors change usage of assets that they see',
        'Editors delete collections',
        'Editors delete usage of assets that they see',
        'Editors make collections',
        'Editors record usage of assets that they see',
        'Editors remove collection items whose assets they see',
        'Viewers read collections',
        'Viewers read items whose assets they see',
        'Viewers read live assets, editors the trash too',
        'Viewers read the usage of assets that they see'
    ];
    -- A schema of this name that is somebody else's has another comment.
    v_is_installed constant boolean := exists (
        select from pg_catalog.pg_namespace where nspname = 'media_sync' and obj_description(oid, 'pg_namespace') like 'Machinery of Media Sync%'
    );
    v_brought_along jsonb := '[]';
    v_brought record;
    v_object record;
    v_tables_here text[];
    v_foreign text;
begin
    if v_tables not in ('keep', 'drop') then
        raise exception 'v_tables is keep or drop, not %; nothing was changed.', v_tables;
    end if;
    if v_is_installed and to_regclass('media_sync.brought_along') is not null then
        select coalesce(jsonb_agg(brought_along), '[]') into v_brought_along from media_sync.brought_along;
    end if;

    -- The jobs, with what pg_cron remembers of them.
    if v_is_installed and to_regclass('cron.job') is not null then
        for v_object in execute $$
            select jobid from cron.job where starts_with(jobname, 'media-sync-') and database = current_database()
        $$ loop
            execute 'select cron.unschedule($1)' using v_object.jobid;
            if to_regclass('cron.job_run_details') is not null then
                execute 'delete from cron.job_run_details where jobid = $1' using v_object.jobid;
            end if;
        end loop;
    end if;
    if to_regclass('vault.secrets') is not null then
        execute $$delete from vault.secrets where name in ('media_sync_project_url', 'media_sync_cron_key')$$;
    end if;
    if to_regclass('realtime.messages') is not null then
        for v_object in
            select policyname
            from pg_catalog.pg_policies
            where schemaname = 'realtime' and tablename = 'messages'
                and policyname in ('Viewers receive changes of media assets', 'Nobody sends changes of media assets')
        loop
            execute format('drop policy %I on realtime.messages', v_object.policyname);
        end loop;
    end if;

    -- A table of the same name that is somebody else's has another comment.
    v_tables_here := array(
        select relname::text
        from pg_catalog.pg_class
        where relnamespace = 'public'::regnamespace and relkind = 'r' and v_ours ? relname
            and obj_description(oid, 'pg_class') is not distinct from v_ours ->> relname
        order by relname
    );

    -- Without cascade: what somebody else built on ours is told, and nothing is done.
    begin
        if v_is_installed then
            for v_object in
                select format('drop trigger %I on public.%I', tgname, relname) as statement
                from pg_catalog.pg_trigger
                join pg_catalog.pg_class on pg_class.oid = tgrelid
                join pg_catalog.pg_proc on pg_proc.oid = tgfoid
                where relnamespace = 'public'::regnamespace and relname = any (v_tables_here) and not tgisinternal
                    and pronamespace = 'media_sync'::regnamespace
                union all
                select format('drop policy %I on public.%I', policyname, tablename)
                from pg_catalog.pg_policies
                where schemaname = 'public' and tablename = any (v_tables_here) and policyname = any (v_policies)
            loop
                execute v_object.statement;
            end loop;
            for v_object in
                select to_regprocedure(signature) as found from unnest(v_functions) as signature where to_regprocedure(signature) is not null
            loop
                execute format('drop function %s', v_object.found);
            end loop;
            -- What computes with our functions: indexes, constraints, and defaults. Columns stay, with what they hold.
            for v_object in
                with computed as (
                    select distinct pg_depend.classid, pg_depend.objid
                    from pg_catalog.pg_depend
                    join pg_catalog.pg_proc on pg_proc.oid = pg_depend.refobjid
                    where pg_depend.refclassid = 'pg_catalog.pg_proc'::regclass and pronamespace = 'media_sync'::regnamespace
                ), kept as (
                    select oid from pg_catalog.pg_class where relnamespace = 'public'::regnamespace and relname = any (v_tables_here)
                )
                select format('drop index %s', objid::regclass) as statement
                from computed
                join pg_catalog.pg_index on indexrelid = objid
                where classid = 'pg_catalog.pg_class'::regclass and indrelid in (select oid from kept)
                union all
                select format('alter table %s drop constraint %I', conrelid::regclass, conname)
                from computed
                join pg_catalog.pg_constraint on pg_constraint.oid = objid
                where classid = 'pg_catalog.pg_constraint'::regclass and conrelid in (select oid from kept)
                union all
                select format(
                    'alter table %s alter column %I drop %s', adrelid::regclass, attname,
                    case attgenerated when '' then 'default' else 'expression' end
                )
                from computed
                join pg_catalog.pg_attrdef on pg_attrdef.oid = objid
                join pg_catalog.pg_attribute on attrelid = adrelid and attnum = adnum
                where classid = 'pg_catalog.pg_attrdef'::regclass and adrelid in (select oid from kept)
            loop
                execute v_object.statement;
            end loop;
        end if;

        if v_is_installed then
            with ours as (
                select 'pg_catalog.pg_proc'::regclass as class, oid from pg_catalog.pg_proc where pronamespace = 'media_sync'::regnamespace
                union all
                select 'pg_catalog.pg_class'::regclass, oid from pg_catalog.pg_class where relnamespace = 'media_sync'::regnamespace
                union all
                select 'pg_catalog.pg_type'::regclass, oid from pg_catalog.pg_type where typnamespace = 'media_sync'::regnamespace
            )
            select string_agg(distinct pg_catalog.pg_describe_object(classid, objid, objsubid), ', ') into v_foreign
            from pg_catalog.pg_depend
            join ours on class = refclassid and oid = refobjid
            cross join lateral pg_catalog.pg_identify_object_as_address(classid, objid, objsubid) as dependent
            where deptype in ('n', 'a') and split_part(dependent.object_names[1], '.', 1) <> 'media_sync';
            if v_foreign is not null then
                raise exception 'Media Sync was not taken away, and nothing was changed, because this stands on it: %. Remove it, and do it again.', v_foreign;
            end if;
            drop schema media_sync cascade;
        end if;
        if v_tables = 'drop' and cardinality(v_tables_here) > 0 then
            execute format('drop table %s', (select string_agg(format('public.%I', name), ', ') from unnest(v_tables_here) as name));
        end if;
    exception
        when dependent_objects_still_exist then
            get stacked diagnostics v_foreign = pg_exception_detail;
            raise exception 'Media Sync was not taken away, and nothing was changed, because something stands on it: %. Remove it, and do it again.', v_foreign;
    end;

    for v_brought in select value ->> 'name' as name from jsonb_array_elements(v_brought_along) where value ->> 'kind' = 'extension' order by 1 loop
        -- Bodies of functions are no dependencies that PostgreSQL knows of.
        continue when exists (
            select
            from pg_catalog.pg_proc
            where prosrc ~ case v_brought.name when 'pg_cron' then '\mcron\.' when 'pg_net' then '\mnet\.' else '\m(similarity|show_trgm)\(' end
                and not exists (select from pg_catalog.pg_depend where classid = 'pg_catalog.pg_proc'::regclass and objid = pg_proc.oid and deptype = 'e')
                and pronamespace::regnamespace::text not in ('cron', 'net')
        );
        begin
            if v_brought.name = 'pg_cron' and to_regclass('cron.job') is not null then
                execute 'select string_agg(jobname, '', '') from cron.job' into v_foreign;
                continue when v_foreign is not null;
            end if;
            execute format('drop extension if exists %I', v_brought.name);
        exception
            when dependent_objects_still_exist or insufficient_privilege then
                raise notice 'The extension % stays: %', v_brought.name, sqlerrm;
        end;
    end loop;
    for v_brought in select value ->> 'name' as name from jsonb_array_elements(v_brought_along) where value ->> 'kind' = 'schema' loop
        begin
            execute format('drop schema %I', v_brought.name);
        exception
            when dependent_objects_still_exist or insufficient_privilege then
                raise notice 'The schema % stays: %', v_brought.name, sqlerrm;
        end;
    end loop;
end;
$uninstall$;

select coalesce(string_agg(relname, ', ' order by relname), 'nothing') as left_of_media_sync
from pg_catalog.pg_class
where relnamespace = 'public'::regnamespace and relkind = 'r' and relname in ('media_assets', 'media_collection_items', 'media_collections', 'media_sync_log', 'media_usage');
