import type { Stack } from "../local/stack-options.ts";
import { MARKS } from "./run-fuzz.ts";

/**
 * A library with rows of every kind: public, live, deleted, and outside the mirrored folders.
 *
 * @returns Ids and names that requests may use; not those of the deleted asset, which somebody might rightly restore.
 */
export async function prepareLibrary(stack: Stack): Promise<string[]> {
  const insert = (kind: keyof typeof MARKS, number: number, more: string) =>
    stack.sql<{ id: string }>(
      `insert into public.media_assets
         (cloud_name, asset_id, public_id, resource_type, base, observed_at, deleted_at, in_scope)
       select $1, $2, $2, 'image',
         jsonb_build_object('public_id', $2::text, 'folder', '', 'display_name', null, 'tags', '[]'::jsonb,
           'context', '{}'::jsonb, 'metadata', '{}'::jsonb), now(), ${more}
       returning id`,
      [new URL(stack.info.cloudinary_url).hostname, `${MARKS[kind]}-${number}`],
    );
  const known: string[] = [];
  for (let number = 0; number < 3; number++) {
    for (const kind of ["public", "live"] as const) {
      const [row] = await insert(kind, number, "null, true");
      known.push(row!.id, `${MARKS[kind]}-${number}`);
    }
    await insert("trash", number, "now(), true");
    const [hidden] = await insert("hidden", number, "null, false");
    known.push(hidden!.id);
  }
  await stack.sql(
    `with collection as (
       insert into public.media_collections (slug, name, is_public) values ('open', 'Open', true) returning id
     )
     insert into public.media_collection_items (collection_id, media_asset_id)
     select collection.id, asset.id from collection, public.media_assets as asset
     where asset.public_id like '${MARKS.public}%' or asset.public_id like '${MARKS.trash}%'
       or asset.public_id like '${MARKS.hidden}%'`,
  );
  return [...known, "open"];
}
