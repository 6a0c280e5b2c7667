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
