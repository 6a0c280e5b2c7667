import { admin, type Answer, causeOf, type Exchange, type Route } from "../http/route.ts";
import { changeAsset } from "../library/change-asset.ts";
import { deleteAsset } from "../library/delete-asset.ts";
import { notifyDelete, notifyPublish } from "../notifications/events.ts";
import { describeUpload } from "../shapes/upload-response.ts";
import type { Asset } from "../store/asset.ts";
import { selectRows } from "./select-rows.ts";

/** Delivery types that can be published. */
const CLOSED_TYPES = ["private", "authenticated"];

/** Making private and authenticated assets public: `publish_resources`. */
export const publishRoutes: readonly Route[] = [
  admin("POST", "/resources/:resource_type/publish_resources", publish),
];

function publish(exchange: Exchange): Answer {
  const { assets, parameters, caller } = exchange;
  const wanted = parameters.text("type");
  const types = CLOSED_TYPES.filter((type) => wanted === undefined || type === wanted);
  const cause = causeOf(exchange);
  const published: Asset[] = [];
  const failed: unknown[] = [];
  for (const row of selectRows(exchange, types)) {
    const { public_id, resource_type, type } = row.asset;
    const taken = assets.getByName({ public_id, resource_type, type: "upload" });
    if (taken !== undefined && !parameters.flag("overwrite")) {
      failed.push({ public_id, resource_type, type, reason: "already exists" });
      continue;
    }
    if (taken !== undefined) notifyDelete(exchange, cause, [deleteAsset(exchange, taken)]);
    published.push(changeAsset(exchange, row, { type: "upload", access_mode: "public" }).after);
  }
  notifyPublish(exchange, cause, published);
  return {
    body: {
      published: published.map((asset) => describeUpload(exchange, asset, caller.api_key)),
      failed,
    },
  };
}
