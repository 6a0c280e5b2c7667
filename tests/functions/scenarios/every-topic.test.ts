import { assertEquals } from "@std/assert";
import { topics } from "./all.ts";

Deno.test("every topic of scenarios → is played by one test file", async () => {
  const played: string[] = [];
  for (const file of ["values.test.ts", "existence.test.ts"]) {
    const text = await Deno.readTextFile(new URL(file, import.meta.url));
    const [, names = ""] = /testTopics\(([^)]*)\)/.exec(text) ?? [];
    played.push(...names.matchAll(/"([^"]+)"/g).map(([, name = ""]) => name));
  }
  assertEquals(played.toSorted(), Object.keys(topics).toSorted());
});
