import { badRequest, Failure } from "../http/failure.ts";
import { generateAssets } from "../generate/generate.ts";
import { insertAsset } from "../generate/insert.ts";
import { notifyUpload } from "../notifications/events.ts";
import { describeState } from "../shapes/resource.ts";
import { adminTime } from "../shapes/times.ts";
import { createRandom } from "../store/random.ts";
import { resetWorld, setBehavior, type World } from "../world.ts";
import { mergeBehavior, mergeSettings } from "./merge-settings.ts";
import { noFaults } from "./faults.ts";
import { streamState } from "./stream-state.ts";

/** Most assets that one call generates. */
const MAXIMUM_COUNT = 1_000_000;
/** Assets that the answer of `POST /assets` describes. */
const DESCRIBED_ASSETS = 1000;

type Body = Record<string, unknown>;

/**
 * Answers a call of the control surface (`/_emulator/…`).
 *
 * @param path the path below `/_emulator`
 * @throws Failure when the call is wrong
 */
export async function control(
  world: World,
  request: Request,
  url: URL,
  path: string,
): Promise<Response> {
  const call = `${request.method} ${path}`;
  switch (call) {
    case "GET /state":
      return url.searchParams.get("summary") === "true"
        ? Response.json({ assets: world.assets.size, deleted: world.deleted.size })
        : streamState(world);
    case "DELETE /state":
      resetWorld(world);
      return Response.json({ ok: true });
    case "POST /assets":
      return addAssets(world, await readBody(request));
    case "GET /faults":
      return Response.json(world.faults);
    case "PUT /faults": {
      const change = await readBody(request);
      world.faults = mergeSettings(noFaults(), world.faults, change);
      if (change.seed !== undefined) world.faultRandom = createRandom(world.faults.seed);
      return Response.json(world.faults);
    }
    case "GET /behavior":
      return Response.json(world.behavior);
    case "PUT /behavior":
      setBehavior(world, mergeBehavior(world.behavior, await readBody(request)));
      return Response.json(world.behavior);
    case "GET /clock":
      return Response.json({ now: new Date(world.clock.now()).toISOString() });
    case "PUT /clock":
      return moveClock(world, await readBody(request));
    case "GET /calls":
      return Response.json(world.calls.report());
    case "GET /deliveries":
      return Response.json(world.notifier.report());
    case "POST /redeliver":
      return redeliver(world, await readBody(request));
    default:
      throw new Failure(404, `No control call ${call}`);
  }
}

async function readBody(request: Request): Promise<Body> {
  const text = await request.text();
  if (text.trim() === "") return {};
  try {
    const body: unknown = JSON.parse(text);
    if (typeof body === "object" && body !== null && !Array.isArray(body)) return body as Body;
  } catch {
    // Falls through to the same answer: the body is no JSON object.
  }
  throw badRequest("The body must be a JSON object");
}

function addAssets(world: World, body: Body): Response {
  const count = body.count;
  if (count !== undefined && (!Number.isInteger(count) || Number(count) < 0)) {
    throw badRequest("count must be a whole number");
  }
  if (Number(count ?? 0) > MAXIMUM_COUNT) throw badRequest(`count is at most ${MAXIMUM_COUNT}`);
  const added = count === undefined ? [] : generateAssets(world, {
    count: Number(count),
    seed: typeof body.seed === "number" ? body.seed : 1,
    folder: typeof body.folder === "string" ? body.folder : "",
  });
  const given = body.assets ?? [];
  if (!Array.isArray(given)) throw badRequest("assets must be a list");
  for (const description of given) added.push(insertAsset(world, description));
  if (body.notify === true) {
    const cause = { api_key: added[0]?.created_by ?? "", source: "ui" as const };
    for (const asset of added) notifyUpload(world, cause, asset);
  }
  return Response.json({
    count: added.length,
    assets: added.slice(0, DESCRIBED_ASSETS).map((asset) => describeState(world, asset)),
  });
}

function moveClock(world: World, body: Body): Response {
  if (typeof body.advance_ms === "number") world.clock.advance(body.advance_ms);
  if (body.now !== undefined) {
    const now = typeof body.now === "number" ? body.now : Date.parse(String(body.now));
    if (Number.isNaN(now)) throw badRequest("now must be a time");
    world.clock.set(now);
  }
  return Response.json({ now: new Date(world.clock.now()).toISOString() });
}

function redeliver(world: World, body: Body): Response {
  if (body.all !== true && typeof body.index !== "number") {
    throw badRequest("index or all is missing");
  }
  const count = world.notifier.redeliver(body.all === true ? undefined : Number(body.index));
  if (count === 0 && body.all !== true) throw new Failure(404, `No delivery ${body.index}`);
  return Response.json({ count, at: adminTime(world.clock.now()) });
}
