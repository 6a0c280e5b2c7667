import { assertEquals } from "@std/assert";
import { signNotification } from "../../scripts/cloudinary-emulator/mod.ts";
import { ONE_PIXEL, rejection, withEmulator } from "./support.ts";

const SECRET = "abcd";

/** Sends a form that was signed in November 2023, to an account of that time. */
async function statusOf(
  path: string,
  fields: readonly (readonly [string, string])[],
  apiSecret: string,
): Promise<number> {
  let status = 0;
  const now = () => 1_700_000_060_000;
  await withEmulator({ apiKey: "1234", apiSecret, now }, async ({ emulator }) => {
    const form = new FormData();
    for (const [name, value] of [...fields, ["timestamp", "1700000000"], ["api_key", "1234"]]) {
      form.append(name!, value!);
    }
    const response = await fetch(`${emulator.http}/v1_1/demo/image/${path}`, {
      method: "POST",
      body: form,
    });
    await response.body?.cancel();
    status = response.status;
  });
  return status;
}

for (
  const [name, signature] of [
    ["version 1, SHA-1", "6ea46c772b2c052d1f576745dfd1309aae04365e"],
    ["version 2, SHA-1", "0e7d99e431086f8f230d402b85d51c18e92e0413"],
    ["version 2, SHA-256", "6388e88ef828f71cf4b0df1d72eaaf5faddd471bd3135e3dc6fac25ef9835b38"],
  ] as const
) {
  Deno.test(`upload signature of ${name} → accepted; of another secret → 401`, async () => {
    const upload = [
      ["public_id", "a&b"],
      ["tags", "x,y"],
      ["context", "k=v"],
      ["file", ONE_PIXEL],
      ["signature", signature],
    ] as const;
    assertEquals(await statusOf("upload", upload, SECRET), 200);
    assertEquals(await statusOf("upload", upload, "other"), 401);
  });
}

Deno.test("signature over public_ids[] → signed as public_ids, joined by commas", async () => {
  const edit = [
    ["command", "add"],
    ["public_ids[]", "p1"],
    ["public_ids[]", "p2"],
    ["tag", "t"],
    ["signature", "ba595b09274728633877847f4b2d6039d1e1bc97"],
  ] as const;
  assertEquals(await statusOf("tags", edit, SECRET), 200);
  assertEquals(await statusOf("tags", edit.slice(1), SECRET), 401);
});

Deno.test("notification signatures → the published vectors", () => {
  assertEquals(
    signNotification("{public_id: 'sample'}", 1315060510, SECRET, "sha1"),
    "25f7e91709c858b97d688ce8da799dedb290d9ef",
  );
  const body =
    '{"public_id":"b8sjhoslj8cq8ovoa0ma","version":"1555337587","width":1000,"height":800}';
  assertEquals(
    signNotification(body, 7952342400000, "hardcoded", "sha256"),
    "6c5a29fd8815772fbac2f10ae741e093d0859313947ef8fadeb29126ded6649c",
  );
});

Deno.test("SDK uploads signed with versions 1 and 2, SHA-1 and SHA-256 → accepted", () =>
  withEmulator({}, async ({ cloudinary }) => {
    for (const signature_version of [1, 2]) {
      for (const signature_algorithm of ["sha1", "sha256"]) {
        const options = { public_id: "a&b=c", tags: ["x", "y&z"], context: { k: "v" } };
        const signing = { ...options, signature_version, signature_algorithm };
        const answer = await cloudinary.uploader.upload(ONE_PIXEL, signing);
        assertEquals(answer.public_id, "a&b=c");
      }
    }
  }));

Deno.test("wrong secret → 401 that tells the string to sign; unknown key → 401", () =>
  withEmulator({}, async ({ cloudinary, emulator }) => {
    const wrong = await rejection(cloudinary.uploader.destroy("x", { api_secret: "wrong" }));
    assertEquals(wrong.status, 401);
    assertEquals(
      /^Invalid Signature \w{40}\. String to sign - 'public_id=x&timestamp=\d+'\.$/
        .test(wrong.message),
      true,
      wrong.message,
    );
    assertEquals(wrong.message.includes(emulator.apiSecret), false);
    const unknown = await rejection(cloudinary.uploader.destroy("x", { api_key: "17" }));
    assertEquals(unknown, { status: 401, message: "Unknown API key 17" });
  }));

Deno.test("a signed call older than an hour → Stale request, 400 or 401", () =>
  withEmulator({}, async ({ cloudinary, control }) => {
    await control("PUT", "/clock", { advance_ms: 3_601_000 });
    const stale = await rejection(cloudinary.uploader.destroy("x"));
    assertEquals(stale.status, 400);
    assertEquals(stale.message.startsWith("Stale request - reported time is "), true);
    await control("PUT", "/behavior", { stale_status: 401 });
    assertEquals((await rejection(cloudinary.uploader.destroy("x"))).status, 401);
  }));

Deno.test("SDK's own signature helpers → the emulator's answers pass them", () =>
  withEmulator({}, async ({ cloudinary, emulator }) => {
    const { public_id, version, signature } = await cloudinary.uploader.upload(ONE_PIXEL, {});
    const parameters = { public_id, version };
    const expected = cloudinary.utils.api_sign_request(parameters, emulator.apiSecret, "sha1", 1);
    assertEquals(signature, expected);
  }));
