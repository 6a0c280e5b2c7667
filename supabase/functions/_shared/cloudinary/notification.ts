import {
  hasAssetId,
  isPlaceholder,
  normaliseFolder,
  type Observation,
  toObservation,
} from "./observation.ts";
import { toTime } from "./observed-values.ts";
import {
  readBody,
  readContextDelta,
  readItems,
  readMetadataDelta,
  text,
  texts,
} from "./notification-shapes.ts";

/** Changes of editable fields, in the form in which they are also sent: deltas for sets and keys, values for the rest. */
export interface NotifiedFields {
  tags?: { added: string[]; removed: string[] };
  context?: { set: Record<string, string>; removed: string[] };
  metadata?: { set: Record<string, unknown>; removed: string[] };
  display_name?: string;
  folder?: string;
  public_id?: string;
}

/** Which asset an effect is about: by asset_id, or where an old notification lacks it, by name. */
interface Subject {
  asset_id?: string;
  public_id?: string;
  resource_type?: string;
  type?: string;
}

/** What a notification says about one asset or folder. */
export type Effect =
  | { kind: "observe"; asset_id: string; observation: Observation }
  | Subject & {
    kind: "delta";
    fields: NotifiedFields;
    /** What Cloudinary alone decides, as far as told. */
    observation?: Partial<Observation>;
    /** The rest of the asset changed as well and must be fetched. */
    incomplete?: boolean;
    /** Somebody changed it in the console: it is no write of ours. */
    by_person?: boolean;
  }
  | Subject & { kind: "delete" | "refresh" }
  | { kind: "folder"; from: string; to: string };

/** A notification in our own words. */
export interface Notification {
  type: string;
  /** When the change happened, by Cloudinary's clock, RFC 3339; null where it is not told. */
  triggeredAt: string | null;
  /** Name of the API key that signed. */
  signatureKey: string | null;
  effects: Effect[];
}

type Body = Record<string, unknown>;
interface Context {
  triggered_at?: unknown;
  triggered_by?: { source?: unknown } | null;
}
type Reader = (body: Body) => Effect[];

const NOTHING_ASKED = { tags: false, context: false, metadata: false };

/** Types whose resources carry changes; each accepts arrays and maps, since sources disagree which comes. */
const READERS: Record<string, Reader> = {
  upload: (body) => {
    const observation = toObservation(body, { asked: NOTHING_ASKED });
    // Old notifications lack the asset_id: a row of that name is looked up. A look-up also tells who is to be set aside.
    if (!hasAssetId(body) || observation.unstorable !== undefined) return [refreshOf(body)];
    return [{ kind: "observe", asset_id: observation.asset_id, observation }];
  },
  delete: (body) => readItems(body).map((item) => ({ kind: "delete", ...subjectOf(item) })),
  rename: (body) => {
    const to = text(body.to_public_id);
    if (to === undefined) return [];
    const subject = subjectOf({ ...body, public_id: body.from_public_id });
    // The new address and, with another delivery type, everything else is left to a look-up.
    return [{ kind: "delta", ...subject, fields: { public_id: to }, incomplete: true }];
  },
  resource_tags_changed: (body) =>
    readItems(body).map((item) => {
      const updated = texts(item.updated);
      const tags = { added: [...texts(item.added), ...updated], removed: texts(item.removed) };
      return {
        kind: "delta",
        ...subjectOf(item),
        fields: { tags },
        // No source tells what an updated tag is.
        ...(updated.length > 0 ? { incomplete: true } : {}),
      };
    }),
  resource_context_changed: (body) =>
    readItems(body).map((item) => ({
      kind: "delta",
      ...subjectOf(item),
      fields: { context: readContextDelta(item) },
    })),
  resource_metadata_changed: (body) =>
    readItems(body).map((item) => ({
      kind: "delta",
      ...subjectOf(item),
      fields: { metadata: readMetadataDelta(item) },
    })),
  resource_display_name_changed: (body) =>
    readItems(body).flatMap((item) => {
      const name = text(item.new_display_name);
      return name === undefined
        ? []
        : [{ kind: "delta" as const, ...subjectOf(item), fields: { display_name: name } }];
    }),
  move: (body) =>
    readItems(body).map((item) => {
      const folder = item.to_asset_folder;
      // Fixed-folder clouds name other keys, and there a move is a rename: only a look-up tells it in full.
      return typeof folder === "string"
        ? { kind: "delta", ...subjectOf(item), fields: { folder: normaliseFolder(folder) } }
        : refreshOf(item);
    }),
  move_or_rename_asset_folder: (body) => {
    const [from, to] = [text(body.from_path), text(body.to_path)];
    const failed = /fail|error/i.test(text(body.status) ?? "");
    return from === undefined || to === undefined || failed
      ? []
      : [{ kind: "folder", from: normaliseFolder(from), to: normaliseFolder(to) }];
  },
  access_control_changed: (body) =>
    readItems(body).map((item) => ({
      kind: "delta",
      ...subjectOf(item),
      fields: {},
      observation: { extra: { access_control: item.new_access_control ?? null } },
    })),
  moderation: (body) => {
    const status = text(body.moderation_status);
    if (status === undefined) return [refreshOf(body)];
    // The payload rests on hearsay, so that a look-up follows.
    return [{
      kind: "delta",
      ...subjectOf(body),
      fields: {},
      observation: { moderation_status: status },
      incomplete: true,
    }];
  },
};

/** Types that change nothing that is mirrored here. */
const IRRELEVANT = new Set([
  ...[
    "create_folder",
    "delete_folder",
    "eager",
    "related_assets",
    "explode",
    "multi",
    "sprite",
    "report",
  ],
  ...[
    "generate_archive",
    "proof_status_changed",
    "invalidate_custom_cdn",
    "bulk_refresh_auto_fetch",
  ],
  ...["moderation_summary", "info"],
]);

/** Every notification type that is worth registering for. */
export const NOTIFICATION_TYPES: readonly string[] = Object.keys(READERS);

/** Longer names are none of Cloudinary's, and nothing that could be looked up. */
const LONGEST = { type: 100, signatureKey: 255, publicId: 1_000 };

/**
 * Reads a notification of any type, in either shape that sources give for it. What comes of it can be stored, whatever
 * stands in the body.
 *
 * A type that is not known here is read as "something happened to the assets it names".
 *
 * @param received The parsed body: any JSON.
 */
export function readNotification(received: unknown): Notification {
  const body = readBody(received);
  const type = text(body.notification_type)?.slice(0, LONGEST.type) ?? "unknown";
  const context = body.notification_context as Context | null | undefined;
  // What calls of the API cause, ours among them, comes with the source "api".
  const isByPerson = context?.triggered_by?.source === "ui";
  // Own keys alone: a type may be called like a member that every object inherits.
  const reader = Object.hasOwn(READERS, type) ? READERS[type] : undefined;
  // A placeholder stands for a deleted asset; whether it still does, a look-up tells.
  const items = readItems(body);
  const placeholders = items.filter(isPlaceholder);
  const told = placeholders.length === 0
    ? body
    : { ...body, resources: items.filter((item) => !isPlaceholder(item)) };
  const read = isPlaceholder(body)
    ? [refreshOf(body)]
    : reader?.(told) ?? (IRRELEVANT.has(type) ? [] : [told, ...readItems(told)].map(refreshOf));
  const effects = [...read, ...placeholders.map(refreshOf)];
  return {
    type,
    triggeredAt: time(context?.triggered_at) ?? time(body.timestamp),
    signatureKey: text(body.signature_key)?.slice(0, LONGEST.signatureKey) ?? null,
    effects: effects.filter((effect) =>
      effect.kind === "folder" || effect.asset_id !== undefined ||
      ("public_id" in effect && effect.public_id !== undefined)
    ).map((effect) =>
      isByPerson && effect.kind === "delta" ? { ...effect, by_person: true } : effect
    ),
  };
}

function refreshOf(item: Body): Effect {
  return { kind: "refresh", ...subjectOf(item) };
}

function subjectOf(item: Body): Subject {
  const subject: Subject = {};
  if (hasAssetId(item)) subject.asset_id = item.asset_id;
  for (const key of ["public_id", "resource_type", "type"] as const) {
    const value = text(item[key]);
    if (value !== undefined && value.length <= LONGEST.publicId) subject[key] = value;
  }
  return subject;
}

/** Times of notifications order them, so that no digit of a second is lost. */
const PRECISE_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/;

function time(value: unknown): string | null {
  const told = text(value) ?? "";
  const known = toTime(told);
  return known !== null && PRECISE_TIME.test(told) ? told : known;
}
