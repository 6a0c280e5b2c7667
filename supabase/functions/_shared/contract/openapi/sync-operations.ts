import { z } from "zod";
import { runAnswer, syncAnswer, syncRequest } from "../sync.ts";
import { syncOverviewAnswer, syncQuery, verificationAnswer } from "../sync-overview.ts";
import { eventAnswer, webhookQuery, webhookStatusAnswer } from "../webhook.ts";
import type { Operation } from "./operation.ts";

/** A description of the API, such as this one. */
export const openApiDocument = z.looseObject({ openapi: z.string(), paths: z.looseObject({}) })
  .describe("An OpenAPI document.");

/** Cloudinary's notification; nothing of it is believed before its signature fits. */
export const notification = z.looseObject({ notification_type: z.string().optional() })
  .describe("A notification as Cloudinary sends it.");

/** The operations of `sync` and of `webhook`. */
export const syncOperations: readonly Operation[] = [
  {
    id: "getSync",
    method: "GET",
    path: "/sync",
    tag: "Sync",
    summary: "How the sync is doing",
    description:
      "Its state, the last runs, Cloudinary's quota and its health; with `run_id` one run; with " +
      "`verify=true` a comparison of both sides; with another `format` something else. The format " +
      "`openapi` is for whoever has a key, everything else for admins and secret keys.",
    access: "anyone",
    query: syncQuery,
    answers: {
      200: {
        description: "What was asked for.",
        schema: z.union([syncOverviewAnswer, runAnswer, verificationAnswer, openApiDocument]),
        others: { "text/plain": "Metrics in Prometheus' text format 0.0.4." },
      },
    },
    errors: [404, 502],
  },
  {
    id: "runSync",
    method: "POST",
    path: "/sync",
    tag: "Sync",
    summary: "Runs a sync",
    description:
      "Does what the body asks for, or what is due, for at most 25 s. Also for the key " +
      "named cron.",
    access: "admin",
    body: { schema: syncRequest, required: false },
    answers: {
      200: { description: "Finished.", schema: syncAnswer },
      202: {
        description: "Still running: call again, or leave it to the tick.",
        schema: syncAnswer,
      },
    },
    errors: [404, 413, 415, 502],
  },
  {
    id: "getWebhook",
    method: "GET",
    path: "/webhook",
    tag: "Webhook",
    summary: "Whether notifications can be received",
    access: "nobody",
    query: webhookQuery,
    answers: { 200: { description: "Whether they can.", schema: webhookStatusAnswer } },
    errors: [],
  },
  {
    id: "receiveNotification",
    method: "POST",
    path: "/webhook",
    tag: "Webhook",
    summary: "Takes a notification of Cloudinary",
    description: "Signed over the raw body, at most 1 MiB; one whose signature holds is stored " +
      "whatever it holds.",
    access: "cloudinary",
    parameters: [{
      name: "x-cld-timestamp",
      in: "header",
      required: true,
      description: "Unix seconds of the signature.",
      schema: { type: "string" },
    }],
    body: { schema: notification, required: true },
    answers: { 200: { description: "What became of it.", schema: eventAnswer } },
    errors: [413],
  },
];
