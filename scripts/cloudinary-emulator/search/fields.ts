import type { Asset, MetadataValue } from "../store/asset.ts";
import { lastPart } from "../store/folder-store.ts";

/** A value of a search field; lists match when any of their elements does. */
export type FieldValue = string | number | readonly string[] | undefined;

/** How a field compares: folders and dates have rules of their own. */
export type FieldKind = "text" | "keyword" | "folder" | "number" | "date" | "list";

/** A searchable field. */
export interface Field {
  readonly kind: FieldKind;
  readonly read: (asset: Asset) => FieldValue;
}

const of = (kind: FieldKind) => (read: Field["read"]): Field => ({ kind, read });
const [text, keyword, number, date] = [of("text"), of("keyword"), of("number"), of("date")];

const FIELDS: Readonly<Record<string, Field>> = {
  asset_id: keyword((asset) => asset.asset_id),
  public_id: text((asset) => asset.public_id),
  display_name: text((asset) => asset.display_name),
  filename: text((asset) => lastPart(asset.public_id)),
  original_filename: text((asset) => asset.original_filename),
  asset_folder: { kind: "folder", read: (asset) => asset.asset_folder },
  folder: { kind: "folder", read: (asset) => asset.asset_folder },
  resource_type: keyword((asset) => asset.resource_type),
  type: keyword((asset) => asset.type),
  format: keyword((asset) => asset.format),
  etag: keyword((asset) => asset.etag),
  access_mode: keyword((asset) => asset.access_mode),
  moderation_status: keyword((asset) => asset.moderation.at(-1)?.status),
  moderation_kind: keyword((asset) => asset.moderation.at(-1)?.kind),
  tags: { kind: "list", read: (asset) => asset.tags },
  context: { kind: "list", read: (asset) => Object.keys(asset.context) },
  bytes: number((asset) => asset.bytes),
  width: number((asset) => asset.width),
  height: number((asset) => asset.height),
  duration: number((asset) => asset.duration),
  pages: number((asset) => asset.pages),
  version: number((asset) => asset.version),
  pixels: number((asset) =>
    asset.width === undefined || asset.height === undefined ? undefined : asset.width * asset.height
  ),
  aspect_ratio: number((asset) =>
    asset.width === undefined || asset.height === undefined ? undefined : asset.width / asset.height
  ),
  created_at: date((asset) => asset.created_at),
  uploaded_at: date((asset) => asset.uploaded_at),
  "last_updated.updated_at": date((asset) => asset.last_updated.updated_at),
  "last_updated.tags_updated_at": date((asset) => asset.last_updated.tags_updated_at),
  "last_updated.context_updated_at": date((asset) => asset.last_updated.context_updated_at),
  "last_updated.metadata_updated_at": date((asset) => asset.last_updated.metadata_updated_at),
  "last_updated.public_id_updated_at": date((asset) => asset.last_updated.public_id_updated_at),
  "last_updated.access_control_updated_at": date((asset) =>
    asset.last_updated.access_control_updated_at
  ),
};

/** Finds a field by its name in an expression or a sort; undefined for a field that does not exist. */
export function findField(name: string): Field | undefined {
  if (Object.hasOwn(FIELDS, name)) return FIELDS[name];
  if (name.startsWith("context.")) {
    const key = name.slice("context.".length);
    return text((asset) => Object.hasOwn(asset.context, key) ? asset.context[key] : undefined);
  }
  if (name.startsWith("metadata.")) {
    const key = name.slice("metadata.".length);
    const read = (asset: Asset): MetadataValue | undefined =>
      Object.hasOwn(asset.metadata, key) ? asset.metadata[key] : undefined;
    return { kind: "text", read };
  }
  return undefined;
}
