import { assertEquals } from "@std/assert";
import { checkImportRules } from "../../../scripts/check/import-rules.ts";
import { readRepositoryFiles } from "../../../scripts/check/repository-files.ts";

const root = new URL("../../../", import.meta.url).pathname;
const shared = "supabase/functions/_shared";
const imports = JSON.stringify({ imports: { zod: "npm:zod@4.6.7" } });
const configurations = ["sync", "webhook"].map((name) => ({
  path: `supabase/functions/${name}/deno.json`,
  text: imports,
}));

/** The messages about one file with the given text. */
function check(path: string, text: string): string[] {
  return checkImportRules([...configurations, { path, text }]).map(({ message }) => message);
}

Deno.test("the repository → keeps the import rules", async () => {
  assertEquals(checkImportRules(await readRepositoryFiles(root)), []);
});

for (
  const [path, specifier] of [
    ["supabase/functions/sync/index.ts", "../_shared/sync/bidirectional-sync-service.ts"],
    ["supabase/functions/sync/index.ts", "../_shared/media/service.ts"],
    ["supabase/functions/sync/index.ts", "./parse.ts"],
    ["supabase/functions/sync/index.ts", "zod"],
    ["supabase/functions/sync/index.ts", "node:crypto"],
    [`${shared}/sync/run.ts`, "../cloudinary/list.ts"],
    [`${shared}/sync/run.ts`, "../media/service.ts"],
    [`${shared}/cloudinary/list.ts`, "../http/error.ts"],
    [`${shared}/media/service.ts`, "../http/error.ts"],
    [`${shared}/media/service.ts`, "./rows.ts"],
  ] as const
) {
  Deno.test(`${path} importing ${specifier} → allowed`, () => {
    assertEquals(check(path, `import { x } from "${specifier}";`), []);
  });
}

for (
  const [path, specifier, message] of [
    [
      `${shared}/cloudinary/a.ts`,
      "../media/b.ts",
      "_shared/cloudinary may not import from _shared/media",
    ],
    [
      `${shared}/media/a.ts`,
      "../cloudinary/b.ts",
      "_shared/media may not import from _shared/cloudinary",
    ],
    [`${shared}/media/a.ts`, "../sync/b.ts", "_shared/media may not import from _shared/sync"],
    [`${shared}/http/a.ts`, "../media/b.ts", "_shared/http may not import from _shared/media"],
    [`${shared}/sync/a.ts`, "../../webhook/index.ts", "_shared/sync may not import from webhook"],
    ["supabase/functions/sync/a.ts", "../webhook/index.ts", "sync may not import from webhook"],
    [
      "supabase/functions/sync/a.ts",
      "../_shared/sync/refresh.ts",
      `sync may import of _shared/sync only ${shared}/sync/bidirectional-sync-service.ts`,
    ],
    [
      `${shared}/http/a.ts`,
      "../../../../scripts/dev.ts",
      '"../../../../scripts/dev.ts" leads out of supabase/',
    ],
    [`${shared}/http/a.ts`, "npm:zod@4", '"npm:zod@4" bypasses the import map'],
    [`${shared}/http/a.ts`, "hono", '"hono" is not in the deno.json of sync, webhook'],
  ] as const
) {
  Deno.test(`${path} importing ${specifier} → refused`, () => {
    assertEquals(check(path, `import { x } from "${specifier}";`), [message]);
    assertEquals(check(path, `export * from "${specifier}";`), [message]);
    assertEquals(check(path, `const x = await import("${specifier}");`), [message]);
    assertEquals(check(path, `import type { X } from "${specifier}";`), [message]);
    assertEquals(check(path, `type X = import("${specifier}").X;`), [message]);
  });
}

Deno.test("an import in a comment or a string → is none", () => {
  const text = `// import { x } from "../media/b.ts";\nconst x = 'import "../media/b.ts"';`;
  assertEquals(check(`${shared}/cloudinary/a.ts`, text), []);
});

Deno.test("Deno and EdgeRuntime → named only in the runtime module", () => {
  const text = `Deno.env.get("A"); globalThis.EdgeRuntime.waitUntil(p);`;
  const only = "may be named only in supabase/functions/_shared/http/runtime.ts";
  assertEquals(check(`${shared}/http/runtime.ts`, text), []);
  assertEquals(check(`${shared}/http/a.ts`, text), [`Deno ${only}`, `EdgeRuntime ${only}`]);
  assertEquals(check(`${shared}/http/a.ts`, "// Deno is meant\nconst name = 'Deno';"), []);
});

Deno.test("a name that one function pins and another does not → refused, naming the other", () => {
  const files = [
    ...configurations,
    { path: "supabase/functions/media-list/deno.json", text: "{}" },
    { path: `${shared}/http/a.ts`, text: 'import { z } from "zod";' },
  ];
  assertEquals(checkImportRules(files), [
    {
      file: `${shared}/http/a.ts`,
      line: 1,
      message: '"zod" is not in the deno.json of media-list',
    },
  ]);
});
