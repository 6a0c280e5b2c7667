import type { z } from "zod";
import { type SyncAnswer, syncRequest } from "../_shared/contract/sync.ts";
import { notFound } from "../_shared/http/api-error.ts";
import { requireRole } from "../_shared/http/caller.ts";
import type { RouteContext } from "../_shared/http/handler.ts";
import { parseBody } from "../_shared/http/parse.ts";
import { jsonResponse } from "../_shared/http/respond.ts";
import { runInBackground } from "../_shared/http/runtime.ts";
import type { Database } from "../_shared/media/database.types.ts";
import {
  BidirectionalSyncService,
  type SyncRequest,
} from "../_shared/sync/bidirectional-sync-service.ts";
import { describeRuns, nothing } from "./describe-run.ts";

type SyncBody = z.output<typeof syncRequest>;

/** `POST sync`: does what the body asks for, or what is due, for at most 25 s. 200 finished, 202 still running. */
export async function postSync(
  { request, identify, log }: RouteContext<Database>,
): Promise<Response> {
  const caller = await identify(["user", "secret", "cron"]);
  requireRole(caller, "admin");
  const body = await parseBody(request, syncRequest);
  const service = BidirectionalSyncService.forCaller(caller, log);

  if (body.replay_event !== undefined) return await answerReplay(service, body.replay_event);
  if (body.dry_run) return await answerPlan(service, body);
  if (body.background) {
    // pg_net waits 5 s for an answer and holds up its other users meanwhile.
    runInBackground(
      service.sync(toSyncRequest(body)),
      (error) => log.error("the sync failed", { error }),
    );
    return jsonResponse<SyncAnswer>({
      success: true,
      message: "The sync works in the background; GET sync tells how it goes.",
      data: { run_id: null, status: "running" },
    }, { status: 202 });
  }

  const result = await service.sync(toSyncRequest(body));
  if (result.status === "not_found") {
    throw notFound(
      result.what === "asset"
        ? `Neither Cloudinary nor the database knows an asset called ${body.single_asset}.`
        : "There is no blocked run with that id.",
    );
  }
  const answer = describeRuns(result.runs, result.note);
  return jsonResponse<SyncAnswer>(
    { success: answer.data.status !== "failed", ...answer },
    { status: answer.data.status === "running" ? 202 : 200 },
  );
}

function toSyncRequest(body: SyncBody): SyncRequest {
  return {
    force: body.force,
    full: body.full,
    batchSize: body.batch_size,
    singleAsset: body.single_asset,
    resourceType: body.resource_type,
    folder: body.folder,
    direction: body.direction,
    allowMassDelete: body.allow_mass_delete,
    facts: body.facts,
  };
}

async function answerPlan(service: BidirectionalSyncService, body: SyncBody): Promise<Response> {
  const { plan, omitted, complete, note, unchanged, seen } = await service.dryRun({
    resourceType: body.resource_type,
    direction: body.direction,
  });
  const count = plan.length + omitted;
  return jsonResponse<SyncAnswer>({
    success: true,
    message: note ?? `A full reconcile would take ${count} actions; nothing was written.`,
    data: {
      ...nothing(),
      status: "completed",
      dry_run: true,
      complete,
      plan,
      omitted,
      unchanged_items: unchanged,
      progress: { seen, expected: seen, percent: complete ? 100 : 0 },
    },
  });
}

async function answerReplay(service: BidirectionalSyncService, id: number): Promise<Response> {
  const outcome = await service.replayEvent(id);
  if (outcome === null) throw notFound("There is no stored event with that id.");
  return jsonResponse<SyncAnswer>({
    success: true,
    message: `The event was ${outcome.result}.`,
    data: { event_id: id, result: outcome.result },
  });
}
