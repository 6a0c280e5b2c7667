/** A client generated from the OpenAPI document calls every operation, and every answer is held against the contract. */
import { assert, assertEquals } from "@std/assert";
import createClient from "openapi-fetch";
import { OPERATIONS } from "../../../supabase/functions/_shared/contract/openapi/document.ts";
import document from "../../../openapi.json" with { type: "json" };
import { assertKeepsContract, operationOf } from "../../support/contract.ts";
import type { paths } from "../../support/openapi-types.ts";
import { stackTests } from "../../support/stack-test.ts";
import type { Stack } from "../../../scripts/local/stack-options.ts";
import { signedHeaders } from "../webhook/webhook-world.ts";

const PIXEL = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7";

/** Among the emulated assets of a seed the first share their names. */
const ASSETS = 12;

/** The operations that were answered as they should, by their ids. */
const answered = new Set<string>();
const stackTest = stackTests({ assets: ASSETS });

/** The generated client with a key; whatever it is answered must be in the contract. */
function clientOf({ info }: Stack, apikey: string) {
  const baseUrl = `${info.url}/functions/v1`;
  return createClient<paths>({
    baseUrl,
    headers: { apikey },
    async fetch(request: Request) {
      const response = await fetch(request);
      const path = request.url.slice(baseUrl.length + 1);
      if (response.headers.get("content-type")?.startsWith("application/json")) {
        const { status } = response;
        const body = await response.clone().json();
        assertKeepsContract(request.method, path, { status, body });
        if (status < 400) answered.add(operationOf(request.method, path)!.id);
      }
      return response;
    },
  });
}

type Client = ReturnType<typeof clientOf>;

/** The answer of a call that succeeded. */
function ok<Data>({ data, error }: { data?: Data; error?: unknown }): Data {
  assert(data !== undefined, JSON.stringify(error));
  return data;
}

async function listed(client: Client) {
  const { items } = ok(
    await client.GET("/media-list", { params: { query: { sort_by: "public_id", limit: 100 } } }),
  );
  const names = items.map((item) => item.public_id);
  const unambiguous = items.filter((item) =>
    names.filter((name) => name === item.public_id).length === 1
  );
  assert(unambiguous.length > 2, names.join());
  return unambiguous;
}

stackTest(
  "format=openapi with a publishable key → the document, with the project's address",
  async ({ stack }) => {
    const client = clientOf(stack, stack.info.publishable_key);
    const served = ok(await client.GET("/sync", { params: { query: { format: "openapi" } } }));
    assertEquals(
      served,
      {
        ...document,
        servers: [{ url: `${stack.info.url}/functions/v1`, description: "This project." }],
      } as typeof served,
    );
    const refused = await client.GET("/sync");
    assertEquals([refused.response.status, refused.error?.code], [401, "unauthorized"]);
  },
);

stackTest("a generated client → runs, plans and watches the sync", async ({ stack }) => {
  const client = clientOf(stack, stack.info.secret_key);
  const run = async (
    body: NonNullable<paths["/sync"]["post"]["requestBody"]>["content"]["application/json"],
  ) => ok(await client.POST("/sync", { body })).data;
  const plan = await run({ dry_run: true });
  assert("plan" in plan && plan.plan.length === ASSETS);
  const first = await run({ full: true });
  assert("kind" in first && first.status === "completed");
  const { run_id, status } = await run({ background: true }) as { run_id: null; status: string };
  assertEquals([run_id, status], [null, "running"]);
  assertEquals(
    (await client.POST("/sync", { body: { allow_mass_delete: first.run_id } })).error?.code,
    "not_found",
  );

  const overview = ok(await client.GET("/sync"));
  assert(
    typeof overview === "object" && "health" in overview && overview.stats.total_assets === ASSETS,
  );
  const one = ok(await client.GET("/sync", { params: { query: { run_id: first.run_id } } }));
  assert(typeof one === "object" && "data" in one && one.data.synced_items === ASSETS);
  const both = ok(await client.GET("/sync", { params: { query: { verify: true } } }));
  assert(typeof both === "object" && "differing" in both && both.database_count === ASSETS);
  const metrics = await client.GET("/sync", {
    params: { query: { format: "prometheus" } },
    parseAs: "text",
  });
  assert(metrics.data?.includes("media_sync_assets"));
});

stackTest("a generated client → looks at the library and edits it", async ({ stack }) => {
  const client = clientOf(stack, stack.info.secret_key);
  const [one, other, third] = await listed(client);
  const query = { tags: "a tag,no other", used: false, include: "facets" };
  const none = ok(await client.GET("/media-list", { params: { query } }));
  assertEquals([none.items, none.stats, none.facets?.tags], [[], undefined, []]);

  const path = { id: one!.id };
  const edit = { add_tags: ["new"], context: { alt: "text" } };
  const { items: [edited] } = ok(
    await client.PATCH("/media-list/{id}", { params: { path }, body: edit }),
  );
  assertEquals(edited?.context.alt, "text");
  const ids = [one!.id, other!.id];
  const both = ok(await client.PATCH("/media-list", { body: { ids, add_tags: ["both"] } }));
  assertEquals(both.items.map((item) => item.tags.includes("both")), [true, true]);
  const { item, history } = ok(await client.GET("/media-list/{id}", { params: { path } }));
  assert(item.tags.includes("new") && history.length > 0);
  const wrong = await client.PATCH("/media-list/{id}", {
    params: { path },
    body: { tags: ["a,b"] },
  });
  assertEquals(wrong.error?.details?.[0]?.path, "tags.0");

  const { metadata_fields } = ok(await client.GET("/media-list/metadata-fields"));
  assert(metadata_fields.some(({ type, values }) => type === "set" && values.length > 0));

  const twice = [one!, other!].map((named) => named.public_id);
  const gone = ok(await client.DELETE("/media-list", { params: { query: { public_ids: twice } } }));
  assertEquals(gone.deleted.sort(), twice.sort());
  const failed = ok(
    await client.DELETE("/media-list", { body: { public_ids: [crypto.randomUUID()] } }),
  );
  assertEquals(failed.failed[0]?.code, "not_found");
  const lost = await client.POST("/media-list/{id}/restore", { params: { path } });
  assertEquals([lost.response.status, lost.error?.code], [409, "content_gone"]);
  const alive = { id: third!.id };
  const kept = ok(await client.POST("/media-list/{id}/restore", { params: { path: alive } }));
  assertEquals([kept.outcome, kept.item.id], ["live", third!.id]);
});

stackTest("a generated client → uploads a file", async ({ stack }) => {
  const client = clientOf(stack, stack.info.secret_key);
  const upload = ok(await client.POST("/media-list/uploads", { body: { public_id: "uploaded" } }));
  const form = new FormData();
  for (const [name, value] of Object.entries(upload.fields)) form.set(name, value);
  form.set("file", PIXEL);
  const response = await fetch(upload.upload_url, { method: "POST", body: form });
  const confirmed = ok(
    await client.POST("/media-list/uploads/confirm", { body: await response.json() }),
  );
  assertEquals(confirmed.item.public_id, "uploaded");
});

stackTest(
  "a generated client → hands over a notification, once more, and again from the inbox",
  async ({ stack }) => {
    const client = clientOf(stack, stack.info.secret_key);
    const [item] = await listed(client);
    const body = JSON.stringify({
      notification_type: "resource_tags_changed",
      source: "ui",
      notification_context: { triggered_at: new Date().toISOString() },
      resources: [{
        public_id: item!.public_id,
        resource_type: item!.resource_type,
        type: item!.type,
      }],
    });
    const { password } = new URL(stack.info.cloudinary_url);
    const signed = signedHeaders(body, password);
    const post = () =>
      client.POST("/webhook", {
        body: {},
        bodySerializer: () => body,
        headers: signed,
        params: { header: { "x-cld-timestamp": signed["x-cld-timestamp"]! } },
      });
    const first = ok(await post());
    assert(first.result !== "duplicate", first.result);
    assertEquals(ok(await post()).result, "duplicate");
    const status = ok(await client.GET("/webhook"));
    assert(status.configured && status.last_received_at !== null);

    const [event] = await stack.sql<{ id: number }>(
      "select max(id)::int as id from media_sync.webhook_events",
    );
    const { data: replay } = ok(await client.POST("/sync", { body: { replay_event: event!.id } }));
    assert("event_id" in replay);
  },
);

stackTest("every operation of the document → was called, and answered as it says", () => {
  assertEquals([...answered].sort(), OPERATIONS.map(({ id }) => id).sort());
});
