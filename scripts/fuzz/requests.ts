import fc from "fast-check";
import { z } from "zod";
import {
  mediaDeletion,
  mediaDeletionQuery,
} from "../../supabase/functions/_shared/contract/deletions.ts";
import { mediaEdit, mediaEdits } from "../../supabase/functions/_shared/contract/edits.ts";
import { mediaListQuery } from "../../supabase/functions/_shared/contract/media-list.ts";
import { syncQuery } from "../../supabase/functions/_shared/contract/sync-overview.ts";
import { syncRequest } from "../../supabase/functions/_shared/contract/sync.ts";
import {
  uploadConfirmation,
  uploadRequest,
} from "../../supabase/functions/_shared/contract/uploads.ts";
import { webhookQuery } from "../../supabase/functions/_shared/contract/webhook.ts";
import { type JsonSchema, objectsOf, text } from "./arbitrary.ts";

/** Who makes a request. */
export const ROLES = [
  "nobody",
  "anonymous",
  "viewer",
  "editor",
  "admin",
  "cron",
  "service",
] as const;
export type FuzzRole = typeof ROLES[number];

/** One random request. */
export interface FuzzRequest {
  as: FuzzRole;
  method: string;
  /** Below `/functions/v1/`, with its query. */
  path: string;
  body?: string;
  contentType: string;
}

const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

/**
 * Random requests of every role to every address, from the schemas with which the functions check them.
 *
 * @param known Ids and names that exist, so that some requests reach something.
 */
export function requests(known: readonly string[]): fc.Arbitrary<FuzzRequest> {
  const id = fc.oneof(fc.constantFrom(...known), text).map((one) =>
    encodeURIComponent(one.toWellFormed())
  );
  const bare = (path: string) => fc.constant(path);
  const below = (suffix: string) => id.map((one) => `media-list/${one}${suffix}`);
  const kinds: [number, string, fc.Arbitrary<string>, z.ZodType?, z.ZodType?][] = [
    [8, "GET", bare("media-list"), mediaListQuery],
    [3, "GET", below("")],
    [1, "GET", bare("media-list/metadata-fields")],
    [2, "DELETE", bare("media-list"), mediaDeletionQuery.extend({ public_ids: z.string() })],
    [3, "DELETE", bare("media-list"), undefined, mediaDeletion],
    [3, "PATCH", bare("media-list"), undefined, mediaEdits],
    [5, "PATCH", below(""), undefined, mediaEdit],
    [3, "POST", bare("media-list/uploads"), undefined, uploadRequest],
    [2, "POST", bare("media-list/uploads/confirm"), undefined, uploadConfirmation],
    [2, "POST", below("/restore")],
    [2, "GET", bare("sync"), syncQuery],
    [3, "POST", bare("sync"), undefined, syncRequest],
    [1, "GET", bare("webhook"), webhookQuery],
    [1, "POST", bare("webhook"), undefined, z.looseObject({ notification_type: z.string() })],
    [1, "GET", text.map((one) => encodeURI(one.toWellFormed()))],
  ];
  const ofKind = ([, method, path, query, body]: typeof kinds[number]) =>
    fc.record({
      as: fc.constantFrom<FuzzRole>(...ROLES),
      method: fc.oneof(
        { weight: 12, arbitrary: fc.constant(method) },
        { weight: 1, arbitrary: fc.constantFrom(...METHODS) },
      ),
      path: fc.tuple(path, query === undefined ? fc.constant("") : queriesOf(query, known))
        .map((parts) => parts.join("")),
      body: body === undefined ? fc.constant(undefined) : bodiesOf(body, known),
      contentType: fc.oneof(
        { weight: 12, arbitrary: fc.constant("application/json") },
        { weight: 1, arbitrary: fc.constantFrom("text/plain", "multipart/form-data", "") },
      ),
    }) as fc.Arbitrary<FuzzRequest>;
  return fc.oneof(...kinds.map((kind) => ({ weight: kind[0], arbitrary: ofKind(kind) })));
}

function toJsonSchema(schema: z.ZodType): JsonSchema {
  return z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }) as JsonSchema;
}

function queriesOf(schema: z.ZodType, known: readonly string[]): fc.Arbitrary<string> {
  return objectsOf(toJsonSchema(schema), known).map((fields) => {
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries(fields)) {
      query.append(name, typeof value === "string" ? value : JSON.stringify(value) ?? "");
    }
    return `?${query}`;
  });
}

function bodiesOf(schema: z.ZodType, known: readonly string[]): fc.Arbitrary<string> {
  return fc.oneof(
    {
      weight: 12,
      arbitrary: objectsOf(toJsonSchema(schema), known).map((value) => JSON.stringify(value)),
    },
    { weight: 1, arbitrary: fc.jsonValue().map((value) => JSON.stringify(value)) },
    { weight: 1, arbitrary: text },
  );
}
