import { type Answer, causeOf, type Exchange } from "../http/route.ts";
import { notifyUpload } from "../notifications/events.ts";
import { Parameters } from "../shapes/parameters.ts";
import type { Json } from "../shapes/resource.ts";
import { describeUpload } from "../shapes/upload-response.ts";
import { takeChunk } from "./chunks.ts";
import { makeEager } from "./eager.ts";
import { readFile } from "./read-file.ts";
import { type PreparedUpload, prepareUpload, storeUpload } from "./store-upload.ts";

/** How long an `async` upload takes, ms. */
const ASYNC_DELAY_MS = 20;

/** `POST /:resource_type/upload`. */
export async function upload(exchange: Exchange): Promise<Answer> {
  const { timers, random, caller } = exchange;
  const file = await readFile(timers, exchange.parameters);
  const parameters = withPreset(exchange);
  const chunk = takeChunk(exchange, file);
  if (typeof chunk === "number") {
    return { body: { done: false, bytes: chunk, kind: "upload", type: "upload" } };
  }
  const prepared = prepareUpload(exchange, parameters, chunk ?? file);
  if (parameters.flag("async")) {
    const batch_id = random.hexadecimal(32);
    timers.after(ASYNC_DELAY_MS, () => {
      finish(exchange, parameters, prepared, { batch_id });
    });
    return {
      body: {
        status: "pending",
        resource_type: prepared.probe.resource_type,
        type: prepared.type,
        public_id: prepared.naming.public_id,
        batch_id,
      },
    };
  }
  const { body } = finish(exchange, parameters, prepared, {});
  return { body: { ...body, api_key: caller.api_key } };
}

function finish(
  exchange: Exchange,
  parameters: Parameters,
  prepared: PreparedUpload,
  members: Json,
): { body: Json } {
  const { caller } = exchange;
  const cause = causeOf({ ...exchange, parameters });
  const { asset, outcome } = storeUpload(exchange, prepared);
  const extra: Json = { ...members };
  if (outcome === "overwritten") extra.overwritten = true;
  if (outcome === "existing") extra.existing = true;
  const eager = makeEager(exchange, cause, asset, parameters);
  if (outcome !== "existing") notifyUpload(exchange, cause, asset, { ...extra, ...eager });
  return { body: { ...describeUpload(exchange, asset, caller.api_key), ...extra, ...eager } };
}

/** The call's parameters over those of its preset. */
function withPreset({ presets, parameters }: Exchange): Parameters {
  const preset = presets.get(parameters.text("upload_preset") ?? "");
  if (preset === undefined) return parameters;
  const merged = new Parameters();
  for (const [name, value] of Object.entries(preset.settings)) {
    if (!parameters.has(name)) merged.add(name, value);
  }
  for (const name of parameters.names()) {
    for (const value of parameters.all(name)) merged.add(name, value);
  }
  return merged;
}
