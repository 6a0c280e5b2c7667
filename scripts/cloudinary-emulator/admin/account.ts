import { admin, type Answer, type Exchange, type Route } from "../http/route.ts";
import { adminTime } from "../shapes/times.ts";

/** `ping`, `config` and `usage`. */
export const accountRoutes: readonly Route[] = [
  admin("GET", "/ping", () => ({ body: { status: "ok" } })),
  admin("GET", "/config", config),
  admin("GET", "/usage", usage),
  admin("GET", "/usage/:date", usage),
];

function config({ account, behavior, parameters }: Exchange): Answer {
  const { cloudName, createdAt } = account;
  const settings = parameters.flag("settings") ? { folder_mode: behavior.folder_mode } : undefined;
  return { body: { cloud_name: cloudName, created_at: adminTime(createdAt), settings } };
}

function usage({ assets, clock, calls }: Exchange): Answer {
  const resources = assets.size;
  return {
    body: {
      plan: "Free",
      last_updated: new Date(clock.now()).toISOString().slice(0, 10),
      transformations: { usage: 0, credits_usage: 0 },
      objects: { usage: resources },
      bandwidth: { usage: 0, credits_usage: 0 },
      storage: { usage: 0, credits_usage: 0 },
      requests: calls.report().total,
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
