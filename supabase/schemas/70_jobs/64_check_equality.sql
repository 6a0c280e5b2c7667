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
