import type { ConsoleFiles } from "./console-files.ts";

/**
 * Builds the console from its sources.
 *
 * @throws CommandError where its packages cannot be installed; Error with the bundler's words where it does not compile
 */
export async function builtConsole(): Promise<ConsoleFiles> {
  // Loaded by those who look at the console: bundlers take their time.
  const { buildConsole } = await import("../console/build/build-console.ts");
  return new Map((await buildConsole()).map(({ path, content }) => [path, content]));
}
