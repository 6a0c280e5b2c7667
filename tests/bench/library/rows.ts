/** The library that the benchmark reads: made of numbers alone, the same at each run. */
import type { SqlRunner } from "../../../scripts/local/database.ts";

/** What captions, names and tags are made of, the most frequent first. */
export const WORDS = (
  "summer winter red blue green black white shoe boot bag studio beach city forest mountain river model product banner " +
  "logo campaign spring autumn sale launch office team portrait landscape detail front back side cover hero story press " +
  "event guide poster video clip sound report manual invoice draft final print mobile desktop icon frame texture pattern " +
  "light shadow glass metal wood paper cotton leather"
).split(" ");

/**
 * Fills an empty, migrated database: one insert with its triggers set aside, the indexes made afterwards, the counters
 * set to what is there, and statistics gathered.
 *
 * Newer assets lie before older ones as a first sync leaves them, but a tenth lies anywhere, as edits leave them. Of
 * every ten assets three lie in the folder `products`; each of the words amber and cobalt is in every tenth, north and
 * south each in every second, and never together, and so with the tags of those names; archived stands in the oldest
 * tenth alone; outsider in every tenth, and in `products` in about twenty; one of a hundred is used, one is deleted.
 *
 * @param database Acts as a superuser.
 * @param assets How many; the times of creation span six years whatever their number.
 */
export async function fillLibrary(database: SqlRunner, assets: number): Promise<void> {
  const indexes = await database.query<{ name: string; definition: string }>(
    `select indexrelid::regclass::text as name, pg_get_indexdef(indexrelid) as definition
     from pg_index where indrelid = 'public.media_assets'::regclass and not indisunique`,
  );
  await database.exec(`
    set session_replication_role = replica;
    set maintenance_work_mem = '1GB';
    set work_mem = '256MB';
    ${indexes.map(({ name }) => `drop index ${name};`).join("\n")}
    ${insertAssets(assets)}
    ${insertSurroundings(assets)}
    ${indexes.map(({ definition }) => `${definition};`).join("\n")}
    ${COUNT_ASSETS}
    reset maintenance_work_mem;
    reset work_mem;
    set session_replication_role = origin;
  `);
  await database.exec("vacuum (analyze) public.media_assets");
  await database.exec("analyze");
}

/** A number below `most` that depends on the asset's number `i` alone. */
function chance(salt: number, most: number): string {
  return `((hashint8extended(i, ${salt}) & 9223372036854775807) % ${most})`;
}

/** One of WORDS; the first are the most frequent. */
function word(salt: number): string {
  return `words[1 + (${WORDS.length} * (${
    chance(salt, 1_000)
  } / 1000.0) ^ 2)::integer % ${WORDS.length}]`;
}

function insertAssets(assets: number): string {
  return `
    with vocabulary as (select '{${WORDS.join(",")}}'::text[] as words)
    insert into public.media_assets (
      id, cloud_name, asset_id, public_id, resource_type, type, format, version, bytes, width, height, duration, url, secure_url,
      original_filename, folder, display_name, tags, context, metadata, sync_status, in_scope, usage_count, deleted_at,
      created_at, updated_at, observed_at, base, search_text
    )
    select made.*, media_sync.search_text(public_id, display_name, original_filename, tags, context, metadata)
    from (select
      md5('asset ' || i)::uuid, 'bench', md5('identity ' || i), folder || '/' || name, resource_type,
      case when i % 500 = 7 then 'private' else 'upload' end, format, 1700000000 + i, 1000 + ${
    chance(1, 20_000_000)
  },
      100 + ${chance(2, 4_000)}, 100 + ${chance(3, 4_000)}, case resource_type when 'video' then ${
    chance(4, 600)
  } end,
      'http://res.cloudinary.com/bench/' || folder || '/' || name, 'https://res.cloudinary.com/bench/' || folder || '/' || name,
      case when i % 3 = 0 then 'IMG_' || i end, folder, name,
      array_remove(array[
        ${word(5)}, case when i % 4 = 0 then ${word(6)} end, 'batch-' || i / 100,
        case i % 10 when 1 then 'amber' when 2 then 'cobalt' end, case i % 2 when 0 then 'north' else 'south' end,
        case when i > ${assets} * 0.9 then 'archived' end
      ], null),
      jsonb_build_object('caption', concat_ws(' ',
        ${word(7)}, ${word(8)}, ${word(9)}, ${word(10)}, ${word(11)},
        case i % 10 when 3 then 'amber' when 7 then 'cobalt' end, case when ${
    chance(12, 2)
  } = 0 then 'northbound' else 'southbound' end,
        case when i > ${assets} * 0.9 then 'archival' end,
        case when folder <> 'products' and i % 7 = 0 or (i + 1) % greatest(${assets} / 60, 1) = 0 then 'outsider' end
      )),
      case when i % 3 = 1 then jsonb_build_object('sku', 'SKU-' || ${
    chance(13, 10_000_000)
  }) else '{}' end,
      case when i % 1000 = 11 then 'error' else 'synced' end, i % 200 <> 3, case when i % 100 = 17 then 1 else 0 end,
      case when i % 100 = 23 then '2026-01-02'::timestamptz - i * interval '1 second' end,
      '2026-01-01'::timestamptz - i * (interval '6 years' / ${assets}),
      '2026-01-01'::timestamptz + ${
    chance(14, 20_000_000)
  } * interval '1 second', now(), '{}'::jsonb
    from vocabulary
    cross join lateral (
      select i,
        case when ${chance(15, 10)} < 3 then 'products' when ${chance(15, 10)} = 3 then ''
          else ${word(16)} || '/' || ${word(17)} || '/' || ${chance(18, 20)} end as folder,
        case when i % 20 = 9 then 'raw' when i % 10 = 4 then 'video' else 'image' end as resource_type,
        case when i % 20 = 9 then null when i % 10 = 4 then 'mp4' when i % 50 = 6 then 'gif' when i % 4 = 0 then 'png' else 'jpg' end as format,
        ${word(19)} || '-' || ${word(20)} || '-' || to_hex(${chance(21, 4_294_967_296)}) as name
      from generate_series(1, ${assets}) as i
    ) as asset
    order by case when ${chance(22, 10)} = 0 then ${chance(23, assets)} else i end) as made (
      id, cloud_name, asset_id, public_id, resource_type, type, format, version, bytes, width, height, duration, url, secure_url,
      original_filename, folder, display_name, tags, context, metadata, sync_status, in_scope, usage_count, deleted_at,
      created_at, updated_at, observed_at, base
    );`;
}

/** Collections of a tenth and of 200, which anyone may see, and a closed one; uses of what is used. */
function insertSurroundings(assets: number): string {
  return `
    insert into public.media_collections (id, slug, name, is_public) values
      ('00000000-0000-4000-8000-000000000001', 'large', 'Large', true),
      ('00000000-0000-4000-8000-000000000002', 'small', 'Small', true),
      ('00000000-0000-4000-8000-000000000003', 'closed', 'Closed', false);
    insert into public.media_collection_items (collection_id, media_asset_id, position)
    select ('00000000-0000-4000-8000-00000000000' || collection)::uuid, md5('asset ' || i)::uuid, i
    from generate_series(1, ${assets}) as i
    cross join lateral (values
      (1, i % 10 = 6), (2, (i - 1) % greatest(${assets} / 200, 1) = 0), (3, i % 20 = 8)
    ) as belonging (collection, belongs)
    where belongs;
    update public.media_assets as asset set collection_ids = stands.ids
    from (
      select media_asset_id, array_agg(collection_id order by collection_id) as ids from public.media_collection_items group by 1
    ) as stands
    where asset.id = stands.media_asset_id;
    insert into public.media_usage (media_asset_id, usage_type, reference_table, reference_id)
    select md5('asset ' || i)::uuid, 'cover', 'articles', i::text from generate_series(17, ${assets}, 100) as i;`;
}

/** The counters, which the triggers would have moved. */
const COUNT_ASSETS = `
    update media_sync.statistics as counters
    set (total_assets, total_images, total_videos, total_raw, total_size, synced_assets, error_assets, deleted_assets, out_of_scope_assets) = (
      select
        count(*) filter (where live), count(*) filter (where live and resource_type = 'image'),
        count(*) filter (where live and resource_type = 'video'), count(*) filter (where live and resource_type = 'raw'),
        coalesce(sum(bytes) filter (where live), 0), count(*) filter (where live and sync_status = 'synced'),
        count(*) filter (where in_scope and sync_status = 'error'), count(*) filter (where deleted_at is not null),
        count(*) filter (where not in_scope and deleted_at is null)
      from (select *, in_scope and deleted_at is null as live from public.media_assets) as asset
    )
    where slot = 0;`;
