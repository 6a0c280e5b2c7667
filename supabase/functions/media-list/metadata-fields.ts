import type { MetadataFieldsAnswer } from "../_shared/contract/metadata-fields.ts";
import { requireRole } from "../_shared/http/caller.ts";
import type { RouteContext } from "../_shared/http/handler.ts";
import { jsonResponse } from "../_shared/http/respond.ts";
import type { Database } from "../_shared/media/database.types.ts";
import { BidirectionalSyncService } from "../_shared/sync/bidirectional-sync-service.ts";

/** `GET media-list/metadata-fields`: the account's fields of structured metadata, by which editors change values. */
export async function listMetadataFields(
  { identify, log }: RouteContext<Database>,
): Promise<Response> {
  const caller = await identify(["user", "secret"]);
  requireRole(caller, "editor");
  const fields = await BidirectionalSyncService.forCaller(caller, log).metadataFields();
  return jsonResponse<MetadataFieldsAnswer>({ success: true, metadata_fields: fields });
}
