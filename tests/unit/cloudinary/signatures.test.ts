import { assert, assertEquals } from "@std/assert";
import { createHash } from "node:crypto";
import {
  signParameters,
  signUpload,
  verifyUploadResponse,
} from "../../../supabase/functions/_shared/cloudinary/upload-signature.ts";
import { verifyNotificationSignature } from "../../../supabase/functions/_shared/cloudinary/notification-signature.ts";

const parameters = {
  public_id: "a&b",
  tags: ["x", "y"],
  context: "k=v",
  timestamp: 1_700_000_000,
};

const vectors = [
  [{ version: 1, algorithm: "sha1" }, "6ea46c772b2c052d1f576745dfd1309aae04365e"],
  [{ version: 2, algorithm: "sha1" }, "0e7d99e431086f8f230d402b85d51c18e92e0413"],
  [
    { version: 2, algorithm: "sha256" },
    "6388e88ef828f71cf4b0df1d72eaaf5faddd471bd3135e3dc6fac25ef9835b38",
  ],
] as const;

for (const [options, expected] of vectors) {
  Deno.test(`signing an upload, version ${options.version}, ${options.algorithm} → known value`, async () => {
    assertEquals(await signParameters(parameters, "abcd", options), expected);
  });
}

Deno.test("signing a bulk tag call → known value; empty and unsigned fields do not count", async () => {
  const signature = await signParameters({
    command: "add",
    public_ids: ["p1", "p2"],
    tag: "t",
    timestamp: 1_700_000_000,
    type: undefined,
    file: "x",
    api_key: "k",
    resource_type: "image",
    cloud_name: "c",
    note: "",
  }, "abcd");
  assertEquals(signature, "ba595b09274728633877847f4b2d6039d1e1bc97");
});

const configuration = {
  cloudName: "demo",
  apiKey: "key",
  apiSecret: "abcd",
  uploadPrefix: "https://api.cloudinary.com",
  webhookKeys: { other: "hardcoded" },
};

Deno.test("a browser upload → address and fields whose signature fits, no secret among them", async () => {
  const { uploadUrl, fields } = await signUpload(
    configuration,
    { folder: "a/b", tags: ["x", "y"], use_filename: true, eager: undefined },
    1_700_000_000,
  );
  assertEquals(uploadUrl, "https://api.cloudinary.com/v1_1/demo/auto/upload");
  const text = "folder=a/b&tags=x,y&timestamp=1700000000&use_filename=1abcd";
  assertEquals(fields, {
    folder: "a/b",
    tags: "x,y",
    use_filename: "1",
    timestamp: "1700000000",
    api_key: "key",
    signature: createHash("sha1").update(text).digest("hex"),
  });
});

Deno.test("a value of several lines → signed as browsers send it, with CRLF", async () => {
  for (const text of ["one\ntwo", "one\rtwo", "one\r\ntwo"]) {
    const { fields } = await signUpload(configuration, { context: text }, 1_700_000_000);
    assertEquals(fields.context, "one\r\ntwo");
    const form = new FormData();
    form.set("context", fields.context!);
    const sent = (await new Response(form).formData()).get("context");
    const signed = createHash("sha1").update(`context=${sent}&timestamp=1700000000abcd`);
    assertEquals(fields.signature, signed.digest("hex"));
  }
});

Deno.test("an upload's answer → believed only with Cloudinary's signature", async () => {
  const answer = {
    public_id: "sample",
    version: 1_700_000_000,
    signature: "764bbcdb4e2ac730a68474ba1eab51584df73050",
  };
  assertEquals(await verifyUploadResponse(answer, "abcd"), true);
  assertEquals(await verifyUploadResponse({ ...answer, version: "1700000000" }, "abcd"), true);
  for (
    const forged of [
      { ...answer, public_id: "another" },
      { ...answer, version: 1 },
      { ...answer, signature: "" },
      { ...answer, signature: answer.signature.slice(1) },
      { ...answer, signature: undefined },
      { ...answer, version: {} },
      {},
    ]
  ) assertEquals(await verifyUploadResponse(forged, "abcd"), false);
  assertEquals(await verifyUploadResponse(answer, "another"), false);
});

const sha1 = {
  body: "{public_id: 'sample'}",
  timestamp: "1315060510",
  signature: "25f7e91709c858b97d688ce8da799dedb290d9ef",
};
const sha1Time = { now: 1_315_060_510_000 };

async function outcome(
  notification: Parameters<typeof verifyNotificationSignature>[0],
  time: Parameters<typeof verifyNotificationSignature>[2],
) {
  const { error } = await verifyNotificationSignature(notification, configuration, time);
  return error === undefined ? "believed" : error.code;
}

Deno.test("a notification signed with SHA-1 → believed, also as bytes and in capitals", async () => {
  assertEquals(await outcome(sha1, sha1Time), "believed");
  const bytes = new TextEncoder().encode(sha1.body);
  const signature = sha1.signature.toUpperCase();
  assertEquals(await outcome({ ...sha1, body: bytes, signature }, sha1Time), "believed");
});

const sha256 = {
  body: '{"public_id":"b8sjhoslj8cq8ovoa0ma","version":"1555337587","width":1000,"height":800}',
  timestamp: "7952342400000",
  signature: "6c5a29fd8815772fbac2f10ae741e093d0859313947ef8fadeb29126ded6649c",
};
const sha256Time = { now: 7_952_342_400_000_000 };

Deno.test("a notification signed with SHA-256 by another key → believed", async () => {
  assertEquals(await outcome(sha256, sha256Time), "believed");
  assertEquals(await outcome({ ...sha256, signatureKey: "other" }, sha256Time), "believed");
});

Deno.test("a notification that names a configured key → only that key's secret counts", async () => {
  assertEquals(await outcome({ ...sha1, signatureKey: "other" }, sha1Time), "mismatch");
  assertEquals(await outcome({ ...sha1, signatureKey: "unknown" }, sha1Time), "believed");
});

Deno.test("a notification whose body, time or signature differs → mismatch", async () => {
  assertEquals(await outcome({ ...sha1, body: sha1.body + " " }, sha1Time), "mismatch");
  assertEquals(await outcome({ ...sha1, timestamp: "1315060511" }, sha1Time), "mismatch");
  const signature = "0" + sha1.signature.slice(1);
  assertEquals(await outcome({ ...sha1, signature }, sha1Time), "mismatch");
});

Deno.test("a notification without or with malformed headers → missing, malformed", async () => {
  assertEquals(await outcome({ ...sha1, signature: null }, sha1Time), "missing");
  assertEquals(await outcome({ ...sha1, timestamp: null }, sha1Time), "missing");
  assertEquals(await outcome({ ...sha1, signature: "xyz" }, sha1Time), "malformed");
  assertEquals(await outcome({ ...sha1, timestamp: "1e9" }, sha1Time), "malformed");
  assertEquals(await outcome({ ...sha1, timestamp: "-1" }, sha1Time), "malformed");
});

Deno.test("a notification of two hours ago → believed; older → stale; five minutes ahead at most", async () => {
  const at = (seconds: number) => ({ now: sha1Time.now + seconds * 1000 });
  assertEquals(await outcome(sha1, at(7_200)), "believed");
  assertEquals(await outcome(sha1, at(7_201)), "stale");
  assertEquals(await outcome(sha1, at(-300)), "believed");
  assertEquals(await outcome(sha1, at(-301)), "future");
});

Deno.test("a refusal → says nothing of the secret", async () => {
  const { error } = await verifyNotificationSignature(
    { ...sha1, body: "x" },
    configuration,
    sha1Time,
  );
  assert(!JSON.stringify(error).includes(configuration.apiSecret));
});
