import { describeState } from "../shapes/resource.ts";
import { findDeletedById } from "../store/deleted-assets.ts";
import { adminTime } from "../shapes/times.ts";
import type { World } from "../world.ts";

/** Assets per piece of the answer. */
const PIECE = 500;

/**
 * The whole state as JSON, in pieces: a large library does not fit comfortably into one string.
 * The state is fixed when the call begins.
 */
export function streamState(world: World): Response {
  const encoder = new TextEncoder();
  const assets = [...world.assets.all.entries()].map(([, row]) => row.asset);
  const deleted = [...world.deleted.values()];
  let next = 0;
  let stage: "open" | "assets" | "deleted" = "open";
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (stage === "open") {
        controller.enqueue(encoder.encode('{"assets":['));
        stage = "assets";
        return;
      }
      if (stage === "assets" && next < assets.length) {
        const piece = assets.slice(next, next + PIECE)
          .map((asset) => JSON.stringify(describeState(world, asset))).join(",");
        controller.enqueue(encoder.encode((next === 0 ? "" : ",") + piece));
        next += PIECE;
        return;
      }
      const described = deleted.map((entry) => ({
        ...describeState(world, entry.asset),
        deleted_at: adminTime(entry.deleted_at),
        restorable: findDeletedById(world, entry.asset.asset_id) !== undefined,
      }));
      controller.enqueue(encoder.encode(`],"deleted":${JSON.stringify(described)}}`));
      controller.close();
    },
  });
  return new Response(body, { headers: { "content-type": "application/json" } });
}
