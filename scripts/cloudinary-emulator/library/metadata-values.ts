import { badRequest } from "../shapes/failure.ts";
import type { MetadataValue } from "../store/asset.ts";
import type { MetadataField, MetadataFieldStore } from "../store/metadata-fields.ts";
import { isValidFor } from "./metadata-validation.ts";

/** Most values that one `set` holds. */
const MAXIMUM_SET_VALUES = 3000;

/**
 * The metadata that results from setting some fields: other fields stay, an empty value clears one.
 *
 * @param clearInvalid clear a field whose new value is invalid, in place of refusing the call
 * @throws Failure 400 when a field does not exist or a value does not fit its field
 */
export function applyMetadata(
  fields: MetadataFieldStore,
  current: Readonly<Record<string, MetadataValue>>,
  pairs: readonly (readonly [string, unknown])[],
  clearInvalid: boolean,
): Record<string, MetadataValue> {
  const unknown = pairs.filter(([id]) => fields.get(id) === undefined)
    .map(([id]) => id);
  if (unknown.length > 0) {
    throw badRequest(`Metadata External IDs do not exist: ${JSON.stringify(unknown)}`);
  }
  const result = new Map<string, MetadataValue>(Object.entries(current));
  for (const [id, given] of pairs) {
    const field = fields.get(id)!;
    const value = isEmpty(given) ? null : readValue(field, given);
    if (value === undefined || (value !== null && !isValidFor(field, value))) {
      if (!clearInvalid) {
        throw badRequest(`Invalid value for metadata field ${id}: ${JSON.stringify(given)}`);
      }
      result.delete(id);
    } else if (value === null) {
      if (field.mandatory) throw badRequest(`Metadata field ${id} is mandatory`);
      result.delete(id);
    } else {
      result.set(id, value);
    }
  }
  return Object.fromEntries(result);
}

/**
 * The metadata of a new asset: defaults first, then what the upload sets.
 *
 * @throws Failure 400 when a mandatory field stays empty
 */
export function initialMetadata(
  fields: MetadataFieldStore,
  pairs: readonly (readonly [string, unknown])[],
  clearInvalid: boolean,
): Record<string, MetadataValue> {
  const defaults: [string, MetadataValue][] = fields.list()
    .filter((field) => !isEmpty(field.default_value))
    .map((field) => [field.external_id, field.default_value as MetadataValue]);
  const metadata = applyMetadata(fields, Object.fromEntries(defaults), pairs, clearInvalid);
  const missing = fields.list()
    .filter((field) => field.mandatory && !Object.hasOwn(metadata, field.external_id))
    .map((field) => field.external_id);
  if (missing.length > 0) {
    throw badRequest(`Missing mandatory metadata fields: ${JSON.stringify(missing)}`);
  }
  return metadata;
}

/** Tells whether a field's `default_value` fits its type, its choices and its rule. */
export function isValidDefault(field: MetadataField): boolean {
  if (isEmpty(field.default_value)) return true;
  const value = readValue(field, field.default_value);
  return value !== undefined && isValidFor(field, value);
}

function isEmpty(value: unknown): boolean {
  return value === null || value === undefined || value === "" ||
    (Array.isArray(value) && value.length === 0) || value === "[]";
}

/** A value in its field's type; undefined when it does not fit. */
function readValue(field: MetadataField, given: unknown): MetadataValue | undefined {
  switch (field.type) {
    case "integer":
      return /^-?\d{1,15}$/.test(String(given)) ? Number(given) : undefined;
    case "date":
      return readDateValue(String(given));
    case "enum":
      return findActive(field, String(given));
    case "set":
      return readSet(field, given);
    case "string":
      return typeof given === "object" ? undefined : String(given);
  }
}

function readDateValue(text: string): string | undefined {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return undefined;
  const time = Date.parse(`${text}T00:00:00Z`);
  // Date.parse rolls impossible days over: the way back must give the same text.
  if (Number.isNaN(time) || new Date(time).toISOString().slice(0, 10) !== text) return undefined;
  return text;
}

function readSet(field: MetadataField, given: unknown): readonly string[] | undefined {
  let list = given;
  if (typeof given === "string") {
    try {
      list = JSON.parse(given);
    } catch {
      return undefined;
    }
  }
  if (!Array.isArray(list) || list.length > MAXIMUM_SET_VALUES) return undefined;
  const ids = [...new Set(list.map(String))];
  return ids.every((id) => findActive(field, id) !== undefined) ? ids : undefined;
}

function findActive(field: MetadataField, id: string): string | undefined {
  return field.datasource?.values.find((value) =>
    value.external_id === id && value.state === "active"
  )?.external_id;
}
