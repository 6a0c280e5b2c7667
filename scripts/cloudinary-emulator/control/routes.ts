import { generateAssets } from "../generate/generate.ts";
import { insertAsset } from "../generate/insert.ts";
import { readObject } from "../http/read-object.ts";
import type { Parts } from "../http/route.ts";
import { notifyUpload } from "../notifications/events.ts";
import { badRequest, Failure } from "../shapes/failure.ts";
import { describeState } from "../shapes/resource.ts";
import { adminTime } from "../shapes/times.ts";
import type { Clock } from "../store/clock.ts";
import { noFaults } from "../store/faults.ts";
import { mergeBehavior, mergeSettings } from "./merge-settings.ts";
import { newestAssets } from "./newest-assets.ts";
import { reset } from "./reset.ts";
import { setBehavior } from "./set-behavior.ts";
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
export type Control = (request: Request, url: URL, path: string) => Promise<Response>;

/**
 * Makes the control surface of an emulator that has just been put together.
 *
 * @param callAsPerson answers `POST /ui`: a call of the API as a person in Cloudinary's console makes it
 */
export function createControl(
  parts: Parts,
  callAsPerson: (request: Request) => Promise<Response>,
): Control {
  const { assets, archive, behavior, faults, faultRandom, clock, calls, notifier } = parts;
  const initial = { ...behavior };
  return async (request, url, path) => {
    const call = `${request.method} ${path}`;
    switch (call) {
      case "GET /state":
        return url.searchParams.get("summary") === "true"
          ? Response.json({ assets: assets.size, deleted: archive.size })
          : streamState(parts);
      case "DELETE /state":
        reset(parts, initial);
        // A notification that is being received belongs to the library that was.
        await notifier.settled();
        return Response.json({ ok: true });
      case "GET /assets":
        return newestAssets(parts, url.searchParams);
      case "POST /ui":
        return await callAsPerson(request);
      case "POST /assets":
        return addAssets(parts, await readObject(request));
      case "GET /faults":
        return Response.json(faults);
      case "PUT /faults": {
        const change = await readObject(request);
        Object.assign(faults, mergeSettings(noFaults(), faults, change));
        if (change.seed !== undefined) faultRandom.restart(faults.seed);
        return Response.json(faults);
      }
      case "GET /behavior":
        return Response.json(behavior);
      case "PUT /behavior":
        setBehavior(parts, mergeBehavior(behavior, await readObject(request)));
        return Response.json(behavior);
      case "GET /clock":
        return Response.json({ now: new Date(clock.now()).toISOString() });
      case "PUT /clock":
        return moveClock(clock, await readObject(request));
      case "GET /calls":
        return Response.json(latest(calls.report(), "calls", url));
      case "GET /deliveries":
        return Response.json(latest(notifier.report(), "deliveries", url));
      case "POST /redeliver":
        return redeliver(parts, await readObject(request));
      default:
        throw new Failure(404, `No control call ${call}`);
    }
  };
}

/** A report with the last entries of one of its lists only, as many as `limit` in the query says. */
function latest<List extends string, Report extends Record<List, readonly unknown[]>>(
  report: Report,
  list: List,
  url: URL,
): Report {
  const limit = Number(url.searchParams.get("limit") ?? Infinity);
  return Number.isFinite(limit) && limit > 0
    ? { ...report, [list]: report[list].slice(-limit) }
    : report;
}

function addAssets(parts: Parts, body: Body): Response {
  const count = body.count;
  if (count !== undefined && (!Number.isInteger(count) || Number(count) < 0)) {
    throw badRequest("count must be a whole number");
  }
  if (Number(count ?? 0) > MAXIMUM_COUNT) throw badRequest(`count is at most ${MAXIMUM_COUNT}`);
  const added = count === undefined ? [] : generateAssets(parts, {
    count: Number(count),
    seed: typeof body.seed === "number" ? body.seed : 1,
    folder: typeof body.folder === "string" ? body.folder : "",
  });
  const given = body.assets ?? [];
  if (!Array.isArray(given)) throw badRequest("assets must be a list");
  for (const description of given) added.push(insertAsset(parts, description));
  if (body.notify === true) {
    const cause = { api_key: added[0]?.created_by ?? "", source: "ui" as const };
    for (const asset of added) notifyUpload(parts, cause, asset);
  }
  return Response.json({
    count: added.length,
    assets: added.slice(0, DESCRIBED_ASSETS).map((asset) => describeState(parts, asset)),
  });
}

function moveClock(clock: Clock, body: Body): Response {
  if (typeof body.advance_ms === "number") clock.advance(body.advance_ms);
  if (body.now !== undefined) {
    const now = typeof body.now === "number" ? body.now : Date.parse(String(body.now));
    if (Number.isNaN(now)) throw badRequest("now must be a time");
    clock.set(now);
  }
  return Response.json({ now: new Date(clock.now()).toISOString() });
}

function redeliver({ notifier, clock }: Parts, body: Body): Response {
  if (body.all !== true && typeof body.index !== "number") {
    throw badRequest("index or all is missing");
  }
  const count = notifier.redeliver(body.all === true ? undefined : Number(body.index));
  if (count === 0 && body.all !== true) throw new Failure(404, `No delivery ${body.index}`);
  return Response.json({ count, at: adminTime(clock.now()) });
}
