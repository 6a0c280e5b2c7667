import type { z } from "zod";
import { ANSWERS, REQUESTS } from "./components.ts";
import { errorResponses, errorsOf, requestIdHeader } from "./errors.ts";
import { type JsonSchema, referTo, toComponents, toParameterSchema } from "./json-schema.ts";
import { mediaListOperations } from "./media-list-operations.ts";
import type { Access, Operation } from "./operation.ts";
import { syncOperations } from "./sync-operations.ts";

/** Every operation of the HTTP API. */
export const OPERATIONS: readonly Operation[] = [...mediaListOperations, ...syncOperations];

/** An OpenAPI document. */
export interface OpenApiDocument {
  openapi: string;
  paths: Record<string, Record<string, unknown>>;
  [field: string]: unknown;
}

/** The server of a document that is not served by a project. */
const ANY_PROJECT = [
  {
    url: "https://{project}.supabase.co/functions/v1",
    description: "A Supabase project.",
    variables: { project: { default: "your-project", description: "The project's reference." } },
  },
  {
    url: "http://{host}/functions/v1",
    description: "The local stack.",
    variables: {
      host: { default: "127.0.0.1:54321", description: "Where `deno task dev` listens." },
    },
  },
];

/** What a caller must send, by who may call. */
const SECURITY: Record<Access, object[]> = {
  nobody: [{}, { publishable_key: [] }, { user_token: [] }, { secret_key: [] }],
  anyone: [{ publishable_key: [] }, { user_token: [] }, { secret_key: [] }],
  editor: [{ user_token: [] }, { secret_key: [] }],
  admin: [{ user_token: [] }, { secret_key: [] }],
  cloudinary: [{ cloudinary_signature: [] }],
};

const ROLES: Partial<Record<Access, string>> = {
  editor: "Editors, admins and secret keys.",
  admin: "Admins and secret keys.",
};

/**
 * The OpenAPI 3.1 document of the HTTP API, made from the schemas with which the functions check requests and from which
 * the types of their answers come.
 *
 * @param options `version` of Media Sync; `url` of the functions (`…/functions/v1`), where one project's is meant.
 */
export function createOpenApiDocument(
  { version, url }: { version: string; url?: string },
): OpenApiDocument {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const operation of OPERATIONS) {
    (paths[operation.path] ??= {})[operation.method.toLowerCase()] = describe(operation);
  }
  return {
    openapi: "3.1.1",
    info: {
      title: "Media Sync",
      version,
      summary: "A Cloudinary library in Supabase Postgres, in step with Cloudinary.",
      description:
        "JSON in, JSON out. Every answer carries `x-request-id`. Answers may hold more than is named " +
        "here in later versions; requests may not. `HEAD` is answered wherever `GET` is.",
      license: { name: "MIT", identifier: "MIT" },
    },
    servers: url === undefined ? ANY_PROJECT : [{ url, description: "This project." }],
    tags: [
      { name: "Library", description: "The library for client apps, with the caller's rights." },
      { name: "Sync", description: "Runs of the sync, and how it is doing." },
      { name: "Webhook", description: "Cloudinary's notifications." },
    ],
    paths,
    components: {
      schemas: {
        ...toComponents(REQUESTS, { open: false }),
        ...toComponents(ANSWERS, { open: true }),
      },
      responses: errorResponses(),
      headers: { RequestId: requestIdHeader },
      securitySchemes: {
        publishable_key: {
          type: "apiKey",
          in: "header",
          name: "apikey",
          description: "A publishable key of the project.",
        },
        secret_key: {
          type: "apiKey",
          in: "header",
          name: "apikey",
          description: "A secret key of the project.",
        },
        user_token: {
          type: "http",
          scheme: "bearer",
          bearerFormat: "JWT",
          description:
            "A signed-in user's token; its `app_metadata.media_role` makes an editor or admin.",
        },
        cloudinary_signature: {
          type: "apiKey",
          in: "header",
          name: "x-cld-signature",
          description: "Cloudinary's signature over the raw body and `x-cld-timestamp`.",
        },
      },
    },
  };
}

function describe(operation: Operation): object {
  const { id, tag, summary, access, body, answers } = operation;
  const description = [operation.description, ROLES[access]].filter(Boolean).join(" ");
  const parameters = [...operation.parameters ?? [], ...queryParameters(operation)];
  return {
    operationId: id,
    tags: [tag],
    summary,
    ...(description === "" ? {} : { description }),
    security: SECURITY[access],
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(body === undefined ? {} : {
      requestBody: {
        required: body.required,
        content: { "application/json": { schema: schemaOf(body.schema) } },
      },
    }),
    responses: {
      ...Object.fromEntries(
        Object.entries(answers).map(([status, { description, schema, others }]) => [status, {
          description,
          headers: { "x-request-id": { $ref: "#/components/headers/RequestId" } },
          content: {
            "application/json": { schema: schemaOf(schema) },
            ...Object.fromEntries(
              Object.entries(others ?? {}).map(([type, description]) => [
                type,
                { schema: { type: "string", description } },
              ]),
            ),
          },
        }]),
      ),
      ...errorsOf(operation),
    },
  };
}

function queryParameters({ query }: Operation): object[] {
  return Object.entries(query?.shape ?? {}).map(([name, value]) => {
    const { description } = value as z.ZodType;
    return {
      name,
      in: "query",
      ...(description === undefined ? {} : { description }),
      schema: toParameterSchema(value as z.ZodType),
    };
  });
}

const NAMES = new Map(
  Object.entries({ ...REQUESTS, ...ANSWERS }).map(([name, schema]) => [schema, name]),
);

/** @throws {Error} For a schema that is no component, nor a choice among components. */
function schemaOf(schema: z.ZodType): JsonSchema {
  const name = NAMES.get(schema);
  if (name !== undefined) return referTo(name);
  const { options } = schema as z.ZodUnion<readonly z.ZodType[]>;
  if (options === undefined) throw new Error("A schema of an operation is no component.");
  return { anyOf: options.map(schemaOf) };
}
