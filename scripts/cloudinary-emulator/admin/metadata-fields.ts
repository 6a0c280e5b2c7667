import { admin, type Answer, type Exchange, type Route } from "../http/route.ts";
import { changeAsset } from "../library/change-asset.ts";
import { badRequest, Failure } from "../shapes/failure.ts";
import type { MetadataField } from "../store/metadata-fields.ts";
import { compareText } from "../store/row.ts";
import {
  describeDatasource,
  describeField,
  readDatasource,
  readField,
  withInactive,
} from "./metadata-definition.ts";

/** Definitions of structured metadata. */
export const metadataFieldRoutes: readonly Route[] = [
  admin("GET", "/metadata_fields", list),
  admin("POST", "/metadata_fields", create),
  admin("PUT", "/metadata_fields/order", reorder),
  admin("GET", "/metadata_fields/:external_id", read),
  admin("PUT", "/metadata_fields/:external_id", update),
  admin("DELETE", "/metadata_fields/:external_id", remove),
  admin("PUT", "/metadata_fields/:external_id/datasource", updateDatasource),
  admin(
    "DELETE",
    "/metadata_fields/:external_id/datasource",
    (exchange) => setEntryState(exchange, "inactive"),
  ),
  admin(
    "POST",
    "/metadata_fields/:external_id/datasource_restore",
    (exchange) => setEntryState(exchange, "active"),
  ),
  admin("POST", "/metadata_fields/:external_id/datasource/order", orderDatasource),
];

function list({ metadataFields }: Exchange): Answer {
  return { body: { metadata_fields: metadataFields.list().map(describeField) } };
}

function read(exchange: Exchange): Answer {
  return { body: describeField(findField(exchange)) };
}

function create({ random, metadataFields, parameters }: Exchange): Answer {
  const field = readField(parameters, `field_${random.hexadecimal(12)}`);
  if (metadataFields.isTaken(field.external_id)) {
    throw badRequest(`external id ${field.external_id} already exists`);
  }
  if (metadataFields.list().some((other) => other.label === field.label)) {
    throw badRequest(`label ${field.label} already exists`);
  }
  metadataFields.set(field);
  return { body: describeField(field) };
}

function update(exchange: Exchange): Answer {
  const { metadataFields, parameters } = exchange;
  const current = findField(exchange);
  const field = readField(parameters, current.external_id, current);
  metadataFields.set(field);
  return { body: describeField(field) };
}

/** Deleting a field takes its values from every asset. */
function remove(exchange: Exchange): Answer {
  const { assets, metadataFields } = exchange;
  const { external_id } = findField(exchange);
  metadataFields.remove(external_id);
  for (const [, row] of [...assets.all.entries()]) {
    if (!Object.hasOwn(row.asset.metadata, external_id)) continue;
    const rest = Object.entries(row.asset.metadata).filter(([id]) => id !== external_id);
    changeAsset(exchange, row, { metadata: Object.fromEntries(rest) });
  }
  return { body: { message: "ok" } };
}

function reorder(exchange: Exchange): Answer {
  const { metadataFields, parameters } = exchange;
  const orderBy = parameters.requiredText("order_by");
  if (!["label", "external_id", "created_at"].includes(orderBy)) {
    throw badRequest(`Invalid order_by ${orderBy}`);
  }
  const sign = parameters.text("direction") === "desc" ? -1 : 1;
  if (orderBy !== "created_at") {
    const key = orderBy as "label" | "external_id";
    metadataFields.reorder((left, right) => compareText(left[key], right[key]) * sign);
  }
  return list(exchange);
}

function updateDatasource(exchange: Exchange): Answer {
  const { parameters } = exchange;
  const field = findField(exchange);
  const changes = readDatasource({ values: parameters.all("values") });
  const values = new Map((field.datasource?.values ?? []).map((value) => [
    value.external_id,
    value,
  ]));
  for (const value of changes.values) values.set(value.external_id, value);
  return saveDatasource(exchange, field, [...values.values()]);
}

function setEntryState(exchange: Exchange, state: "active" | "inactive"): Answer {
  const { parameters } = exchange;
  const field = findField(exchange);
  return saveDatasource(
    exchange,
    field,
    withInactive(field, parameters.texts("external_ids"), state),
  );
}

function orderDatasource(exchange: Exchange): Answer {
  const { parameters } = exchange;
  const field = findField(exchange);
  const sign = parameters.text("direction") === "desc" ? -1 : 1;
  const values = [...field.datasource?.values ?? []]
    .sort((left, right) => compareText(left.value, right.value) * sign);
  return saveDatasource(exchange, field, values);
}

function saveDatasource(
  { metadataFields }: Exchange,
  field: MetadataField,
  values: NonNullable<MetadataField["datasource"]>["values"],
): Answer {
  if (field.datasource === undefined) throw badRequest("The field has no datasource");
  metadataFields.set({ ...field, datasource: { values } });
  return { body: describeDatasource(values) };
}

function findField({ metadataFields, path }: Exchange): MetadataField {
  const field = metadataFields.get(path.external_id!);
  if (field === undefined) {
    throw new Failure(404, `External id ${path.external_id} doesn't exist`);
  }
  return field;
}
