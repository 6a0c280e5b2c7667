import { describeState, type Describing } from "../shapes/resource.ts";
import { adminTime } from "../shapes/times.ts";
import type { State } from "../store/state.ts";

/** Assets per piece of the answer. */
const PIECE = 500;

/**
 * The whole state as JSON, in pieces: a large library does not fit comfortably into one string.
 * The state is fixed when the call begins.
 */
export function streamState(state: Describing & Pick<State, "assets">): Response {
  const encoder = new TextEncoder();
  const assets = [...state.assets.all.entries()].map(([, row]) => row.asset);
  const deleted = state.archive.list();
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
          .map((asset) => JSON.stringify(describeState(state, asset))).join(",");
        controller.enqueue(encoder.encode((next === 0 ? "" : ",") + piece));
        next += PIECE;
        return;
      }
      const described = deleted.map((entry) => ({
        ...describeState(state, entry.asset),
        deleted_at: adminTime(entry.deleted_at),
        restorable: state.archive.findById(entry.asset.asset_id) !== undefined,
      }));
      controller.enqueue(encoder.encode(`],"deleted":${JSON.stringify(described)}}`));
      controller.close();
    },
  });
  return new Response(body, { headers: { "content-type": "application/json" } });
}
