import type { AnySupabaseClient } from "../../../../supabase/client/mod.ts";
import { texts } from "../texts/mod.ts";

/** The figures of one hour, as `get_sync_snapshots` tells them. */
export interface Snapshot {
  taken_at: string;
  health: "ok" | "degraded" | "failing";
  total_assets: number | null;
  pending_assets: number | null;
  error_assets: number | null;
  call_limit: number | null;
  remaining_calls: number | null;
  operations: number | null;
  errors: number | null;
  average_ms: number | null;
}

/** All settings by name. */
export type Settings = Record<string, unknown>;

/** Pushes again what Cloudinary refused for good. Editors. @returns The ids that had failed. */
export async function retryAssets(
  supabase: AnySupabaseClient,
  ids: readonly string[],
): Promise<string[]> {
  return await callDatabase(supabase, "retry_media_assets", { p_ids: ids });
}

/** The hourly figures from a time on. Admins. */
export async function readSnapshots(supabase: AnySupabaseClient, since: Date): Promise<Snapshot[]> {
  return await callDatabase(supabase, "get_sync_snapshots", { p_since: since.toISOString() });
}

/** All settings. Admins. */
export async function readSettings(supabase: AnySupabaseClient): Promise<Settings> {
  return await callDatabase(supabase, "get_sync_settings", {});
}

/** Changes settings by name. Admins. @returns All of them. */
export async function changeSettings(
  supabase: AnySupabaseClient,
  changes: Settings,
): Promise<Settings> {
  return await callDatabase(supabase, "update_sync_settings", { p_changes: changes });
}

/** Sends a trial alert to the address in the settings. Admins. */
export async function testAlert(supabase: AnySupabaseClient): Promise<void> {
  await callDatabase(supabase, "test_media_alert", {});
}

async function callDatabase<Answer>(
  supabase: AnySupabaseClient,
  name: string,
  parameters: Record<string, unknown>,
): Promise<Answer> {
  const { data, error } = await supabase.rpc(name, parameters);
  if (error) throw new Error(sentenceOf(error), { cause: error });
  return data as Answer;
}

/** Our own functions raise sentences for people; what PostgreSQL itself refuses is told in ours. */
function sentenceOf({ code, message }: { code: string; message: string }): string {
  if (message.endsWith(".")) return message;
  if (code === "22007") return texts.settings.noSpan(/"(.*)"/.exec(message)?.[1] ?? "");
  return code === "23514" ? texts.settings.outOfRange : message;
}
