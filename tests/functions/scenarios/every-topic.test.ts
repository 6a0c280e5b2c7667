import { assertEquals } from "@std/assert";
import { FACTS } from "../../../scripts/cloudinary-emulator/mod.ts";
import { topics } from "./all.ts";

Deno.test("every topic of scenarios → is played by one test file", async () => {
  const played: string[] = [];
  for (const file of ["values.test.ts", "existence.slow.test.ts"]) {
    const text = await Deno.readTextFile(new URL(file, import.meta.url));
    const [, names = ""] = /testTopics\(([^)]*)\)/.exec(text) ?? [];
    played.push(...names.matchAll(/"([^"]+)"/g).map(([, name = ""]) => name));
  }
  assertEquals(played.toSorted(), Object.keys(topics).toSorted());
});

Deno.test("the account of the second round of scenarios → look-ups leave out what is beyond ten ids, deleted assets show as placeholders", () => {
  const { look_up_cap, look_up_cap_silent, placeholders } = FACTS;
  assertEquals(
    [look_up_cap, look_up_cap_silent, placeholders].map(({ variants: [_, other] }) => other),
    [10, true, true],
  );
});
