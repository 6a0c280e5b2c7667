/** What a scenario can do on either side. */
import { assert, assertEquals, assertObjectMatch, assertStringIncludes } from "@std/assert";
import {
  type AssetDescription,
  assetIdOf,
  insertAssets,
  type ScenarioWorld,
  subtract,
} from "./scenario-world.ts";
import { callCloudinary, control } from "./stack.ts";
import { waitUntil } from "./wait-until.ts";

/** One thing that happens. */
export type Step = (world: ScenarioWorld) => Promise<void>;

// deno-lint-ignore no-explicit-any -- state of every shape.
type Any = any;

/** Changes in Cloudinary: calls of its API, as somebody makes them in its console. */
export const there = {
  /** New assets. */
  insert: (assets: Record<string, AssetDescription>): Step => (world) =>
    insertAssets(world, assets),

  /** Sets fields through the Admin API; `context` is set as a whole. */
  set: (name: string, fields: {
    display_name?: string;
    asset_folder?: string;
    tags?: string[];
    context?: Record<string, string>;
    metadata?: Record<string, string>;
  }): Step =>
  async (world) => {
    const { tags, context, metadata, ...others } = fields;
    // Accounts may pass over empty values, and add a context to the one that is there.
    if (tags?.length === 0) await clearThere(world, name, "tags");
    if (context) await clearThere(world, name, "context");
    await callThere(world, "PUT", `/resources/${assetIdOf(name)}`, {
      ...others,
      ...(tags ? { tags: tags.join(",") } : {}),
      ...(context ? { context: pairs(context) } : {}),
      ...(metadata ? { metadata: pairs(metadata) } : {}),
    });
  },

  /** Adds a tag to images, a thousand a call. */
  tagAll: (names: string[], tag: string): Step => async (world) => {
    for (let start = 0; start < names.length; start += 1_000) {
      await callThere(world, "POST", "/image/tags", {
        command: "add",
        tag,
        public_ids: names.slice(start, start + 1_000),
      });
    }
  },

  /** Sets some context keys, leaving the others. */
  addContext: (name: string, context: Record<string, string>): Step => async (world) => {
    const { resource_type, public_id } = await assetThere(world, name);
    await callThere(world, "POST", `/${resource_type}/context`, {
      command: "add",
      context: pairs(context),
      "public_ids[]": public_id,
    });
  },

  rename: (name: string, to: string): Step => async (world) => {
    const { resource_type, public_id } = await assetThere(world, name);
    await callThere(world, "POST", `/${resource_type}/rename`, {
      from_public_id: public_id,
      to_public_id: to,
    });
  },

  destroy: (...names: string[]): Step => async (world) => {
    for (const name of names) {
      await callThere(world, "POST", "/asset/destroy", { asset_id: assetIdOf(name) });
    }
  },

  /** Uploads other content under the same name, with the fields that the asset has. */
  overwrite: (name: string, content: string): Step => async (world) => {
    const asset = await assetThere(world, name);
    // Versions are seconds; an upload in the same second could not be told from the one before.
    await control(world.stack, "PUT /clock", { advance_ms: 2_000 });
    await callThere(world, "POST", `/${asset.resource_type}/upload`, {
      file: `data:application/octet-stream;base64,${btoa(content)}`,
      public_id: asset.public_id,
      display_name: asset.display_name,
      ...(asset.asset_folder ? { asset_folder: asset.asset_folder } : {}),
      overwrite: "true",
      ...(asset.tags?.length ? { tags: asset.tags.join(",") } : {}),
      ...(asset.context?.custom ? { context: pairs(asset.context.custom) } : {}),
    });
  },

  renameFolder: (from: string, to: string): Step => (world) =>
    callThere(world, "PUT", `/folders/${from}`, { to_folder: to }),

  /** A structured metadata field of type string. */
  defineMetadata: (external_id: string): Step => (world) =>
    callThere(world, "POST", "/metadata_fields", {
      external_id,
      label: external_id,
      type: "string",
    }),

  /** Moves Cloudinary's clock, against which nothing but the policy `newest` compares. */
  clock: (advance_ms: number): Step => async ({ stack }) =>
    void await control(stack, "PUT /clock", { advance_ms }),

  /** Until a call of this endpoint has come in; with the latency of that moment it is answered later. */
  isCalled: (endpoint: string): Step => async ({ stack }) =>
    void await waitUntil(
      async () => (await control(stack, "GET /calls")).open.includes(endpoint),
      { describe: `an open call of ${endpoint}` },
    ),

  faults: (faults: Record<string, unknown>): Step => async ({ stack }) =>
    void await control(stack, "PUT /faults", faults),

  behavior: (behavior: Record<string, unknown>): Step => async ({ stack }) =>
    void await control(stack, "PUT /behavior", behavior),
};

async function clearThere(
  world: ScenarioWorld,
  name: string,
  what: "tags" | "context",
): Promise<void> {
  const { resource_type, public_id } = await assetThere(world, name);
  await callThere(world, "POST", `/${resource_type}/${what}`, {
    command: "remove_all",
    "public_ids[]": public_id,
  });
}

/** Changes in the database: an editor over supabase-js, unless said otherwise. */
export const here = {
  /** Sets editable columns. An edit that changes nothing finds no row: the database writes none. */
  set: (name: string, fields: {
    display_name?: string;
    folder?: string;
    public_id?: string;
    tags?: string[];
    context?: Record<string, unknown>;
    metadata?: Record<string, unknown>;
  }, { rows = 1 } = {}): Step =>
  async ({ editor }) => {
    const { data, error } = await editor.from("media_assets").update(fields)
      .eq("asset_id", assetIdOf(name)).select("id");
    assertEquals({ error, rows: data?.length }, { error: null, rows });
  },

  /** Tries to set editable columns, and is refused with a sentence that says why. */
  refused: (name: string, fields: Record<string, unknown>, sentence: string): Step =>
  async (
    { editor },
  ) => {
    const { error } = await editor.from("media_assets").update(fields)
      .eq("asset_id", assetIdOf(name)).select("id");
    assertStringIncludes(error?.message ?? "accepted", sentence);
  },

  /** Deletes as the function does; says what became of each. */
  delete: (name: string, { force = false, outcome = "deleted" } = {}): Step => async (world) => {
    const { data, error } = await world.editor.rpc("soft_delete_media_assets", {
      p_ids: [await rowId(world, name)],
      p_force: force,
    });
    assertEquals({ error, outcomes: data?.map((row: Any) => row.outcome) }, {
      error: null,
      outcomes: [outcome],
    });
  },

  restore: (name: string, outcome: "live" | "restored" | "requested"): Step => async (world) => {
    const { data, error } = await world.editor.rpc("restore_media_asset", {
      p_id: await rowId(world, name),
    });
    assertEquals({ error, data }, { error: null, data: outcome });
  },

  /** Decides the open conflicts of an asset. */
  resolve: (name: string, keep: "cloudinary" | "database"): Step => async (world) => {
    const id = await rowId(world, name);
    const { data, error } = await world.editor.rpc("resolve_media_conflicts", {
      p_ids: [id],
      p_keep: keep,
    });
    assertEquals({ error, data }, { error: null, data: [id] });
  },

  /** Notes a use of the asset. */
  use: (name: string): Step => async (world) => {
    const { error } = await world.editor.from("media_usage").insert({
      media_asset_id: await rowId(world, name),
      usage_type: "content",
      reference_table: "posts",
      reference_id: "1",
      field: "cover",
    });
    assertEquals(error, null);
  },

  /** Changes settings, as an operator. */
  settings: (settings: Record<string, unknown>): Step => async ({ stack }) => {
    for (const [name, value] of Object.entries(settings)) {
      await stack.sql(`update media_sync.settings set ${name} = $1`, [value]);
    }
  },

  /** An operator's statement. */
  sql: (text: string): Step => async ({ stack }) => void await stack.sql(text),
};

/** Calls of the product itself. */
export const product = {
  /** `POST sync`, and what its `data` must contain. */
  sync: (
    json: Record<string, unknown>,
    data: Record<string, unknown> = {},
    status = 200,
  ): Step =>
  async ({ call }) => {
    const answer = await call("sync", { method: "POST", json });
    assertEquals(answer.status, status, JSON.stringify(answer.body));
    assertObjectMatch({ data: {}, ...answer.body }, { data });
  },

  /**
   * Takes a step while a push is under way: once it has read a row fresh and knows what to write.
   *
   * @param latency_ms What every call to Cloudinary takes to arrive.
   */
  syncWhile:
    (json: Record<string, unknown>, step: Step, latency_ms = 300): Step => async (world) => {
      const { call, stack } = world;
      const observed =
        "select coalesce(max(observed_at), '-infinity')::text as at from public.media_assets";
      const [before] = await stack.sql<{ at: string }>(`${observed}`);
      await control(stack, "PUT /faults", { latency_ms });
      const running = call("sync", { method: "POST", json });
      await waitUntil(async () => {
        const [read] = await stack.sql<{ at: string }>(
          `${observed} where id in (select media_asset_id from media_sync.push_leases)`,
        );
        return read!.at !== "-infinity" && read!.at !== before!.at;
      }, { describe: "a claimed row that was looked up" });
      await step(world);
      const { status, body } = await running;
      await control(stack, "PUT /faults", { latency_ms: 0 });
      assertEquals(status, 200, JSON.stringify(body));
    },

  /** `POST sync` that Cloudinary makes fail: 502 with this code. */
  syncFails: (json: Record<string, unknown>, code: string): Step => async ({ call }) => {
    const answer = await call("sync", { method: "POST", json });
    assertEquals({ status: answer.status, code: answer.body.code }, { status: 502, code });
  },

  /** `GET sync?verify=true`, and what its answer must be; what is not told must be empty. */
  verify: (expected: {
    cloudinary_count: number;
    database_count: number;
    missing_in_database?: string[];
    missing_in_cloudinary?: string[];
    differing?: { public_id: string; fields: string[] }[];
  }): Step =>
  async ({ call }) => {
    const { status, body } = await call("sync?verify=true");
    assertEquals(status, 200, JSON.stringify(body));
    const { missing_in_database = [], missing_in_cloudinary = [], differing = [] } = expected;
    assertObjectMatch(body, {
      success: true,
      ...expected,
      missing_in_database,
      missing_in_cloudinary,
      differing,
    });
    assertEquals(
      [body.missing_in_database, body.missing_in_cloudinary, body.differing],
      [missing_in_database, missing_in_cloudinary, differing],
    );
  },

  /** Lets the blocked run delete, once. */
  allowMassDelete: (data: Record<string, unknown> = {}): Step => async ({ call, stack }) => {
    const [run] = await stack.sql<{ id: string }>(
      "select id from media_sync.runs where status = 'blocked' order by started_at desc limit 1",
    );
    assert(run, "no run is blocked");
    const json = { allow_mass_delete: run.id };
    const answer = await call("sync", { method: "POST", json });
    assertEquals(answer.status, 200, JSON.stringify(answer.body));
    assertObjectMatch(answer.body.data, data);
    const again = await call("sync", { method: "POST", json });
    assertEquals(again.status, 404, "a run can be allowed once");
  },
};

/** The id of an asset's row. */
export async function rowId({ stack }: ScenarioWorld, name: string): Promise<string> {
  const [row] = await stack.sql<{ id: string }>(
    "select id from public.media_assets where asset_id = $1",
    [assetIdOf(name)],
  );
  assert(row, `no row of ${name}`);
  return row.id;
}

async function assetThere({ stack }: ScenarioWorld, name: string): Promise<Any> {
  const { assets } = await control(stack, "GET /state");
  const asset = assets.find((one: Any) => one.asset_id === assetIdOf(name));
  assert(asset, `Cloudinary has no ${name}`);
  return asset;
}

async function callThere(
  world: ScenarioWorld,
  method: string,
  path: string,
  parameters: Record<string, unknown>,
): Promise<void> {
  const before = (await control(world.stack, "GET /calls")).counts;
  await callCloudinary(world.stack, `${method} ${path}`, parameters);
  const after = (await control(world.stack, "GET /calls")).counts;
  for (const [endpoint, count] of Object.entries(subtract(after, before))) {
    world.own[endpoint] = (world.own[endpoint] ?? 0) + count;
  }
}

/** Cloudinary's encoding of context and metadata. */
function pairs(values: Record<string, string>): string {
  const escape = (text: string) => text.replace(/[=|\\]/g, "\\$&");
  return Object.entries(values).map(([key, value]) => `${escape(key)}=${escape(value)}`).join("|");
}
