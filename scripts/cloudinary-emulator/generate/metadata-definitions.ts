import type { MetadataField } from "../store/metadata-fields.ts";

function define(
  external_id: string,
  type: MetadataField["type"],
  label: string,
  values?: readonly string[],
): MetadataField {
  return {
    external_id,
    type,
    label,
    mandatory: false,
    default_value: null,
    validation: null,
    ...(values === undefined ? {} : {
      datasource: {
        values: values.map((value) => ({ external_id: value, value, state: "active" as const })),
      },
    }),
    default_disabled: false,
    restrictions: null,
  };
}

/** One metadata field of each type: what a generated library uses. */
export const METADATA_DEFINITIONS: readonly MetadataField[] = [
  define("photographer", "string", "Photographer"),
  define("rating", "integer", "Rating"),
  define("shot_on", "date", "Shot on"),
  define("licence", "enum", "Licence", ["owned", "stock", "editorial"]),
  define("channels", "set", "Channels", ["web", "print", "social", "outdoor"]),
];
