import { z } from "zod";
import { notFound } from "../_shared/http/api-error.ts";
import { requireRole } from "../_shared/http/caller.ts";
import type { RouteContext } from "../_shared/http/handler.ts";
import { parseBody } from "../_shared/http/parse.ts";
import { jsonResponse } from "../_shared/http/respond.ts";
import { createSyncService } from "../_shared/sync/create-sync-service.ts";
import { describeRuns } from "./describe-run.ts";

const requestSchema = z.strictObject({
  force: z.boolean().optional(),
  full: z.boolean().default(false),
  batch_size: z.int().min(1).max(500).default(500),
  single_asset: z.string().min(1).max(500).optional(),
  resource_type: z.enum(["image", "video", "raw"]).optional(),
  direction: z.enum(["both", "pull", "push"]).default("both"),
  allow_mass_delete: z.uuid().optional(),
});

/** `POST sync`: does what the body asks for, or what is due, for at most 25 s. 200 finished, 202 still running. */
export async function postSync(
  { request, identify, log }: RouteContext,
): Promise<Response> {
  const caller = await identify(["user", "secret"]);
  requireRole(caller, "admin");
  const body = await parseBody(request, requestSchema);

  const result = await createSyncService(caller, log).sync({
    force: body.force,
    full: body.full,
    batchSize: body.batch_size,
    singleAsset: body.single_asset,
    resourceType: body.resource_type,
    direction: body.direction,
    allowMassDelete: body.allow_mass_delete,
  });
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
