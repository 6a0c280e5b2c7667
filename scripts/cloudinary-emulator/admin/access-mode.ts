import { admin, type Answer, causeOf, type Exchange, type Route } from "../http/route.ts";
import { changeAsset } from "../library/change-asset.ts";
import { notifyChanges } from "../notifications/events.ts";
import { badRequest } from "../shapes/failure.ts";
import { selectRows } from "./select-rows.ts";

/** Changing who may see assets: `update_access_mode`. */
export const accessModeRoutes: readonly Route[] = [
  admin("POST", "/resources/:resource_type/:type/update_access_mode", updateAccessMode),
];

function updateAccessMode(exchange: Exchange): Answer {
  const { parameters, path } = exchange;
  const access_mode = parameters.requiredText("access_mode");
  if (access_mode !== "public" && access_mode !== "authenticated") {
    throw badRequest(`Invalid access_mode ${access_mode}`);
  }
  const rows = selectRows(exchange, [path.type!]);
  const changes = rows.map((row) => changeAsset(exchange, row, { access_mode }));
  notifyChanges(exchange, causeOf(exchange), changes);
  const failed = parameters.texts("public_ids")
    .filter((id) => !rows.some((row) => row.asset.public_id === id));
  const updated = rows.map(({ asset }) => ({
    public_id: asset.public_id,
    resource_type: path.resource_type,
    type: path.type,
    version: asset.version,
    access_mode: asset.access_mode,
  }));
  return { body: { updated, failed } };
}
