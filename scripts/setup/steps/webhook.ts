import { CloudinaryError } from "../../../supabase/functions/_shared/cloudinary/client.ts";
import { NOTIFICATION_TYPES } from "../../../supabase/functions/_shared/cloudinary/notification.ts";
import type { Trigger } from "../../../supabase/functions/_shared/cloudinary/admin-api/triggers.ts";
import { CommandError } from "../../support/command-error.ts";
import type { Installation } from "../installation.ts";
import type { SetupStep } from "../step.ts";

/** URLs that one Cloudinary environment may register (Cloudinary's documentation of triggers). */
const MAXIMUM_TRIGGERS = 30;

/** The step, which can be taken back. */
export interface WebhookStep extends SetupStep {
  /** How many registrations of this project's address there are. */
  registered(): Promise<number>;
  remove(): Promise<string>;
}

/**
 * Registers the webhook function's address with Cloudinary: a trigger for each notification type, or one for all.
 * Triggers are known by their address, so that a second run finds the first one's; those of other addresses
 * are left alone, because several databases may mirror one library.
 *
 * @param events `each`: only what the sync makes use of; `all`: one trigger, where 30 are all that may be.
 */
export function webhookStep(installation: Installation, events: "each" | "all"): WebhookStep {
  const types = events === "all" ? ["all"] : NOTIFICATION_TYPES;

  async function look() {
    const { url } = await installation.project();
    const uri = `${url}/functions/v1/webhook`;
    const cloudinary = await installation.cloudinary();
    const { data } = await told(() => cloudinary.listTriggers());
    const ours = data.filter((trigger) => sameAddress(trigger, uri));
    const registered = new Set(ours.map(({ event_type }) => event_type));
    // What is registered for everything is registered for each.
    const missing = registered.has("all") ? [] : types.filter((type) => !registered.has(type));
    return { uri, cloudinary, ours, missing, others: data.length - ours.length };
  }

  async function remember(types: string[]): Promise<void> {
    const client = await installation.client();
    const { status, message } = await client.rpc("media_sync_set_webhook_events", {
      p_events: types,
    });
    if (status < 300) return;
    throw new CommandError(
      "events_not_remembered",
      `The project did not take the list of events (status ${status}): ${
        message || "no reason"
      }\n` +
        (status === 404
          ? "Its database is not migrated: run deno task setup --only migrate."
          : "Check SUPABASE_SECRET_KEY: it must be a secret key of this very project."),
    );
  }

  /** The database is asked, which answers before any function is deployed; where it does not, nothing is compared. */
  async function isRemembered(registered: string[]): Promise<boolean> {
    const { data } = await (await installation.client()).rpc("media_sync_webhook_status");
    const events = (data as { events?: unknown } | null)?.events;
    return !Array.isArray(events) ||
      JSON.stringify(events.toSorted()) === JSON.stringify(registered);
  }

  return {
    name: "webhook",
    registered: async () => (await look()).ours.length,
    prepare: async () => {
      const { ours, missing, others } = await look();
      requireRoom(ours.length + others, missing.length);
    },
    check: async () => {
      const { uri, missing, ours } = await look();
      if (missing.length > 0) {
        const which = ours.length === 0
          ? "no event is"
          : `not every event is (${missing.join(", ")})`;
        return { status: "needed", message: `${which} registered for ${uri}` };
      }
      const registered = eventTypes(ours);
      if (!await isRemembered(registered)) {
        return { status: "needed", message: `registered for ${uri}, but not noted in the project` };
      }
      const what = registered.includes("all") ? "all events" : `${registered.length} events`;
      return { status: "in_place", message: `${what} registered for ${uri}` };
    },
    apply: async () => {
      const { uri, cloudinary, ours, missing, others } = await look();
      requireRoom(ours.length + others, missing.length);
      for (const eventType of missing) {
        await told(() =>
          createOnce(() => cloudinary.createTrigger({ uri, eventType, additive: true }))
        );
      }
      await remember([...eventTypes(ours), ...missing].sort());
      return missing.length === 0
        ? `registered already for ${uri}`
        : `${missing.length} ${missing.length === 1 ? "event" : "events"} registered for ${uri}`;
    },
    remove: async () => {
      const { uri, cloudinary, ours } = await look();
      for (const { id } of ours) await told(() => cloudinary.deleteTrigger(id));
      await remember([]);
      return ours.length === 0
        ? `nothing was registered for ${uri}`
        : `${ours.length} ${ours.length === 1 ? "webhook" : "webhooks"} of ${uri} removed`;
    },
  };
}

function requireRoom(registered: number, missing: number): void {
  if (registered + missing <= MAXIMUM_TRIGGERS) return;
  throw new CommandError(
    "too_many_triggers",
    `Cloudinary takes ${MAXIMUM_TRIGGERS} webhooks and ${registered} are registered: ` +
      "run deno task setup --only webhook --events all, which needs one, or remove others in " +
      "Cloudinary's console (Settings, Webhook Notifications).",
  );
}

function eventTypes(triggers: Trigger[]): string[] {
  return [...new Set(triggers.map(({ event_type }) => event_type))].sort();
}

/** Somebody else's run may have registered it meanwhile. */
async function createOnce(create: () => Promise<unknown>): Promise<void> {
  try {
    await create();
  } catch (error) {
    if (!(error instanceof CloudinaryError && error.code === "conflict")) throw error;
  }
}

/** Cloudinary's refusals as ours, with the mend. */
async function told<Result>(call: () => Promise<Result>): Promise<Result> {
  try {
    return await call();
  } catch (error) {
    if (!(error instanceof CloudinaryError)) throw error;
    const mend = error.code === "forbidden"
      ? " Use an API key that may manage webhooks (role Master admin)."
      : error.retryAt
      ? ` Try again after ${error.retryAt.toISOString()}.`
      : "";
    throw new CommandError(`cloudinary_${error.code}`, `${error.message}${mend}`);
  }
}

function sameAddress(trigger: Trigger, uri: string): boolean {
  if (!URL.canParse(trigger.uri)) return false;
  const { origin, pathname } = new URL(trigger.uri);
  return `${origin}${pathname.replace(/\/+$/, "")}` === uri;
}
