/** Both sides of a two-way scenario: a stack that scenarios share, emptied before each of them. */
import { assertEquals } from "@std/assert";
import { createClient as createSupabaseClient, type SupabaseClient } from "@supabase/supabase-js";
import type { Stack } from "../../scripts/local/stack-options.ts";
import { emptySides } from "./empty-stack.ts";
import { type Call, control, createClient, syncUntilCompleted } from "./stack.ts";

/** What the steps of a scenario work with. */
export interface ScenarioWorld {
  stack: Stack;
  /** Calls a function; by default with a secret key. */
  call: Call;
  /** The data API, as a signed-in editor. */
  editor: SupabaseClient;
  /** Cloudinary calls that steps made themselves, by endpoint. They are not the product's. */
  own: Record<string, number>;
}

/** An asset as a scenario describes it, in Cloudinary's names. */
export type AssetDescription = Record<string, unknown> & { public_id?: string };

/** Makes a world of a stack; the stack is its caller's to stop. */
export async function openScenarioWorld(stack: Stack): Promise<ScenarioWorld> {
  const { url, publishable_key, users } = stack.info;
  const editor = createSupabaseClient(url, publishable_key, {
    auth: { persistSession: false, autoRefreshToken: false },
  });
  const { error } = await editor.auth.signInWithPassword(users.editor);
  assertEquals(error, null);
  return { stack, call: createClient(stack), editor, own: {} };
}

/** Empties both sides and takes settings, faults and switches back. */
export async function resetWorld(world: ScenarioWorld): Promise<void> {
  const { stack } = world;
  await emptySides(stack);
  // Scenarios that want an account without backups, as new ones are, say so.
  await control(stack, "PUT /behavior", { backup: true });
  // Notifications would change rows at times of their own.
  await control(stack, "PUT /faults", { webhook_drop_rate: 1 });
  // A local edit wakes a push at once; here a scenario says when a push begins.
  await stack.sql("delete from vault.secrets where name = 'media_sync_cron_key'");
  world.own = {};
}

/** A first sync, and everything asked for that listings do not tell: what follows costs what it costs in ordinary days. */
export async function syncWhole({ call }: ScenarioWorld): Promise<void> {
  await syncUntilCompleted(call);
  await syncUntilCompleted(call, { facts: true });
}

/** The asset_id of an asset that scenarios call so: the name in hexadecimal digits. */
export function assetIdOf(name: string): string {
  const digits = Array.from(new TextEncoder().encode(name), (byte) => byte.toString(16));
  const id = digits.join("").padEnd(32, "f");
  assertEquals(id.length, 32, `the name ${name} is too long`);
  return id;
}

/** The name of the asset with this asset_id. */
export function nameOfAsset(assetId: string): string {
  const digits = assetId.replace(/(ff)+$/, "").match(/../g) ?? [];
  return new TextDecoder().decode(new Uint8Array(digits.map((two) => parseInt(two, 16))));
}

/** Inserts assets into the library, without anybody being told. */
export async function insertAssets(
  { stack }: ScenarioWorld,
  assets: Record<string, AssetDescription>,
): Promise<void> {
  await control(stack, "POST /assets", {
    assets: Object.entries(assets).map(([name, description]) => ({
      asset_id: assetIdOf(name),
      public_id: name,
      created_at: "2026-01-01T00:00:00Z",
      ...description,
    })),
  });
}

/** How often each Cloudinary endpoint was called by the product. */
export async function productCalls(world: ScenarioWorld): Promise<Record<string, number>> {
  const { counts } = await control(world.stack, "GET /calls");
  return subtract(counts, world.own);
}

/** Calls of the product by endpoint that `work` makes. */
export async function callsOf(
  world: ScenarioWorld,
  work: () => Promise<unknown>,
): Promise<Record<string, number>> {
  const before = await productCalls(world);
  await work();
  return subtract(await productCalls(world), before);
}

/** Requests to the data API meanwhile, in their order; those that call an SQL function by its name alone. */
export async function databaseCallsOf(
  { stack }: ScenarioWorld,
  work: () => Promise<unknown>,
): Promise<string[]> {
  const calls: string[] = [];
  const stop = stack.watchDataApi((request) => {
    calls.push(request.replace("POST /rest/v1/rpc/", ""));
  });
  try {
    await work();
  } finally {
    stop();
  }
  return calls;
}

/** What was called since: endpoints with more calls than before. */
export function subtract(
  counts: Record<string, number>,
  before: Record<string, number>,
): Record<string, number> {
  return Object.fromEntries(
    Object.entries(counts)
      .map(([endpoint, count]): [string, number] => [endpoint, count - (before[endpoint] ?? 0)])
      .filter(([, count]) => count > 0),
  );
}
