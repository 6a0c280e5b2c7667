import * as esbuild from "esbuild";
import { resolve } from "node:path";
import { prepareWorkspace } from "../../client/prepare-workspace.ts";

const console = new URL("../", import.meta.url).pathname;

/** What the console is made of besides its own code and the client's. */
const PACKAGES = [
  "@cloudinary/url-gen",
  "@preact/signals",
  "@supabase/supabase-js",
  "@tanstack/virtual-core",
  "preact",
  "uplot",
];

/** One file of the built console. */
export interface ConsoleFile {
  /** Relative to the folder. */
  path: string;
  content: Uint8Array<ArrayBuffer>;
}

/** Where the console finds its project. */
export interface ConsoleConfiguration {
  /** The project's URL. */
  url: string;
  publishable_key: string;
}

/**
 * Builds the console: a page, one module, one stylesheet and pictures, for any static host. The file `config.json` beside
 * them, which names the project, is not among them.
 *
 * @throws CommandError `install_failed`; Error with esbuild's words where the code does not compile
 */
export async function buildConsole(): Promise<ConsoleFile[]> {
  const modules = await prepareWorkspace({ name: "console-build", packages: PACKAGES });
  const built = await bundleApp(modules);
  const copied: ConsoleFile[] = [];
  for await (const { name, isFile } of Deno.readDir(`${console}static`)) {
    if (isFile) {
      copied.push({ path: name, content: await Deno.readFile(`${console}static/${name}`) });
    }
  }
  return [...copied, ...built].sort((a, b) => a.path < b.path ? -1 : 1);
}

/** Builds the console into a folder, with its `config.json`. @returns The files, which are there now. */
export async function writeConsole(
  out: string,
  configuration: ConsoleConfiguration,
): Promise<ConsoleFile[]> {
  const folder = `${resolve(out)}/`;
  const files = await buildConsole();
  await Deno.mkdir(folder, { recursive: true });
  for (const { path, content } of files) await Deno.writeFile(folder + path, content);
  await Deno.writeTextFile(`${folder}config.json`, JSON.stringify(configuration, null, 2) + "\n");
  return files;
}

async function bundleApp(modules: string): Promise<ConsoleFile[]> {
  try {
    const { outputFiles } = await esbuild.build({
      entryPoints: [
        { in: `${console}app/main.tsx`, out: "console" },
        { in: `${console}app/styles/main.css`, out: "console" },
      ],
      outdir: "/",
      bundle: true,
      write: false,
      minify: true,
      format: "esm",
      platform: "browser",
      target: ["chrome125", "firefox130", "safari18"],
      charset: "utf8",
      jsx: "automatic",
      jsxImportSource: "preact",
      // The app's own configuration is Deno's; esbuild is told everything here.
      tsconfigRaw: {},
      nodePaths: [modules],
      logLevel: "silent",
      legalComments: "none",
    });
    return outputFiles.map(({ path, contents }) => ({
      path: path.slice(1),
      content: new Uint8Array(contents),
    }));
  } finally {
    // Otherwise its process would keep ours alive.
    await esbuild.stop();
  }
}
