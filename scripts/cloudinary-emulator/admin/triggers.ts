import { admin, type Answer, type Exchange, type Route } from "../http/route.ts";
import { badRequest, Failure } from "../shapes/failure.ts";
import { offsetTime } from "../shapes/times.ts";
import type { Trigger } from "../store/triggers.ts";

/** URLs that one environment may register. */
const MAXIMUM_TRIGGERS = 30;

const EVENT_TYPES = new Set(
  ("all access_control_changed bulk_refresh_auto_fetch create_folder delete delete_by_token " +
    "delete_folder eager error explode generate_archive info invalidate_custom_cdn moderation " +
    "moderation_summary move move_or_rename_asset_folder multi proof_status_changed publish rename " +
    "report related_assets resource_context_changed resource_display_name_changed " +
    "resource_metadata_changed resource_tags_changed restore_asset_version sprite upload").split(
      " ",
    ),
);

/** Registration of webhooks. */
export const triggerRoutes: readonly Route[] = [
  admin("GET", "/triggers", listTriggers),
  admin("POST", "/triggers", createTrigger),
  admin("PUT", "/triggers/:id", updateTrigger),
  admin("DELETE", "/triggers/:id", deleteTrigger),
  admin("POST", "/triggers/:id/test", testTrigger),
];

function listTriggers(exchange: Exchange): Answer {
  const { triggers, parameters } = exchange;
  const eventType = parameters.text("event_type");
  const chosen = triggers.list()
    .filter((trigger) => eventType === undefined || trigger.event_type === eventType)
    .map((trigger) => describeTrigger(exchange, trigger));
  return { body: { triggers: chosen } };
}

function createTrigger(exchange: Exchange): Answer {
  const { triggers, parameters } = exchange;
  const uri = readUri(parameters.requiredText("uri"));
  const event_type = parameters.requiredText("event_type");
  if (!EVENT_TYPES.has(event_type)) throw badRequest(`Invalid event_type ${event_type}`);
  const uri_type = parameters.text("uri_type") ?? "webhook";
  if (!["webhook", "flow", "poll"].includes(uri_type)) throw badRequest("Invalid uri_type");
  if (triggers.list().some((held) => held.uri === uri && held.event_type === event_type)) {
    throw new Failure(409, "Trigger already exists");
  }
  if (triggers.list().length >= MAXIMUM_TRIGGERS) throw badRequest("Too many triggers");
  const additive = parameters.flag("additive");
  const trigger = triggers.create({ uri, event_type, uri_type, additive });
  return { body: describeTrigger(exchange, trigger) };
}

function updateTrigger({ triggers, path, parameters }: Exchange): Answer {
  const uri = readUri(parameters.requiredText("new_uri"));
  if (!triggers.update(path.id!, uri)) throw triggerNotFound(path.id!);
  return { body: { message: "ok" } };
}

function deleteTrigger({ triggers, path }: Exchange): Answer {
  if (!triggers.remove(path.id!)) throw triggerNotFound(path.id!);
  return { body: { message: "ok" } };
}

function testTrigger({ triggers, path }: Exchange): Answer {
  const trigger = triggers.get(path.id!);
  if (trigger === undefined) throw triggerNotFound(path.id!);
  return { body: { trigger_id: trigger.id, filter_present: false, filter_result: true } };
}

function triggerNotFound(id: string): Failure {
  return new Failure(404, `Trigger not found - ${id}`);
}

function readUri(uri: string): string {
  if (!URL.canParse(uri) || !/^(https?|poll):/.test(uri)) throw badRequest("Invalid uri");
  return uri;
}

function describeTrigger({ account }: Exchange, trigger: Trigger): unknown {
  return {
    id: trigger.id,
    product_environment_id: account.cloudName,
    uri_type: trigger.uri_type,
    uri: trigger.uri,
    event_type: trigger.event_type,
    additive: trigger.additive,
    created_at: offsetTime(trigger.created_at),
    updated_at: offsetTime(trigger.updated_at),
  };
}
