import { createClient } from "@supabase/supabase-js";
import { startStack } from "../../scripts/local/stack.ts";
import { startPostgres } from "../../scripts/support/postgres/start-postgres.ts";
import { waitUntil } from "../support/wait-until.ts";
import { type BenchResult, median, runAsProcess } from "./bench-result.ts";
import { runSync } from "./run-sync.ts";

const EDITS = 15;

/**
 * Measures how long an editor's `update` of a row through supabase-js takes to stand in Cloudinary, by the wake alone:
 * no tick runs.
 */
export async function benchWake(): Promise<BenchResult> {
  const postgres = await startPostgres();
  const database = await postgres.createDatabase();
  const stack = await startStack({ quiet: true, cron: false, assets: 1_000, seed: 1, database });
  try {
    await runSync(stack.info);
    const { url, publishable_key, users, cloudinary_url, cloudinary_http } = stack.info;
    const editor = createClient(url, publishable_key, {
      auth: { persistSession: false, autoRefreshToken: false },
    });
    const { error } = await editor.auth.signInWithPassword(users.editor);
    if (error) throw error;
    const rows = await stack.sql<{ id: string; asset_id: string }>(
      `select id::text, asset_id from public.media_assets order by id limit ${EDITS}`,
    );
    const { username, password, hostname } = new URL(cloudinary_url);
    const headers = { authorization: `Basic ${btoa(`${username}:${password}`)}` };
    const times: number[] = [];
    for (const { id, asset_id } of rows) {
      const started = performance.now();
      const { error } = await editor.from("media_assets").update({ tags: ["woken"] }).eq("id", id);
      if (error) throw new Error(error.message);
      await waitUntil(async () => {
        const response = await fetch(
          `${cloudinary_http}/v1_1/${hostname}/resources/${asset_id}`,
          { headers },
        );
        const { tags = [] }: { tags?: string[] } = await response.json();
        return tags.includes("woken");
      }, { deadlineMs: 30_000, intervalMs: 5, describe: "the edit in Cloudinary" });
      times.push(performance.now() - started);
      await waitUntil(async () => {
        const [row] = await stack.sql<{ busy: boolean }>(
          "select exists (select from media_sync.runs where status = 'running') as busy",
        );
        return !row?.busy;
      }, { deadlineMs: 30_000, describe: "the end of the push" });
    }
    return {
      name: "wake",
      figures: {
        edits: times.length,
        median_ms: median(times),
        slowest_ms: Math.max(...times),
      },
    };
  } finally {
    await stack.stop();
    await postgres.stop();
  }
}

if (import.meta.main) await runAsProcess(benchWake);
