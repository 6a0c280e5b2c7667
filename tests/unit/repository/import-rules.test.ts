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
    ["supabase/functions/sync/index.ts", "../_shared/contract/sync.ts"],
    [`${shared}/http/respond.ts`, "../contract/error.ts"],
    [`${shared}/contract/sync.ts`, "./run.ts"],
    [`${shared}/contract/sync.ts`, "zod"],
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
    [
      `${shared}/contract/a.ts`,
      "../http/b.ts",
      "_shared/contract may not import from _shared/http",
    ],
    [
      `${shared}/contract/a.ts`,
      "@supabase/supabase-js",
      "_shared/contract may import no package but zod",
    ],
    [`${shared}/contract/a.ts`, "node:crypto", "_shared/contract may import no package but zod"],
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

/** The findings about some files of which each imports others, as `file: message`. */
function checkAll(imports: Record<string, readonly string[]>): string[] {
  const files = Object.entries(imports).map(([path, specifiers]) => ({
    path,
    text: specifiers.map((specifier) => `import type { X } from "${specifier}";`).join("\n"),
  }));
  return checkImportRules(files).map(({ file, line, message }) => `${file}:${line} ${message}`);
}

const client = "supabase/client/list.ts";

Deno.test("the client → takes types alone from the contract and supabase-js, and little else", () => {
  for (
    const text of [
      `import type { A } from "../functions/_shared/contract/mod.ts";`,
      `export type { A } from "../functions/_shared/contract/mod.ts";`,
      `import type { A } from "@supabase/supabase-js";`,
      `import { fill } from "@cloudinary/url-gen/actions/resize";`,
      `import { a } from "./request.ts";`,
    ]
  ) assertEquals(check(client, text), [], text);
  for (
    const [text, message] of [
      [
        `import { a } from "../functions/_shared/contract/mod.ts";`,
        'the client imports types alone from "../functions/_shared/contract/mod.ts"',
      ],
      [
        `import { type A } from "../functions/_shared/contract/mod.ts";`,
        'the client imports types alone from "../functions/_shared/contract/mod.ts"',
      ],
      [
        `import { a } from "@supabase/supabase-js";`,
        'the client imports types alone from "@supabase/supabase-js"',
      ],
      [
        `import type { A } from "../functions/_shared/http/respond.ts";`,
        'the client may not import "../functions/_shared/http/respond.ts"',
      ],
      [`import { a } from "node:fs";`, 'the client may not import "node:fs"'],
      [`import { z } from "zod";`, 'the client may not import "zod"'],
      [
        `import { a } from "../../scripts/dev.ts";`,
        'the client may not import "../../scripts/dev.ts"',
      ],
    ] as const
  ) assertEquals(check(client, text), [message], text);
  assertEquals(check(client, "Deno.exit();").length, 1);
});

Deno.test("functions → never import the client", () => {
  for (const path of ["supabase/functions/sync/index.ts", `${shared}/contract/a.ts`]) {
    const to = path.includes("_shared") ? "../../../client/mod.ts" : "../../client/mod.ts";
    assertEquals(check(path, `import type { A } from "${to}";`), [
      "functions may not import the client",
    ]);
  }
});

const emulator = "scripts/cloudinary-emulator";

for (
  const [path, specifier] of [
    ["scripts/probe/facts.ts", "../cloudinary-emulator/mod.ts"],
    ["tests/conformance/support.ts", "../../scripts/cloudinary-emulator/mod.ts"],
    ["tests/unit/sync/a.test.ts", "../../../supabase/functions/_shared/sync/run.ts"],
    ["scripts/local/stack.ts", "../../supabase/functions/_shared/http/redact.ts"],
    ["scripts/demo/step.ts", "../local/stack.ts"],
    [`${emulator}/mod.ts`, "./emulator.ts"],
    [`${emulator}/embedded.ts`, "./server/handler.ts"],
    [`${emulator}/server/handler.ts`, "../control/routes.ts"],
    [`${emulator}/admin/search.ts`, "../search/query.ts"],
    [`${emulator}/shapes/resource.ts`, "../store/asset.ts"],
    [`${emulator}/store/archive.ts`, "./asset.ts"],
    [`${emulator}/upload/content.ts`, "image-size"],
  ] as const
) {
  Deno.test(`${path} importing ${specifier} → allowed`, () => {
    assertEquals(checkAll({ [path]: [specifier] }), []);
  });
}

for (
  const [path, specifier, message] of [
    [
      "scripts/probe/facts.ts",
      "../cloudinary-emulator/store/behavior.ts",
      `the emulator is entered by ${emulator}/mod.ts alone`,
    ],
    [
      "tests/conformance/fuzz.test.ts",
      "../../scripts/cloudinary-emulator/server/routes.ts",
      `the emulator is entered by ${emulator}/mod.ts alone`,
    ],
    [
      `${emulator}/command.ts`,
      "../support/print-line.ts",
      'the emulator imports nothing of ours, not "../support/print-line.ts"',
    ],
    [
      `${emulator}/store/random.ts`,
      "../../../supabase/functions/_shared/http/redact.ts",
      'the emulator imports nothing of ours, not "../../../supabase/functions/_shared/http/redact.ts"',
    ],
    [`${emulator}/store/state.ts`, "../shapes/times.ts", "store does not stand above shapes"],
    [`${emulator}/library/tags.ts`, "../admin/tags.ts", "library does not stand above admin"],
    [`${emulator}/search/query.ts`, "../http/route.ts", "search does not stand above http"],
    [`${emulator}/upload/eager.ts`, "../admin/detail.ts", "upload does not stand above admin"],
    [
      `${emulator}/server/handler.ts`,
      "../embedded.ts",
      "server does not stand above its own files",
    ],
    [
      `${emulator}/attic/chest.ts`,
      "../store/asset.ts",
      `${emulator}/attic has no place among the emulator's layers`,
    ],
    ["scripts/bench.ts", "../tests/bench/wake.bench.ts", "scripts/ may not import from tests/"],
    [
      "scripts/setup/steps/functions.ts",
      "../../local/stack.ts",
      "scripts/setup/ may not reach scripts/local/: an installation needs no local stack (scripts/local/stack.ts)",
    ],
    [
      "scripts/uninstall/database-removal.ts",
      "../local/database.ts",
      "scripts/uninstall/ may not reach scripts/local/: taking an installation away needs no local stack (scripts/local/database.ts)",
    ],
    [
      "scripts/into/plan-files.ts",
      "../local/migrate.ts",
      "scripts/into/ may not reach scripts/local/: an installation needs no local stack (scripts/local/migrate.ts)",
    ],
    [
      "scripts/ledger/ledger.ts",
      "../local/migrate.ts",
      "scripts/ledger/ may not reach scripts/local/: an installation needs no local stack (scripts/local/migrate.ts)",
    ],
    [
      "scripts/bundle/measure-starts.ts",
      "../local/function-host.ts",
      "scripts/bundle/ may not reach scripts/local/: an installation bundles, and needs no local stack (scripts/local/function-host.ts)",
    ],
    [
      "scripts/local/realtime/topics.ts",
      "../../cloudinary-emulator/mod.ts",
      "scripts/local/realtime/ may not reach scripts/cloudinary-emulator/: Realtime knows the database alone (scripts/cloudinary-emulator/mod.ts)",
    ],
    [
      "scripts/local/realtime/topics.ts",
      "../sql-editor/run-statements.ts",
      "scripts/local/realtime/ may not reach scripts/local/sql-editor/: the stack's parts know nothing of each other (scripts/local/sql-editor/run-statements.ts)",
    ],
    [
      "scripts/local/sql-editor/sql-editor.ts",
      "../realtime/topics.ts",
      "scripts/local/sql-editor/ may not reach scripts/local/realtime/: the stack's parts know nothing of each other (scripts/local/realtime/topics.ts)",
    ],
    [
      "scripts/local/stack.ts",
      "../demo/step.ts",
      "scripts/local/ may not reach scripts/demo/: the stack stands without what is shown on it (scripts/demo/step.ts)",
    ],
    [
      "scripts/sync/show-progress.ts",
      "../demo/progress.ts",
      "scripts/sync/ may not reach scripts/demo/: what both need stands in scripts/support (scripts/demo/progress.ts)",
    ],
  ] as const
) {
  Deno.test(`${path} importing ${specifier} → refused`, () => {
    assertEquals(check(path, `import { x } from "${specifier}";`), [message]);
    assertEquals(check(path, `export * from "${specifier}";`), [message]);
    assertEquals(check(path, `const x = await import("${specifier}");`), [message]);
    assertEquals(check(path, `type X = import("${specifier}").X;`), [message]);
  });
}

Deno.test("setup that reaches the local stack by way of others → refused where the way begins", () => {
  const found = checkAll({
    "scripts/setup/setup-command.ts": ["./run-steps.ts"],
    "scripts/setup/run-steps.ts": ["../support/print-line.ts", "../support/command.ts"],
    "scripts/support/command.ts": ["./stack-file.ts"],
    "scripts/support/stack-file.ts": ["../local/stack.ts"],
    "scripts/demo/step.ts": ["../support/command.ts"],
  });
  assertEquals(found, [
    "scripts/setup/run-steps.ts:2 scripts/setup/ may not reach scripts/local/: an installation needs no local stack " +
    "(scripts/support/command.ts → scripts/support/stack-file.ts → scripts/local/stack.ts)",
  ]);
});

Deno.test("files that import each other, of types alone too → told once, with the way round", () => {
  const ring = (folder: string) => ({
    [`${folder}/a.ts`]: ["./d.ts", "./b.ts"],
    [`${folder}/b.ts`]: ["./c.ts"],
    [`${folder}/c.ts`]: ["./a.ts"],
    [`${folder}/d.ts`]: [],
  });
  const way = (folder: string) =>
    `imports itself: ${["a", "b", "c", "a"].map((name) => `${folder}/${name}.ts`).join(" → ")}`;
  for (const folder of ["scripts/support", `${shared}/http`, `${emulator}/store`]) {
    assertEquals(checkAll(ring(folder)), [`${folder}/a.ts:2 ${way(folder)}`]);
  }
  assertEquals(checkAll({ "scripts/support/a.ts": ["./a.ts"] }), [
    "scripts/support/a.ts:1 imports itself: scripts/support/a.ts → scripts/support/a.ts",
  ]);
  const twoRings = { ...ring("scripts/support"), ...ring("scripts/local") };
  assertEquals(checkAll(twoRings).length, 2);
});

Deno.test("files that import one another in a row, or one twice over → no circle", () => {
  assertEquals(
    checkAll({
      "scripts/support/a.ts": ["./b.ts", "./c.ts"],
      "scripts/support/b.ts": ["./c.ts"],
      "scripts/support/c.ts": [],
    }),
    [],
  );
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

const app = "scripts/console/app";

Deno.test("the console → the client, a few packages, and its own folders below", () => {
  for (
    const [path, to] of [
      [`${app}/main.tsx`, "./views/console.tsx"],
      [`${app}/views/status.tsx`, "../components/plot.tsx"],
      [`${app}/components/plot.tsx`, "uplot"],
      [`${app}/components/filters.tsx`, "../state/library.ts"],
      [`${app}/state/app.ts`, "../../../../supabase/client/mod.ts"],
      [`${app}/state/acts.ts`, "../texts/mod.ts"],
      ["tests/unit/console/format.test.ts", "../../../scripts/console/app/state/format.ts"],
    ] as const
  ) assertEquals(check(path, `import { a } from "${to}";`), [], `${path} ${to}`);
});

Deno.test("the console → nothing else of ours, no other package, no folder above", () => {
  for (
    const [path, to, message] of [
      [
        `${app}/state/app.ts`,
        "../../../../supabase/client/list.ts",
        'the console knows the client alone, not "../../../../supabase/client/list.ts"',
      ],
      [
        `${app}/views/status.tsx`,
        "../../../support/gzip-size.ts",
        'the console knows the client alone, not "../../../support/gzip-size.ts"',
      ],
      [`${app}/state/app.ts`, "zod", 'the console may not import "zod"'],
      [
        `${app}/state/acts.ts`,
        "../components/icon.tsx",
        "state does not stand above components",
      ],
      [
        `${app}/components/icon.tsx`,
        "../views/status.tsx",
        "components does not stand above views",
      ],
      [
        `${app}/attic/chest.ts`,
        "../state/app.ts",
        `${app}/attic has no place among the console's layers`,
      ],
      [
        "scripts/console/build/build-console.ts",
        "../app/main.tsx",
        "the console's app is built, not imported",
      ],
    ] as const
  ) assertEquals(check(path, `import { a } from "${to}";`), [message], `${path} ${to}`);
});
