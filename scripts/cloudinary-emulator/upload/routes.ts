import type { Route } from "../http/route.ts";
import { editContext, editMetadata, editTags } from "./edit-many.ts";
import { destroy, destroyByAssetId, explicit, rename } from "./edit-one.ts";
import { upload } from "./upload.ts";

/** The Upload API: signed calls outside the hourly quota. */
export const uploadRoutes: readonly Route[] = [
  post("/:upload_resource_type/upload", upload),
  post("/:upload_resource_type/explicit", explicit),
  post("/:upload_resource_type/rename", rename),
  post("/:upload_resource_type/destroy", destroy),
  post("/:upload_resource_type/tags", editTags),
  post("/:upload_resource_type/context", editContext),
  post("/:upload_resource_type/metadata", editMetadata),
  post("/asset/destroy", destroyByAssetId),
];

function post(pattern: string, handle: Route["handle"]): Route {
  return { method: "POST", pattern, api: "upload", handle };
}
