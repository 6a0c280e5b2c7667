import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import fc from "fast-check";
import { z } from "zod";
import { ApiError } from "../../../supabase/functions/_shared/http/api-error.ts";
import { parseBody, parseQuery, readBody } from "../../../supabase/functions/_shared/http/parse.ts";

const querySchema = z.strictObject({
  page: z.coerce.number().int().min(1).default(1),
  tags: z.string().optional(),
  full: z.enum(["true", "false"]).optional(),
});

const bodySchema = z.strictObject({
  name: z.string().max(10).optional(),
  count: z.number().int().optional(),
  context: z.record(z.string(), z.string()).optional(),
  items: z.array(z.strictObject({ id: z.string() })).optional(),
});

function request(body: BodyInit | null, contentType: string | null = "application/json"): Request {
  const headers = new Headers();
  const made = new Request("http://localhost/", { method: "POST", headers, body });
  if (contentType === null) made.headers.delete("content-type");
  else made.headers.set("content-type", contentType);
  return made;
}

async function refusal(work: () => unknown): Promise<ApiError> {
  try {
    await work();
  } catch (error) {
    assertInstanceOf(error, ApiError);
    return error;
  }
  throw new Error("expected a refusal");
}

const badQuery = (query: string) =>
  refusal(() => parseQuery(new URL(`http://localhost/?${query}`), querySchema));
const badBody = (body: BodyInit | null, contentType?: string | null, maxBytes?: number) =>
  refusal(() => parseBody(request(body, contentType), bodySchema, { maxBytes }));
const paths = (error: ApiError) => error.details?.map(({ path }) => path).sort();

Deno.test("a query that fits → typed values with defaults", () => {
  const url = new URL("http://localhost/?tags=a%2Cb");
  assertEquals(parseQuery(url, querySchema), { page: 1, tags: "a,b" });
});

Deno.test("a query with bad, unknown and repeated fields → 400, one entry per field", async () => {
  const bad = await badQuery("page=0&full=maybe&pgae=1&other=2");
  assertEquals([bad.status, bad.code], [400, "bad_request"]);
  assertEquals(paths(bad), ["full", "other", "page", "pgae"]);
  assertEquals(paths(await badQuery("tags=a&tags=b&tags=c")), ["tags"]);
});

for (const query of ["page=NaN", "page=1e400", "page=%00", "tags=a%00b", "__proto__=1", "a%00=1"]) {
  Deno.test(`the query ${query} → 400`, async () => {
    assertEquals((await badQuery(query)).status, 400);
  });
}

Deno.test("no body, with or without a content type → {}", async () => {
  assertEquals(await parseBody(request(null, null), bodySchema), {});
  assertEquals(await parseBody(request("", "text/plain"), bodySchema), {});
  assertEquals(await parseBody(request(""), bodySchema), {});
});

Deno.test("a body that fits → typed value; +json and a charset are JSON too", async () => {
  const body = '{"name":"ü😀","count":2}';
  for (
    const type of ["application/json", "Application/JSON; charset=utf-8", "application/a+json"]
  ) {
    assertEquals(await parseBody(request(body, type), bodySchema), { name: "ü😀", count: 2 });
  }
});

for (const type of ["text/plain", "application/x-www-form-urlencoded", "application/jsonp", null]) {
  Deno.test(`a body as ${type ?? "nothing in particular"} → 415`, async () => {
    const error = await badBody('{"name":"x"}', type);
    assertEquals([error.status, error.code], [415, "unsupported_media_type"]);
  });
}

for (const body of ["{", "nonsense", "{'a':1}", "\u0000", new Uint8Array([0x22, 0xff, 0x22])]) {
  Deno.test(`the body ${JSON.stringify(String(body))} → 400 invalid_json`, async () => {
    const error = await badBody(body as BodyInit);
    assertEquals([error.status, error.code], [400, "invalid_json"]);
  });
}

for (const body of ["null", "[]", "5", '"text"', "true"]) {
  Deno.test(`the body ${body}, not an object → 400`, async () => {
    const error = await badBody(body);
    assertEquals([error.status, error.code], [400, "bad_request"]);
  });
}

Deno.test("bad and unknown fields in a body → 400, one entry per field with its path", async () => {
  const error = await badBody(
    JSON.stringify({ name: 5, count: 1.5, items: [{ id: "a" }, { id: 1, more: 2 }], extra: 1 }),
  );
  assertEquals(error.status, 400);
  assertEquals(paths(error), ["count", "extra", "items.1.id", "items.1.more", "name"]);
  assert(error.details!.every(({ message }) => message.length > 0));
});

const unstorable: [string, string][] = [
  ['{"name":"a\\u0000b"}', "name"],
  ['{"name":"\\ud800"}', "name"],
  ['{"context":{"k":"\\u0000"}}', "context.k"],
  ['{"context":{"a\\u0000":"v"}}', "context.a\ufffd"],
  ['{"context":{"\\udc00":"v"}}', "context.\ufffd"],
  ['{"__proto__":{"name":"x"}}', "__proto__"],
  ['{"context":{"__proto__":"x"}}', "context.__proto__"],
  ['{"count":1e999}', "count"],
];
for (const [body, path] of unstorable) {
  Deno.test(`the body ${body} → 400 for ${path}`, async () => {
    const error = await badBody(body);
    assertEquals([error.status, paths(error)], [400, [path]]);
  });
}

Deno.test("100,000 levels of nesting → 400", async () => {
  const body = `{"items":${"[".repeat(100_000)}${"]".repeat(100_000)}}`;
  assertEquals((await badBody(body)).status, 400);
});

Deno.test("a body over the limit → 413, whether it announces its length or not", async () => {
  const large = JSON.stringify({ name: "x".repeat(100) });
  assertEquals((await badBody(large, "application/json", 50)).status, 413);
  const stream = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.enqueue(new Uint8Array(20)),
  });
  const error = await refusal(() => readBody(request(stream), 50));
  assertEquals([error.status, error.code], [413, "payload_too_large"]);
});

Deno.test("a body that breaks off → 400", async () => {
  const stream = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.error(new Error("connection lost")),
  });
  const error = await refusal(() => readBody(request(stream), 50));
  assertEquals([error.status, error.code], [400, "incomplete_body"]);
});

Deno.test("any JSON at all → a value or a refusal below 500", async () => {
  await fc.assert(fc.asyncProperty(fc.jsonValue(), async (value) => {
    try {
      await parseBody(request(JSON.stringify(value)), bodySchema);
    } catch (error) {
      assertInstanceOf(error, ApiError);
      assert(error.status < 500);
    }
  }));
});
