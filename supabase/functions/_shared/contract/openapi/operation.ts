import type { z } from "zod";

/** Who may call an operation; each may do all that those before it may. */
export type Access = "nobody" | "anyone" | "editor" | "admin" | "cloudinary";

/** What an operation answers with one status. */
export interface OperationAnswer {
  description: string;
  /** Of JSON. */
  schema: z.ZodType;
  /** What it may be besides: media types and what they hold. */
  others?: Record<string, string>;
}

/** A parameter that is no part of the query's schema. */
export interface ExtraParameter {
  name: string;
  in: "path" | "query" | "header";
  required?: boolean;
  description: string;
  schema: Record<string, unknown>;
  style?: string;
  explode?: boolean;
}

/** One operation of the HTTP API. */
export interface Operation {
  id: string;
  method: "GET" | "POST" | "PATCH" | "DELETE";
  /** Below `/functions/v1`, with parameters in braces. */
  path: string;
  tag: "Library" | "Sync" | "Webhook";
  /** One line. */
  summary: string;
  description?: string;
  access: Access;
  query?: z.ZodObject;
  parameters?: readonly ExtraParameter[];
  body?: { schema: z.ZodType; required: boolean };
  answers: Record<number, OperationAnswer>;
  /** Statuses of errors besides those that every operation knows. */
  errors: readonly number[];
}

/** The id in a path. */
export const idParameter: ExtraParameter = {
  name: "id",
  in: "path",
  required: true,
  description: "`id` of the asset.",
  schema: { type: "string", format: "uuid" },
};
