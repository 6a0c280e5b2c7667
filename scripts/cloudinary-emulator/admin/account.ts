import type { Route } from "../http/route.ts";
import { adminTime } from "../shapes/times.ts";

/** `ping`, `config` and `usage`. */
export const accountRoutes: readonly Route[] = [
  { method: "GET", pattern: "/ping", api: "admin", handle: () => ({ body: { status: "ok" } }) },
  {
    method: "GET",
    pattern: "/config",
    api: "admin",
    handle: ({ world, parameters }) => {
      const { cloudName, createdAt } = world.account;
      const body: Record<string, unknown> = {
        cloud_name: cloudName,
        created_at: adminTime(createdAt),
      };
      if (parameters.flag("settings")) body.settings = { folder_mode: world.behavior.folder_mode };
      return { body };
    },
  },
  { method: "GET", pattern: "/usage", api: "admin", handle: usage },
  { method: "GET", pattern: "/usage/:date", api: "admin", handle: usage },
];

function usage({ world }: Parameters<Route["handle"]>[0]) {
  const resources = world.assets.size;
  return {
    body: {
      plan: "Free",
      last_updated: new Date(world.clock.now()).toISOString().slice(0, 10),
      transformations: { usage: 0, credits_usage: 0 },
      objects: { usage: resources },
      bandwidth: { usage: 0, credits_usage: 0 },
      storage: { usage: 0, credits_usage: 0 },
      requests: world.calls.report().total,
      resources,
      derived_resources: 0,
      media_limits: {
        image_max_size_bytes: 10_485_760,
        video_max_size_bytes: 104_857_600,
        raw_max_size_bytes: 10_485_760,
        image_max_px: 25_000_000,
        asset_max_total_px: 50_000_000,
      },
    },
  };
}
