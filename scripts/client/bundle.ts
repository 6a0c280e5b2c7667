import * as esbuild from "esbuild";

/** What is made of one entry. */
export interface BundleOptions {
  /** The `node_modules` in which packages are found. */
  modules: string;
  /** Packages that stay imports. */
  external?: string[];
  /** Folders by the names that the entry imports them by. */
  alias?: Record<string, string>;
}

/**
 * One ES module of an entry and all that it imports.
 *
 * @param entry Path of a file.
 * @throws Error with esbuild's words where something cannot be resolved.
 */
export async function bundle(
  entry: string,
  { modules, external = [], alias = {} }: BundleOptions,
): Promise<string> {
  try {
    const { outputFiles } = await esbuild.build({
      entryPoints: [entry],
      bundle: true,
      write: false,
      format: "esm",
      platform: "neutral",
      mainFields: ["module", "main"],
      conditions: ["import"],
      target: "es2022",
      charset: "utf8",
      nodePaths: [modules],
      external,
      alias,
      logLevel: "silent",
    });
    return outputFiles[0]!.text;
  } finally {
    // Otherwise its process would keep ours alive.
    await esbuild.stop();
  }
}
