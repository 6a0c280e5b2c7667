import { admin, type Answer, type Exchange, type Route } from "../http/route.ts";
import { Failure } from "../shapes/failure.ts";
import type { Parameters } from "../shapes/parameters.ts";
import type { UploadPreset } from "../store/uploads.ts";

const NOT_SETTINGS = new Set(["name", "unsigned", "timestamp", "live"]);

/** Upload presets: what unsigned uploads need. */
export const uploadPresetRoutes: readonly Route[] = [
  admin("GET", "/upload_presets", list),
  admin("POST", "/upload_presets", create),
  admin("GET", "/upload_presets/:name", read),
  admin("PUT", "/upload_presets/:name", update),
  admin("DELETE", "/upload_presets/:name", remove),
];

function list({ presets }: Exchange): Answer {
  return { body: { presets: [...presets.values()] } };
}

function create({ random, presets, parameters }: Exchange): Answer {
  const name = parameters.text("name") ?? random.hexadecimal(8);
  if (presets.has(name)) throw new Failure(409, `Upload preset ${name} already exists`);
  const preset = {
    name,
    unsigned: parameters.flag("unsigned"),
    settings: readSettings(parameters),
  };
  presets.set(name, preset);
  return { body: { message: "created", name } };
}

function read(exchange: Exchange): Answer {
  return { body: find(exchange) };
}

function update(exchange: Exchange): Answer {
  const { presets, parameters } = exchange;
  const preset = find(exchange);
  presets.set(preset.name, {
    name: preset.name,
    unsigned: parameters.flag("unsigned", preset.unsigned),
    settings: { ...preset.settings, ...readSettings(parameters) },
  });
  return { body: { message: "updated" } };
}

function remove(exchange: Exchange): Answer {
  const { presets } = exchange;
  presets.delete(find(exchange).name);
  return { body: { message: "deleted" } };
}

function find({ presets, path }: Exchange): UploadPreset {
  const preset = presets.get(path.name!);
  if (preset === undefined) throw new Failure(404, `Can't find upload preset named ${path.name}`);
  return preset;
}

function readSettings(parameters: Parameters): Record<string, unknown> {
  return Object.fromEntries(
    parameters.names().filter((name) => !NOT_SETTINGS.has(name))
      .map((name) => [name, parameters.raw(name)]),
  );
}
