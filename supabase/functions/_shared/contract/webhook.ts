import { z } from "zod";
import { success, timestamp } from "./values.ts";

/** The query of `GET webhook`: none. */
export const webhookQuery = z.strictObject({});

export const eventAnswer = z.strictObject({
  success,
  result: z.enum(["applied", "stored", "duplicate", "ignored"]).describe(
    "applied: the rows follow it; stored: a look-up follows; duplicate: it was known; ignored: it concerns nothing here.",
  ),
}).describe("What became of a notification.");

export const webhookStatusAnswer = z.strictObject({
  success,
  configured: z.boolean().describe("Whether notifications can be checked."),
  missing: z.array(z.string()).optional().describe("Names of the variables that are missing."),
  url: z.string().optional().describe("Where Cloudinary is to send notifications to."),
  events: z.array(z.string()).optional().describe("The notifications that are registered."),
  last_received_at: timestamp.nullable().optional(),
  last_error: z.strictObject({ received_at: timestamp, notification_type: z.string() })
    .nullable().optional().describe("The last that could not be applied, of the last seven days."),
}).describe(
  "Whether notifications can be received; all but `configured` for admins and secret keys.",
);

/** What `POST webhook` answers. */
export type EventAnswer = z.infer<typeof eventAnswer>;
/** What `GET webhook` answers. */
export type WebhookStatusAnswer = z.infer<typeof webhookStatusAnswer>;
