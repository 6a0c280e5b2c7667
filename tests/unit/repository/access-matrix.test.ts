import { assertEquals } from "@std/assert";
import { generateAccessFiles } from "../../../scripts/access-matrix.ts";
import type { AccessMatrix } from "../../../scripts/access-matrix/render.ts";
import matrix from "../../../supabase/tests/access-matrix.json" with { type: "json" };

const root = new URL("../../../", import.meta.url);

Deno.test("what is generated from the access matrix → is what the matrix gives", async () => {
  for (const [path, wanted] of await generateAccessFiles()) {
    assertEquals(await Deno.readTextFile(new URL(path, root)), wanted, path);
  }
});

Deno.test("the routes of the functions → those in the access matrix, and no other", async () => {
  const routes: string[] = [];
  for (const name of ["media-list", "sync", "webhook"]) {
    const source = await Deno.readTextFile(new URL(`supabase/functions/${name}/index.ts`, root));
    for (const [, method, path] of source.matchAll(/method: "(\w+)", path: "([^"]+)"/g)) {
      routes.push(`${method} ${name}${path === "/" ? "" : path}`);
    }
  }
  // A route whose rights depend on its query is listed with it as well.
  const listed = (matrix as unknown as AccessMatrix).endpoints
    .map(({ method, path }) => `${method} ${path.split("?", 1)[0]}`);
  assertEquals(routes.sort(), [...new Set(listed)].sort());
});

Deno.test("every role of every right in the access matrix → has a cell", () => {
  const { roles, cells, tables, functions, endpoints } = matrix as unknown as AccessMatrix;
  const inDatabase = Object.keys(roles).filter((role) => role !== "nobody" && role !== "cron");
  const rights = [
    ...Object.values(tables).flatMap((table) => [
      ...Object.values(table.select),
      ...Object.values(table.update),
      table.insert.rights,
      table.delete,
    ]),
    ...Object.values(functions).map((one) => one.rights),
  ];
  for (const right of rights) {
    assertEquals(Object.keys(right), inDatabase);
    for (const cell of Object.values(right)) assertEquals(Object.hasOwn(cells, cell), true, cell);
  }
  for (const { rights } of endpoints) assertEquals(Object.keys(rights), Object.keys(roles));
});
