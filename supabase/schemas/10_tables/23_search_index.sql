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
