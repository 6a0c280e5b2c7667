import { assertEquals, assertInstanceOf } from "@std/assert";
import { CloudinaryError } from "../../../supabase/functions/_shared/cloudinary/client.ts";
import { rejection, resource, type SeenRequest, withFakeCloudinary } from "./fake-cloudinary.ts";

function refused(message: string): Response {
  return Response.json({ error: { message } }, { status: 400 });
}

function fieldsAsked({ body }: SeenRequest): string[] {
  return JSON.parse(body).with_field;
}

Deno.test("a search → total, cursor, flat context; fields not asked for stay untold", () =>
  withFakeCloudinary(
    () =>
      Response.json({
        total_count: 2,
        next_cursor: "n",
        resources: [resource("a", { context: { alt: "x" } })],
      }),
    async ({ client, seen }) => {
      const { data } = await client.search({
        expression: 'uploaded_at>"2026-01-01"',
        sortBy: [{ uploaded_at: "asc" }],
        withFields: ["context"],
      });
      assertEquals([data.totalCount, data.nextCursor], [2, "n"]);
      assertEquals(data.resources[0]?.context, { alt: "x" });
      assertEquals("tags" in data.resources[0]!, false);
      assertEquals(JSON.parse(seen[0]!.body), {
        expression: 'uploaded_at>"2026-01-01"',
        sort_by: [{ uploaded_at: "asc" }],
        with_field: ["context"],
        max_results: 500,
      });
    },
  ));

Deno.test("the plan does not let a search tell metadata → searched without, which is remembered", () =>
  withFakeCloudinary(
    (request) =>
      fieldsAsked(request).includes("metadata")
        ? refused("metadata is not available in your plan")
        : Response.json({ total_count: 1, resources: [resource("a", { tags: ["x"] })] }),
    async ({ client, seen }) => {
      const { data: { resources: [found] } } = await client.search({ expression: "tags=x" });
      assertEquals([found?.tags, "metadata" in found!], [["x"], false]);
      await client.search({ expression: "tags=x" });
      const asked = [["tags", "context", "metadata"], ["tags", "context"], ["tags", "context"]];
      assertEquals(seen.map(fieldsAsked), asked);
    },
  ));

Deno.test("a search that is wrong in itself → bad_request, and metadata is asked for again", () =>
  withFakeCloudinary(
    (request) =>
      JSON.parse(request.body).expression === "("
        ? refused("Error parsing expression")
        : Response.json({ total_count: 0, resources: [] }),
    async ({ client, seen }) => {
      const error = await rejection(client.search({ expression: "(" }));
      assertInstanceOf(error, CloudinaryError);
      assertEquals([error.code, error.message], ["bad_request", "Error parsing expression"]);
      await client.search({ expression: "tags=x" });
      assertEquals(fieldsAsked(seen.at(-1)!), ["tags", "context", "metadata"]);
    },
  ));

Deno.test("placeholders among the results → left out", () =>
  withFakeCloudinary(
    () =>
      Response.json({
        total_count: 2,
        resources: [resource("a"), resource("b", { placeholder: true, bytes: 0 })],
      }),
    async ({ client }) => {
      const { data } = await client.search({ expression: "" });
      assertEquals(data.resources.map(({ public_id }) => public_id), ["a"]);
    },
  ));
