/**
 * Compares a Cloudinary library with the rows that mirror it, field by field. It shares no code with the
 * functions, so that it can prove them wrong.
 */
import { isDeepStrictEqual } from "node:util";

/** An asset as Cloudinary holds it, all fields told: an item of the emulator's `GET /_emulator/state`. */
export type Resource = Record<string, unknown> & { asset_id: string; public_id: string };

/** A live row of `public.media_assets`, with at least the columns {@linkcode comparedColumns}. */
export type AssetRow = Record<string, unknown> & { asset_id: string; public_id: string };

/** One field in which an asset differs; `asset_id` when one side lacks the asset. */
export interface Difference {
  asset_id: string;
  public_id: string;
  field: string;
  cloudinary: unknown;
  database: unknown;
}

/** What a comparison found. */
export interface Comparison {
  /** Empty when both sides are equal. */
  differences: Difference[];
  /**
   * Field → how many rows do not know it although Cloudinary does. Only fields that Cloudinary's listing
   * does not tell can be here; in every other field an unknown value is a difference.
   */
  untold: Record<string, number>;
}

interface Field {
  /** Name of the column. */
  name: string;
  cloudinary: (resource: Resource) => unknown;
  database: (row: AssetRow) => unknown;
  /** The listing does not tell it: a row that holds null or `{}` has not learnt it yet. */
  mayBeUntold: boolean;
}

const fields: Field[] = [
  ...["public_id", "resource_type", "type", "format"].map((name) => field(name)),
  ...["version", "bytes", "width", "height"].map((name) => field(name, { as: toNumber })),
  ...["url", "secure_url", "access_mode"].map((name) => field(name)),
  field("folder", { cloudinary: (resource) => resource.asset_folder }),
  field("display_name"),
  // Their order means nothing.
  field("tags", { as: toSorted }),
  field("context", { cloudinary: (resource) => toRecord(resource.context).custom ?? {} }),
  field("metadata"),
  field("moderation_status", { cloudinary: moderationStatus }),
  field("created_at", { as: toMoment }),
  field("access_control", { database: (row) => toRecord(row.extra).access_control }),
  ...["duration", "pages"].map((name) => field(name, { as: toNumber, mayBeUntold: true })),
  ...["etag", "original_filename"].map((name) => field(name, { mayBeUntold: true })),
  field("uploaded_at", { as: toMoment, mayBeUntold: true }),
  field("last_updated", { as: toMoments, mayBeUntold: true }),
];

/** The columns that a row must have to be compared. */
export const comparedColumns: readonly string[] = [
  "asset_id",
  "extra",
  ...fields.map(({ name }) => name).filter((name) => name !== "access_control"),
];

/**
 * Compares both sides.
 *
 * @param resources Every asset of the library.
 * @param rows Every live row.
 */
export function compareAssets(resources: Resource[], rows: AssetRow[]): Comparison {
  const differences: Difference[] = [];
  const untold: Record<string, number> = {};
  const rowsById = new Map<string, AssetRow>();
  for (const row of rows) {
    const first = rowsById.get(row.asset_id);
    if (first) differences.push(difference(row, "asset_id", "one asset", "more than one row"));
    rowsById.set(row.asset_id, row);
  }
  for (const resource of resources) {
    const row = rowsById.get(resource.asset_id);
    rowsById.delete(resource.asset_id);
    if (!row) {
      differences.push(difference(resource, "asset_id", resource.asset_id, null));
      continue;
    }
    for (const { name, cloudinary, database, mayBeUntold } of fields) {
      const there = cloudinary(resource);
      const here = database(row);
      if (isDeepStrictEqual(there, here)) continue;
      if (mayBeUntold && isEmpty(here)) untold[name] = (untold[name] ?? 0) + 1;
      else differences.push(difference(resource, name, there, here));
    }
  }
  for (const row of rowsById.values()) {
    differences.push(difference(row, "asset_id", null, row.asset_id));
  }
  return { differences, untold };
}

function difference(
  { asset_id, public_id }: { asset_id: string; public_id: string },
  field: string,
  cloudinary: unknown,
  database: unknown,
): Difference {
  return { asset_id, public_id, field, cloudinary, database };
}

function field(
  name: string,
  options: {
    cloudinary?: (resource: Resource) => unknown;
    database?: (row: AssetRow) => unknown;
    as?: (value: unknown) => unknown;
    mayBeUntold?: boolean;
  } = {},
): Field {
  const { as = (value) => value, mayBeUntold = false } = options;
  const normalise = (value: unknown) => value === null || value === undefined ? null : as(value);
  return {
    name,
    cloudinary: (resource) => normalise((options.cloudinary ?? ((all) => all[name]))(resource)),
    database: (row) => normalise((options.database ?? ((all) => all[name]))(row)),
    mayBeUntold,
  };
}

/** The status of the latest moderation. */
function moderationStatus({ moderation }: Resource): unknown {
  const latest: unknown = Array.isArray(moderation) ? moderation.at(-1) : undefined;
  return toRecord(latest).status;
}

/** Postgres drivers hand out bigint as text. */
function toNumber(value: unknown): unknown {
  return Number(value);
}

/** ms since 1970, because both sides write the same moment differently. */
function toSorted(value: unknown): unknown {
  return Array.isArray(value) ? [...value].sort() : value;
}

function toMoment(value: unknown): unknown {
  return value instanceof Date ? value.getTime() : Date.parse(String(value));
}

function toMoments(value: unknown): unknown {
  return Object.fromEntries(
    Object.entries(toRecord(value)).map(([name, time]) => [name, toMoment(time)]),
  );
}

function toRecord(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? value as Record<string, unknown> : {};
}

function isEmpty(value: unknown): boolean {
  return value === null || (typeof value === "object" && Object.keys(toRecord(value)).length === 0);
}
