/** A library in which everything is that the console has a view for. */
import { assertEquals } from "@std/assert";
import type { Stack } from "../../../scripts/local/stack-options.ts";
import { type Call, callCloudinary, control, syncUntilCompleted } from "../../support/stack.ts";

/** Fills an empty stack: a library, a conflict about two values, a refused edit, something in the trash, figures of two days. */
export async function prepareTroubles(stack: Stack, call: Call): Promise<void> {
  await control(stack, "PUT /behavior", { backup: true });
  await stack.sql("update media_sync.settings set conflict_policy = 'manual'");
  await syncUntilCompleted(call);
  await tear(stack, call, "harbour");
  await stack.sql(
    `update public.media_assets
     set sync_status = 'error', sync_error = 'Cloudinary refused the edit (400): the folder is too deep. Choose another.'
     where id = (
         select id from public.media_assets where sync_status = 'synced' and resource_type = 'image' order by public_id limit 1
     )`,
  );
  const { body } = await call(
    "media-list?limit=1&resource_type=image&sort_by=bytes&sync_status=synced",
    {
      as: "editor",
    },
  );
  await call("media-list", { method: "DELETE", as: "editor", json: { ids: [body.items[0].id] } });
  await stack.sql(
    `insert into media_sync.snapshots (taken_at, health, figures)
     select
         date_trunc('hour', clock_timestamp()) - hour * interval '1 hour', 'ok',
         jsonb_build_object(
             'statistics', jsonb_build_object('total_assets', 100 - hour, 'pending_assets', hour % 5, 'error_assets', hour % 2),
             'rate_limits', jsonb_build_array(jsonb_build_object('call_limit', 500, 'remaining', 480 - 7 * hour)),
             'activity', jsonb_build_object('operations', 20 + hour, 'errors', hour % 3, 'average_ms', 40 + hour)
         )
     from generate_series(1, 48) as hour
     on conflict do nothing`,
  );
}

/** An asset whose name and description were changed on both sides. @returns Its id. */
export async function tear(stack: Stack, call: Call, publicId: string): Promise<string> {
  await control(stack, "POST /assets", {
    assets: [{
      public_id: publicId,
      display_name: "Before",
      context: { custom: { alt: "Before" } },
    }],
  });
  await call("sync", { method: "POST", json: { single_asset: publicId } });
  const { body } = await call(`media-list?search=${publicId}`, { as: "editor" });
  const { id, asset_id } = body.items[0];
  // Told by a notification, it would be there before the edit.
  await control(stack, "PUT /faults", { webhook_drop_rate: 1 });
  await callCloudinary(stack, `PUT /resources/${asset_id}`, {
    display_name: "Theirs",
    context: "alt=Their text",
  });
  await call(`media-list/${id}`, {
    method: "PATCH",
    as: "editor",
    json: { display_name: "Ours", context: { alt: "Our text" } },
  });
  await call("sync", { method: "POST", json: { single_asset: publicId } });
  await control(stack, "PUT /faults", { webhook_drop_rate: 0 });
  const { body: torn } = await call(`media-list/${id}`, { as: "editor" });
  assertEquals(torn.item.sync_status, "conflict", JSON.stringify(torn));
  return id;
}

/** So much gone in Cloudinary at once, and told by no notification, that the guard stops the reconcile. @returns How much. */
export async function blockRun(stack: Stack, call: Call): Promise<number> {
  const { assets } = await control(stack, "GET /state");
  const uploaded = assets.filter((asset: { type: string }) => asset.type === "upload");
  const count = Math.ceil(assets.length * 0.6);
  await control(stack, "PUT /faults", { webhook_drop_rate: 1 });
  for (const type of ["image", "video", "raw"]) {
    const names = uploaded.filter((asset: { resource_type: string }) =>
      asset.resource_type === type
    )
      .map((asset: { public_id: string }) => asset.public_id);
    for (let from = 0; from < names.length; from += 100) {
      await callCloudinary(stack, `DELETE /resources/${type}/upload`, {
        public_ids: names.slice(from, from + 100),
      });
    }
  }
  await control(stack, "PUT /faults", { webhook_drop_rate: 0 });
  const { body } = await call("sync", { method: "POST", json: { full: true } });
  assertEquals(body.data.status, "blocked", JSON.stringify(body));
  assertEquals(uploaded.length >= count, true);
  return uploaded.length;
}
