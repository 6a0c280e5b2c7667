import type { Installation } from "../setup/installation.ts";
import { webhookStep } from "../setup/steps/webhook.ts";
import { CommandError } from "../support/command-error.ts";
import type { Removal } from "./removal.ts";

/** The webhook's registration in Cloudinary; those of other addresses stay. */
export function webhookRemoval(installation: Installation): Removal {
  const step = webhookStep(installation, "each");
  return {
    part: "webhook",
    gone: "nothing is registered for this project",
    look: async () => {
      const registered = await step.registered();
      return registered === 0 ? null : `${registered} registered for this project`;
    },
    apply: async () => {
      try {
        return await step.remove();
      } catch (error) {
        // The registrations are gone by then; a database without Media Sync has nothing to note it in.
        if (error instanceof CommandError && error.code === "events_not_remembered") {
          return "no longer registered";
        }
        throw error;
      }
    },
  };
}
