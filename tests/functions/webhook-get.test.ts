/** `GET webhook`: whether notifications can be received. */
import { assert, assertEquals } from "@std/assert";
import { control, createClient, withStack } from "../support/stack.ts";

Deno.test("GET webhook → whether it is configured; for admins and secret keys where it listens, and neither a secret nor an asset's name", async () => {
  await withStack(
    { environment: { CLOUDINARY_WEBHOOK_KEYS: '{"key":"webhook-secret"}' } },
    async (stack) => {
      const call = createClient(stack);
      await control(stack, "POST /assets", { assets: [{ public_id: "not for everybody" }] });
      assertEquals((await call("sync", { method: "POST", json: { full: true } })).status, 200);
      for (const as of ["nobody", "anonymous", "viewer", "editor"] as const) {
        const { status, body } = await call("webhook", { as });
        assertEquals([status, body], [200, { success: true, configured: true }], as);
      }
      for (const as of ["admin", "service"] as const) {
        const { status, body } = await call("webhook", { as });
        assertEquals(status, 200, as);
        const { success, configured, url, last_received_at, last_error } = body;
        assertEquals({ success, configured, url, last_received_at, last_error }, {
          success: true,
          configured: true,
          url: `${stack.info.url}/functions/v1/webhook`,
          last_received_at: null,
          last_error: null,
        });
        assert("events" in body);
        const text = JSON.stringify(body);
        const { password } = new URL(stack.info.cloudinary_url);
        for (
          const hidden of [password, stack.info.secret_key, "webhook-secret", "not for everybody"]
        ) {
          assert(!text.includes(hidden), as);
        }
      }
    },
  );
});
