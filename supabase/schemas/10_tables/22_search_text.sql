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
