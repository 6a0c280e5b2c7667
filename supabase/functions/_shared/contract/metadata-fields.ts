import { z } from "zod";
import { success } from "./values.ts";

/** The types of structured metadata; a type that is not known is told as text. */
export const METADATA_FIELD_TYPES = ["string", "integer", "date", "enum", "set"] as const;

export const metadataChoice = z.strictObject({
  external_id: z.string().describe("What an asset's value holds."),
  value: z.string().describe("What people read."),
  state: z.enum(["active", "inactive"]).describe(
    "Inactive ones stand where they stand, but cannot be chosen any more.",
  ),
}).describe("One choice of a field.");

export const metadataField = z.strictObject({
  external_id: z.string().describe("Key of the field in an asset's `metadata`."),
  label: z.string().describe("What people read."),
  type: z.enum(METADATA_FIELD_TYPES).describe(
    "What values are: `string` text, `integer` a whole number, `date` a day (`YYYY-MM-DD`), `enum` the external_id of " +
      "a choice, `set` a list of them. A type that is not known is told as `string`.",
  ),
  mandatory: z.boolean().describe("Whether a value can be changed, but not removed."),
  values: z.array(metadataChoice).describe("The choices of an `enum` or `set`; else empty."),
}).describe("The definition of a field of structured metadata.");

export const metadataFieldsAnswer = z.strictObject({
  success,
  metadata_fields: z.array(metadataField).describe("In Cloudinary's order."),
}).describe("The account's fields of structured metadata.");

/** One choice of a field of structured metadata. */
export type MetadataChoice = z.infer<typeof metadataChoice>;
/** The definition of a field of structured metadata. */
export type MetadataField = z.infer<typeof metadataField>;
/** What `GET media-list/metadata-fields` answers. */
export type MetadataFieldsAnswer = z.infer<typeof metadataFieldsAnswer>;
