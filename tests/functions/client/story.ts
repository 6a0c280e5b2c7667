/**
 * What an editor does with the client, in any runtime: from the built package in Node.js and in a browser, from its source
 * in Deno. Imports nothing, so that each runtime brings its own.
 */
import type { SupabaseClient } from "@supabase/supabase-js";
import type { MediaClient, MediaError } from "../../../supabase/client/mod.ts";

/** What a runtime brings. */
export interface Runtime {
  createClient(url: string, key: string): SupabaseClient;
  createMediaClient(supabase: SupabaseClient): MediaClient;
  MediaError: typeof MediaError;
}

/** Where the story takes place. */
export interface Place {
  url: string;
  publishable_key: string;
  email: string;
  password: string;
  /** Id of an asset that is in conflict about its display_name. */
  torn: string;
  /** A name for what this runtime uploads. */
  name: string;
  /** The file, in Base64. */
  content: string;
}

/** What the story found. */
export type Findings = Record<string, unknown>;

/** Signs in, uploads, lists, edits, resolves a conflict, deletes, undoes, and is refused. */
export async function tell(runtime: Runtime, place: Place): Promise<Findings> {
  const supabase = runtime.createClient(place.url, place.publishable_key);
  const { error } = await supabase.auth.signInWithPassword(place);
  if (error) throw error;
  const media = runtime.createMediaClient(supabase);
  const bytes = Uint8Array.from(atob(place.content), (character) => character.charCodeAt(0));
  const file = new File([bytes], `${place.name}.png`, { type: "image/png" });

  const percents: number[] = [];
  const asset = await media.upload(file, {
    folder: place.name,
    tags: ["told"],
    onProgress: ({ percent }) => percents.push(percent),
  });
  const listed: unknown[] = [];
  for await (const { id } of media.list({ folder: place.name })) listed.push(id === asset.id);
  const edited = await media.edit(asset.id, { context: { alt: "A text" }, add_tags: ["edited"] });

  const { item: torn } = await media.get(place.torn);
  const [resolved] = await media.resolve(place.torn, "cloudinary");

  const deletion = await media.remove(asset.id);
  const { items: left } = await media.list({ folder: place.name }).page();
  const undone = await media.undo(deletion);

  const collection = await media.collections.create({ slug: place.name, name: place.name });
  await media.collections.add(collection.id, [asset.id]);
  const { collections } = await media.get(asset.id);

  const codes: string[] = [];
  const refused = [
    () => media.edit(asset.id, { tags: ["a,b"] }),
    () => media.get("00000000-0000-4000-8000-000000000000"),
    () => media.sync(),
    () => media.collections.create({ slug: place.name, name: "Again" }),
    () => media.upload(file, { signal: AbortSignal.abort() }),
  ];
  for (const act of refused) {
    await act().then(() => codes.push("done"), (error: unknown) => {
      codes.push(error instanceof runtime.MediaError ? error.code : String(error));
    });
  }
  return {
    name: asset.display_name,
    size: [asset.bytes, asset.width, asset.height].join(" "),
    percents,
    listed,
    tags: [...edited.tags].sort(),
    torn: Object.keys(torn.conflicts ?? {}),
    resolved: [resolved?.display_name, resolved?.sync_status],
    left: left.length,
    undone: undone.map(({ item }) => item.deleted_at),
    collections: collections.map(({ collection: { slug } }) => slug),
    address: media.url(asset, { width: 100 })?.includes("/c_limit,w_100/f_auto/q_auto/"),
    codes,
  };
}
