import { assertEquals } from "@std/assert";

const MEDIA = new URL("../../../supabase/functions/_shared/media/", import.meta.url);
const CONFIG = new URL("../../../deno.json", import.meta.url).pathname;

/** Calls of SQL functions, a line each, by what the compiler says to them. */
const CALLS = {
  accepted: [
    `const due: DueWork = await media.call("media_sync_due", { p_cloud_name: "demo" });`,
    `const time: string = await media.call("media_sync_clock", {});`,
    `await media.call("media_sync_find_assets", { p_cloud_name: "demo", p_name: "a" });`,
    // What has a default may be left out, or be null.
    `await callFunction(client, "find_media_assets", { p_public_ids: ["a"] });`,
    `await callFunction(client, "find_media_assets", { p_public_ids: ["a"], p_resource_type: null });`,
    `await callFunction(client, "list_media_assets", { p_query: { page: 1 } });`,
  ],
  refused: [
    // A misspelt function, argument, field of jsonb and word.
    `await media.call("media_sync_dew", { p_cloud_name: "demo" });`,
    `await media.call("media_sync_find_assets", { p_cloud_name: "demo", p_nam: "a" });`,
    `await callFunction(client, "list_media_assets", { p_query: { pages: 1 } });`,
    `await callFunction(client, "resolve_media_conflicts", { p_ids: [], p_keep: "cloudnary" });`,
    // A missing argument, one too many, one where there are none.
    `await media.call("media_sync_find_assets", { p_cloud_name: "demo" });`,
    `await media.call("media_sync_find_assets", { p_cloud_name: "demo", p_name: "a", p_limit: 1 });`,
    `await media.call("media_sync_clock", { p_cloud_name: "demo" });`,
    // A value of another type, and null where there is no default.
    `await media.call("media_sync_find_assets", { p_cloud_name: "demo", p_name: 1 });`,
    `await media.call("media_sync_find_assets", { p_cloud_name: "demo", p_name: null });`,
    // A result that is not what the function returns.
    `const run: RunSummary = await media.call("media_sync_due", { p_cloud_name: "demo" });`,
    `(await media.call("media_sync_due", { p_cloud_name: "demo" })).push_dew;`,
  ],
};

Deno.test("calls of SQL functions → only those that fit the generated types compile", async () => {
  const header = [
    `import { callFunction } from "${MEDIA}call-function.ts";`,
    `import type { SupabaseMediaService } from "${MEDIA}supabase-media-service.ts";`,
    `import type { DueWork, MediaClient, RunSummary } from "${MEDIA}types.ts";`,
    `declare const media: SupabaseMediaService, client: MediaClient;`,
  ];
  const calls = [...CALLS.accepted, ...CALLS.refused];
  const refusedLines = await check([...header, ...calls]);
  const refused = calls.filter((_, index) => refusedLines.has(header.length + index + 1));
  assertEquals(refused, CALLS.refused);
});

/** @returns Numbers of the lines that do not compile, the first being 1. */
async function check(lines: string[]): Promise<Set<number>> {
  const folder = await Deno.makeTempDir();
  try {
    const file = `${folder}/calls.ts`;
    await Deno.writeTextFile(file, lines.join("\n"));
    const { stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["check", "--quiet", `--config=${CONFIG}`, file],
      env: { NO_COLOR: "1" },
      stdin: "null",
    }).output();
    const places = new TextDecoder().decode(stderr).matchAll(/\/calls\.ts:(\d+):\d+/g);
    return new Set([...places].map(([, line]) => Number(line)));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
