import { Failure } from "../http/failure.ts";
import type { Parameters } from "../http/parameters.ts";
import type { Answer, Exchange, Route } from "../http/route.ts";

/** A named set of upload options. */
export interface UploadPreset {
  readonly name: string;
  readonly unsigned: boolean;
  readonly settings: Readonly<Record<string, unknown>>;
}

const NOT_SETTINGS = new Set(["name", "unsigned", "timestamp", "live"]);

/** Upload presets: what unsigned uploads need. */
export const uploadPresetRoutes: readonly Route[] = [
  { method: "GET", pattern: "/upload_presets", api: "admin", handle: list },
  { method: "POST", pattern: "/upload_presets", api: "admin", handle: create },
  { method: "GET", pattern: "/upload_presets/:name", api: "admin", handle: read },
  { method: "PUT", pattern: "/upload_presets/:name", api: "admin", handle: update },
  { method: "DELETE", pattern: "/upload_presets/:name", api: "admin", handle: remove },
];

function list({ world }: Exchange): Answer {
  return { body: { presets: [...world.presets.values()] } };
}

function create({ world, parameters }: Exchange): Answer {
  const name = parameters.text("name") ?? world.random.hexadecimal(8);
  if (world.presets.has(name)) throw new Failure(409, `Upload preset ${name} already exists`);
  const preset = {
    name,
    unsigned: parameters.flag("unsigned"),
    settings: readSettings(parameters),
  };
  world.presets.set(name, preset);
  return { body: { message: "created", name } };
}

function read(exchange: Exchange): Answer {
  return { body: find(exchange) };
}

function update(exchange: Exchange): Answer {
  const { world, parameters } = exchange;
  const preset = find(exchange);
  world.presets.set(preset.name, {
    name: preset.name,
    unsigned: parameters.flag("unsigned", preset.unsigned),
    settings: { ...preset.settings, ...readSettings(parameters) },
  });
  return { body: { message: "updated" } };
}

function remove(exchange: Exchange): Answer {
  exchange.world.presets.delete(find(exchange).name);
  return { body: { message: "deleted" } };
}

function find({ world, path }: Exchange): UploadPreset {
  const preset = world.presets.get(path.name!);
  if (preset === undefined) throw new Failure(404, `Can't find upload preset named ${path.name}`);
  return preset;
}

function readSettings(parameters: Parameters): Record<string, unknown> {
  return Object.fromEntries(
    parameters.names().filter((name) => !NOT_SETTINGS.has(name))
      .map((name) => [name, parameters.raw(name)]),
  );
}
