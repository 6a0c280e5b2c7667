/** The control surface as pages use it: they hold no secret, and show little of a large library. */
import { assertEquals } from "@std/assert";
import { startEmulator } from "../../scripts/cloudinary-emulator/mod.ts";

Deno.test("pages over the control surface → the newest assets, and calls as a person makes them", async () => {
  const emulator = await startEmulator();
  const ask = async (path: string, method = "GET", body?: unknown) => {
    const response = await fetch(`${emulator.http}/_emulator${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: await response.json() };
  };
  const names = async (query: string) => {
    const { body } = await ask(`/assets?${query}`);
    return [body.total, body.assets.map((asset: { public_id: string }) => asset.public_id)];
  };
  try {
    const assets = ["one", "two", "three"].map((public_id) => ({ public_id }));
    const { body: { assets: [one] } } = await ask("/assets", "POST", { assets });
    assertEquals(await names("limit=2"), [3, ["three", "two"]]);
    assertEquals(await names("match=O"), [3, ["two", "one"]]);

    const path = `/resources/${one.asset_id}`;
    const edit = { method: "PUT", path, parameters: { display_name: "First", tags: "a,b" } };
    const { status, body } = await ask("/ui", "POST", edit);
    assertEquals([status, body.display_name, body.tags], [200, "First", ["a", "b"]]);
    const removal = {
      method: "DELETE",
      path: "/resources/image/upload",
      parameters: { public_ids: ["two", "three"] },
    };
    assertEquals((await ask("/ui", "POST", removal)).body.deleted, {
      two: "deleted",
      three: "deleted",
    });
    assertEquals(await names(""), [1, ["one"]]);
    assertEquals((await ask("/calls?limit=1")).body.calls.length, 1);
    assertEquals((await ask("/ui", "POST", { method: "PATCH", path: "/x" })).status, 400);
    assertEquals((await ask("/ui", "POST", { method: "GET", path: "x" })).status, 400);
  } finally {
    await emulator.stop();
  }
});
