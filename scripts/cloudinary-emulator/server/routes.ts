import { accessModeRoutes } from "../admin/access-mode.ts";
import { accountRoutes } from "../admin/account.ts";
import { deleteRoutes } from "../admin/delete.ts";
import { detailRoutes } from "../admin/detail.ts";
import { folderRoutes } from "../admin/folders.ts";
import { listingRoutes } from "../admin/listing.ts";
import { metadataFieldRoutes } from "../admin/metadata-fields.ts";
import { outOfScopeRoutes } from "../admin/out-of-scope.ts";
import { publishRoutes } from "../admin/publish.ts";
import { relatedRoutes } from "../admin/related.ts";
import { restoreRoutes } from "../admin/restore.ts";
import { searchRoutes } from "../admin/search.ts";
import { tagRoutes } from "../admin/tags.ts";
import { triggerRoutes } from "../admin/triggers.ts";
import { updateRoutes } from "../admin/update.ts";
import { uploadPresetRoutes } from "../admin/upload-presets.ts";
import type { Route } from "../http/route.ts";
import { uploadRoutes } from "../upload/routes.ts";

/** Every route of the API below `/v1_1/<cloud_name>`, the more specific ones first. */
export const routes: readonly Route[] = [
  ...accountRoutes,
  ...folderRoutes,
  ...tagRoutes,
  ...metadataFieldRoutes,
  ...triggerRoutes,
  ...uploadPresetRoutes,
  ...searchRoutes,
  ...outOfScopeRoutes,
  ...restoreRoutes,
  ...relatedRoutes,
  ...accessModeRoutes,
  ...publishRoutes,
  ...listingRoutes,
  ...deleteRoutes,
  ...detailRoutes,
  ...updateRoutes,
  ...uploadRoutes,
];
