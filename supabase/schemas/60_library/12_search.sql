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
