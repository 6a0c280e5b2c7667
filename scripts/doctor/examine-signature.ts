import { hashHex } from "../../supabase/functions/_shared/cloudinary/hash.ts";
import type { Installation } from "../setup/installation.ts";
import type { SetupStep } from "../setup/step.ts";
import { findCloudinary } from "../support/project.ts";
import { fixByStep } from "./fixes.ts";
import type { Examination, Finding } from "./finding.ts";

/**
 * Whether the webhook function takes what this environment's secret signs, and with which key Cloudinary signed last. What
 * is posted to the function is signed and no JSON: it is refused for that, after the signature, and stored nowhere.
 */
export function examineSignature(
  installation: Installation,
  secrets: SetupStep,
  now: () => number,
): Examination {
  const check = "webhook signature";
  return {
    name: check,
    examine: async () => {
      const client = await installation.client();
      const { cloudinaryUrl } = await installation.project();
      const { apiKey, apiSecret, webhookKeys } = findCloudinary(
        cloudinaryUrl,
        installation.environment,
      );
      const body = "deno task doctor";
      const timestamp = String(Math.floor(now() / 1_000));
      const { status, body: answer } = await client.call("webhook", {
        method: "POST",
        text: body,
        headers: {
          "x-cld-timestamp": timestamp,
          "x-cld-signature": await hashHex("sha256", body, timestamp, apiSecret),
        },
      });
      if (status === 401) {
        return [{
          check,
          status: "problem",
          message:
            `the function refuses what this environment's API secret signs: ${answer?.error}`,
          mend: `deno task setup --only ${secrets.name}`,
          fix: fixByStep(secrets),
        }];
      }
      if (status !== 400) {
        return [{ check, status: "skipped", message: `see function webhook (status ${status})` }];
      }
      const known = new Set([apiKey, ...Object.keys(webhookKeys)]);
      return [
        await examineLastKey(check, known, await client.rpc("list_webhook_events", { p_limit: 1 })),
      ];
    },
  };
}

function examineLastKey(
  check: string,
  known: ReadonlySet<string>,
  { data }: { data: unknown },
): Finding {
  const [last] = (Array.isArray(data) ? data : []) as { signature_key?: string | null }[];
  const key = last?.signature_key ?? null;
  if (key !== null && !known.has(key)) {
    return {
      check,
      status: "warning",
      message:
        `Cloudinary signs with the API key ${key}, which the functions know and this environment does not`,
      mend:
        "put it into CLOUDINARY_WEBHOOK_KEYS here as well, before deno task setup --only secrets",
    };
  }
  return {
    check,
    status: "ok",
    message: key === null
      ? "the function takes what this environment's secret signs"
      : "Cloudinary signs with a key that the functions know",
  };
}
