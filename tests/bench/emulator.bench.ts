import { startEmulator } from "../../scripts/cloudinary-emulator/mod.ts";
import { type BenchResult, median, runAsProcess } from "./bench-result.ts";

const ASSETS = 200_000;
const PAGES = 60;

/**
 * Measures the emulator with 200,000 assets: time to generate them, memory, and the median time of a
 * full page of 500 (every flag on) by listing, tag, folder and search, over HTTP and parsed.
 *
 * @returns medians in ms, memory in MB
 */
export async function benchEmulator(): Promise<BenchResult> {
  const before = Deno.memoryUsage().rss;
  const started = performance.now();
  const emulator = await startEmulator({ assets: ASSETS });
  const generate_ms = performance.now() - started;
  const authorization = `Basic ${btoa(`${emulator.apiKey}:${emulator.apiSecret}`)}`;
  const api = `${emulator.http}/v1_1/${emulator.cloudName}`;

  const walk = async (path: string, pages: number): Promise<number> => {
    const times: number[] = [];
    let cursor = "";
    for (let page = 0; page < pages; page++) {
      const query = new URLSearchParams({
        max_results: "500",
        tags: "true",
        context: "true",
        metadata: "true",
        moderations: "true",
        ...(cursor === "" ? {} : { next_cursor: cursor }),
      });
      const start = performance.now();
      const separator = path.includes("?") ? "&" : "?";
      const response = await fetch(api + path + separator + query, { headers: { authorization } });
      const answer = await response.json();
      times.push(performance.now() - start);
      if (!response.ok) throw new Error(`${path} answered ${response.status}`);
      cursor = answer.next_cursor ?? "";
    }
    return median(times);
  };

  try {
    const figures = {
      assets: ASSETS,
      generate_ms,
      memory_mb: (Deno.memoryUsage().rss - before) / 1e6,
      listing_page_ms: await walk("/resources/image", PAGES),
      typed_listing_page_ms: await walk("/resources/image/upload?direction=asc", PAGES),
      prefix_page_ms: await walk("/resources/image/upload?prefix=p", PAGES),
      tag_page_ms: await walk("/resources/image/tags/featured", 20),
      folder_page_ms: await walk("/resources/by_asset_folder?asset_folder=products", 20),
      first_search_page_ms: await walk(
        "/resources/search?expression=last_updated.updated_at%3E%222025-01-01T00:00:00Z%22",
        1,
      ),
      search_page_ms: await walk("/resources/search?expression=resource_type:image", 20),
    };
    return { name: "Cloudinary emulator", figures };
  } finally {
    await emulator.stop();
  }
}

if (import.meta.main) await runAsProcess(benchEmulator);
