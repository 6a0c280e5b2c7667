import type { Route } from "../http/route.ts";
import { Failure } from "../shapes/failure.ts";

/** What the emulator leaves out, by its name, with the paths that belong to it. */
export const OUT_OF_SCOPE: Readonly<Record<string, { api: Route["api"]; patterns: string[] }>> = {
  "transformations": admin("/transformations", "/transformations/*name"),
  "streaming profiles": admin("/streaming_profiles", "/streaming_profiles/*name"),
  "upload mappings": admin("/upload_mappings", "/upload_mappings/*folder"),
  "metadata rules": admin("/metadata_rules", "/metadata_rules/*id"),
  "visual search": admin("/resources/visual_search"),
  "content analysis": admin("/analysis/*kind"),
  "sprites, multi-page and text images, archives": {
    api: "upload",
    patterns: ["sprite", "multi", "explode", "text", "generate_archive", "create_video"]
      .map((action) => `/:upload_resource_type/${action}`),
  },
};

/** Routes that answer as Cloudinary does where an account may not use a feature. */
export const outOfScopeRoutes: readonly Route[] = Object.entries(OUT_OF_SCOPE)
  .flatMap(([feature, { api, patterns }]) =>
    patterns.flatMap((pattern) =>
      ["GET", "POST", "PUT", "DELETE"].map((method): Route => ({
        method,
        pattern,
        api,
        handle: () => {
          throw new Failure(403, `Your account is not allowed to use ${feature}`);
        },
      }))
    )
  );

function admin(...patterns: string[]): { api: "admin"; patterns: string[] } {
  return { api: "admin", patterns };
}
