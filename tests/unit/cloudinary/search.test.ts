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

for (
  const { title, isRefused, asked } of [
    {
      title: "the plan does not let a search tell metadata",
      isRefused: (fields: string[]) => fields.includes("metadata"),
      asked: [["metadata", "last_updated"], [], ["metadata"], ["last_updated"], ["last_updated"]],
    },
    {
      title: "a search may not be asked for times of change",
      isRefused: (fields: string[]) => fields.includes("last_updated"),
      asked: [["metadata", "last_updated"], [], ["metadata"], ["metadata"]],
    },
    {
      title: "a search may be asked for neither",
      isRefused: (fields: string[]) => fields.length > 2,
      asked: [["metadata", "last_updated"], [], ["metadata"], ["last_updated"], []],
    },
  ]
) {
  Deno.test(`${title} → searched without, which is remembered`, () =>
    withFakeCloudinary(
      (request) =>
        isRefused(fieldsAsked(request))
          ? refused("not available in your plan")
          : Response.json({ total_count: 1, resources: [resource("a", { tags: ["x"] })] }),
      async ({ client, seen }) => {
        for (const _ of ["first", "second"]) {
          const { data: { resources: [found] } } = await client.search({ expression: "tags=x" });
          assertEquals(found?.tags, ["x"]);
        }
        assertEquals(seen.map((request) => fieldsAsked(request).slice(2)), asked);
      },
    ));
}

Deno.test("what searches may not tell is known → asked for what is left, once", () =>
  withFakeCloudinary(
    () => Response.json({ total_count: 1, resources: [resource("a")] }),
    async ({ client, seen }) => {
      client.useSearchRefusals(["metadata"]);
      await client.search({ expression: "tags=x" });
      assertEquals(seen.map(fieldsAsked), [["tags", "context", "last_updated"]]);
      assertEquals(client.searchRefusals(), ["metadata"]);
    },
  ));

Deno.test("a search that is wrong in itself → bad_request after two calls, and everything is asked for again", () =>
  withFakeCloudinary(
    (request) =>
      JSON.parse(request.body).expression === "("
        ? refused("Error parsing expression")
        : Response.json({ total_count: 0, resources: [] }),
    async ({ client, seen }) => {
      const error = await rejection(client.search({ expression: "(" }));
      assertInstanceOf(error, CloudinaryError);
      assertEquals([error.code, error.message], ["bad_request", "Error parsing expression"]);
      assertEquals(seen.length, 2);
      await client.search({ expression: "tags=x" });
      assertEquals(fieldsAsked(seen.at(-1)!), ["tags", "context", "metadata", "last_updated"]);
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
