import type { MetadataValue } from "../store/asset.ts";
import type { MetadataField } from "../store/metadata-fields.ts";

/** Tells whether a value keeps its field's `validation` rule. */
export function isValidFor(field: MetadataField, value: MetadataValue): boolean {
  return field.validation === null || keepsRule(field.validation, value);
}

function keepsRule(rule: Readonly<Record<string, unknown>>, value: MetadataValue): boolean {
  const bound = typeof value === "number" ? Number(rule.value) : String(rule.value);
  switch (rule.type) {
    case "greater_than":
      return value > bound || (rule.equals === true && value === bound);
    case "less_than":
      return value < bound || (rule.equals === true && value === bound);
    case "strlen": {
      const length = String(value).length;
      const minimum = typeof rule.min === "number" ? rule.min : 0;
      const maximum = typeof rule.max === "number" ? rule.max : Infinity;
      return length >= minimum && length <= maximum;
    }
    case "and":
      return Array.isArray(rule.rules) &&
        rule.rules.every((inner) => keepsRule(inner as Record<string, unknown>, value));
    default:
      return true;
  }
}
