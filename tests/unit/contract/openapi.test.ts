import { assert, assertEquals } from "@std/assert";
import { generateOpenApiFiles } from "../../../scripts/openapi.ts";
import { OPERATIONS } from "../../../supabase/functions/_shared/contract/openapi/document.ts";
import document from "../../../openapi.json" with { type: "json" };

const root = new URL("../../../", import.meta.url);

Deno.test("what is generated from the contract → is what the contract gives", async () => {
  for (const [path, wanted] of await generateOpenApiFiles()) {
    assert(
      await Deno.readTextFile(new URL(path, root)) === wanted,
      `run deno task openapi: ${path}`,
    );
  }
});

Deno.test("the routes of the functions → the operations of the contract, and no other", async () => {
  const routes: string[] = [];
  for (const name of ["media-list", "sync", "webhook"]) {
    const source = await Deno.readTextFile(new URL(`supabase/functions/${name}/index.ts`, root));
    for (const [, method, path] of source.matchAll(/method: "(\w+)", path: "([^"]+)"/g)) {
      const pattern = path!.replace(/:(\w+)/g, "{$1}");
      routes.push(`${method} /${name}${pattern === "/" ? "" : pattern}`);
    }
  }
  assertEquals(routes.sort(), OPERATIONS.map(({ method, path }) => `${method} ${path}`).sort());
});

Deno.test("the document → every reference leads somewhere", () => {
  const references: string[] = [];
  JSON.stringify(document, (key, value) => {
    if (key === "$ref") references.push(value);
    return value;
  });
  assert(references.length > 100, `${references.length} references`);
  for (const reference of new Set(references)) {
    let place: unknown = document;
    for (const part of reference.split("/").slice(1)) {
      place = (place as Record<string, unknown> | undefined)?.[part];
    }
    assert(place !== undefined, reference);
  }
});

Deno.test("objects in the document → of answers open to more fields, of requests not", () => {
  const { schemas } = document.components;
  assertEquals(JSON.stringify(schemas.SyncOverviewAnswer).includes("additionalProperties"), false);
  assertEquals(schemas.MediaEdit.additionalProperties, false);
  assertEquals(schemas.SyncRequest.additionalProperties, false);
});
