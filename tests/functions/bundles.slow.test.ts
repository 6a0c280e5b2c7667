/** The functions as one file each: what the platform is given. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import {
  bundleFunctions,
  type FunctionBundle,
  LARGEST_BUNDLE,
} from "../../scripts/bundle/bundle-functions.ts";
import { bundleCommand } from "../../scripts/bundle/bundle-command.ts";
import { measureStarts } from "../../scripts/bundle/measure-starts.ts";
import { BUNDLE_FILE, writeDeployment } from "../../scripts/bundle/write-deployment.ts";
import { functionNames } from "../../scripts/support/function-names.ts";
import { playScenario } from "../support/scenario.ts";
import { openScenarioWorld } from "../support/scenario-world.ts";
import { withStack } from "../support/stack.ts";
import { topics } from "./scenarios/all.ts";
import { run } from "./commands/surroundings.ts";
import { postRaw, signedHeaders } from "./webhook/webhook-world.ts";

/** The Deno of the platform's runtime. */
const PLATFORM_DENO = "2.1.4";
const root = new URL("../../", import.meta.url).pathname;

let made: Promise<{ bundles: FunctionBundle[]; folder: string }> | undefined;

function deployment() {
  return made ??= (async () => {
    const folder = await Deno.makeTempDir();
    const bundles = await bundleFunctions();
    await writeDeployment(folder, bundles);
    // Under the name by which the local stack finds a function.
    for (const { name } of bundles) {
      await Deno.writeTextFile(
        `${folder}/supabase/functions/${name}/index.ts`,
        `export { default } from "./${BUNDLE_FILE}";\n`,
      );
    }
    return { bundles, folder: `${folder}/` };
  })();
}

Deno.test.afterAll(async () => {
  if (made !== undefined) await Deno.remove((await made).folder, { recursive: true });
});

/** Runs the platform's Deno. */
function platformDeno(args: string[], stdin: "null" | "piped" = "null"): Deno.Command {
  return new Deno.Command("npx", {
    args: ["-y", `deno@${PLATFORM_DENO}`, ...args],
    cwd: root,
    env: { DENO_TLS_CA_STORE: "system", NO_COLOR: "1" },
    stdin,
    stdout: "piped",
    stderr: "piped",
  });
}

Deno.test("bundle → a file a function, small enough, that imports only what the runtime brings", async () => {
  const { bundles } = await deployment();
  assertEquals(bundles.map(({ name }) => name), [...functionNames]);
  for (const { name, text, bytes } of bundles) {
    assert(bytes < LARGEST_BUNDLE, `${name} has ${bytes} bytes`);
    const imported = [...text.matchAll(/\bfrom ?"([^"]+)"|\bimport\("([^"]+)"\)/g)]
      .map(([, from, dynamic]) => from ?? dynamic!).filter((module) => /^[\w@.]/.test(module));
    assertEquals(imported.filter((module) => !module.startsWith("node:")), [], name);
  }
});

Deno.test("the functions as files, in the local stack → scenarios of both ways hold", async (t) => {
  const { folder } = await deployment();
  const functionsDirectory = new URL(`file://${folder}supabase/functions/`);
  await withStack({ functionsDirectory }, async (stack) => {
    const world = await openScenarioWorld(stack);
    for (const topic of ["edits", "deletes", "names", "on the way"] as const) {
      const [first] = topics[topic];
      await t.step(`${topic}: ${first!.title}`, () => playScenario(world, first!));
    }
    await t.step("a signed notification → 200", async () => {
      const body = JSON.stringify({ notification_type: "unknown", request_id: "bundle" });
      const headers = signedHeaders(body, new URL(stack.info.cloudinary_url).password);
      const address = `${stack.info.url}/functions/v1/webhook`;
      const { status } = await postRaw(address, body, headers);
      assertEquals(status, 200);
    });
  });
});

Deno.test(`the sources under the platform's Deno ${PLATFORM_DENO} → its types agree`, async () => {
  // The three have the same imports.
  const { success, stderr } = await platformDeno([
    ...["check", "--quiet", "--no-lock", "--config=supabase/functions/sync/deno.json"],
    ...functionNames.map((name) => `supabase/functions/${name}/index.ts`),
  ]).output();
  assert(success, new TextDecoder().decode(stderr).slice(0, 2_000));
});

Deno.test(`the files under the platform's Deno ${PLATFORM_DENO} → each serves`, async () => {
  const { folder } = await deployment();
  for (const name of functionNames) {
    const functionFolder = `${folder}supabase/functions/${name}/`;
    const command = platformDeno([
      ...["run", "--quiet", "--no-lock", "--no-prompt", "--allow-net", "--allow-env"],
      ...["--allow-read", `--config=${functionFolder}deno.json`, "scripts/local/function-host.ts"],
      `file://${functionFolder}${BUNDLE_FILE}`,
    ], "piped");
    const child = command.spawn();
    const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
    const { value = "" } = await reader.read();
    try {
      const port = /READY \{"port":(\d+)\}/.exec(value)?.[1];
      assert(port, value);
      const response = await fetch(`http://127.0.0.1:${port}/${name}`, { method: "PURGE" });
      const { code } = await response.json();
      assertEquals([name, response.status, code], [name, 405, "method_not_allowed"]);
    } finally {
      await child.stdin.close();
      await reader.cancel();
      await child.stderr.cancel();
      await child.status;
    }
  }
});

Deno.test("bundle --measure → how long each takes to start, from source and as one file", async () => {
  const { folder } = await deployment();
  const starts = await measureStarts("webhook", folder, 1);
  assert(starts.source > 0 && starts.bundle > 0, JSON.stringify(starts));
});

Deno.test("bundle --json → what it wrote, and what the CLI deploys", async () => {
  const out = await Deno.makeTempDir();
  const bundles = functionNames.map((name) => ({ name, text: "export {};", bytes: 10, gzip: 9 }));
  try {
    const { code, output } = await run(bundleCommand, ["--out", out, "--json"], {
      bundleFunctions: () => Promise.resolve(bundles),
    });
    assertEquals(code, 0);
    assertEquals(JSON.parse(output).functions[0], { name: "media-list", bytes: 10, gzip: 9 });
    const config = await Deno.readTextFile(`${out}/supabase/config.toml`);
    for (const name of functionNames) {
      assertMatch(config, new RegExp(`\\[functions\\.${name}\\]\nverify_jwt = false\n`));
      assertEquals(
        await Deno.readTextFile(`${out}/supabase/functions/${name}/${BUNDLE_FILE}`),
        "export {};",
      );
    }
  } finally {
    await Deno.remove(out, { recursive: true });
  }
});
