import { badRequest, Failure } from "../http/failure.ts";
import type { Answer, Exchange, Route } from "../http/route.ts";
import { changeAsset } from "../library/change-asset.ts";
import type { MetadataField } from "../store/metadata-fields.ts";
import { compareText } from "../store/row.ts";
import type { World } from "../world.ts";
import {
  describeDatasource,
  describeField,
  readDatasource,
  readField,
  withInactive,
} from "./metadata-definition.ts";

/** Definitions of structured metadata. */
export const metadataFieldRoutes: readonly Route[] = [
  { method: "GET", pattern: "/metadata_fields", api: "admin", handle: list },
  { method: "POST", pattern: "/metadata_fields", api: "admin", handle: create },
  { method: "PUT", pattern: "/metadata_fields/order", api: "admin", handle: reorder },
  { method: "GET", pattern: "/metadata_fields/:external_id", api: "admin", handle: read },
  { method: "PUT", pattern: "/metadata_fields/:external_id", api: "admin", handle: update },
  { method: "DELETE", pattern: "/metadata_fields/:external_id", api: "admin", handle: remove },
  {
    method: "PUT",
    pattern: "/metadata_fields/:external_id/datasource",
    api: "admin",
    handle: updateDatasource,
  },
  {
    method: "DELETE",
    pattern: "/metadata_fields/:external_id/datasource",
    api: "admin",
    handle: (exchange) => setEntryState(exchange, "inactive"),
  },
  {
    method: "POST",
    pattern: "/metadata_fields/:external_id/datasource_restore",
    api: "admin",
    handle: (exchange) => setEntryState(exchange, "active"),
  },
  {
    method: "POST",
    pattern: "/metadata_fields/:external_id/datasource/order",
    api: "admin",
    handle: orderDatasource,
  },
];

function list({ world }: Exchange): Answer {
  return { body: { metadata_fields: world.metadataFields.list().map(describeField) } };
}

function read({ world, path }: Exchange): Answer {
  return { body: describeField(findField(world, path.external_id!)) };
}

function create({ world, parameters }: Exchange): Answer {
  const field = readField(parameters, `field_${world.random.hexadecimal(12)}`);
  if (world.metadataFields.isTaken(field.external_id)) {
    throw badRequest(`external id ${field.external_id} already exists`);
  }
  if (world.metadataFields.list().some((other) => other.label === field.label)) {
    throw badRequest(`label ${field.label} already exists`);
  }
  world.metadataFields.set(field);
  return { body: describeField(field) };
}

function update({ world, path, parameters }: Exchange): Answer {
  const current = findField(world, path.external_id!);
  const field = readField(parameters, current.external_id, current);
  world.metadataFields.set(field);
  return { body: describeField(field) };
}

/** Deleting a field takes its values from every asset. */
function remove({ world, path }: Exchange): Answer {
  const { external_id } = findField(world, path.external_id!);
  world.metadataFields.remove(external_id);
  for (const [, row] of [...world.assets.all.entries()]) {
    if (!Object.hasOwn(row.asset.metadata, external_id)) continue;
    const rest = Object.entries(row.asset.metadata).filter(([id]) => id !== external_id);
    changeAsset(world, row, { metadata: Object.fromEntries(rest) });
  }
  return { body: { message: "ok" } };
}

function reorder({ world, parameters }: Exchange): Answer {
  const orderBy = parameters.requiredText("order_by");
  if (!["label", "external_id", "created_at"].includes(orderBy)) {
    throw badRequest(`Invalid order_by ${orderBy}`);
  }
  const sign = parameters.text("direction") === "desc" ? -1 : 1;
  if (orderBy !== "created_at") {
    const key = orderBy as "label" | "external_id";
    world.metadataFields.reorder((left, right) => compareText(left[key], right[key]) * sign);
  }
  return list({ world } as Exchange);
}

function updateDatasource({ world, path, parameters }: Exchange): Answer {
  const field = findField(world, path.external_id!);
  const changes = readDatasource({ values: parameters.all("values") });
  const values = new Map((field.datasource?.values ?? []).map((value) => [
    value.external_id,
    value,
  ]));
  for (const value of changes.values) values.set(value.external_id, value);
  return saveDatasource(world, field, [...values.values()]);
}

function setEntryState(
  { world, path, parameters }: Exchange,
  state: "active" | "inactive",
): Answer {
  const field = findField(world, path.external_id!);
  return saveDatasource(world, field, withInactive(field, parameters.texts("external_ids"), state));
}

function orderDatasource({ world, path, parameters }: Exchange): Answer {
  const field = findField(world, path.external_id!);
  const sign = parameters.text("direction") === "desc" ? -1 : 1;
  const values = [...field.datasource?.values ?? []]
    .sort((left, right) => compareText(left.value, right.value) * sign);
  return saveDatasource(world, field, values);
}

function saveDatasource(
  world: World,
  field: MetadataField,
  values: NonNullable<MetadataField["datasource"]>["values"],
): Answer {
  if (field.datasource === undefined) throw badRequest("The field has no datasource");
  world.metadataFields.set({ ...field, datasource: { values } });
  return { body: describeDatasource(values) };
}

function findField(world: World, externalId: string): MetadataField {
  const field = world.metadataFields.get(externalId);
  if (field === undefined) {
    throw new Failure(404, `External id ${externalId} doesn't exist`);
  }
  return field;
}
