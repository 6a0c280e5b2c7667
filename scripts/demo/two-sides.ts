/** Both sides of the demo as their users have them: an editor's supabase-js client here, Cloudinary's API there. */
import { createClient, type SupabaseClient } from "@supabase/supabase-js";
import { delay } from "@std/async";
import {
  type CloudinaryClient,
  createCloudinaryClient,
} from "../../supabase/functions/_shared/cloudinary/client.ts";
import { readCloudinaryConfiguration } from "../../supabase/functions/_shared/cloudinary/configuration.ts";
import type { Stack } from "../local/stack-options.ts";
import { type DemoContext, DemoError } from "./step.ts";

/** The fields of an asset that the demo looks at, the same on both sides. */
export interface AssetState {
  asset_id: string;
  public_id: string;
  tags: string[];
  context: Record<string, string>;
}

/** Who works on the two sides. */
export interface TwoSides {
  /** A signed-in editor's client. */
  here: SupabaseClient;
  there: CloudinaryClient;
  close(): Promise<void>;
}

/** Longest that a change may take to the other side, in ms; the demo fails after it. */
const PATIENCE_MS = 20_000;

/** Signs an editor in and opens Cloudinary's API with the stack's credentials. */
export async function openTwoSides(stack: Stack): Promise<TwoSides> {
  const here = createClient(stack.info.url, stack.info.publishable_key, {
    auth: { persistSession: false, autoRefreshToken: false },
  });
  const { error } = await here.auth.signInWithPassword(stack.info.users.editor);
  if (error) throw new DemoError(`the seeded editor could not sign in: ${error.message}`);
  const { data } = readCloudinaryConfiguration((name) =>
    name === "CLOUDINARY_URL" ? stack.info.cloudinary_url : undefined
  );
  if (!data) throw new DemoError("the stack's CLOUDINARY_URL cannot be read");
  const there = createCloudinaryClient(data);
  return {
    here,
    there,
    close: async () => {
      there.close();
      await here.removeAllChannels();
    },
  };
}

/** The asset as the database shows it to the editor; null when it shows none that is live. */
export async function readHere(sides: TwoSides, assetId: string): Promise<AssetState | null> {
  const { data, error } = await sides.here.from("media_assets")
    .select("id,asset_id,public_id,tags,context")
    .eq("asset_id", assetId).is("deleted_at", null).maybeSingle();
  if (error) throw new DemoError(`the editor could not read the asset: ${error.message}`);
  return data;
}

/** The asset as Cloudinary shows it; null when it has none. */
export async function readThere(sides: TwoSides, assetId: string): Promise<AssetState | null> {
  const { data } = await sides.there.getAsset({ assetId });
  return data === null ? null : {
    asset_id: data.asset_id,
    public_id: data.public_id,
    tags: data.tags ?? [],
    context: data.context ?? {},
  };
}

/**
 * Waits until something holds.
 *
 * @param what Names it in the error.
 * @returns The first value that is neither null, undefined nor false.
 */
export async function until<Value>(
  context: DemoContext,
  what: string,
  look: () => Promise<Value | null | undefined | false>,
): Promise<Value> {
  const end = context.now() + PATIENCE_MS;
  for (;;) {
    const value = await look();
    if (value !== null && value !== undefined && value !== false) return value;
    if (context.now() > end) {
      throw new DemoError(`waited ${PATIENCE_MS / 1_000} s in vain: ${what}`);
    }
    await delay(10, { signal: context.signal });
  }
}

/** Posts a small image to signed fields, as a browser would. @returns Cloudinary's answer. */
export async function postImage(
  uploadUrl: string,
  fields: Record<string, string>,
): Promise<Record<string, unknown> & { asset_id: string }> {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  form.set("file", new File([onePixel()], "pixel.png", { type: "image/png" }));
  const response = await fetch(uploadUrl, { method: "POST", body: form });
  const answer = await response.json();
  if (!response.ok) {
    throw new DemoError(
      `Cloudinary refused the upload: ${answer.error?.message ?? response.status}`,
    );
  }
  return answer;
}

/** The smallest PNG: one transparent pixel. */
function onePixel(): Uint8Array<ArrayBuffer> {
  const base64 =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}
