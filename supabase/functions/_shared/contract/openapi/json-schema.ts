import { z } from "zod";

/** A JSON Schema, as far as it is looked into here. */
export interface JsonSchema {
  [keyword: string]: unknown;
}

const PREFIX = "#/components/schemas/";

/**
 * Schemas as the components of an OpenAPI document; one that is part of another is referred to.
 *
 * @param schemas By their names in the document.
 * @param options `open`: objects may hold more than is named, since later versions may add to them.
 */
export function toComponents(
  schemas: Readonly<Record<string, z.ZodType>>,
  { open }: { open: boolean },
): Record<string, JsonSchema> {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(schemas)) registry.add(schema, { id });
  const { schemas: { __shared: _shared, ...components } } = z.toJSONSchema(registry, {
    uri: (id) => PREFIX + id,
    io: "input",
    unrepresentable: "any",
    override: ({ jsonSchema }) => {
      if (open && jsonSchema.properties !== undefined) delete jsonSchema.additionalProperties;
    },
  });
  return Object.fromEntries(
    Object.entries(components).map(([id, schema]) => [id, tidy(schema) as JsonSchema]),
  );
}

/** The schema of a query's value: of what it stands for, where its text stands for something. */
export function toParameterSchema(schema: z.ZodType): JsonSchema {
  const { description: _description, parameter, ...rest } = tidy(
    z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }),
  ) as JsonSchema;
  return (parameter as JsonSchema | undefined) ?? rest;
}

/** A reference to a component. */
export function referTo(name: string): JsonSchema {
  return { $ref: PREFIX + name };
}

/**
 * Takes away what says nothing to a reader: names of the dialect, patterns beside a format, the bounds of safe integers,
 * keys that may be any text, and the spelt-out definition of "any JSON".
 */
function tidy(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(tidy);
  if (typeof value !== "object" || value === null) return value;
  const schema = value as JsonSchema;
  if (typeof schema.$ref === "string" && schema.$ref.includes("__shared")) return {};
  return Object.fromEntries(
    Object.entries(schema)
      .filter(([key, one]) =>
        !(key === "$schema" || key === "$id" || (key === "pattern" && "format" in schema) ||
          (key === "maximum" && one === Number.MAX_SAFE_INTEGER) ||
          (key === "minimum" && one === Number.MIN_SAFE_INTEGER) ||
          (key === "propertyNames" && JSON.stringify(one) === '{"type":"string"}'))
      )
      .map(([key, one]) => [key, tidy(one)]),
  );
}
