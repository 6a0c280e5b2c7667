import * as esbuild from "esbuild";
import { prepareWorkspace } from "./prepare-workspace.ts";

const app = new URL("../console/app/", import.meta.url).pathname;
const PACKAGES = ["@preact/signals", "@tanstack/virtual-core", "preact"];

/** The client is in the package beside: it is imported, not put in twice. */
const besideTheClient: esbuild.Plugin = {
  name: "beside-the-client",
  setup(build) {
    build.onResolve({ filter: /\/supabase\/client\/mod\.ts$/ }, () => ({
      path: "./index.js",
      external: true,
    }));
  },
};

/**
 * `<media-picker>` as one module of the client's package, with its stylesheet in it. It imports nothing but the client.
 *
 * @returns The code, and the types as a declaration file.
 * @throws CommandError `install_failed`
 */
export async function bundlePicker(): Promise<{ code: string; types: string }> {
  const modules = await prepareWorkspace({ name: "picker-build", packages: PACKAGES });
  const shared = { bundle: true, write: false, minify: true, logLevel: "silent" } as const;
  try {
    const styles = await esbuild.build({
      ...shared,
      entryPoints: [`${app}styles/picker.css`],
      target: ["chrome125", "firefox130", "safari18"],
    });
    const { outputFiles } = await esbuild.build({
      ...shared,
      entryPoints: [`${app}picker/media-picker.tsx`],
      format: "esm",
      target: "es2022",
      charset: "utf8",
      jsx: "automatic",
      jsxImportSource: "preact",
      tsconfigRaw: {},
      nodePaths: [modules],
      define: { PICKER_STYLES: JSON.stringify(styles.outputFiles[0]!.text.trim()) },
      plugins: [besideTheClient],
    });
    const types = await Deno.readTextFile(`${app}picker/types.ts`);
    return {
      code: outputFiles[0]!.text,
      types: types.replace(/"[./]+\/supabase\/client\/mod\.ts"/, '"./mod.js"'),
    };
  } finally {
    // Otherwise its process would keep ours alive.
    await esbuild.stop();
  }
}
