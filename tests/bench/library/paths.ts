/** What is asked of the library: every kind of query that people make, and those that are made to be slow. */
import type { SqlRunner } from "../../../scripts/local/database.ts";
import { encodeCursor } from "../../../supabase/functions/media-list/cursor.ts";
import { WORDS } from "./rows.ts";

/** Who asks. */
export const ROLES = ["viewer", "editor", "anonymous"] as const;
export type Role = typeof ROLES[number];

/** What a path may cost depends on what it is. */
export type Kind = "list" | "search" | "facets";

/** One way of asking. */
export interface Path {
  name: string;
  kind: Kind;
  /** The query of `GET media-list`; a `round` asks for other values than the one before, where there are others. */
  query(round: number): Record<string, string>;
  /** Default: everybody. */
  roles?: readonly Role[];
  /** Nothing is found, by design. */
  inVain?: boolean;
  /** A page by number that may be answered with the advice to use cursors. */
  mayBeRefused?: boolean;
}

/** What must be known of the rows to ask for them. */
interface Samples {
  names: string[];
  folders: string[];
  batches: string[];
  places: Record<"created_at" | "public_id", { value: string; id: string }>;
}

/**
 * The paths for a library that `fillLibrary` made.
 *
 * @param assets Its size: a deep page lies in its middle.
 */
export async function libraryPaths(database: SqlRunner, assets: number): Promise<Path[]> {
  const samples = await sample(database, assets);
  const of = <Value>(values: readonly Value[], round: number) => values[round % values.length]!;
  const list = (name: string, query: Record<string, string>): Path => ({
    name,
    kind: "list",
    query: () => query,
  });
  const search = (name: string, words: string, query: Record<string, string> = {}): Path => ({
    name,
    kind: "search",
    query: () => ({ search: words, ...query }),
  });
  const facets = (name: string, query: Record<string, string>): Path => ({
    name,
    kind: "facets",
    query: () => ({ include: "facets", ...query }),
  });
  const cursor = (sort_by: keyof Samples["places"]) =>
    encodeCursor(samples.places[sort_by], { sort_by, sort_order: "desc" });
  const signedIn: readonly Role[] = ["viewer", "editor"];
  return [
    list("first page", {}),
    ...["updated_at", "public_id", "bytes", "display_name"].map((sort_by) =>
      list(`by ${sort_by}`, { sort_by, sort_order: sort_by === "bytes" ? "desc" : "asc" })
    ),
    { ...list("folder", {}), query: (round) => ({ folder: of(samples.folders, round) }) },
    list("large folder by name", { folder: "products", sort_by: "display_name" }),
    list("folder with all below", { folder: "summer", recursive: "true" }),
    { ...list("rare tag", {}), query: (round) => ({ tags: of(samples.batches, round) }) },
    list("common tag", { tags: "north" }),
    list("common tag by size", { tags: "amber", sort_by: "bytes" }),
    list("two tags", { tags: "amber,summer" }),
    { ...list("two tags that never meet", { tags: "amber,cobalt" }), inVain: true },
    { ...list("tags of halves that never meet", { tags: "north,south" }), inVain: true },
    list("tag of the oldest", { tags: "archived" }),
    list("tag of the oldest by name", {
      tags: "archived",
      sort_by: "public_id",
      sort_order: "asc",
    }),
    list("resource_type", { resource_type: "raw" }),
    list("format by size", { format: "gif", sort_by: "bytes" }),
    list("a month by size", {
      created_after: "2023-05-01",
      created_before: "2023-06-01",
      sort_by: "bytes",
    }),
    { ...list("used=true", { used: "true" }), roles: signedIn },
    { ...list("used=false by name", { used: "false", sort_by: "display_name" }), roles: signedIn },
    { ...list("sync_status=error", { sync_status: "error" }), roles: signedIn },
    { ...list("trash", { deleted: "true" }), roles: ["editor"] },
    list("large collection", { collection: "large" }),
    list("large collection by size", { collection: "large", sort_by: "bytes" }),
    list("small collection", { collection: "small" }),
    {
      ...list("page in the middle", { page: String(Math.ceil(assets / 100)) }),
      mayBeRefused: true,
    },
    {
      ...list("page in the middle by name", {
        page: String(Math.ceil(assets / 100)),
        sort_by: "display_name",
      }),
      mayBeRefused: true,
    },
    {
      ...list("deep page of a tag", { tags: "north", page: String(Math.ceil(assets / 250)) }),
      mayBeRefused: true,
    },
    ...(["created_at", "public_id"] as const).map((sort_by) =>
      list(`cursor deep, ${sort_by}`, { cursor: cursor(sort_by), sort_by })
    ),
    list("cursor deep in a tag", { tags: "amber", cursor: cursor("created_at") }),
    {
      ...search("one letter", ""),
      query: (round) => ({ search: of(["e", "z", "q", "7"], round) }),
    },
    {
      ...search("two letters", ""),
      query: (round) => ({ search: of(["er", "zo", "th", "a7"], round) }),
    },
    {
      ...search("rare id", ""),
      query: (round) => ({ search: of(samples.names, round).split("-").at(-1)! }),
    },
    { ...search("very name", ""), query: (round) => ({ search: of(samples.names, round) }) },
    search("common word", "summer"),
    search("common word by date", "summer", { sort_by: "created_at" }),
    search("common part of a word", "umme"),
    search("two words", "summer amber"),
    { ...search("two words that never meet", "amber cobalt"), inVain: true },
    { ...search("words of halves that never meet", "northbound southbound"), inVain: true },
    {
      ...search("words of halves that never meet by size", "northbound southbound", {
        sort_by: "bytes",
      }),
      inVain: true,
    },
    { ...search("twenty words", WORDS.slice(0, 20).join(" ")), inVain: true },
    search("phrase", '"summer winter"'),
    { ...search("phrase that nobody wrote", '"northbound north"'), inVain: true },
    search("-word", "summer -winter"),
    search("only -word", "-summer"),
    search("word of the oldest", "archival"),
    search("word of the oldest by size", "archival", { sort_by: "bytes" }),
    search("rare word in a large folder", "outsider", { folder: "products" }),
    {
      ...search("word and tag that never meet", "cobalt", { tags: "amber", sort_by: "created_at" }),
      inVain: true,
    },
    search("common word, large collection", "summer", { collection: "large" }),
    search("cursor deep in a search", "summer", {
      sort_by: "created_at",
      cursor: cursor("created_at"),
    }),
    facets("facets", {}),
    facets("facets of a folder", { folder: "summer", recursive: "true" }),
    facets("facets of a common tag", { tags: "north" }),
    facets("facets of a rare tag", { tags: samples.batches[0]! }),
    facets("facets of a common word", { search: "summer" }),
    facets("facets of a rare word", { search: samples.names[0]! }),
    { ...facets("facets of what never meets", { search: "northbound southbound" }), inVain: true },
    facets("facets of a collection", { collection: "large" }),
  ];
}

async function sample(database: SqlRunner, assets: number): Promise<Samples> {
  const rows = await database.query<{ name: string; folder: string; batch: string }>(
    `select display_name as name, folder, (array(select tag from unnest(tags) as tag where tag like 'batch-%'))[1] as batch
     from public.media_assets where in_scope and deleted_at is null and folder like '%/%' order by id limit 20`,
  );
  const place = async (key: keyof Samples["places"]) => {
    const [row] = await database.query<{ value: string; id: string }>(
      `select to_jsonb(${key}) #>> '{}' as value, id::text as id
       from public.media_assets order by ${key} desc limit 1 offset $1::int`,
      [Math.floor(assets * 0.6)],
    );
    return row!;
  };
  return {
    names: rows.map(({ name }) => name),
    folders: rows.map(({ folder }) => folder),
    batches: rows.map(({ batch }) => batch),
    places: { created_at: await place("created_at"), public_id: await place("public_id") },
  };
}
