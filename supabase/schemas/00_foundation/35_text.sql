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
