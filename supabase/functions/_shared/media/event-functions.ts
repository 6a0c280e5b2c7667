import type { ServiceCalls } from "./service-calls.ts";
import type { EventOutcome, ReceivedEvent } from "./types.ts";

/** Notifications: the inbox and what becomes of them. Methods throw `DatabaseError`. */
export class EventFunctions {
  constructor(private readonly calls: ServiceCalls) {}

  /** Which notifications are registered, when the last one came and when the last one failed. */
  webhookStatus(): Promise<{
    events: string[];
    last_received_at: string | null;
    last_error: { received_at: string; notification_type: string } | null;
  }> {
    return this.calls.call("media_sync_webhook_status", {});
  }

  /** Stores a verified notification and applies it, in one transaction. */
  receiveEvent(event: ReceivedEvent): Promise<EventOutcome> {
    return this.calls.call("media_sync_receive_event", {
      p_cloud_name: this.calls.cloudName,
      p_event: event,
    });
  }

  /** A stored notification, or null. */
  getEvent(id: number): Promise<{ id: number; body: string } | null> {
    return this.calls.call("media_sync_get_event", { p_id: id });
  }

  /** Applies a stored notification again. */
  replayEvent(id: number, effects: object[]): Promise<EventOutcome> {
    return this.calls.call("media_sync_replay_event", {
      p_cloud_name: this.calls.cloudName,
      p_id: id,
      p_effects: effects,
    });
  }
}
