import fc from "fast-check";

/** The part of JSON Schema that zod's schemas of requests come to. */
export interface JsonSchema {
  type?: string | string[];
  enum?: unknown[];
  const?: unknown;
  format?: string;
  properties?: Record<string, JsonSchema>;
  items?: JsonSchema;
  additionalProperties?: JsonSchema | boolean;
  anyOf?: JsonSchema[];
  minimum?: number;
  maximum?: number;
  default?: unknown;
}

/** Texts that have broken something somewhere. */
const HOSTILE = [
  ...["", " ", "0", "-1", "1e9", "99999999999999999999", "NaN", "null", "undefined", "true"],
  ...["' or 1=1 --", "%", "_", "\\", "\\%", '"', "`", "{}", "{a,b}", ",", ",,a", "a,b", "$1", "$$"],
  ...["\u0000", "\ud800", "\u202e", "\ufeff", "🎈", "مدينة", "é", "e\u0301", "\r\n", "a\nb", "\t"],
  ...["2026-02-31", "0000-01-01", "infinity", "-infinity", "2026-01-01T00:00:00+99:99", "now"],
  ...["../../etc/passwd", "/", "a//b", "http://169.254.169.254/", "<script>", "${7*7}", "{{7*7}}"],
  ...["toString", "constructor", "__proto__", "x".repeat(300), "x".repeat(3_000), "é".repeat(255)],
  ...["00000000-0000-0000-0000-000000000000", "a&b=c", "a?b#c", "*", "(", "[", "a|b", "a=b"],
];

/** Any text, hostile or random. */
export const text = fc.oneof(
  { weight: 2, arbitrary: fc.constantFrom(...HOSTILE) },
  { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 40 }) },
);

/**
 * Values of a schema: mostly such as fit, sometimes such as do not.
 *
 * @param known Values that mean something where a UUID or a text is asked for.
 */
export function valuesOf(schema: JsonSchema, known: readonly string[]): fc.Arbitrary<unknown> {
  return fc.oneof(
    { weight: 6, arbitrary: fitting(schema, known) },
    { weight: 1, arbitrary: text as fc.Arbitrary<unknown> },
    { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 2 }) as fc.Arbitrary<unknown> },
  );
}

function fitting(schema: JsonSchema, known: readonly string[]): fc.Arbitrary<unknown> {
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  if (schema.anyOf !== undefined) {
    return fc.oneof(...schema.anyOf.map((one) => fitting(one, known)));
  }
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type;
  switch (type) {
    case "boolean":
      return fc.boolean();
    case "null":
      return fc.constant(null);
    case "integer":
    case "number": {
      const { minimum = -10, maximum = 1_000 } = schema;
      return fc.constantFrom(minimum, minimum - 1, maximum, maximum + 1, 0, 1, 50, 0.5, 1e21);
    }
    case "array":
      return fc.array(valuesOf(schema.items ?? {}, known), { maxLength: 4 });
    case "object":
      return objectsOf(schema, known);
    default:
      return fc.oneof(fc.constantFrom(...known), text);
  }
}

/** Objects of a schema with any of its fields, and now and then one that it does not know. */
export function objectsOf(
  schema: JsonSchema,
  known: readonly string[],
): fc.Arbitrary<Record<string, unknown>> {
  const fields = Object.entries(schema.properties ?? {});
  const more = typeof schema.additionalProperties === "object" ? schema.additionalProperties : {};
  const free = fc.dictionary(text, valuesOf(more, known), { maxKeys: 2 });
  if (fields.length === 0) return free;
  const listed = fc.subarray(fields, { maxLength: Math.min(6, fields.length) }).chain((picked) =>
    fc.tuple(...picked.map(([name, field]) => fc.tuple(fc.constant(name), valuesOf(field, known))))
  ).map((entries) => Object.fromEntries(entries) as Record<string, unknown>);
  return fc.oneof(
    { weight: 9, arbitrary: listed },
    {
      weight: 1,
      arbitrary: fc.tuple(listed, free).map(([one, other]) => ({ ...one, ...other })),
    },
  );
}
