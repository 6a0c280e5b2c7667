import { createHash } from "node:crypto";
import { isValidDefault } from "../library/metadata-values.ts";
import { badRequest } from "../shapes/failure.ts";
import type { Parameters } from "../shapes/parameters.ts";
import type { Json } from "../shapes/resource.ts";
import type {
  DatasourceValue,
  MetadataField,
  MetadataFieldType,
} from "../store/metadata-fields.ts";

const TYPES = new Set<string>(["string", "integer", "date", "enum", "set"]);

/**
 * Reads a field's definition, over an existing one when it is an update.
 *
 * @param otherwiseId the external id of a field that names none
 * @throws Failure 400 when the definition is wrong
 */
export function readField(
  parameters: Parameters,
  otherwiseId: string,
  current?: MetadataField,
): MetadataField {
  const type = current?.type ?? parameters.requiredText("type");
  if (!TYPES.has(type)) throw badRequest(`Invalid metadata field type ${type}`);
  const label = parameters.text("label") ?? current?.label;
  if (label === undefined || label === "") throw badRequest("Missing required parameter - label");
  // An update passes over what cannot be changed.
  const external_id = current?.external_id ?? parameters.text("external_id") ?? otherwiseId;
  if (!/^[\w-]{1,255}$/.test(external_id)) throw badRequest("Invalid external_id");
  const hasChoices = type === "enum" || type === "set";
  const given = parameters.raw("datasource");
  const datasource = given === undefined ? current?.datasource : readDatasource(given);
  if (hasChoices && datasource === undefined) {
    throw badRequest("Missing required parameter - datasource");
  }
  const validation = parameters.has("validation")
    ? parameters.raw("validation")
    : current?.validation ?? null;
  if (validation !== null && (typeof validation !== "object" || Array.isArray(validation))) {
    throw badRequest("Invalid validation");
  }
  const isDynamic = parameters.has("allow_dynamic_list_values")
    ? parameters.flag("allow_dynamic_list_values")
    : current?.allow_dynamic_list_values;
  const field: MetadataField = {
    external_id,
    type: type as MetadataFieldType,
    label,
    mandatory: parameters.flag("mandatory", current?.mandatory ?? false),
    default_value: parameters.has("default_value")
      ? parameters.raw("default_value")
      : current?.default_value ?? null,
    validation: validation as MetadataField["validation"],
    ...(hasChoices && datasource !== undefined ? { datasource } : {}),
    ...(hasChoices && isDynamic !== undefined ? { allow_dynamic_list_values: isDynamic } : {}),
    default_disabled: parameters.flag("default_disabled", current?.default_disabled ?? false),
    restrictions: parameters.raw("restrictions") ?? current?.restrictions ?? null,
  };
  if (!isValidDefault(field)) throw badRequest("default_value is invalid");
  return field;
}

/** A definition as the API tells it: without the choices that were taken away. */
export function describeField(field: MetadataField): Json {
  const { datasource, ...rest } = field;
  return datasource === undefined
    ? rest
    : { ...rest, datasource: describeDatasource(datasource.values) };
}

/** The choices of a field as the API tells them. */
export function describeDatasource(values: readonly DatasourceValue[]): Json {
  return {
    values: values.filter(({ state }) => state === "active")
      .map(({ external_id, value }) => ({ external_id, value })),
  };
}

/**
 * Reads a list of choices. One without an external id gets one made from its value.
 *
 * @throws Failure 400 when it is no `{values: [{value, external_id?}]}`
 */
export function readDatasource(given: unknown): { values: DatasourceValue[] } {
  const values = typeof given === "object" && given !== null && "values" in given
    ? given.values
    : undefined;
  if (!Array.isArray(values)) throw badRequest("Invalid datasource");
  return {
    values: values.map((entry: unknown) => {
      if (typeof entry !== "object" || entry === null || !("value" in entry)) {
        throw badRequest("Invalid datasource value");
      }
      const value = String(entry.value);
      const id = "external_id" in entry && entry.external_id
        ? String(entry.external_id)
        : createHash("md5").update(value).digest("hex");
      return { external_id: id, value, state: "active" as const };
    }),
  };
}

/**
 * The choices of a field with some switched on or off.
 *
 * @throws Failure 400 when one does not exist
 */
export function withInactive(
  field: MetadataField,
  externalIds: readonly string[],
  state: "active" | "inactive",
): DatasourceValue[] {
  const values = field.datasource?.values ?? [];
  const missing = externalIds.filter((id) => !values.some((value) => value.external_id === id));
  if (missing.length > 0) throw badRequest(`Datasource entries do not exist: ${missing}`);
  return values.map((value) =>
    externalIds.includes(value.external_id) ? { ...value, state } : value
  );
}
