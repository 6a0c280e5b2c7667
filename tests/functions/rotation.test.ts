/** Rotating secrets: the new one is valid before the old one ends. */
import { assertEquals } from "@std/assert";
import { createHash } from "node:crypto";
import { createClient, withStack } from "../support/stack.ts";

Deno.test("two Cloudinary keys and two secret keys at once → each is taken, a third is not", async () => {
  const oldSecret = ["the", "old", "secret"].join("-");
  const environment = { CLOUDINARY_WEBHOOK_KEYS: JSON.stringify({ old: oldSecret }) };
  await withStack({ environment }, async (stack) => {
    const call = createClient(stack);
    const timestamp = String(Math.floor(Date.now() / 1_000));
    const notify = async (signature_key: string, secret: string) => {
      const body = JSON.stringify({
        notification_type: "info",
        signature_key,
        secret_of: secret.length,
      });
      const signature = createHash("sha1").update(body + timestamp + secret).digest("hex");
      const headers = {
        "content-type": "application/json",
        "x-cld-timestamp": timestamp,
        "x-cld-signature": signature,
      };
      return (await call("webhook", { method: "POST", as: "nobody", body, headers })).status;
    };
    const { username, password } = new URL(stack.info.cloudinary_url);
    assertEquals(await notify("old", oldSecret), 200);
    assertEquals(await notify(username, password), 200);
    assertEquals(await notify("old", "neither"), 401);

    const push = (apikey: string) =>
      call("sync", {
        method: "POST",
        as: "nobody",
        json: { direction: "push" },
        headers: { apikey },
      });
    assertEquals((await push(stack.info.cron_key)).status, 200);
    assertEquals((await push(stack.info.secret_key)).status, 200);
    assertEquals((await push("sb_secret_third")).status, 401);

    // The tick takes the key that Vault holds now: a new one, then again the first.
    const stored = async (key: string) =>
      await stack.sql(
        "select vault.update_secret(id, $1) from vault.secrets where name = 'media_sync_cron_key'",
        [key],
      );
    for (const key of [stack.info.secret_key, stack.info.cron_key]) {
      await stored(key);
      const [held] = await stack.sql<{ decrypted_secret: string }>(
        "select decrypted_secret from vault.decrypted_secrets where name = 'media_sync_cron_key'",
      );
      assertEquals((await push(held!.decrypted_secret)).status, 200);
    }
  });
});
