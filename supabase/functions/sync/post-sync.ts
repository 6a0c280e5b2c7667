import { z } from "zod";
import { RESOURCE_TYPES } from "../_shared/cloudinary/resource-types.ts";
import { readNotification } from "../_shared/cloudinary/notification.ts";
import { notFound } from "../_shared/http/api-error.ts";
import { requireRole } from "../_shared/http/caller.ts";
import type { RouteContext } from "../_shared/http/handler.ts";
import { parseBody } from "../_shared/http/parse.ts";
import { jsonResponse } from "../_shared/http/respond.ts";
import { runInBackground } from "../_shared/http/runtime.ts";
import {
  BidirectionalSyncService,
  type SyncResult,
} from "../_shared/sync/bidirectional-sync-service.ts";
import { requireCloudinary, withSyncSession } from "../_shared/sync/create-sync-session.ts";
import { dryRun } from "../_shared/sync/dry-run.ts";
import { refresh } from "../_shared/sync/refresh.ts";
import type { SyncSession } from "../_shared/sync/sync-session.ts";
import { describeRuns } from "./describe-run.ts";

const requestSchema = z.strictObject({
  force: z.boolean().optional(),
  full: z.boolean().default(false),
  batch_size: z.int().min(1).max(500).default(500),
  single_asset: z.string().min(1).max(500).optional(),
  resource_type: z.enum(RESOURCE_TYPES).optional(),
  folder: z.string().min(1).max(1_000).transform((value) => value.replace(/^\/+|\/+$/g, ""))
    .pipe(z.string().min(1, "must name a folder")).optional(),
  direction: z.enum(["both", "pull", "push"]).default("both"),
  allow_mass_delete: z.uuid().optional(),
  replay_event: z.int().min(1).optional(),
  dry_run: z.boolean().default(false),
  background: z.boolean().default(false),
});

type SyncBody = z.output<typeof requestSchema>;

/** `POST sync`: does what the body asks for, or what is due, for at most 25 s. 200 finished, 202 still running. */
export async function postSync({ request, identify, log }: RouteContext): Promise<Response> {
  const caller = await identify(["user", "secret"]);
  requireRole(caller, "admin");
  const body = await parseBody(request, requestSchema);
  const inSession = <Result>(work: (session: SyncSession) => Promise<Result>) =>
    withSyncSession(caller, log, work);

  const { replay_event } = body;
  if (replay_event !== undefined) {
    return await inSession((session) => answerReplay(session, replay_event));
  }
  if (body.dry_run) return await inSession((session) => answerPlan(session, body));
  if (body.background) {
    requireCloudinary();
    // pg_net waits 5 s for an answer and holds up its other users meanwhile.
    runInBackground(
      inSession((session) => sync(session, body)),
      (error) => log.error("the sync failed", { error }),
    );
    return jsonResponse({
      success: true,
      message: "The sync works in the background; GET sync tells how it goes.",
      data: { run_id: null, status: "running" },
    }, { status: 202 });
  }

  const result = await inSession((session) => sync(session, body));
  if (result.status === "not_found") {
    throw notFound(
      result.what === "asset"
        ? `Neither Cloudinary nor the database knows an asset called ${body.single_asset}.`
        : "There is no blocked run with that id.",
    );
  }
  const answer = describeRuns(result.runs, result.note);
  return jsonResponse(
    { success: answer.data.status !== "failed", ...answer },
    { status: answer.data.status === "running" ? 202 : 200 },
  );
}

function sync(session: SyncSession, body: SyncBody): Promise<SyncResult> {
  return new BidirectionalSyncService(session).sync({
    force: body.force,
    full: body.full,
    batchSize: body.batch_size,
    singleAsset: body.single_asset,
    resourceType: body.resource_type,
    folder: body.folder,
    direction: body.direction,
    allowMassDelete: body.allow_mass_delete,
  });
}

async function answerPlan(session: SyncSession, body: SyncBody): Promise<Response> {
  const { plan, omitted, complete, note, unchanged, seen } = await dryRun(
    session,
    body.resource_type,
    body.direction,
  );
  const count = plan.length + omitted;
  return jsonResponse({
    success: true,
    message: note ?? `A full reconcile would take ${count} actions; nothing was written.`,
    data: {
      ...describeRuns([]).data,
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

/** Applies a stored notification again, and looks up at once what it tells too little of. */
async function answerReplay(session: SyncSession, id: number): Promise<Response> {
  const event = await session.media.events.getEvent(id);
  if (event === null) throw notFound("There is no stored event with that id.");
  const { effects } = readNotification(JSON.parse(event.body));
  const { result } = await session.media.events.replayEvent(id, effects);
  await refresh(session, null);
  return jsonResponse({
    success: true,
    message: `The event was ${result}.`,
    data: { event_id: id, result },
  });
}
