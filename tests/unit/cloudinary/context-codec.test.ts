import { assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  decodeContext,
  encodeContext,
} from "../../../supabase/functions/_shared/cloudinary/context-codec.ts";

Deno.test("any text values → decoding gives back what was encoded", () => {
  const text = fc.string({ unit: fc.constantFrom("a", "=", "|", "\\", '"', ",", "é", "😀", " ") });
  const key = text.filter((candidate) => candidate !== "" && !/[=|]/.test(candidate));
  fc.assert(fc.property(fc.array(fc.tuple(key, text)), (entries) => {
    const values = Object.fromEntries(entries);
    const { data } = encodeContext(values);
    assertEquals(decodeContext(data!), values);
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

Deno.test("no values → empty text, and back", () => {
  assertEquals(encodeContext({}).data, "");
  assertEquals(decodeContext(""), {});
});
