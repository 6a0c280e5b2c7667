import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { encodeContext } from "../../../supabase/functions/_shared/cloudinary/context-codec.ts";

/** Cloudinary's rule: pairs joined by `|`, key and value by the first `=`, a backslash escapes. */
function readAsCloudinary(encoded: string): Record<string, string> {
  const pairs = encoded.matchAll(/((?:\\.|[^\\=|])+)=((?:\\.|[^\\|])*)(?:\||$)/gsu);
  const plain = (text: string) => text.replace(/\\(.)/gsu, "$1");
  return Object.fromEntries([...pairs].map(([, key, value]) => [plain(key!), plain(value!)]));
}

Deno.test("any text values → Cloudinary reads what was encoded", () => {
  const text = fc.string({ unit: fc.constantFrom("a", "=", "|", "\\", '"', ",", "é", "😀", " ") });
  const key = text.filter((candidate) => candidate !== "" && !/[=|]/.test(candidate));
  fc.assert(fc.property(fc.array(fc.tuple(key, text)), (entries) => {
    const values = Object.fromEntries(entries);
    const { data } = encodeContext(values);
    assertEquals(readAsCloudinary(data!), values);
  }));
});

Deno.test("figures, booleans, nothing, lists → text under their own keys", () => {
  const { data } = encodeContext({ a: 1.5, b: true, c: null, d: ["x", "y|z"], e: 0, f: undefined });
  assertEquals(data, 'a=1.5|b=true|c=|d=["x","y\\|z"]|e=0|f=');
});

Deno.test("special characters in values → escaped with a backslash", () => {
  assertEquals(encodeContext({ k: "a=b|c\\d" }).data, "k=a\\=b\\|c\\\\d");
});

for (const key of ["", "a=b", "a|b"]) {
  Deno.test(`the key ${JSON.stringify(key)} → refused`, () => {
    assertEquals(encodeContext({ [key]: "x" }).error?.code, "invalid_key");
  });
}

Deno.test("no values → empty text", () => {
  assertEquals(encodeContext({}).data, "");
});
