import { assert, assertEquals } from "@std/assert";
import { readCloudinaryConfiguration } from "../../../supabase/functions/_shared/cloudinary/configuration.ts";

function read(variables: Record<string, string>) {
  return readCloudinaryConfiguration((name) => variables[name]);
}

const single = {
  CLOUDINARY_CLOUD_NAME: "demo",
  CLOUDINARY_API_KEY: "key",
  CLOUDINARY_API_SECRET: "not-a-secret",
};

Deno.test("three variables → configuration with the default address", () => {
  assertEquals(read(single).data, {
    cloudName: "demo",
    apiKey: "key",
    apiSecret: "not-a-secret",
    uploadPrefix: "https://api.cloudinary.com",
    webhookKeys: {},
  });
});

Deno.test("CLOUDINARY_URL → configuration, with its upload_prefix", () => {
  const { data } = read({
    CLOUDINARY_URL: "cloudinary://key:not-a-secret@Demo?upload_prefix=http://127.0.0.1:5/",
  });
  assertEquals(
    [data?.cloudName, data?.apiKey, data?.apiSecret, data?.uploadPrefix],
    ["Demo", "key", "not-a-secret", "http://127.0.0.1:5"],
  );
});

Deno.test("a single variable beside CLOUDINARY_URL → wins", () => {
  const { data } = read({
    CLOUDINARY_URL: "cloudinary://key:not-a-secret@demo",
    CLOUDINARY_CLOUD_NAME: "other",
    CLOUDINARY_UPLOAD_PREFIX: "https://api-eu.cloudinary.com/",
  });
  assertEquals(
    [data?.cloudName, data?.uploadPrefix],
    ["other", "https://api-eu.cloudinary.com"],
  );
});

Deno.test("nothing set → names every variable and the short cut", () => {
  const { error } = read({});
  assertEquals(error?.code, "not_configured");
  assertEquals(error?.missing, Object.keys(single));
  assert(error?.message.includes("CLOUDINARY_URL"));
});

Deno.test("one missing or blank → names that one", () => {
  assertEquals(read({ ...single, CLOUDINARY_API_SECRET: " " }).error?.missing, [
    "CLOUDINARY_API_SECRET",
  ]);
});

for (
  const url of [
    "https://key:hidden-value@demo",
    "cloudinary://hidden-value@demo",
    `cloudinary://<your_key>:<${"hidden-value"}>@demo`,
    `cloudinary://key:${"hidden-value"}@`,
    "hidden-value",
    `cloudinary://%ZZ:${"hidden-value"}@demo`,
  ]
) {
  Deno.test(`CLOUDINARY_URL ${url.replaceAll("hidden-value", "…")} → named, its value untold`, () => {
    const { error } = read({ CLOUDINARY_URL: url });
    assertEquals(error?.missing, ["CLOUDINARY_URL"]);
    assert(!error?.message.includes("hidden-value"));
  });
}

for (const prefix of ["http://api.cloudinary.com", "ftp://x", "nonsense", "https://u:p@host"]) {
  Deno.test(`CLOUDINARY_UPLOAD_PREFIX ${prefix} → refused`, () => {
    const { error } = read({ ...single, CLOUDINARY_UPLOAD_PREFIX: prefix });
    assertEquals(error?.missing, ["CLOUDINARY_UPLOAD_PREFIX"]);
  });
}

Deno.test("CLOUDINARY_WEBHOOK_KEYS → secrets by signature key", () => {
  const { data } = read({ ...single, CLOUDINARY_WEBHOOK_KEYS: '{"k1":"value-one"}' });
  assertEquals(data?.webhookKeys, { k1: "value-one" });
});

for (const keys of ["{hidden-value", '["hidden-value"]', '{"k":""}', '{"k":1}', "null"]) {
  Deno.test(`CLOUDINARY_WEBHOOK_KEYS ${keys.replace("hidden-value", "…")} → named, its value untold`, () => {
    const { error } = read({ ...single, CLOUDINARY_WEBHOOK_KEYS: keys });
    assertEquals(error?.missing, ["CLOUDINARY_WEBHOOK_KEYS"]);
    assert(!error?.message.includes("hidden-value"));
  });
}

for (const wrong of ["'key'", '"key"', "`key`", "<your_api_key>", "“key”", "a b", "${KEY}"]) {
  Deno.test(`a credential written ${wrong} → the variable's name, never its value`, () => {
    for (const name of Object.keys(single)) {
      const { error } = read({ ...single, [name]: wrong });
      assertEquals(error?.missing, [name]);
      assert(!error!.message.includes(wrong));
    }
    const quoted = encodeURIComponent(wrong);
    const url = `cloudinary://key:${quoted}@demo`;
    assertEquals(read({ CLOUDINARY_URL: url }).error?.missing, ["CLOUDINARY_URL"]);
    const CLOUDINARY_WEBHOOK_KEYS = JSON.stringify({ key: wrong });
    assertEquals(read({ ...single, CLOUDINARY_WEBHOOK_KEYS }).error?.missing, [
      "CLOUDINARY_WEBHOOK_KEYS",
    ]);
  });
}
