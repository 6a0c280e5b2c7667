/** Assets taken apart into what can be edited by itself: a name, one tag, one key. */
import type { Asset } from "../world/library.ts";

/** Unit → value; a tag is `true`, what is absent is not there. */
export type Units = Record<string, unknown>;

/** A row of `media_assets`, as far as the checker reads it. */
export interface Row {
  id: string;
  asset_id: string;
  public_id: string;
  resource_type: string;
  type: string;
  folder: string;
  display_name: string | null;
  tags: string[];
  context: Record<string, unknown>;
  metadata: Record<string, unknown>;
  version: number;
  bytes: number;
  etag: string | null;
  original_filename: string | null;
  duration: number | null;
  pages: number | null;
  /** ms since 1970. */
  uploaded_at: number | null;
  /** Cloudinary's times of change by kind; empty while they are not told. */
  last_updated: Record<string, string>;
  deleted_at: string | null;
  sync_status: string;
  sync_error: string | null;
  in_scope: boolean;
}

/** What the checker reads of the rows. */
export const ROW_COLUMNS =
  "id::text, asset_id, public_id, resource_type, type, folder, display_name, tags, context, metadata, " +
  "version::float8 as version, bytes::float8 as bytes, etag, original_filename, duration, pages, " +
  "(extract(epoch from uploaded_at) * 1000)::float8 as uploaded_at, last_updated, deleted_at::text, sync_status, sync_error, in_scope";

interface Editable {
  public_id: string;
  folder: string;
  display_name: string | null;
  tags: readonly string[];
  context: Readonly<Record<string, unknown>>;
  metadata: Readonly<Record<string, unknown>>;
}

/** @param fixed Folder and title are no units of their own where the name says everything. */
export function unitsOf(editable: Editable, fixed: boolean): Units {
  const units: Units = { public_id: editable.public_id };
  if (!fixed) {
    units.folder = editable.folder;
    units.display_name = editable.display_name;
  }
  for (const tag of editable.tags) units[`tags.${tag}`] = true;
  for (const field of ["context", "metadata"] as const) {
    for (const [key, value] of Object.entries(editable[field])) units[`${field}.${key}`] = value;
  }
  return units;
}

/** The units of an asset in the library. */
export function unitsOfAsset(asset: Asset, fixed: boolean): Units {
  return unitsOf({ ...asset, folder: asset.asset_folder }, fixed);
}

/** The units that differ, with both values. */
export function differing(one: Units, other: Units): [string, unknown, unknown][] {
  const names = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...names].sort()
    .filter((name) => !same(one[name], other[name]))
    .map((name) => [name, one[name], other[name]]);
}

/** Whether two values of a unit are one. */
export function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** Whether a folder is one of those that are mirrored, or inside one; none means all. */
export function isInside(folders: readonly string[], folder: string): boolean {
  return folders.length === 0 ||
    folders.some((one) => folder === one || folder.startsWith(`${one}/`));
}

/** The log holds null where a unit has no value. */
export function sameOrNone(one: unknown, other: unknown): boolean {
  return same(one ?? null, other ?? null);
}
