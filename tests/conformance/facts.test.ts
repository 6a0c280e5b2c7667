/** Every uncertain fact under each of its variants, as the SDK's documentation has the calls. */
import { assertEquals } from "@std/assert";
import "./facts/account.ts";
import "./facts/edits.ts";
import "./facts/look-ups.ts";
import "./facts/notifications.ts";
import "./facts/searching.ts";
import { tested } from "./facts/fact-test.ts";
import { FACTS, rejection, withEmulator } from "./support.ts";

Deno.test("the list of facts → each has a test of every variant", () => {
  const variants = Object.entries(FACTS).map((
    [name, fact],
  ) => [name, [...new Set(fact.variants as readonly unknown[])]]);
  const declared = [...tested].map(([name, values]) => [name, values]);
  assertEquals(Object.fromEntries(declared), Object.fromEntries(variants));
});

Deno.test("variant b → the second variant of every fact, but for two that have tests of their own", () =>
  withEmulator({ variant: "b" }, async ({ control }) => {
    const expected = Object.entries(FACTS).map(([name, { variants: [a, b] }]) => [
      name,
      ["folder_mode", "edits_bump_version"].includes(name) ? a : b,
    ]);
    assertEquals(await control("GET", "/behavior"), Object.fromEntries(expected));
    await control("PUT", "/behavior", { sorted_tags: true });
    await control("DELETE", "/state");
    assertEquals(await control("GET", "/behavior"), Object.fromEntries(expected));
  }));

Deno.test("PUT /behavior with an unknown fact, type or variant → 400, nothing changed", () =>
  withEmulator({}, async ({ control, cloudinary }) => {
    const before = await control("GET", "/behavior");
    for (
      const wrong of [{ nope: 1 }, { sorted_tags: "yes" }, { payload_shapes: "heap" }, {
        look_up_cap: "10",
      }]
    ) {
      const refused = await control("PUT", "/behavior", wrong).then(() => null, String);
      assertEquals(refused?.includes("Setting") || refused?.includes("setting"), true);
    }
    assertEquals(await control("GET", "/behavior"), before);
    assertEquals((await rejection(cloudinary.api.resource("x"))).status, 404);
  }));
