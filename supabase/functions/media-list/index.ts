import { createHandler } from "../_shared/http/handler.ts";
import { mapError } from "../_shared/sync/map-error.ts";
import { getItem } from "./get-item.ts";
import { listItems } from "./list-items.ts";

/** `media-list`: the library for client apps. Every query runs with the caller's rights. */
export default {
  fetch: createHandler({
    name: "media-list",
    routes: [
      { method: "GET", path: "/", handle: listItems },
      { method: "GET", path: "/:id", handle: getItem },
    ],
    mapError,
  }),
};
