/** An asset that was deleted in Cloudinary while an edit of it waited here, and that is restored there. */
import { assertEquals } from "@std/assert";
import { assertSidesEqual } from "../../support/compare-sides.ts";
import { lamp } from "../../support/fixtures/notifications/recorded-notifications.ts";
import { control, syncUntilCompleted } from "../../support/stack.ts";
import { webhookTest } from "./webhook-world.ts";

webhookTest(
  "deleted there, edited here, restored there → one full reconcile brings the edit to Cloudinary",
  async ({ stack, call, cloudinary }) => {
    await control(stack, "PUT /behavior", { backup: true });
    await control(stack, "POST /assets", { assets: [{ ...lamp, folder: undefined }] });
    await syncUntilCompleted(call);
    await cloudinary("POST", "/asset/destroy", { asset_id: lamp.asset_id });
    await stack.sql("update public.media_assets set display_name = 'edited here'");
    await syncUntilCompleted(call);
    await cloudinary("POST", "/resources/restore", { "asset_ids[]": lamp.asset_id });
    await syncUntilCompleted(call);

    const rows = await stack.sql("select sync_status, display_name from public.media_assets");
    assertEquals(rows, [{ sync_status: "synced", display_name: "edited here" }]);
    await assertSidesEqual(stack, 1);
  },
);
