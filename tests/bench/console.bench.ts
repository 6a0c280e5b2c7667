/** The console over a large library, as Chromium feels it: first assets, answers to typing, long tasks and memory while scrolling. */
import { buildConsole } from "../../scripts/console/build/build-console.ts";
import { startStack } from "../../scripts/local/stack.ts";
import { gzipSize } from "../../scripts/support/gzip-size.ts";
import { launchChromium } from "../functions/client/chromium.ts";
import { type BenchResult, median, runAsProcess } from "./bench-result.ts";
import { runSync } from "./run-sync.ts";

const ASSETS = 100_000;
const WORDS = [
  "harbour",
  "red",
  "studio",
  "winter",
  "market",
  "lantern",
  "copy",
  "glacier",
  "blue",
];
/** Assets that are scrolled past, and the pixels a frame: too fast for anybody to look at them. */
const SCROLLED = 5_000;
const FAST = 240;
/** Assets that are looked at while one scrolls on, each with its picture. */
const LOOKED_AT = 1_000;
const SLOW = 60;

const contentTypes: Record<string, string> = {
  css: "text/css",
  html: "text/html; charset=utf-8",
  js: "text/javascript",
  svg: "image/svg+xml",
};

/** Measures the console in the browser. Figures in ms, bytes and MB. */
export async function benchConsole(): Promise<BenchResult> {
  const files = await buildConsole();
  const sizes = await Promise.all(files.map(({ content }) => gzipSize(content)));
  const figures: Record<string, number> = {
    bundle_gzip_bytes: sizes.reduce((sum, size) => sum + size, 0),
  };
  const stack = await startStack({ quiet: true, cron: false, assets: ASSETS, seed: 1 });
  const { url, publishable_key, users } = stack.info;
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, (request) => {
    const path = new URL(request.url).pathname.slice(1) || "index.html";
    if (path === "config.json") return Response.json({ url, publishable_key });
    const file = files.find((known) => known.path === path);
    return file === undefined ? new Response(null, { status: 404 }) : new Response(file.content, {
      headers: { "content-type": contentTypes[path.split(".").at(-1)!] ?? "" },
    });
  });
  const browser = await launchChromium();
  try {
    await runSync(stack.info);
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    await page.goto(`http://127.0.0.1:${server.addr.port}/`);
    await page.getByLabel("Email").fill(users.editor.email);
    await page.getByLabel("Password").fill(users.editor.password);
    // Within the page, so that no message to the browser is measured.
    figures.first_assets_ms = await page.evaluate(`new Promise((resolve) => {
      const begun = performance.now();
      document.querySelector("form button[type=submit]").click();
      const look = () => document.querySelector(".tile[data-id]")
        ? requestAnimationFrame(() => resolve(performance.now() - begun))
        : requestAnimationFrame(look);
      look();
    })`) as number;
    const typing = await page.evaluate(`(async () => {
      const times = [];
      const input = document.querySelector("input[type=search]");
      const shown = () => document.querySelector(".view-count").textContent + "|" +
        [...document.querySelectorAll(".tile[data-id]")].slice(0, 6).map((tile) => tile.dataset.id).join();
      for (const word of ${JSON.stringify(WORDS)}) {
        const before = shown();
        const begun = performance.now();
        input.value = word;
        input.dispatchEvent(new Event("input", { bubbles: true }));
        while (shown() === before || document.querySelector(".view-count").textContent === "") {
          await new Promise(requestAnimationFrame);
        }
        times.push(performance.now() - begun);
        await new Promise((resolve) => setTimeout(resolve, 300));
      }
      input.value = "";
      input.dispatchEvent(new Event("input", { bubbles: true }));
      return times;
    })()`) as number[];
    figures.typing_median_ms = median(typing);
    await page.locator(".view-count", { hasText: /^100,000/ }).waitFor();
    const devtools = await page.context().newCDPSession(page);
    const heap = async () => {
      await devtools.send("HeapProfiler.collectGarbage");
      const { usedSize } = await devtools.send("Runtime.getHeapUsage");
      return usedSize / 1e6;
    };
    const scroll = (assets: number, step: number) =>
      page.evaluate(`(async () => {
        let longest = 0;
        const observer = new PerformanceObserver((list) => {
          for (const { duration } of list.getEntries()) longest = Math.max(longest, duration);
        });
        observer.observe({ type: "longtask" });
        const place = document.querySelector(".asset-scroll");
        const rows = document.querySelectorAll(".asset-line");
        const columns = rows[0].children.length;
        const step = ${step};
        place.scrollTop = 0;
        const end = ${assets} / columns * (rows[0].offsetHeight + 16);
        while (place.scrollTop < end) {
          place.scrollTop += step;
          await new Promise(requestAnimationFrame);
        }
        await new Promise((resolve) => setTimeout(resolve, 500));
        observer.disconnect();
        return longest;
      })()`) as Promise<number>;
    figures.longest_task_ms = await scroll(SCROLLED, FAST);
    figures.heap_mb = await heap();
    figures.longest_task_again_ms = await scroll(SCROLLED, FAST);
    await scroll(SCROLLED, FAST);
    figures.heap_after_three_scrolls_mb = await heap();
    figures.longest_task_looking_ms = await scroll(LOOKED_AT, SLOW);
    return {
      name: "console",
      figures: Object.fromEntries(
        Object.entries(figures).map(([name, value]) => [name, Math.round(value * 10) / 10]),
      ),
    };
  } finally {
    await browser.close();
    await server.shutdown();
    await stack.stop();
  }
}

if (import.meta.main) await runAsProcess(benchConsole);
