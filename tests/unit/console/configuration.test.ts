/** What the console makes of the `config.json` beside its page. */
import { assertEquals, assertRejects } from "@std/assert";
import { readConfiguration } from "../../../scripts/console/app/state/configuration.ts";

const reading = (body: string, status = 200) =>
  readConfiguration(() => Promise.resolve(new Response(body, { status })));

Deno.test("a file that names the project → read", async () => {
  const configuration = { url: "https://x.supabase.co", publishable_key: "sb_publishable_x" };
  assertEquals(await reading(JSON.stringify(configuration)), configuration);
});

for (
  const [title, body, status] of [
    ["no file", "", 404],
    ["a page in its place", "<!doctype html>", 200],
    ["no key", '{ "url": "https://x.supabase.co", "publishable_key": "" }', 200],
    ["an address that is none", '{ "url": "x", "publishable_key": "sb_publishable_x" }', 200],
    ["another kind of address", '{ "url": "ftp://x", "publishable_key": "sb_publishable_x" }', 200],
  ] as const
) {
  Deno.test(`${title} → a sentence that names the file and what to write into it`, async () => {
    await assertRejects(() => reading(body, status), Error, "config.json beside this page must");
  });
}
