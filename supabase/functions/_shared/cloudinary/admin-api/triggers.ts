import { CloudinaryError } from "../errors.ts";
import type { Answer, Transport } from "../transport.ts";

/** A subscription of an address to one type of notification. */
export interface Trigger {
  id: string;
  uri: string;
  event_type: string;
}

/** Webhook subscriptions, which the SDK does not know; each call spends one unit of the hourly budget. */
export function createAdminTriggers(transport: Transport) {
  return {
    /** All triggers, or those of one event type. */
    async listTriggers(eventType?: string): Promise<Answer<Trigger[]>> {
      const { data, rateLimit } = await transport.viaFetch("GET triggers", {
        method: "GET",
        path: ["triggers"],
        query: eventType === undefined ? undefined : [["event_type", eventType]],
      });
      if (!Array.isArray(data.triggers)) {
        throw new CloudinaryError("Cloudinary sent no list of triggers.", { code: "unavailable" });
      }
      return { data: data.triggers as Trigger[], rateLimit };
    },

    /**
     * Subscribes an address. Not repeated by itself, since it might then be subscribed twice.
     *
     * @param request `uri`; `eventType` such as `all` or `upload`; `additive`: also told when a call names a
     *   notification address of its own.
     */
    async createTrigger(
      request: { uri: string; eventType: string; additive?: boolean },
    ): Promise<Answer<Trigger>> {
      const { data, rateLimit } = await transport.viaFetch("POST triggers", {
        method: "POST",
        path: ["triggers"],
        body: {
          uri: request.uri,
          event_type: request.eventType,
          uri_type: "webhook",
          ...(request.additive === undefined ? {} : { additive: request.additive }),
        },
      }, "never");
      return { data: data as unknown as Trigger, rateLimit };
    },

    /** Removes a trigger; one that is gone already counts as removed. */
    async deleteTrigger(id: string): Promise<Answer<null>> {
      try {
        const { rateLimit } = await transport.viaFetch("DELETE triggers", {
          method: "DELETE",
          path: ["triggers", id],
        });
        return { data: null, rateLimit };
      } catch (error) {
        if (error instanceof CloudinaryError && error.code === "not_found") {
          return { data: null, rateLimit: null };
        }
        throw error;
      }
    },
  };
}
