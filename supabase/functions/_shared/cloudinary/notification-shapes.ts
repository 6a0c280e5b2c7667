import { isFields } from "./observed-values.ts";
import { isStorableText, storableJson } from "./storable.ts";

/** The shapes in which sources say that notifications deliver their items; each reader accepts all of them. */

type Body = Record<string, unknown>;

/** A non-empty text, or undefined. */
export function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** The texts of a list; anything else is no list. */
export function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}

/**
 * A notification's body as it can be stored: any JSON, of which only an object says something. A name that cannot be
 * stored is left out, for cleaned it would be another one.
 */
export function readBody(received: unknown): Body {
  if (!isFields(received)) return {};
  const body = withStorableNames(received);
  if (isFields(body.resources) || Array.isArray(body.resources)) {
    body.resources = readItems(body).map(withStorableNames);
  }
  return storableJson(body) as Body;
}

function withStorableNames(item: Body): Body {
  const kept = { ...item };
  for (const key of ["asset_id", "public_id", "resource_type", "type"]) {
    if (typeof kept[key] === "string" && !isStorableText(kept[key])) delete kept[key];
  }
  return kept;
}

/** `resources` as a list: it comes as an array, or as a map by public_id. */
export function readItems(body: Body): Body[] {
  const { resources } = body;
  if (Array.isArray(resources)) return resources.filter(isFields);
  if (!isFields(resources)) return [];
  return Object.entries(resources).flatMap(([publicId, item]) =>
    isFields(item) ? [{ public_id: publicId, ...item }] : []
  );
}

/** `[{ name, value }]`, `{ key: value }` or `["key"]` as pairs; a bare key has no value. */
function readPairs(value: unknown): [string, unknown][] {
  if (isFields(value)) return Object.entries(value);
  if (!Array.isArray(value)) return [];
  return value.flatMap((item): [string, unknown][] => {
    if (typeof item === "string") return [[item, undefined]];
    if (!isFields(item)) return [];
    const name = text(item.name) ?? text(item.key);
    return name === undefined ? [] : [[name, item.value]];
  });
}

/** What changed of the context: keys set, keys removed. */
export function readContextDelta(item: Body): { set: Record<string, string>; removed: string[] } {
  const set = Object.fromEntries(
    [...readPairs(item.added), ...readPairs(item.updated)].flatMap(([name, value]) =>
      value === undefined || value === null
        ? []
        : [[name, String(value)] satisfies [string, string]]
    ),
  );
  return { set, removed: readPairs(item.removed).map(([name]) => name) };
}

/**
 * What changed of the structured metadata, which is told in full before and after: what stayed the same may be another's
 * by now, and is no echo of what we sent.
 */
export function readMetadataDelta(item: Body): { set: Record<string, unknown>; removed: string[] } {
  const before = isFields(item.previous_metadata) ? item.previous_metadata : {};
  const after = isFields(item.new_metadata) ? item.new_metadata : {};
  const there = Object.entries(after).filter(([, value]) => value !== null && value !== undefined);
  return {
    set: Object.fromEntries(
      there.filter(([key, value]) => JSON.stringify(value) !== JSON.stringify(before[key])),
    ),
    removed: Object.keys(before).filter((key) => !there.some(([name]) => name === key)),
  };
}
